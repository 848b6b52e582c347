import type { CaseRequest, ContractCase, Expected } from "./case.js";

/** URL of the metadata in the challenges of the suite's world. */
export const METADATA_URL = "https://api.example.com/.well-known/oauth-protected-resource/mcp";

const MORE_SCOPE = "More scope is needed";

/** Returns the 403 for a missing scope, with a challenge that names it. */
export function stepUp(scope: string, problem: Readonly<Record<string, unknown>> = {}): Expected {
  return {
    status: 403,
    code: "insufficient_scope",
    challenge: {
      error: "insufficient_scope",
      scope,
      resource_metadata: METADATA_URL,
      error_description: MORE_SCOPE,
    },
    problem: { scope, ...problem },
  };
}

/** Returns the 401 of a call without credentials. Over MCP the subject sets the scope. */
export function noCredentials(
  scope: string | undefined,
  problem: Readonly<Record<string, unknown>> = {},
): Expected {
  return {
    status: 401,
    code: "unauthenticated",
    challenge: { ...(scope !== undefined && { scope }), resource_metadata: METADATA_URL },
    problem,
  };
}

/** Returns a denial without a challenge, because asking for a scope would not help. */
function deniedWithoutChallenge(
  status: number,
  code: Extract<Expected, { readonly code: unknown }>["code"],
  problem: Readonly<Record<string, unknown>> = {},
): Expected {
  return { status, code, challenge: null, problem };
}

/** Returns the 401 that asks the user to authenticate again (RFC 9470). */
function authenticateAgain(problem: Readonly<Record<string, unknown>>): Expected {
  return {
    status: 401,
    code: "insufficient_user_authentication",
    challenge: {
      error: "insufficient_user_authentication",
      acr_values: "mfa phr",
      max_age: "300",
      resource_metadata: METADATA_URL,
      error_description: "A stronger or more recent authentication of the user is required",
    },
    problem: { acr_values: ["mfa", "phr"], max_age: 300, ...problem },
  };
}

type Row = readonly [
  id: string,
  title: string,
  token: string | undefined,
  request: CaseRequest,
  expect: Expected,
];

/** Cases about the scope in the 401 of each kind of operation. */
const ANONYMOUS_TOOLS: readonly Row[] = (
  [
    ["get_settings", "the first of several alternatives", "school:read mcp:tools"],
    ["update_course", "all scopes of an alternative", "courses:read courses:write mcp:tools"],
    ["export_report", "the scope of an operation that needs a tier", "reports:export mcp:tools"],
    ["lesson_open", "the scope of a pattern", "courses:read mcp:tools"],
    ["whoami", "only the baseline for an authenticated tool", "mcp:tools"],
    ["purge_all", "no scope for a tool that needs a reserved one", undefined],
    ["sync_all", "no scope for a tool that needs a restricted one", undefined],
  ] as const
).map(([tool, what, scope]) => [
  `tool-anonymous-${tool}`,
  `names ${what} in the challenge without credentials`,
  undefined,
  { tool },
  noCredentials(scope, { tool }),
]);

