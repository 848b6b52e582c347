import { authorizationServerMetadata, loadPolicy, PolicyError } from "scope-policy";
import { expect, it } from "vitest";
import { policy } from "./policy.js";

const issuer = "https://as.example.com";

it("returns the public scopes in declared order and the other members as given", () => {
  const rest = { token_endpoint: `${issuer}/token`, code_challenge_methods_supported: ["S256"] };
  expect(authorizationServerMetadata(policy, { issuer, ...rest })).toEqual({
    issuer,
    scopes_supported: [
      "openid",
      "courses:read",
      "courses:write",
      "students:read",
      "offline_access",
    ],
    ...rest,
  });
});

it("omits scopes_supported if no scope is public", () => {
  const own = loadPolicy({ name: "P", version: "1", scopes: { "admin:all": { reserved: true } } });
  expect(authorizationServerMetadata(own, { issuer })).toEqual({ issuer });
});

it.each([
  ["http://as.example.com", ["issuer"]],
  ["https://as.example.com?x=1", ["issuer"]],
  ["https://as.example.com#x", ["issuer"]],
  ["as.example.com", ["issuer"]],
])("rejects the issuer %s", (wrong, paths) => {
  try {
    authorizationServerMetadata(policy, { issuer: wrong });
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    expect((error as PolicyError).code).toBe("ERR_OPTIONS_INVALID");
    expect((error as PolicyError).findings.map(({ path }) => path)).toEqual(paths);
  }
});

it("accepts a loopback issuer and rejects a given scopes_supported", () => {
  expect(authorizationServerMetadata(policy, { issuer: "http://localhost:3000" }).issuer).toBe(
    "http://localhost:3000",
  );
  expect(() => authorizationServerMetadata(policy, { issuer, scopes_supported: ["x"] })).toThrow(
    "scopes_supported: set by the policy: leave the option out",
  );
});
