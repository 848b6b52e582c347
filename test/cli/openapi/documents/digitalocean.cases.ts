import type { DocumentCase } from "./document-case.js";

const RECORDS = "/v2/domains/example.com/records";
const EVERY = ["account:read", "domain:update", "droplet:read", "api:write"];

/** A cloud provider: many files, bearer schemes with scopes, and lists of which some mean all and others any of them. */
export const DIGITALOCEAN: DocumentCase = {
  title: "the cloud provider",
  file: "digitalocean/DigitalOcean-public.v2.yaml",
  choice: { listMeans: "and" },
  // read: 3 empty lists; guessed: 19 lists of scopes on a bearer scheme, which has none in 3.0; left: a path that is no URI
  counts: { read: 3, merged: 0, guessed: 19, left: 1 },
  endpoints: [
    "GET /v2/1-clicks",
    "POST /v1/chat/completions",
    "POST /api/v1/chat/completions",
    "DELETE /v2/cdn/endpoints/{cdn_id}/cache",
  ],
  codes: [],
  needsListMeans: true,
  decisions: [
    { scopes: ["droplet:read"], operation: "GET /v2/droplets", expected: "allowed" },
    {
      scopes: ["droplet:read"],
      operation: "POST /v2/droplets",
      expected: "insufficient_scope",
    },
    {
      scopes: [],
      operation: "POST /v1/chat/completions",
      expected: "allowed",
      because: "a token without a named scope; the path is on another host without a base path",
    },
    {
      scopes: ["droplet:update"],
      operation: "POST /v2/droplets/actions",
      expected: "allowed",
    },
    {
      scopes: ["kubernetes:update"],
      operation: "POST /v2/1-clicks/kubernetes",
      expected: "insufficient_scope",
      because: "the provider asks for both scopes",
    },
    {
      scopes: ["kubernetes:update", "addon:create"],
      operation: "POST /v2/1-clicks/kubernetes",
      expected: "allowed",
    },
    { scopes: ["domain:create"], operation: `POST ${RECORDS}`, expected: "allowed" },
    { scopes: ["domain:update"], operation: `POST ${RECORDS}`, expected: "allowed" },
    {
      scopes: ["domain:delete"],
      operation: `POST ${RECORDS}`,
      expected: "insufficient_scope",
    },
    { scopes: ["domain:update"], operation: `DELETE ${RECORDS}/3352896`, expected: "allowed" },
    {
      scopes: ["domain:create"],
      operation: `DELETE ${RECORDS}/3352896`,
      expected: "insufficient_scope",
    },
    {
      scopes: ["domain:create"],
      operation: `PATCH ${RECORDS}/3352896`,
      expected: "insufficient_scope",
    },
    {
      scopes: ["cdn:delete"],
      operation: "DELETE /v2/cdn/endpoints/19f06b6a/cache",
      expected: "allowed",
    },
    {
      scopes: ["cdn:update"],
      operation: "DELETE /v2/cdn/endpoints/19f06b6a/cache",
      expected: "insufficient_scope",
    },
    {
      scopes: ["domains:read"],
      operation: `GET ${RECORDS}`,
      expected: "insufficient_scope",
      because: "the scope is in the singular",
    },
    { scopes: [], operation: "GET /v2/1-clicks", expected: "allowed" },
    { scopes: undefined, operation: "GET /v2/1-clicks", expected: "unauthenticated" },
    { scopes: ["regions:read"], operation: "GET /v2/sizes", expected: "insufficient_scope" },
    {
      scopes: ["regions:read", "sizes:read"],
      operation: "GET /v2/sizes",
      expected: "allowed",
    },
    {
      scopes: EVERY,
      operation: "PUT /%3Cupload_url%3E",
      expected: "unknown_operation",
      because: "the path stands for another address, so the policy cannot hold it",
    },
  ],
};
