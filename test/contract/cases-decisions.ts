import type { CaseRequest, ContractCase, Expected } from "./case.js";

/** Where challenges of the suite's world point to. */
export const METADATA_URL = "https://api.example.com/.well-known/oauth-protected-resource/mcp";

const MORE_SCOPE = "More scope is needed";

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

/** The 401 of a call without credentials; over MCP the scope is the one that the subject gives. */
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

/** A refusal without a challenge: asking for a scope would not help. */
function closed(
  status: number,
  code: Extract<Expected, { readonly code: unknown }>["code"],
  problem: Readonly<Record<string, unknown>> = {},
): Expected {
  return { status, code, challenge: null, problem };
}

type Row = readonly [
  id: string,
  title: string,
  token: string | undefined,
  request: CaseRequest,
  expect: Expected,
];

/** What the 401 of each kind of operation names. */
const ANONYMOUS_TOOLS: readonly Row[] = (
  [
    ["get_settings", "the first of several alternatives", "school:read mcp:tools"],
    ["update_course", "all scopes of an alternative", "courses:read courses:write mcp:tools"],
    ["export_report", "the scope of an operation that needs a tier", "reports:export mcp:tools"],
    ["lesson_open", "the scope of a pattern", "courses:read mcp:tools"],
    ["whoami", "the baseline where nothing else is needed", "mcp:tools"],
    ["purge_all", "no scope where only a reserved one would do", undefined],
  ] as const
).map(([tool, what, scope]) => [
  `tool-anonymous-${tool}`,
  `no credentials: the challenge names ${what}`,
  undefined,
  { tool },
  noCredentials(scope, { tool }),
]);

const TOOLS: readonly Row[] = [
  [
    "tool-allowed",
    "a token with the scopes reaches the handler",
    "reader",
    { tool: "list_courses" },
    { reached: { operation: "list_courses", sub: "reader", params: {} } },
  ],
  [
    "tool-alternative",
    "one of several alternatives is enough",
    "themes",
    { tool: "get_settings" },
    { reached: { operation: "get_settings", sub: "themes", params: {} } },
  ],
  [
    "tool-pattern",
    "a tool that a pattern names",
    "reader",
    { tool: "lesson_open" },
    { reached: { operation: "lesson_open", sub: "reader", params: {} } },
  ],
  [
    "tool-pattern-refused",
    "a tool that a pattern names, without its scope",
    "themes",
    { tool: "lesson_open" },
    stepUp("courses:read mcp:tools", { tool: "lesson_open" }),
  ],
  [
    "tool-missing",
    "a missing scope is a challenge for the whole alternative",
    "reader",
    { tool: "update_course" },
    stepUp("courses:read courses:write mcp:tools", { tool: "update_course" }),
  ],
  [
    "tool-baseline",
    "the baseline counts for tools",
    "bare",
    { tool: "list_courses" },
    stepUp("courses:read mcp:tools", { tool: "list_courses" }),
  ],
  [
    "tool-no-scopes",
    "a token without scopes gets none of them for free",
    "nothing",
    { tool: "list_courses" },
    stepUp("courses:read mcp:tools"),
  ],
  [
    "tool-authenticated",
    "a tool for everybody who is known",
    "nothing",
    { tool: "whoami" },
    stepUp("mcp:tools"),
  ],
  [
    "tool-authenticated-allowed",
    "a tool for everybody who is known, with the baseline",
    "reader",
    { tool: "whoami" },
    { reached: { operation: "whoami", sub: "reader", params: {} } },
  ],
  [
    "tool-denied",
    "a denial beats every scope",
    "first-party",
    { tool: "refund" },
    closed(403, "denied", { tool: "refund" }),
  ],
  [
    "tool-denied-anonymous",
    "a denial is said to nobody in particular, too",
    undefined,
    { tool: "refund" },
    closed(403, "denied"),
  ],
  [
    "tool-tier",
    "a plan below is asked for no scope",
    "report-free",
    { tool: "export_report" },
    closed(403, "upgrade_required", { tier: "pro", tool: "export_report" }),
  ],
  [
    "tool-tier-met",
    "the plan of the token",
    "report-pro",
    { tool: "export_report" },
    { reached: { operation: "export_report", sub: "report-pro", params: {} } },
  ],
  [
    "tool-tier-fact",
    "the plan that the server knows beats that of the token",
    "upgraded",
    { tool: "export_report" },
    { reached: { operation: "export_report", sub: "upgraded", params: {} } },
  ],
  [
    "tool-account-type",
    "another kind of account",
    "read-studio",
    { tool: "mentor_report" },
    closed(403, "account_type_required", { account_types: ["mentor"] }),
  ],
  [
    "tool-account-type-met",
    "the right kind of account",
    "read-mentor",
    { tool: "mentor_report" },
    { reached: { operation: "mentor_report", sub: "read-mentor", params: {} } },
  ],
  [
    "tool-reserved",
    "a reserved scope in the hand of somebody else counts for nothing, and no challenge names it",
    "third-party",
    { tool: "purge_all" },
    closed(403, "reserved_scope", { tool: "purge_all" }),
  ],
  [
    "tool-reserved-own",
    "a reserved scope of a client of the owner",
    "first-party",
    { tool: "purge_all" },
    { reached: { operation: "purge_all", sub: "first-party", params: {} } },
  ],
  [
    "tool-bound",
    "a token that is bound to the account",
    "owner",
    { tool: "read_profile", params: { account_id: "acc-1" } },
    { reached: { operation: "read_profile", sub: "owner", params: { account_id: "acc-1" } } },
  ],
  [
    "tool-bound-elsewhere",
    "a token that is bound to another account",
    "owner",
    { tool: "read_profile", params: { account_id: "acc-2" } },
    closed(403, "binding_mismatch", { param: "account_id", tool: "read_profile" }),
  ],
  [
    "tool-bound-to-none",
    "a challenge names the scope with its value",
    "reader",
    { tool: "read_profile", params: { account_id: "acc-2" } },
    stepUp("/accounts/acc-2/profile.read mcp:tools"),
  ],
  [
    "tool-bound-unsafe",
    "a parameter that is no safe value",
    "owner",
    { tool: "read_profile", params: { account_id: "acc-1," } },
    closed(400, "invalid_params", { param: "account_id" }),
  ],
  [
    "tool-public",
    "a public tool without credentials",
    undefined,
    { tool: "search_directory" },
    { reached: { operation: "search_directory", sub: undefined, params: {} } },
  ],
  [
    "tool-public-known",
    "a public tool with credentials",
    "nothing",
    { tool: "search_directory" },
    { reached: { operation: "search_directory", sub: "nothing", params: {} } },
  ],
  [
    "tool-anonymous",
    "no credentials: a challenge without an error",
    undefined,
    { tool: "list_courses" },
    noCredentials("courses:read mcp:tools", { tool: "list_courses" }),
  ],
  ...ANONYMOUS_TOOLS,
  [
    "tool-anonymous-bound",
    "no credentials: the challenge names a bound scope with the value of the call",
    undefined,
    { tool: "read_profile", params: { account_id: "acc-1" } },
    noCredentials("/accounts/acc-1/profile.read mcp:tools"),
  ],
];

