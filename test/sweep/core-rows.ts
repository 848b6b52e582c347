import type * as core from "scope-policy";
import { consentScreen } from "scope-policy";
import { definition, FACTS, ISSUER, METADATA, RESOURCE, SELECTIONS, TOKENS } from "./definition.js";
import type { Table } from "./row.js";

/** Scopes of requests, grants and tokens. */
export const SCOPES: readonly unknown[] = [
  ...Object.values(TOKENS).map((token) => ("scope" in token ? token.scope : undefined)),
  "",
  [],
  "courses:write students:read",
  "gone:read",
];
/** Pairs of each scope with one that covers much, and with one that covers little. */
export const SCOPE_PAIRS = SCOPES.flatMap((scope) => [
  ["mcp:tools courses:write", scope],
  [scope, "courses:read"],
]);
const TEMPLATES = ["courses:read", "/accounts/{accountID}/", "<a>:read", "a b", ""];
export const VALUES = [{ accountID: "a", a: "b" }, { accountID: "../b" }, {}, undefined];

/** Returns every pair of a first and a second argument. */
export function product(
  lefts: readonly unknown[],
  rights: readonly unknown[],
): readonly unknown[][] {
  return lefts.flatMap((left) => rights.map((right) => [left, right]));
}

/** Returns the rows of the entry `scope-policy`. */
export function coreRows(policy: core.Policy): Table<typeof core> {
  const of = (...lists: readonly (readonly unknown[])[]) => lists.map((list) => [policy, ...list]);
  return {
    AccessDenied: "class",
    DECISION_CODES: "constant",
    MAX_ALTERNATIVES: "constant",
    MAX_SCOPE_LENGTH: "constant",
    MAX_SCOPE_TOKENS: "constant",
    PolicyError: "class",
    REVOCATION_STEPS: "constant",
    SCOPE_VERBS: "constant",
    authorizationServerMetadata: {
      takes: ["policy", "options"],
      samples: of([{ issuer: ISSUER, token_endpoint: `${ISSUER}/token` }], [{ issuer: "x" }], [{}]),
    },
    bindScope: { takes: ["client", "client"], samples: product(TEMPLATES, VALUES) },
    clientRegistration: {
      takes: ["policy", "client", "options"],
      samples: of(
        ...product(METADATA, [
          {},
          { ceiling: ["courses:read"], defaultScope: "openid", unknownScopes: "refuse" },
        ]),
      ),
    },
    connectedApp: {
      takes: ["policy", "facts", "facts"],
      samples: FACTS.flatMap((facts) => {
        const grant = { grantId: "g", client: facts.client, authorizedAt: 1 };
        return of(
          [{ ...grant, scope: "courses:read gone:read admin:all reports:export" }],
          [{ ...grant, scope: ["openid", "offline_access"], policyVersion: "7" }, facts],
        );
      }),
    },
    consentHeaders: {
      takes: ["program", "options"],
      samples: product(
        FACTS.map((facts) => consentScreen(policy, facts)),
        [{}, { script: "self" }],
      ),
    },
    consentScreen: {
      takes: ["policy", "facts", "options"],
      samples: of(...product(FACTS, [{}, { whenNoScope: "catalogue", tierLocked: "locked" }])),
    },
    createAuthorizer: {
      takes: ["options"],
      samples: [
        [{ policy, verify: () => undefined, resource: RESOURCE, trustClaims: [] }],
        [{ policy, verify: () => undefined }],
        [{ policy }],
      ],
    },
    definePolicy: {
      takes: ["definition", "options"],
      samples: product([definition], [{}, { now: () => 1 }, { nov: 1 }]),
    },
    droppedScopes: {
      takes: ["policy", "facts", "options"],
      samples: of(...product(FACTS, [{}, { ineligible: "refuse" }])),
    },
    formatScope: { takes: ["program"], samples: [[new Set(["a", "b"])], [new Set(["a b"])], [7]] },
    formatScopeToken: { takes: ["program"], samples: [[{ form: "colon", segments: ["a", "b"] }]] },
    isScopeToken: { takes: ["client"], samples: SCOPES.map((scope) => [scope]) },
    issuesRefreshToken: {
      takes: ["policy", "client"],
      samples: of(["offline_access"], ["openid"], ["a  b"]),
    },
    loadPolicy: {
      takes: ["definition", "options"],
      samples: product(
        [
          definition,
          JSON.stringify(definition),
          "{",
          { name: "P", version: "1", scopes: { a: { tier: "x", deflt: "on" } }, tools: { t: {} } },
          { name: "P", version: "1", scopes: {}, endpoints: { "GET /a": "b", "GET a": {} } },
          { name: "P", version: "1", scopes: { a: {} }, tools: { t: "a", u: { scope: "a" } } },
        ],
        [{}],
      ),
    },
    matchScope: {
      takes: ["client", "client"],
      samples: product(TEMPLATES, ["/accounts/a/", "courses:read", ""]),
    },
    parseScope: { takes: ["client"], samples: SCOPES.map((scope) => [scope]) },
    parseScopeToken: { takes: ["client"], samples: TEMPLATES.map((text) => [text]) },
    policyJsonSchema: { takes: [], samples: [[]] },
    protectedResourceMetadata: {
      takes: ["policy", "options"],
      samples: of(
        [{ resource: RESOURCE, authorizationServers: [ISSUER] }],
        [{ resource: RESOURCE }],
        [{ resource: "x" }],
      ),
    },
    protectedResourceMetadataUrl: { takes: ["program"], samples: [[RESOURCE], ["x"]] },
    refreshScope: {
      takes: ["policy", "client", "client", "options"],
      samples: SCOPE_PAIRS.flatMap((pair) =>
        of(
          pair,
          [...pair, { clientScope: "mcp:tools courses:read", originalMeanings: "courses:read" }],
          [pair[0], undefined, { firstParty: true }],
        ),
      ),
    },
    resolveConsent: {
      takes: ["policy", "facts", "client", "options"],
      samples: of(...product(FACTS, SELECTIONS)),
    },
  };
}
