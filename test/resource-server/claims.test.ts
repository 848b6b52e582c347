import { describe, expect, it } from "vitest";
import { PolicyError } from "../../src/errors.js";
import {
  accessTokenFromClaims,
  readAccessToken,
  SCOPE_CLAIMS,
  type ScopeClaim,
  scopeSource,
} from "../../src/resource-server/claims.js";

describe("an access token of claims", () => {
  it("contains the claims of AccessToken, and no others", () => {
    const claims = {
      scope: "a b",
      sub: "user",
      client_id: "client",
      iss: "issuer",
      jti: "id",
      exp: 2,
      iat: 1,
      acr: "mfa",
      auth_time: 1,
      tier: "pro",
      account_type: "studio",
      entitlements: ["fleet"],
      first_party: true,
    };
    const token = accessTokenFromClaims({ ...claims, nbf: 0, scopes: ["admin"], isAdmin: true });
    expect(token).toEqual(claims);
    expect(Object.isFrozen(token)).toBe(true);
  });

  it.each([
    ["no claims", {}],
    ["undefined", undefined],
    ["null", null],
    ["a text", "scope"],
    ["claims on the prototype", { __proto__: { scope: "admin", sub: "x", tier: "pro" } }],
    [
      "a claim that cannot be read",
      {
        get scope() {
          throw new Error("no");
        },
      },
    ],
  ])("contains no claim that is missing, inherited or unreadable: %s", (_title, claims) => {
    expect(accessTokenFromClaims(claims)).toEqual({ scope: "" });
  });

  it.each([
    ["sub", 1],
    ["sub", null],
    ["client_id", ["x"]],
    ["iss", {}],
    ["jti", true],
    ["exp", "1"],
    ["exp", Number.POSITIVE_INFINITY],
    ["exp", Number.NaN],
    ["iat", null],
    ["scope", null],
    ["scope", 1],
    ["scope", { 0: "a" }],
    ["scope", ["a"]],
  ])("does not exist if `%s` is %j", (name, value) => {
    expect(accessTokenFromClaims({ scope: "a", [name]: value })).toBeUndefined();
  });

  it.each([
    ["tier", 1],
    ["tier", ["pro"]],
    ["account_type", null],
    ["first_party", "true"],
    ["first_party", 1],
    ["first_party", false],
  ])("does not contain `%s` if it is %j", (name, value) => {
    expect(accessTokenFromClaims({ scope: "a", [name]: value })).toEqual({ scope: "a" });
  });

  it.each(SCOPE_CLAIMS)("reads its scope from `%s` alone", (scopeClaim) => {
    const claims = Object.fromEntries(SCOPE_CLAIMS.map((name) => [name, `${name}:read`]));
    const { [scopeClaim]: own, ...others } = claims;
    expect(accessTokenFromClaims(claims, { scopeClaim })?.scope).toBe(own);
    expect(accessTokenFromClaims(others, { scopeClaim })?.scope).toBe("");
  });

  it.each([
    ["scope", undefined, false],
    ["scope", true, true],
    ["scp", undefined, true],
    ["permissions", undefined, true],
    ["permissions", false, false],
  ] as const)(
    "accepts a list in `%s` by `isScopeList`: %s gives %s",
    (scopeClaim, asked, isTaken) => {
      const list = ["a", "b"];
      const reading = { scopeClaim, ...(asked !== undefined && { isScopeList: asked }) };
      const token = accessTokenFromClaims({ [scopeClaim]: list }, reading);
      expect(token?.scope).toEqual(isTaken ? ["a", "b"] : undefined);
      list.push("c");
      expect(token?.scope).toEqual(isTaken ? ["a", "b"] : undefined);
      expect(Object.isFrozen(token?.scope ?? "")).toBe(true);
      expect(accessTokenFromClaims({ [scopeClaim]: ["a", 1] }, reading)).toBeUndefined();
    },
  );

  it.each([
    ["a misspelt member", { scopeclaim: "scp" }, ["scopeclaim"]],
    ["an empty name", { scopeClaim: "" }, ["scopeClaim"]],
    ["two wrong members", { scopeClaim: [7], isScopeList: 1 }, ["isScopeList", "scopeClaim"]],
  ])("is not created for options with %s", (_title, reading, paths) => {
    let error: unknown;
    try {
      accessTokenFromClaims({ scope: "a" }, reading as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(PolicyError);
    expect((error as PolicyError).code).toBe("ERR_OPTIONS_INVALID");
    expect((error as PolicyError).message).toMatch(/ in the options for the reading of a scope\n/);
    expect((error as PolicyError).findings.map(({ path }) => path).sort()).toEqual(paths);
  });

  const nested = {
    resource_access: { api: { roles: ["a"] }, web: {} },
    "https://x.example/s": "b",
  };
  it.each<[claims: object, scopeClaim: ScopeClaim, scope: unknown]>([
    [nested, "https://x.example/s", "b"],
    [nested, ["resource_access", "api", "roles"], ["a"]],
    [nested, ["resource_access", "web", "roles"], ""],
    [nested, ["resource_access", "other", "roles"], ""],
    [nested, ["other", "api"], ""],
    [nested, ["resource_access", "api"], undefined],
    [{ resource_access: "admin" }, ["resource_access", "api", "roles"], undefined],
    [{ resource_access: null }, ["resource_access", "api"], undefined],
    [{ resource_access: ["a"] }, ["resource_access", "0"], undefined],
    [{ scope: "abc" }, ["scope", "length"], undefined],
    [{ a: Object.create({ b: "inherited" }) as object }, ["a", "b"], ""],
    [{ scp: "a", roles: ["b"] }, { firstOf: ["scp", "roles"] }, "a"],
    [{ roles: ["b"] }, { firstOf: ["scp", "roles"] }, ["b"]],
    [{ scp: 7, roles: ["b"] }, { firstOf: ["scp", "roles"] }, undefined],
    [{ scp: null, roles: ["b"] }, { firstOf: ["scp", "roles"] }, undefined],
    [{ scp: "", roles: ["b"] }, { firstOf: ["scp", "roles"] }, ""],
    [{ a: 7, roles: ["b"] }, { firstOf: [["a", "b"], "roles"] }, undefined],
    [{}, { firstOf: ["scp", "roles"] }, ""],
    [{ scope: ["a"] }, { firstOf: ["scp", "scope"] }, undefined],
    [{ scope: ["a"] }, ["scope"], undefined],
  ])("of %j reads %j as %j", (claims, scopeClaim, scope) => {
    expect(accessTokenFromClaims(claims, { scopeClaim })?.scope).toEqual(scope);
  });

  it("has the members of the issuer that its verifier chose, and none without them", () => {
    const read = (members?: object) =>
      readAccessToken({ scope: "a", claims: "b" }, scopeSource("scope", false), { ...members });
    expect(read({ org_id: "o" })).toEqual({ scope: "a", claims: { org_id: "o" } });
    const none = readAccessToken({ scope: "a", claims: "b" }, scopeSource("scope", false));
    expect(none).toStrictEqual({ scope: "a" });
  });

  it("does not read inherited options", () => {
    const inherited = Object.create({ scopeClaim: "scp", isScopeList: true }) as object;
    const claims = { scope: "own", scp: "inherited" };
    expect(accessTokenFromClaims(claims, inherited)?.scope).toBe("own");
    expect(accessTokenFromClaims({ scope: ["a"] }, inherited)).toBeUndefined();
  });
});
