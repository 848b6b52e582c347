import { createAuthorizer, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";
import { createLocalToken } from "../../src/resource-server/local-token.js";

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  tiers: ["free", "pro"],
  scopes: { "courses:read": {}, "admin:all": { reserved: true } },
  tools: { export: { scope: "courses:read", tier: "pro" }, purge: "admin:all" },
});
const claims = { scope: "courses:read", sub: "user-1", client_id: "app-1", iat: 1, jti: "a" };
const verify = () => undefined;
const authorizerWith = (options: Partial<AuthorizerOptions>) =>
  createAuthorizer({ policy, verify, trustClaims: [], onOutage: verify, ...options });

describe("a local token", () => {
  const authenticated = (
    source: Parameters<typeof createLocalToken>[0],
    options: Partial<AuthorizerOptions> = {},
  ) => authorizerWith(options).authenticate(createLocalToken(source));

  it("has the claims of the program, or the current result of its function", async () => {
    const token = { ...claims, exp: 99_999_999_999 };
    for (const source of [token, () => token, async () => token]) {
      expect(await authenticated(source)).toEqual({ kind: "authenticated", token });
    }
  });

  it("gets facts and a revocation check as any other token", async () => {
    expect(await authenticated(claims, { isRevoked: () => true })).toMatchObject({
      decision: { code: "invalid_token" },
    });
    expect(await authenticated(claims, { subject: () => ({ tier: "pro" }) })).toEqual({
      kind: "authenticated",
      token: { ...claims, tier: "pro" },
    });
  });

  it.each<[what: string, source: Parameters<typeof createLocalToken>[0], code: string]>([
    ["`undefined`", () => undefined, "invalid_token"],
    ["a token that has expired", { ...claims, exp: 1 }, "invalid_token"],
    ["a token whose exp is not a time", { ...claims, exp: Number.NaN }, "invalid_token"],
    ["a rejection", () => Promise.reject(new Error("boom")), "temporarily_unavailable"],
    [
      "an exception",
      () => {
        throw new Error("boom");
      },
      "temporarily_unavailable",
    ],
  ])("is rejected if it is %s", async (_, source, code) => {
    expect(await authenticated(source)).toMatchObject({ decision: { code } });
  });

  it("keeps its tier, account type and first-party flag for any `trustClaims`", async () => {
    const token = {
      ...claims,
      scope: "courses:read admin:all",
      tier: "pro",
      account_type: "mentor",
      first_party: true,
    };
    const authorization = createLocalToken(token);
    const authorizer = authorizerWith({ trustClaims: [] });
    for (const operation of ["export", "purge"]) {
      expect(await authorizer.admit({ authorization, operation })).toMatchObject({
        kind: "allowed",
        token,
      });
    }
  });

  it("cannot be created by a request", async () => {
    const made = createLocalToken(claims);
    for (const copy of [{ ...made }, Object.create(made), [made], new Proxy(made, {})]) {
      expect(await authorizerWith({}).authenticate(copy as string)).toMatchObject({
        decision: { code: "invalid_request" },
      });
    }
  });
});
