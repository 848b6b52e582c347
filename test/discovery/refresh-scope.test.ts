import fc from "fast-check";
import { issuesRefreshToken, loadPolicy, refreshScope } from "scope-policy";
import { describe, expect, it } from "vitest";
import { runOften, tally } from "../often.js";
import { policy } from "./policy.js";

describe("what a refresh token is exchanged for (RFC 6749, section 6)", () => {
  const grant = "openid courses:read courses:write";
  it.each([
    ["the grant, if no scope is named", grant, undefined, {}, grant, false],
    ["a part of it", grant, "courses:read", {}, "courses:read", true],
    [
      "the grant in the order that is asked for",
      grant,
      "courses:write courses:read openid",
      {},
      "courses:write courses:read openid",
      false,
    ],
    ["nothing that the policy has no more", "openid gone:read", undefined, {}, "openid", true],
    ["nothing that is reserved by now", "openid admin:all", undefined, {}, "openid", true],
    [
      "what is reserved, for the owner's own client",
      "openid admin:all",
      undefined,
      { first_party: true },
      "openid admin:all",
      false,
    ],
    [
      "nothing beyond a registration that was narrowed",
      grant,
      undefined,
      { clientScope: "openid courses:read" },
      "openid courses:read",
      true,
    ],
    ["an older name, which still holds", "members:read", undefined, {}, "members:read", false],
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
      "no bound scope of another registered value",
      "openid /accounts/a/profile.write",
      undefined,
      { clientScope: "openid /accounts/b/profile.write" },
      "openid",
      true,
    ],
  ] as const)("%s", (_, original, requested, options, scope, narrowed) => {
    expect(refreshScope(policy, original, requested, options)).toEqual({
      ok: true,
      scope,
      scopes: scope.split(" "),
      narrowed,
    });
  });

  it.each([
    ["more than the grant", grant, "courses:read students:read", {}],
    ["something else", "courses:read", "courses:write", {}],
    ["a part of a name", "courses:readwrite", "courses:read", {}],
    ["nothing at all, said aloud", grant, "", {}],
    ["a malformed scope", grant, "openid  courses:read", {}],
    ["a malformed grant", "openid  courses:read", undefined, {}],
    ["a grant of which nothing is left", "gone:read", undefined, {}],
    ["a template", "/accounts/{accountID}/profile.write", undefined, {}],
    ["a registration that is malformed", grant, undefined, { clientScope: " " }],
    ["no text", 7 as never, undefined, {}],
  ] as const)("refused: %s", (_, original, requested, options) => {
    expect(refreshScope(policy, original, requested, options)).toEqual({
      ok: false,
      error: "invalid_scope",
    });
  });

  it("is never more than the grant, and never reserved, for any request", () => {
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
          // a second refresh of the result gives the same: nothing more is lost, nothing comes back
          expect(refreshScope(policy, result.scope)).toMatchObject({ scope: result.scope });
        }),
      ),
    );
  });
});

describe("whether a refresh token is issued", () => {
  it.each([
    ["openid offline_access", true],
    ["openid", false],
    ["openid  offline_access", false],
    ["", false],
  ])("%j: %s", (scope, expected) => {
    expect(issuesRefreshToken(policy, scope)).toBe(expected);
  });

  it("not by a policy that does not declare it, or keeps it for itself", () => {
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
