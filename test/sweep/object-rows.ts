import type { Authorizer, Decision, Policy, PolicyDenial, ResolvedOperation } from "scope-policy";
import { product, SCOPE_PAIRS, SCOPES, VALUES } from "./core-rows.js";
import { CALLS, REQUESTS, TOKENS } from "./definition.js";
import type { Table } from "./row.js";

/** Tokens of every kind, and missing or invalid credentials. */
const CALLERS: readonly unknown[] = [undefined, null, ...Object.values(TOKENS)];
const CALLER_CALLS = CALLERS.flatMap((token) => CALLS.map((call) => [token, ...call]));

/** Rows of the methods of a policy. */
export const policyRows: Table<Policy> = {
  name: "constant",
  version: "constant",
  definition: "constant",
  scopeNames: "constant",
  toolNames: "constant",
  endpointNames: "constant",
  decide: { takes: ["client", "client", "client"], samples: CALLER_CALLS },
  decideUntrusted: { takes: ["client", "client", "client"], samples: CALLER_CALLS.slice(0, 32) },
  authorize: { takes: ["client", "client", "client"], samples: CALLER_CALLS.slice(30, 48) },
  decideRequest: { takes: ["client", "client"], samples: product(CALLERS, REQUESTS) },
  findEndpoint: { takes: ["client"], samples: REQUESTS.map((request) => [request]) },
  toolsFor: { takes: ["client"], samples: CALLERS.map((token) => [token]) },
  operation: { takes: ["program"], samples: [["list_courses"], ["get_x"], ["list_course"]] },
  expand: {
    takes: ["client", "options"],
    samples: product(SCOPES, [undefined, { firstParty: true }]),
  },
  covers: { takes: ["client", "client", "options"], samples: SCOPE_PAIRS },
  missing: {
    takes: ["client", "client", "options"],
    samples: SCOPE_PAIRS.flatMap((pair) => [pair, [...pair, { firstParty: true }]]),
  },
  reduce: { takes: ["client", "options"], samples: product(SCOPES, [undefined, {}]) },
  bundleScope: { takes: ["program"], samples: [["read-only"], ["all"], ["readonly"]] },
  bindScope: {
    takes: ["program", "client"],
    samples: product(["/accounts/{accountID}/profile.read", "courses:read", "gone"], VALUES),
  },
};

/** Rows of the methods of an operation with a parameter that was resolved at startup. */
export const operationRows: Table<ResolvedOperation> = {
  name: "constant",
  params: "constant",
  decide: { takes: ["client", "client"], samples: product(CALLERS, VALUES) },
  authorize: { takes: ["client", "client"], samples: product(CALLERS, VALUES) },
};

/** Raw tokens are names of tokens. The verifier cannot check `outage`. */
const RAW: readonly (string | undefined)[] = [
  undefined,
  "no token",
  "unknown",
  "outage",
  ...Object.keys(TOKENS),
];
const FIELDS: readonly unknown[] = [
  undefined,
  "Basic x",
  "Bearer",
  ["Bearer reader", "Bearer owner"],
  ...RAW.filter((raw) => raw !== undefined).map((raw) => `Bearer ${raw}`),
];
const CONTEXTS = [undefined, {}, { operation: "list_courses", protocolVersion: "2025-06-18" }];

/** Returns the rows of the methods of an authorizer. */
export function authorizerRows({
  policy,
  answer,
}: Pick<Authorizer, "policy" | "answer">): Table<Authorizer> {
  const decisions = new Map<string, Decision>();
  for (const [token, name, params] of CALLER_CALLS) {
    const decision = policy.decideUntrusted(token, name, params);
    if (!decision.allowed) decisions.set(decision.code, decision);
  }
  return {
    policy: "constant",
    resource: "constant",
    timeout: "constant",
    verifiesTokens: "constant",
    outages: "constant",
    decide: {
      takes: ["client", "client", "client"],
      samples: [
        ...RAW.map((raw) => [raw, "edit_course"]),
        ...CALLS.map((call) => ["bound", ...call]),
      ],
    },
    authorize: {
      takes: ["client", "client", "client"],
      samples: RAW.map((raw) => [raw, "list_courses"]),
    },
    admit: {
      takes: ["facts"],
      samples: [
        ...CALLS.map((call) => ["Bearer reader", ...call] as const),
        ...product(FIELDS, ["search", "edit_course", "unknown_tool"]),
      ].map(([authorization, operation, params]) => [{ authorization, operation, params }]),
    },
    authenticate: {
      takes: ["client", "facts", "program"],
      samples: product(FIELDS, CONTEXTS).map((given) => [...given, undefined]),
    },
    answer: { takes: ["program", "facts"], samples: product([...decisions.values()], CONTEXTS) },
    record: {
      takes: ["facts", "facts"],
      samples: [...decisions.values()].flatMap((decision) => {
        const refused = { decision, answer: answer(decision as PolicyDenial) };
        return [
          [refused, { name: "mcp:ping" }],
          [
            { ...refused, token: TOKENS.reader },
            { name: "mcp:tools/list", requestId: "r" },
          ],
        ];
      }),
    },
    replacePolicy: { takes: ["policy"], samples: [[policy]] },
    metadata: { takes: [], samples: [[]] },
  };
}
