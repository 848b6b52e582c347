import {
  createAuthorizer,
  loadPolicy,
  PolicyError,
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { HOSTILE_CALL_POLICIES } from "../cases/hostile-call.js";

const RESOURCE = "https://api.example.com/mcp";
const policyWith = (parts: object) =>
  loadPolicy({ name: "Courses", version: "1", scopes: {}, ...parts });
const supported = (parts: object) =>
  protectedResourceMetadata(policyWith(parts), { resource: RESOURCE }).scopes_supported;
const on = { default: "on" };

describe("the metadata of a protected resource (RFC 9728, section 2)", () => {
  it("has the identifier, the issuers, the scopes and the name of the policy", () => {
    const policy = policyWith({ scopes: { openid: on, "courses:read": {} } });
    const authorizationServers = ["https://as.example.com", "http://127.0.0.1:9000"];
    expect(protectedResourceMetadata(policy, { resource: RESOURCE, authorizationServers })).toEqual(
      {
        resource: RESOURCE,
        authorization_servers: authorizationServers,
        scopes_supported: ["openid"],
        bearer_methods_supported: ["header"],
        resource_name: "Courses",
      },
    );
  });

  it("has the identifier byte for byte (section 3.3; DISCOVERY-003)", () => {
    for (const resource of [RESOURCE, "HTTPS://API.example.com/a/../MCP", "https://a.example/?b"]) {
      expect(protectedResourceMetadata(policyWith({}), { resource }).resource).toBe(resource);
    }
  });

  it("omits members that would be empty (section 3.2; DISCOVERY-004)", () => {
    const policy = policyWith({ scopes: { "admin:all": { reserved: true } } });
    const options = { resource: RESOURCE, authorizationServers: [] };
    expect(Object.keys(protectedResourceMetadata(policy, options))).toEqual([
      "resource",
      "bearer_methods_supported",
      "resource_name",
    ]);
  });

  it.each<[what: string, parts: object, names: readonly string[] | undefined]>([
    ["the scopes that are on by default", { scopes: { b: on, a: on } }, ["b", "a"]],
    ["the baseline", { scopes: { a: {}, b: {} }, baseline: ["b"] }, ["b"]],
    [
      "both together, each scope once",
      { scopes: { a: on, b: on, c: {} }, baseline: ["c", "a"] },
      ["a", "b", "c"],
    ],
    ["no scope that is off by default", { scopes: { a: { default: "off" } } }, undefined],
    ["no scope without a default", { scopes: { a: {}, b: "B" } }, undefined],
    ["no reserved scope", { scopes: { a: { reserved: true } }, baseline: ["a"] }, undefined],
    ["no template", { scopes: { "/accounts/{accountID}/": on } }, undefined],
    [
      "no offline_access",
      { scopes: { offline_access: on }, baseline: ["offline_access"] },
      undefined,
    ],
    ["no older name", { scopes: { a: { ...on, replaces: ["b"] } } }, ["a"]],
    [
      "no default scope if a scope is on",
      { scopes: { a: {}, b: on }, defaultScopes: ["a"] },
      ["b"],
    ],
    [
      "no default scope if the policy has a baseline",
      { scopes: { a: {}, b: {} }, baseline: ["b"], defaultScopes: ["a"] },
      ["b"],
    ],
    [
      "the default scopes if no scope is on and the policy has no baseline",
      { scopes: { a: {}, b: {}, c: {} }, defaultScopes: ["c", "a"] },
      ["a", "c"],
    ],
    [
      "the default scopes if the scopes that are on cannot be advertised",
      { scopes: { a: {}, offline_access: on }, defaultScopes: ["a"] },
      ["a"],
    ],
    [
      "no default scope that is offline_access",
      { scopes: { a: {}, offline_access: {} }, defaultScopes: ["offline_access"] },
      undefined,
    ],
  ])("advertises %s", (_, parts, names) => {
    expect(supported(parts)).toEqual(names);
  });

  it("does not name reserved scopes, denied tools, templates or offline_access (DISCOVERY-001)", () => {
    const scopes = Object.fromEntries(
      Object.entries(HOSTILE_CALL_POLICIES.courses.scopes).map(([name, options]) => {
        const known = typeof options === "string" ? { description: options } : options;
        return [name, "reserved" in known ? known : { ...known, default: "on" }];
      }),
    );
    const policy = loadPolicy({ ...HOSTILE_CALL_POLICIES.courses, scopes });
    const text = JSON.stringify(protectedResourceMetadata(policy, { resource: RESOURCE }));
    for (const name of ["admin:all", "offline_access", "{", "drop_"]) {
      expect(text.slice(1)).not.toContain(name);
    }
    expect(text).toContain("courses:read");
  });

  it.each<[path: string, resource: unknown, authorizationServers?: unknown]>([
    ["resource", undefined],
    ["resource", "http://api.example.com"],
    ["resource", `${RESOURCE}#x`],
    ["authorizationServers", RESOURCE, ["as.example.com"]],
    ["authorizationServers", RESOURCE, ["https://as.example.com", "https://as.example.com?x"]],
  ])("is refused for an invalid option %s", (path, resource, authorizationServers = []) => {
    const make = () =>
      protectedResourceMetadata(policyWith({}), { resource, authorizationServers } as never);
    expect(make).toThrow(PolicyError);
    expect(make).toThrow(
      expect.objectContaining({
        code: "ERR_OPTIONS_INVALID",
        findings: [expect.objectContaining({ code: "option", path })],
      }) as Error,
    );
  });

  it("is refused with the name of the call that got an unknown option", () => {
    const options = { resource: RESOURCE, scopeDescription: true };
    expect(() => protectedResourceMetadata(policyWith({}), options)).toThrow(
      "the options for the metadata of the resource",
    );
  });

  it("is refused for a value that is not a policy", () => {
    expect(() => protectedResourceMetadata({} as never, { resource: RESOURCE })).toThrow(
      expect.objectContaining({ code: "ERR_POLICY_UNKNOWN" }) as Error,
    );
  });
});

describe("the URL of the metadata", () => {
  it("has the well-known path before the path of the resource", () => {
    expect(protectedResourceMetadataUrl(RESOURCE)).toBe(
      "https://api.example.com/.well-known/oauth-protected-resource/mcp",
    );
  });

  it("is refused for an invalid resource identifier", () => {
    for (const bad of ["nope", "http://api.example.com", undefined]) {
      expect(() => protectedResourceMetadataUrl(bad as string)).toThrow(PolicyError);
    }
  });
});

describe("the metadata of an authorizer", () => {
  const policy = policyWith({ scopes: { openid: on } });
  const verify = () => undefined;

  it("is the frozen document with its URL", () => {
    const authorizationServers = ["https://as.example.com"];
    const authorizer = createAuthorizer({
      policy,
      verify,
      resource: RESOURCE,
      authorizationServers,
    });
    const metadata = authorizer.metadata();
    expect(metadata).toEqual({
      url: protectedResourceMetadataUrl(RESOURCE),
      document: protectedResourceMetadata(policy, { resource: RESOURCE, authorizationServers }),
    });
    expect(Object.isFrozen(metadata?.document)).toBe(true);
    expect(Object.isFrozen(metadata?.document.authorization_servers)).toBe(true);
  });

  it("omits authorization_servers if none is given", () => {
    const authorizer = createAuthorizer({ policy, verify, resource: RESOURCE });
    expect(authorizer.metadata()?.document).not.toHaveProperty("authorization_servers");
  });

  it("is undefined without a resource", () => {
    expect(createAuthorizer({ policy, verify }).metadata()).toBeUndefined();
    expect(createAuthorizer({ policy, verify }).resource).toBeUndefined();
  });
});
