import { createAuthorizer, type Denial, type DenialResponse, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import type { ChallengeMode } from "../../src/resource-server/challenge.js";
import { parseChallenge } from "./challenge-parser.js";

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  scopes: {
    openid: {},
    offline_access: {},
    "courses:read": {},
    "courses:write": {},
    "students:read": { replaces: ["members:read", "people"] },
    "students:list": { replaces: ["people"] },
    "admin:all": { reserved: true, replaces: ["root", "people"] },
    "/vaults/{vaultID}/": { reserved: true, replaces: ["/safes/{vaultID}/"] },
    "/accounts/{accountID}/": { replaces: ["/wallets/{accountID}/"] },
    "/orgs/{orgID}/{userID}": { replaces: ["/members/{userID}/{orgID}"] },
  },
  baseline: ["openid"],
  tools: { list_courses: "courses:read" },
});

const authorizerWith = (options: { readonly challenge?: ChallengeMode } = {}) =>
  createAuthorizer({ policy, verify: () => undefined, ...options });

/** Returns the denial of a call by the policy. */
function denialOf(token: unknown, tool: string): Denial {
  const decision = policy.decideUntrusted(token, tool);
  if (decision.allowed) throw new Error(`${tool} is allowed`);
  return decision;
}
const scopeOf = ({ headers }: DenialResponse) =>
  parseChallenge(headers["WWW-Authenticate"]).get("scope");

describe("a challenge of mode union", () => {
  const union = authorizerWith({ challenge: "union" });
  const shortage = denialOf({ scope: "" }, "list_courses");
  const unionFor = (scope: unknown) =>
    scopeOf(union.answer(shortage, { token: { scope } as never }));

  const GRANTED: readonly (readonly [what: string, scope: unknown, named: string])[] = [
    ["nothing", "", "courses:read openid"],
    ["an empty list", [], "courses:read openid"],
    ["another scope", "courses:write", "courses:write courses:read openid"],
    ["some of the needed scopes", "openid courses:write", "openid courses:write courses:read"],
    ["one scope twice", "courses:write courses:write", "courses:write courses:read openid"],
    ["a list of scopes", ["courses:write", "email"], "courses:write email courses:read openid"],
    ["a scope that the policy does not have", "email", "email courses:read openid"],
    ["a reserved scope", "admin:all email", "email courses:read openid"],
    ["a former name of a reserved scope", "root email", "email courses:read openid"],
    ["a reserved scope for some value", "/vaults/v1/ email", "email courses:read openid"],
    [
      "a former name of a reserved scope for some value",
      "/safes/v1/ email",
      "email courses:read openid",
    ],
    ["offline_access", "offline_access email", "email courses:read openid"],
    ["a former name", "members:read", "students:read courses:read openid"],
    [
      "a former name and the current one",
      "members:read students:read",
      "students:read courses:read openid",
    ],
    [
      "a former name of three scopes, one of them reserved",
      "people",
      "students:read students:list courses:read openid",
    ],
    ["a former name for some value", "/wallets/w1/", "/accounts/w1/ courses:read openid"],
    [
      "a former name with its values in another order",
      "/members/u1/o1",
      "/orgs/o1/u1 courses:read openid",
    ],
    [
      "list members that are not scope tokens",
      ["a b", "", 7, null, 'a"b', "é"],
      "courses:read openid",
    ],
    ["templates", ["/accounts/{accountID}/", "/vaults/<vaultID>/", "email"], "courses:read openid"],
    ["a template next to a scope, as text", "email /accounts/{accountID}/", "courses:read openid"],
    ["a malformed text", "email  courses:write", "courses:read openid"],
    ["a value that is neither a text nor a list", { 0: "email", length: 1 }, "courses:read openid"],
    ["no scope member", undefined, "courses:read openid"],
  ];
  it.each(GRANTED)(
    "names the scopes in a token that are current and not reserved, for a token with %s",
    (_, scope, named) => {
      expect(unionFor(scope)).toBe(named);
    },
  );

  it("has the same scope in the body", () => {
    const answer = union.answer(shortage, { token: { scope: "email" } });
    expect(answer.body.scope).toBe("email courses:read openid");
  });

  it("names only the needed scopes if the union is longer than 8,192 characters", () => {
    const needed = " courses:read openid";
    const granted = "x".repeat(8_192 - needed.length);
    expect(unionFor(granted)).toBe(granted + needed);
    expect(unionFor(`${granted}x`)).toBe("courses:read openid");
  });

  it("names the minimum without a token, and no scope for other codes", () => {
    expect(scopeOf(union.answer(shortage))).toBe("courses:read openid");
    const unauthenticated = denialOf(undefined, "list_courses");
    expect(scopeOf(union.answer(unauthenticated, { token: { scope: "email" } }))).toBe("openid");
    const bad = denialOf(null, "list_courses");
    expect(scopeOf(union.answer(bad, { token: { scope: "email" } }))).toBeUndefined();
  });
});

describe("a challenge of mode auto", () => {
  const token = { scope: "email" };
  const shortage = denialOf(token, "list_courses");
  const MINIMUM = "courses:read openid";
  const UNION = `email ${MINIMUM}`;

  it.each([
    [undefined, MINIMUM],
    ["2024-11-05", UNION],
    ["2025-11-25", UNION],
    ["2026-07-27", UNION],
    ["2026-07-28", MINIMUM],
    ["2027-01-01", MINIMUM],
    ["DRAFT-2026-v1", MINIMUM],
    ["2025-11-25\n", MINIMUM],
    ["x2025-11-25", MINIMUM],
    ["", MINIMUM],
  ])("names the union or the minimum by the protocol version %s", (protocolVersion, scope) => {
    const context = { token, protocolVersion };
    expect(scopeOf(authorizerWith().answer(shortage, context))).toBe(scope);
    expect(scopeOf(authorizerWith({ challenge: "auto" }).answer(shortage, context))).toBe(scope);
    expect(scopeOf(authorizerWith({ challenge: "minimum" }).answer(shortage, context))).toBe(
      MINIMUM,
    );
    expect(scopeOf(authorizerWith({ challenge: "union" }).answer(shortage, context))).toBe(UNION);
  });
});