const ENDPOINTS: readonly Row[] = [
  [
    "endpoint-allowed",
    "a token with the scope reaches the handler, without the baseline of tools",
    "bare",
    { method: "GET", path: "/courses" },
    { reached: { operation: "GET /courses", sub: "bare", params: {} } },
  ],
  [
    "endpoint-query",
    "a query is no part of the path",
    "reader",
    { method: "GET", path: "/courses?next=/admin&x=%2e%2e#" },
    { reached: { operation: "GET /courses", sub: "reader", params: {} } },
  ],
  [
    "endpoint-missing",
    "a missing scope",
    "reader",
    { method: "GET", path: "/admin" },
    stepUp("admin:read", { endpoint: "GET /admin" }),
  ],
  [
    "endpoint-method",
    "another method of the same path has its own rule",
    "reader",
    { method: "POST", path: "/courses", headers: ["Content-Type: application/json"], body: "{}" },
    stepUp("courses:write"),
  ],
  [
    "endpoint-param",
    "a path parameter that no scope is bound to",
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
    "a denied path is no value of a parameter beside it",
    "writer",
    { method: "GET", path: "/courses/new" },
    { refused: [403] },
  ],
  [
    "endpoint-bound",
    "the path names the account that the token is bound to",
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
    "the path names another account",
    "owner",
    { method: "GET", path: "/accounts/acc-2/profile" },
    closed(403, "binding_mismatch", { param: "accountID" }),
  ],
  [
    "endpoint-bound-query",
    "a parameter of the query does not take the place of one of the path",
    "owner",
    { method: "GET", path: "/accounts/acc-2/profile?accountID=acc-1" },
    closed(403, "binding_mismatch", { param: "accountID" }),
  ],
  [
    "endpoint-tier",
    "a plan below",
    "report-free",
    { method: "GET", path: "/reports/7" },
    closed(403, "upgrade_required", { tier: "pro", endpoint: "GET /reports/:reportID" }),
  ],
  [
    "endpoint-nested",
    "an endpoint whose route stands in a router of its own",
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
    "an endpoint whose route stands in a router of its own, without the scope",
    "admin-only",
    { method: "GET", path: "/v1/projects/p-1" },
    stepUp("courses:read", { endpoint: "GET /v1/projects/:projectId" }),
  ],
  [
    "endpoint-public",
    "a public endpoint without credentials",
    undefined,
    { method: "GET", path: "/health" },
    { reached: { operation: "GET /health", sub: undefined, params: {} } },
  ],
  [
    "endpoint-public-known",
    "a public endpoint with credentials",
    "nothing",
    { method: "GET", path: "/health" },
    { reached: { operation: "GET /health", sub: "nothing", params: {} } },
  ],
  [
    "endpoint-anonymous",
    "no credentials",
    undefined,
    { method: "GET", path: "/courses" },
    noCredentials("courses:read", { endpoint: "GET /courses" }),
  ],
  [
    "endpoint-anonymous-bound",
    "no credentials: the challenge names a bound scope with the value of the path",
    undefined,
    { method: "GET", path: "/accounts/acc-1/profile" },
    noCredentials("/accounts/acc-1/profile.read"),
  ],
  [
    "head-allowed",
    "HEAD runs the handler of GET by the rule of GET",
    "reader",
    { method: "HEAD", path: "/courses" },
    { reached: { operation: "GET /courses", sub: "reader", params: {} } },
  ],
  [
    "head-refused",
    "HEAD is no way around the rule of GET, and has no body",
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

/** One case for each way a decision can go. */
export const DECISION_CASES: readonly ContractCase[] = [
  ...TOOLS.map(caseOf("tool")),
  ...ENDPOINTS.map(caseOf("endpoint")),
];