const TOOLS: readonly Row[] = [
  [
    "tool-allowed",
    "accepts a token with the scopes",
    "reader",
    { tool: "list_courses" },
    { reached: { operation: "list_courses", sub: "reader", params: {} } },
  ],
  [
    "tool-alternative",
    "accepts a token with one of several alternatives",
    "themes",
    { tool: "get_settings" },
    { reached: { operation: "get_settings", sub: "themes", params: {} } },
  ],
  [
    "tool-pattern",
    "accepts a token with the scope of a pattern",
    "reader",
    { tool: "lesson_open" },
    { reached: { operation: "lesson_open", sub: "reader", params: {} } },
  ],
  [
    "tool-pattern-refused",
    "denies a token without the scope of a pattern",
    "themes",
    { tool: "lesson_open" },
    stepUp("courses:read mcp:tools", { tool: "lesson_open" }),
  ],
  [
    "tool-missing",
    "names the whole alternative in the challenge for a missing scope",
    "reader",
    { tool: "update_course" },
    stepUp("courses:read courses:write mcp:tools", { tool: "update_course" }),
  ],
  [
    "tool-baseline",
    "requires the baseline for tools",
    "bare",
    { tool: "list_courses" },
    stepUp("courses:read mcp:tools", { tool: "list_courses" }),
  ],
  [
    "tool-no-scopes",
    "names every scope in the challenge for a token without scopes",
    "nothing",
    { tool: "list_courses" },
    stepUp("courses:read mcp:tools"),
  ],
  [
    "tool-authenticated",
    "requires the baseline for an authenticated tool",
    "nothing",
    { tool: "whoami" },
    stepUp("mcp:tools"),
  ],
  [
    "tool-authenticated-allowed",
    "accepts a token with the baseline for an authenticated tool",
    "reader",
    { tool: "whoami" },
    { reached: { operation: "whoami", sub: "reader", params: {} } },
  ],
  [
    "tool-denied",
    "denies a denied tool for any scope",
    "first-party",
    { tool: "refund" },
    deniedWithoutChallenge(403, "denied", { tool: "refund" }),
  ],
  [
    "tool-denied-anonymous",
    "denies a denied tool without credentials",
    undefined,
    { tool: "refund" },
    deniedWithoutChallenge(403, "denied"),
  ],
  [
    "tool-tier",
    "denies a lower tier without a challenge",
    "report-free",
    { tool: "export_report" },
    deniedWithoutChallenge(403, "upgrade_required", { tier: "pro", tool: "export_report" }),
  ],
  [
    "tool-tier-met",
    "accepts the tier in the token",
    "report-pro",
    { tool: "export_report" },
    { reached: { operation: "export_report", sub: "report-pro", params: {} } },
  ],
  [
    "tool-tier-fact",
    "prefers the tier of `subject` to the tier in the token",
    "upgraded",
    { tool: "export_report" },
    { reached: { operation: "export_report", sub: "upgraded", params: {} } },
  ],
  [
    "tool-account-type",
    "denies another account type",
    "read-studio",
    { tool: "mentor_report" },
    deniedWithoutChallenge(403, "account_type_required", { account_types: ["mentor"] }),
  ],
  [
    "tool-account-type-met",
    "accepts the required account type",
    "read-mentor",
    { tool: "mentor_report" },
    { reached: { operation: "mentor_report", sub: "read-mentor", params: {} } },
  ],
  [
    "tool-account-types-met",
    "accepts one of several account types",
    "read-both",
    { tool: "mentor_report" },
    { reached: { operation: "mentor_report", sub: "read-both", params: {} } },
  ],
  [
    "tool-entitlement",
    "denies an account without the entitlement, without a challenge",
    "reader",
    { tool: "fleet_map" },
    deniedWithoutChallenge(403, "upgrade_required", { entitlement: "fleet", tool: "fleet_map" }),
  ],
  [
    "tool-entitlement-met",
    "accepts the entitlement in the token",
    "fleet",
    { tool: "fleet_map" },
    { reached: { operation: "fleet_map", sub: "fleet", params: {} } },
  ],
  [
    "tool-enriched",
    "accepts a call with a scope for additional detail",
    "writer",
    { tool: "list_people" },
    { reached: { operation: "list_people", sub: "writer", params: {} } },
  ],
  [
    "tool-authentication-old",
    "asks the user to authenticate again after the maximum age",
    "late-payer",
    { tool: "pay_course" },
    authenticateAgain({ tool: "pay_course" }),
  ],
  [
    "tool-authentication-weak",
    "asks the user to authenticate again with another class",
    "weak-payer",
    { tool: "pay_course" },
    authenticateAgain({ tool: "pay_course" }),
  ],
  [
    "tool-authentication-met",
    "accepts a recent authentication of a class in the list",
    "payer",
    { tool: "pay_course" },
    { reached: { operation: "pay_course", sub: "payer", params: {} } },
  ],
  [
    "tool-reserved",
    "denies a reserved scope of a third-party client, without a challenge",
    "third-party",
    { tool: "purge_all" },
    deniedWithoutChallenge(403, "reserved_scope", { tool: "purge_all" }),
  ],
  [
    "tool-reserved-own",
    "accepts a reserved scope of a first-party client",
    "first-party",
    { tool: "purge_all" },
    { reached: { operation: "purge_all", sub: "first-party", params: {} } },
  ],
  [
    "tool-restricted",
    "denies a restricted scope to a client that is not approved, without a challenge",
    "reader",
    { tool: "sync_all" },
    deniedWithoutChallenge(403, "reserved_scope", { tool: "sync_all" }),
  ],
  [
    "tool-restricted-approved",
    "names a restricted scope in the challenge of an approved client",
    "approved",
    { tool: "sync_all" },
    stepUp("partner:sync mcp:tools", { tool: "sync_all" }),
  ],
  [
    "tool-restricted-granted",
    "accepts a restricted scope in the token",
    "partner",
    { tool: "sync_all" },
    { reached: { operation: "sync_all", sub: "partner", params: {} } },
  ],
  [
    "tool-bound",
    "accepts a token bound to the account",
    "owner",
    { tool: "read_profile", params: { account_id: "acc-1" } },
    { reached: { operation: "read_profile", sub: "owner", params: { account_id: "acc-1" } } },
  ],
  [
    "tool-bound-elsewhere",
    "denies a token bound to another account",
    "owner",
    { tool: "read_profile", params: { account_id: "acc-2" } },
    deniedWithoutChallenge(403, "binding_mismatch", { param: "account_id", tool: "read_profile" }),
  ],
  [
    "tool-bound-to-none",
    "names the bound scope with its value in the challenge",
    "reader",
    { tool: "read_profile", params: { account_id: "acc-2" } },
    stepUp("/accounts/acc-2/profile.read mcp:tools"),
  ],
  [
    "tool-bound-unsafe",
    "rejects an unsafe value of a parameter",
    "owner",
    { tool: "read_profile", params: { account_id: "acc-1*" } },
    deniedWithoutChallenge(400, "invalid_params", { param: "account_id" }),
  ],
  [
    "tool-public",
    "accepts a call of a public tool without credentials",
    undefined,
    { tool: "search_directory" },
    { reached: { operation: "search_directory", sub: undefined, params: {} } },
  ],
  [
    "tool-public-known",
    "accepts a call of a public tool with credentials",
    "nothing",
    { tool: "search_directory" },
    { reached: { operation: "search_directory", sub: "nothing", params: {} } },
  ],
  [
    "tool-anonymous",
    "sends a challenge without an error code when no token is sent",
    undefined,
    { tool: "list_courses" },
    noCredentials("courses:read mcp:tools", { tool: "list_courses" }),
  ],
  ...ANONYMOUS_TOOLS,
  [
    "tool-anonymous-bound",
    "names a bound scope with the value of the call in the challenge without credentials",
    undefined,
    { tool: "read_profile", params: { account_id: "acc-1" } },
    noCredentials("/accounts/acc-1/profile.read mcp:tools"),
  ],
];

