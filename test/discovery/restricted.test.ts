// Restricted scopes: in no discovery document, registered and refreshed only for approved clients.

import {
  authorizationServerMetadata,
  clientRegistration,
  loadPolicy,
  protectedResourceMetadata,
  refreshScope,
} from "scope-policy";
import { describe, expect, it } from "vitest";

const policy = loadPolicy({
  name: "Shops",
  version: "1",
  scopes: {
    read: { default: "on" },
    "sync:all": { restricted: true, implies: ["sync"], replaces: ["mirror"] },
    sync: { restricted: true, replaces: ["mirror"] },
    "/shops/{shop}/sync": { restricted: true },
  },
});
const issuer = "https://as.example.com";

describe("a discovery document", () => {
  it("has no restricted scope", () => {
    expect(authorizationServerMetadata(policy, { issuer }).scopes_supported).toEqual(["read"]);
    const { scopes_supported } = protectedResourceMetadata(policy, {
      resource: "https://api.example.com/mcp",
    });
    expect(scopes_supported).toEqual(["read"]);
  });
});

describe("clientRegistration", () => {
  const register = (scope: string, options = {}) => {
    const result = clientRegistration(policy, { scope }, options);
    return result.ok ? result.metadata["scope"] : result.error;
  };
  const refused = "invalid_client_metadata";

  it.each([
    ["sync", undefined, refused],
    ["mirror", undefined, refused],
    ["read sync", [], refused],
    ["sync", ["read"], refused],
    ["sync", ["sync"], "sync"],
    ["sync", ["sync:all"], "sync"],
    ["sync:all", ["sync"], refused],
    ["sync:all read", ["mirror"], "sync:all read"],
    // the approved part of an older name
    ["mirror", ["sync"], "sync"],
    ["mirror", ["sync:all"], "sync:all"],
    ["/shops/{shop}/sync", ["/shops/{shop}/sync"], "/shops/{shop}/sync"],
    ["/shops/{shop}/sync", ["/shops/a/sync"], refused],
    ["/shops/a/sync", ["/shops/a/sync"], "/shops/a/sync"],
    ["/shops/b/sync", ["/shops/a/sync"], refused],
  ])("registers %j with the approved scopes %j as %j", (scope, approvedScopes, expected) => {
    expect(register(scope, approvedScopes && { approvedScopes })).toBe(expected);
  });

  it("does not take a ceiling or a default scope for an approval", () => {
    expect(register("sync", { ceiling: ["sync"] })).toBe(refused);
    expect(register("", { defaultScope: "read sync" })).toBe("read");
    const approvedScopes = ["sync"];
    expect(register("", { defaultScope: "read sync", approvedScopes })).toBe("read sync");
    expect(register("sync", { ceiling: ["read"], approvedScopes })).toBe(refused);
  });
});

describe("refreshScope", () => {
  it.each([
    ["read sync", undefined, "read"],
    ["read sync", ["sync"], "read sync"],
    ["sync:all", ["sync"], "sync"],
    ["mirror", ["sync"], "sync"],
    ["mirror", ["sync:all"], "mirror"],
    ["sync", [], "invalid_scope"],
    ["/shops/a/sync /shops/b/sync", ["/shops/a/sync"], "/shops/a/sync"],
    ["/shops/a/sync /shops/b/sync", ["/shops/{shop}/sync"], "/shops/a/sync /shops/b/sync"],
  ])("keeps of %j with the approved scopes %j: %j", (granted, approvedScopes, expected) => {
    const result = refreshScope(policy, granted, undefined, approvedScopes && { approvedScopes });
    expect(result.ok ? result.scope : result.error).toBe(expected);
  });

  it("does not take the scope of the client for an approval", () => {
    const options = { clientScope: "read sync" };
    expect(refreshScope(policy, "read sync", undefined, options)).toMatchObject({ scope: "read" });
  });

  it("drops a requested scope for which the client is no longer approved", () => {
    expect(refreshScope(policy, "read sync", "read sync")).toMatchObject({ scope: "read" });
    expect(refreshScope(policy, "read sync", "sync")).toEqual({
      ok: false,
      error: "invalid_scope",
    });
  });
});
