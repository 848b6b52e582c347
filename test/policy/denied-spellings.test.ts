// A denying catch-all denies each path that some server could take for one that it matches.

import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";

const policy = loadPolicy({
  name: "Files",
  version: "1",
  scopes: { "files:read": {} },
  endpoints: {
    "GET /v1/files/{path*}": "files:read",
    "GET /v1/{any}/secret/{rest*}": { deny: "Secrets are not served." },
    "GET /v1/{any}/{name}.key/{rest*}": { deny: "Keys are not served." },
    "GET /v2/{path*}": "files:read",
    "GET /v2/secret/{rest*}": { deny: "Secrets are not served." },
  },
});
const token = { scope: "files:read" };
const codeOf = (path: string) => policy.decideRequest(token, { method: "GET", path }).code;

describe("a path beside a denying catch-all", () => {
  it.each([
    ["/v1/files/secret/a", "denied"],
    ["/v1/files/SECRET/a", "denied"],
    ["/v1/files/secret;x/a", "denied"],
    ["/v1/files/secret;/a", "denied"],
    ["/v1/files/a.key/b", "denied"],
    ["/v1/files/a.key;x/b", "denied"],
    ["/v1/files/a.KEY;x/b", "denied"],
    ["/v1/files/public/a", "allowed"],
    ["/v1/files/secrets/a", "allowed"],
    ["/v1/files/a.keys/b", "allowed"],
    ["/v2/secret/a", "denied"],
    ["/v2/public/a", "allowed"],
  ])("%s is %s", (path, code) => {
    expect(codeOf(path)).toBe(code);
  });

  it.each(["/v2/secret;x/a", "/v2/secret;/a", "/v2/Secret/a"])("%s is refused", (path) => {
    expect(["denied", "unknown_operation"]).toContain(codeOf(path));
  });
});
