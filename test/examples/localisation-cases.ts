import type { Case, RequestCase } from "./case.js";

const base = "/api/oauth-client";
const me = `GET ${base}/me`;
const organisations = `GET ${base}/organizations`;
const projects = `GET ${base}/organizations/:orgId/projects`;
const models = `GET ${base}/organizations/:orgSlug/projects/:projectSlug/models`;
const defaultOn =
  "org:read projects:read keys:read keys:write translations:read translations:write content:read content:write glossary:read";
const requested = "org:read projects:read keys:read keys:write translations:write";

export const localisationCases: readonly Case[] = [
  // Any valid token, and no scope.
  ["", me, { code: "allowed", scopes: [] }],
  ["org:read", me, { code: "allowed", scopes: [] }],
  ["something:else", me, { code: "allowed" }],
  [undefined, me, { code: "unauthenticated" }],
  ["org:read  keys:read", me, { code: "invalid_token" }],

  // The endpoints.
  ["org:read", organisations, { code: "allowed", scopes: ["org:read"] }],
  ["projects:read", organisations, { code: "insufficient_scope", missing: ["org:read"] }],
  ["projects:read", projects, { code: "allowed" }],
  ["org:read", projects, { code: "insufficient_scope", missing: ["projects:read"] }],
  ["content:read", models, { code: "allowed" }],
  ["projects:read", models, { code: "insufficient_scope", missing: ["content:read"] }],
  ["projects:write", `POST ${base}/v1/projects`, { code: "allowed" }],
  [
    "projects:read",
    `POST ${base}/v1/projects`,
    { code: "insufficient_scope", missing: ["projects:write"] },
  ],
  ["projects:read", `GET ${base}/v1/projects/:projectId`, { code: "allowed" }],
  [
    "projects:write",
    `GET ${base}/v1/projects/:projectId`,
    { code: "insufficient_scope", missing: ["projects:read"] },
  ],
  ["projects:write", `POST ${base}/v1/projects/:projectId/languages`, { code: "allowed" }],
  [undefined, organisations, { code: "unauthenticated" }],

  // The tools, with the scopes of the page's example.
  [requested, "list_keys", { code: "allowed" }],
  [requested, "create_key", { code: "allowed" }],
  [requested, "update_key", { code: "allowed" }],
  [requested, "delete_key", { code: "allowed", scopes: ["keys:write"] }],
  [requested, "write_translation", { code: "allowed" }],
  [requested, "list_translations", { code: "insufficient_scope", missing: ["translations:read"] }],
  [requested, "list_glossary_terms", { code: "insufficient_scope", missing: ["glossary:read"] }],

  // The tools of the four opt-in scopes, which the nine other scopes do not allow.
  [
    defaultOn,
    "publish_translations",
    { code: "insufficient_scope", missing: ["translations:publish"] },
  ],
  [
    defaultOn,
    "publish_content_entry",
    { code: "insufficient_scope", missing: ["content:publish"] },
  ],
  [defaultOn, "update_glossary_term", { code: "insufficient_scope", missing: ["glossary:write"] }],
  [
    defaultOn,
    `POST ${base}/v1/projects/:projectId/languages`,
    { code: "insufficient_scope", missing: ["projects:write"] },
  ],
  ["translations:publish", "publish_translations", { code: "allowed" }],
  ["content:publish", "publish_content_entry", { code: "allowed" }],
  ["glossary:write", "delete_glossary_term", { code: "allowed" }],
  ["translations:publish", "write_translation", { code: "insufficient_scope" }],
  [defaultOn, "list_content_entries", { code: "allowed" }],
  [defaultOn, "create_content_entry", { code: "allowed", scopes: ["content:write"] }],

  // Names that are neither a tool nor an endpoint.
  [defaultOn, `DELETE ${base}/me`, { code: "unknown_operation" }],
  [defaultOn, "publish", { code: "unknown_operation" }],
  [undefined, "list_keys", { code: "unauthenticated" }],
];

export const localisationRequests: readonly RequestCase[] = [
  ["", "GET", `${base}/me`, { code: "allowed" }],
  ["", "HEAD", `${base}/me`, { code: "allowed" }],
  [undefined, "GET", `${base}/me`, { code: "unauthenticated" }],
  ["org:read", "GET", `${base}/organizations`, { code: "allowed" }],
  // Two path parameters in the same position.
  ["projects:read", "GET", `${base}/organizations/42/projects`, { code: "allowed" }],
  ["content:read", "GET", `${base}/organizations/acme/projects/web/models`, { code: "allowed" }],
  [
    "projects:read",
    "GET",
    `${base}/organizations/acme/projects/web/models`,
    { code: "insufficient_scope", missing: ["content:read"] },
  ],
  [
    "content:read",
    "GET",
    `${base}/organizations/42/projects`,
    { code: "insufficient_scope", missing: ["projects:read"] },
  ],
  ["projects:read", "GET", `${base}/organizations/42/projects/`, { code: "unknown_operation" }],
  ["projects:read", "GET", `${base}/organizations//projects`, { code: "unknown_operation" }],
  ["projects:read", "GET", `${base}/v1/projects/7`, { code: "allowed" }],
  ["projects:write", "POST", `${base}/v1/projects`, { code: "allowed" }],
  ["projects:write", "POST", `${base}/v1/projects/7/languages`, { code: "allowed" }],
  ["projects:write", "PUT", `${base}/v1/projects/7/languages`, { code: "unknown_operation" }],
  ["projects:write", "POST", `${base}/v1/projects/7%2f8/languages`, { code: "unknown_operation" }],
  ["projects:write", "POST", `${base}/v1/projects/../languages`, { code: "unknown_operation" }],
  ["projects:write", "POST", `/${base}/v1/projects`, { code: "unknown_operation" }],
  ["projects:write", "POST", `https://x.test${base}/v1/projects`, { code: "unknown_operation" }],
];
