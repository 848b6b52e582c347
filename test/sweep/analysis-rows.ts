import type { Policy } from "scope-policy";
import type * as analysis from "scope-policy/analysis";
import { product } from "./core-rows.js";
import { CALLS, TOKENS } from "./definition.js";
import type { Table } from "./row.js";

const OPERATIONS = ["edit_course", "get_profile", "search", "whoami", "remove_account", "get_log"];

/** Returns the rows of the functions that answer a question about a policy, or about a change of it to another one. */
export function analysisRows(policy: Policy, wider: Policy): Table<typeof analysis> {
  return {
    decideAll: {
      takes: ["policy", "client", "program"],
      samples: Object.values(TOKENS).flatMap((token) => [
        [policy, token, CALLS],
        [policy, token, [["edit_course"], ["list_courses"], ["get_profile", { accountID: "a" }]]],
      ]),
    },
    diffPolicies: {
      takes: ["policy", "policy", "options"],
      samples: [
        [policy, policy],
        [policy, wider],
        [policy, wider, { grants: [{ scope: "courses:read", user: "u1" }] }],
      ],
    },
    leastPrivilege: {
      takes: ["policy", "program", "options"],
      samples: product(
        [["edit_course", "list_courses"], CALLS.map(([name]) => name)],
        [
          {},
          { tier: "pro", accountType: "studio", held: "courses:read", params: { accountID: "a" } },
          { accountType: ["studio"], entitlements: [], held: ["a  b"] },
        ],
      ).map((given) => [policy, ...given]),
    },
    lintPolicy: { takes: ["policy", "options"], samples: [[policy]] },
    equivalent: {
      takes: ["policy", "program", "program"],
      samples: product(OPERATIONS, OPERATIONS).map((given) => [policy, ...given]),
    },
    reachable: {
      takes: ["policy", "options"],
      samples: [
        {},
        { scopes: ["mcp:tools", "/accounts/{accountID}/profile.read"], tier: "pro" },
        { bundle: "read-only", defaults: true, accountType: ["studio"] },
      ].map((options) => [policy, options]),
    },
    tokenPlan: {
      takes: ["policy", "program", "options"],
      samples: [
        [policy, []],
        [
          policy,
          [
            { operation: "edit_course", returns: { id: "user" } },
            { operation: "get_profile", params: { accountID: "user" } },
            { operation: "purge" },
          ],
          { tier: "pro", known: { other: 7 }, maxScopes: 3 },
        ],
      ],
    },
    whoCan: {
      takes: ["policy", "program"],
      samples: OPERATIONS.map((operation) => [policy, operation]),
    },
  };
}