const ENDPOINTS: readonly Row[] = [
  [
    "endpoint-allowed",
    "accepts a token with the scope, without the baseline of tools",
    "bare",
    { method: "GET", path: "/courses" },
    { reached: { operation: "GET /courses", sub: "bare", params: {} } },
  ],
  [
    "endpoint-query",
    "ignores the query",
    "reader",
    { method: "GET", path: "/courses?next=/admin&x=%2e%2e#" },
    { reached: { operation: "GET /courses", sub: "reader", params: {} } },
  ],
  [
    "endpoint-missing",
    "names a missing scope in the challenge",
    "reader",
    { method: "GET", path: "/admin" },
    stepUp("admin:read", { endpoint: "GET /admin" }),
  ],
  [
    "endpoint-method",
    "applies the rule of the method",
    "reader",
    { method: "POST", path: "/courses", headers: ["Content-Type: application/json"], body: "{}" },
    stepUp("courses:write"),
  ],
  [
    "endpoint-param",
    "accepts any value of a path parameter without a bound scope",
    "writer",
    { method: "DELETE", path: "/courses/42" },
    {
      reached: {
        operation: "DELETE /courses/:courseID",
        sub: "writer",
        params: { courseID: "42" },
      },
    },
  ],
  [
    "endpoint-denied",
    "denies a denied path that also matches a parameter",
    "writer",
    { method: "GET", path: "/courses/new" },
    { refused: [403] },
  ],
  [
    "endpoint-bound",
    "accepts a path with the account of the token",
    "owner",
    { method: "GET", path: "/accounts/acc-1/profile" },
    {
      reached: {
        operation: "GET /accounts/{accountID}/profile",
        sub: "owner",
        params: { accountID: "acc-1" },
      },
    },
  ],
  [
    "endpoint-bound-elsewhere",
    "denies a path with another account",
    "owner",
    { method: "GET", path: "/accounts/acc-2/profile" },
    deniedWithoutChallenge(403, "binding_mismatch", { param: "accountID" }),
  ],
  [
    "endpoint-bound-query",
    "ignores a parameter of the query with the name of a path parameter",
    "owner",
    { method: "GET", path: "/accounts/acc-2/profile?accountID=acc-1" },
    deniedWithoutChallenge(403, "binding_mismatch", { param: "accountID" }),
  ],
  [
    "endpoint-tier",
    "denies a lower tier",
    "report-free",
    { method: "GET", path: "/reports/7" },
    deniedWithoutChallenge(403, "upgrade_required", {
      tier: "pro",
      endpoint: "GET /reports/:reportID",
    }),
  ],
  [
    "endpoint-nested",
    "accepts a token for a route in a nested router",
    "reader",
    { method: "GET", path: "/v1/projects/p-1" },
    {
      reached: {
        operation: "GET /v1/projects/:projectId",
        sub: "reader",
        params: { projectId: "p-1" },
      },
    },
  ],
  [
    "endpoint-nested-refused",
    "denies a token without the scope for a route in a nested router",
    "admin-only",
    { method: "GET", path: "/v1/projects/p-1" },
    stepUp("courses:read", { endpoint: "GET /v1/projects/:projectId" }),
  ],
  [
    "endpoint-public",
    "accepts a request for a public endpoint without credentials",
    undefined,
    { method: "GET", path: "/health" },
    { reached: { operation: "GET /health", sub: undefined, params: {} } },
  ],
  [
    "endpoint-public-known",
    "accepts a request for a public endpoint with credentials",
    "nothing",
    { method: "GET", path: "/health" },
    { reached: { operation: "GET /health", sub: "nothing", params: {} } },
  ],
  [
    "endpoint-anonymous",
    "sends a challenge without an error code when no token is sent",
    undefined,
    { method: "GET", path: "/courses" },
    noCredentials("courses:read", { endpoint: "GET /courses" }),
  ],
  [
    "endpoint-anonymous-bound",
    "names a bound scope with the value of the path in the challenge without credentials",
    undefined,
    { method: "GET", path: "/accounts/acc-1/profile" },
    noCredentials("/accounts/acc-1/profile.read"),
  ],
  [
    "endpoint-entitlement",
    "denies an account without the entitlement at an endpoint",
    "reader",
    { method: "GET", path: "/fleet" },
    deniedWithoutChallenge(403, "upgrade_required", {
      entitlement: "fleet",
      endpoint: "GET /fleet",
    }),
  ],
  [
    "endpoint-authentication-old",
    "asks the user to authenticate again at an endpoint",
    "late-payer",
    { method: "POST", path: "/payments" },
    authenticateAgain({ endpoint: "POST /payments" }),
  ],
  [
    "endpoint-authentication-met",
    "accepts a recent authentication at an endpoint",
    "payer",
    { method: "POST", path: "/payments" },
    { reached: { operation: "POST /payments", sub: "payer", params: {} } },
  ],
  [
    "head-allowed",
    "decides HEAD by the rule of GET",
    "reader",
    { method: "HEAD", path: "/courses" },
    { reached: { operation: "GET /courses", sub: "reader", params: {} } },
  ],
  [
    "head-refused",
    "denies HEAD by the rule of GET, without a body",
    "reader",
    { method: "HEAD", path: "/admin" },
    {
      answered: 403,
      headers: {
        "www-authenticate": `Bearer error="insufficient_scope", scope="admin:read", resource_metadata="${METADATA_URL}", error_description="${MORE_SCOPE}"`,
      },
      text: "",
    },
  ],
];

const caseOf =
  (surface: ContractCase["surface"]) =>
  ([id, title, token, request, expect]: Row): ContractCase => ({
    id,
    surface,
    title,
    authorization: token === undefined ? [] : [`Bearer ${token}`],
    request,
    expect,
  });

/** One case for each outcome of a decision. */
export const DECISION_CASES: readonly ContractCase[] = [
  ...TOOLS.map(caseOf("tool")),
  ...ENDPOINTS.map(caseOf("endpoint")),
];
