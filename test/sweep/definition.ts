/** A policy with one of each thing that a policy can have. */
export const definition = {
  name: "School",
  version: "7",
  tiers: ["free", "pro"],
  accountTypes: ["person", "studio"],
  baseline: ["mcp:tools"],
  defaultScopes: ["openid"],
  scopes: {
    openid: { required: true, title: "Sign in" },
    profile: "Your name",
    "mcp:tools": "Use the tools",
    "courses:read": {
      title: "See courses",
      description: "See every course",
      default: "on",
      locales: { de: { title: "Kurse sehen" } },
    },
    "courses:write": {
      description: "Change courses",
      implies: ["courses:read"],
      warning: "Changes are public",
      group: "Courses",
    },
    "students:read": { replaces: ["members:read"], default: "off" },
    "reports:export": { tier: "pro" },
    "studio:read": { accountTypes: ["studio"] },
    "admin:all": { reserved: true },
    "/accounts/{accountID}/profile.read": "Read a profile",
    offline_access: "Stay signed in",
  },
  bundles: {
    "read-only": ["courses:read", "students:read"],
    all: { every: true, except: ["profile"] },
  },
  tools: {
    list_courses: { scope: "courses:read", audit: { show: ["page"], hash: ["search"] } },
    edit_course: { anyOf: ["courses:write", { allOf: ["courses:read", "students:read"] }] },
    export_reports: "reports:export",
    open_studio: { scope: "studio:read", accountTypes: ["studio"] },
    get_profile: { scope: "/accounts/{accountID}/profile.read" },
    purge: "admin:all",
    remove_account: { deny: "Call us" },
    search: { public: true, enrichedBy: "courses:read" },
    whoami: { authenticated: true, title: "Who am I", hidden: true },
    "get_*": "courses:read",
    "*_log": { scope: "students:read", tier: "pro", audit: { show: ["day"] } },
  },
  endpoints: {
    "GET /v1/courses": "courses:read",
    "GET /v1/courses/:courseId": { scope: "courses:read", description: "One course" },
    "POST /v1/accounts/:accountID": { scope: "/accounts/{accountID}/profile.read" },
    "GET /v1/health": { public: true },
  },
  notCovered: ["Messages"],
} as const;

/** A later version, which allows more. */
export const widerDefinition = {
  ...definition,
  version: "8",
  tools: { ...definition.tools, export_reports: { anyOf: ["reports:export", "courses:read"] } },
} as const;

export const RESOURCE = "https://api.example.com/mcp";
export const ISSUER = "https://as.example.com";

/** Claims of each kind of caller. */
export const TOKENS = {
  reader: { scope: "mcp:tools courses:read", sub: "ada", client_id: "app-1", jti: "j-1" },
  list: { scope: ["mcp:tools", "courses:write"], sub: "bob", iss: ISSUER, exp: 4_000_000_000 },
  bound: { scope: "mcp:tools /accounts/a/profile.read students:read", tier: "pro" },
  studio: { scope: "mcp:tools studio:read reports:export", account_type: "studio", tier: "free" },
  owner: { scope: "mcp:tools admin:all", first_party: true },
  old: { scope: "mcp:tools members:read" },
  malformed: { scope: "a  b" },
  scopeless: { sub: "eve" },
} as const;

/** Calls with valid and invalid parameters. */
export const CALLS: readonly (readonly [operation: string, params?: unknown])[] = [
  ["list_courses"],
  ["edit_course"],
  ["export_reports"],
  ["open_studio"],
  ["get_profile", { accountID: "a" }],
  ["get_profile", { accountID: "b" }],
  ["get_profile", {}],
  ["purge"],
  ["remove_account"],
  ["search"],
  ["whoami"],
  ["get_anything"],
  ["get_log"],
  ["GET /v1/courses"],
  ["GET /v1/health"],
  ["unknown_tool"],
];

/** Requests of a server without a router. */
export const REQUESTS: readonly object[] = [
  { method: "GET", path: "/v1/courses" },
  { method: "GET", path: "/v1/courses/7" },
  { method: "HEAD", path: "/v1/courses/7" },
  { method: "POST", path: "/v1/accounts/a" },
  { method: "POST", path: "/v1/accounts/b", params: { accountID: "a" } },
  { method: "GET", path: "/v1/health" },
  { method: "GET", path: "/V1/courses" },
  { method: "GET", path: "/v1/nothing" },
  { path: "/v1/courses" },
  {},
];

const client = {
  client_id: "app-1",
  client_name: "Course Helper",
  redirect_uri: "https://app.example/cb",
} as const;

/** Facts of authorization requests, from the fewest members to all. */
export const FACTS = [
  { client },
  { client, requested: "openid courses:write students:read", now: 1_000 },
  {
    id: "request-1",
    used: false,
    client: {
      ...client,
      scope: "openid courses:read /accounts/{accountID}/profile.read",
      token_endpoint_auth_method: "none",
      verifiedDomain: "app.example",
      requiredScopes: ["courses:read"],
      client_uri: "https://app.example/",
    },
    requested: ["openid", "courses:read", "/accounts/a/profile.read", "admin:all", "gone:read"],
    user: { label: "Ada", sub: "ada", switchAccountUrl: "https://school.example/switch" },
    account: {
      tier: "free",
      account_type: "person",
      resources: { accountID: { a: "Account A" } },
    },
    granted: "openid courses:read",
    grantedPolicyVersion: "6",
    refused: [{ scope: "students:read", until: 2_000 }, { scope: "reports:export" }],
    locale: "de fr",
    prompt: "consent",
    now: 1_000,
  },
  { client: { ...client, firstParty: true }, requested: "admin:all reports:export", now: 1_000 },
] as const;

/** Forms that browsers post. */
export const SELECTIONS: readonly unknown[] = [
  { decision: "approve", scopes: ["courses:read"] },
  { decision: "approve", scopes: "courses:write", policyVersion: "7" },
  { decision: "approve", scopes: ["courses:read"], id: "request-1", policyVersion: "7" },
  { decision: "approve", scopes: ["admin:all"], id: "request-1" },
  { decision: "deny" },
  { decision: "approve" },
  {},
  null,
];

/** Metadata that clients register. */
export const METADATA: readonly unknown[] = [
  { client_name: "Reports", scope: "courses:read members:read gone:read" },
  { client_name: "Reports", redirect_uris: ["https://app.example/cb"], client_id: "victim" },
  { scope: "admin:all" },
  { redirect_uris: ["javascript:alert(1)"] },
  {},
  null,
];
