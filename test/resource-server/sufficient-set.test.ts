import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import { sufficientSet, sufficientWays } from "../../src/resource-server/sufficient-set.js";

const policy = compiledPolicyOf(
  loadPolicy({
    name: "Courses",
    version: "1",
    scopes: {
      "a:read": {},
      "b:read": {},
      "c:read": {},
      "admin:all": { reserved: true },
      "/accounts/{accountID}/": {},
    },
    tools: {
      one: "a:read",
      all: { allOf: ["a:read", { anyOf: ["b:read", "c:read"] }] },
      account: { anyOf: ["/accounts/{accountID}/", "b:read"] },
      secret: { scope: "a:read", hidden: true },
      open: { public: true },
      never: { deny: "no" },
      purge: "admin:all",
    },
  }),
);

/** Operations with the sets of which one is enough, for each rule. */
const WAYS: readonly (readonly [
  operation: unknown,
  params: unknown,
  ways: readonly (readonly (readonly string[])[])[] | undefined,
])[] = [
  ["one", undefined, [[["a:read"]]]],
  [
    "all",
    undefined,
    [
      [
        ["a:read", "b:read"],
        ["a:read", "c:read"],
      ],
    ],
  ],
  ["account", { accountID: "x" }, [[["/accounts/x/"], ["b:read"]]]],
  ["account", undefined, [[[], ["b:read"]]]],
  ["secret", undefined, undefined],
  ["open", undefined, undefined],
  ["never", undefined, undefined],
  ["purge", undefined, undefined],
  ["nothing", undefined, undefined],
  [7, undefined, undefined],
];

describe("the sufficient sets of scopes of an operation", () => {
  it.each(WAYS)("of %s with %j are %j", (operation, params, ways) => {
    expect(sufficientWays(policy, operation, params, false)).toEqual(ways);
    expect(sufficientSet(policy, operation, params)).toEqual(ways?.flatMap(([first]) => first));
  });
});
