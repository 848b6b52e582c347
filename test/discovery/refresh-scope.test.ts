import fc from "fast-check";
import { issuesRefreshToken, loadPolicy, refreshScope } from "scope-policy";
import { describe, expect, it } from "vitest";
import { runOften, tally } from "../often.js";
import { policy } from "./policy.js";

describe("a refreshed scope (RFC 6749, section 6)", () => {
  const grant = "openid courses:read courses:write";
  it.each([
    ["the grant if no scope is requested", grant, undefined, {}, grant, false],
    ["the requested part of the grant", grant, "courses:read", {}, "courses:read", true],
    [
      "the grant in the requested order",
      grant,
      "courses:write courses:read openid",
      {},
      "courses:write courses:read openid",
      false,
    ],
    [
      "the grant without scopes that the policy no longer has",
      "openid gone:read",
      undefined,
      {},
      "openid",
      true,
    ],
    [
      "the grant without scopes that are reserved now",
      "openid admin:all",
      undefined,
      {},
      "openid",
      true,
    ],
    [
      "the grant with reserved scopes for a first-party client",
      "openid admin:all",
      undefined,
      { firstParty: true },
      "openid admin:all",
      false,
    ],
    [
      "the part of the grant within a narrowed registration",
      grant,
      undefined,
      { clientScope: "openid courses:read" },
      "openid courses:read",
      true,
    ],
    [
      "an older name that still has a meaning",
      "members:read",
      undefined,
      {},
      "members:read",
      false,
    ],
    [
      "a bound scope",
      "/accounts/a/profile.write",
      undefined,
      {},
      "/accounts/a/profile.write",
      false,
    ],
    [
      "a bound scope of a registered template",
      "/accounts/a/profile.write",
      undefined,
      { clientScope: "/accounts/<accountID>/profile.write" },
      "/accounts/a/profile.write",
      false,
    ],
    [
      "the grant without a bound scope that is registered for another value",
      "openid /accounts/a/profile.write",
      undefined,
      { clientScope: "openid /accounts/b/profile.write" },
      "openid",
      true,
    ],
  ] as const)("is %s", (_, original, requested, options, scope, narrowed) => {
    expect(refreshScope(policy, original, requested, options)).toEqual({
      ok: true,
      scope,
      scopes: scope.split(" "),
      narrowed,
    });
  });

  it.each([
    ["a request for more than the grant", grant, "courses:read students:read", {}],
    ["a request for another scope", "courses:read", "courses:write", {}],
    ["a request for a part of a granted name", "courses:readwrite", "courses:read", {}],
    ["an empty request", grant, "", {}],
    ["a malformed request", grant, "openid  courses:read", {}],
    ["a malformed grant", "openid  courses:read", undefined, {}],
    ["a grant of which nothing is left", "gone:read", undefined, {}],
    ["a grant of a template", "/accounts/{accountID}/profile.write", undefined, {}],
    ["a malformed registration", grant, undefined, { clientScope: " " }],
    ["a grant that is not a text", 7 as never, undefined, {}],
  ] as const)("is refused for %s", (_, original, requested, options) => {
    expect(refreshScope(policy, original, requested, options)).toEqual({
      ok: false,
      error: "invalid_scope",
    });
  });

  it("never exceeds the grant and is never reserved, for any request", () => {
    const names = [
      ...Object.keys(policy.definition.scopes),
      "members:read",
      "/accounts/a/profile.write",
      "x",
    ];
    const scope = fc.subarray(names).map((list) => list.join(" "));
    const given = tally("a refresh that is allowed", 6);
    runOften([given], () =>
      fc.assert(
        fc.property(scope, fc.option(scope, { nil: undefined }), (original, requested) => {
          const result = refreshScope(policy, original, requested);
          if (!result.ok) return;
          given.count += 1;
          expect(policy.covers(original, result.scope)).toBe(true);
          expect(result.scopes).not.toContain("admin:all");
          // a second refresh of the result returns the same scope
          expect(refreshScope(policy, result.scope)).toMatchObject({ scope: result.scope });
        }),
      ),
    );
  });
});

describe("issuesRefreshToken", () => {
  it.each([
    ["openid offline_access", true],
    ["openid", false],
    ["openid  offline_access", false],
    ["", false],
  ])("for the scope %j returns %s", (scope, expected) => {
    expect(issuesRefreshToken(policy, scope)).toBe(expected);
  });

  it("returns false if the policy does not declare offline_access or reserves it", () => {
    const none = loadPolicy({ name: "P", version: "1", scopes: { openid: {} } });
    const own = loadPolicy({
      name: "P",
      version: "1",
      scopes: { offline_access: { reserved: true } },
    });
    expect(issuesRefreshToken(none, "offline_access")).toBe(false);
    expect(issuesRefreshToken(own, "offline_access")).toBe(false);
  });
});
