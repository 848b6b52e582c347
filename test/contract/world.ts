import type { AccessToken } from "../../src/decision/access-token.js";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { createAuthorizer } from "../../src/resource-server/authorizer.js";
import type { CallbackName } from "../../src/resource-server/token-verifier.js";
import type { HandlerRun, World } from "./subject.js";

/** Policy of the suite, with one operation for each outcome of a decision. */
export const CONTRACT_POLICY = {
  name: "Contract",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  entitlements: ["fleet"],
  scopes: {
    "mcp:tools": { description: "Call tools", default: "on" },
    "courses:read": "Read courses",
    "courses:write": "Change courses",
    "school:read": "Read the school",
    "appearance:read": "Read the theme",
    "reports:export": "Export reports",
    "read:mentor": { description: "Read what mentors earn", accountTypes: ["mentor"] },
    "admin:read": "Read the administration",
    "admin:all": { description: "Internal", reserved: true },
    "partner:sync": { description: "Synchronize", restricted: true },
    "read:public": "More detail of what is public",
    "/accounts/{accountID}/profile.read": "Read the profile of one account",
  },
  baseline: ["mcp:tools"],
  tools: {
    list_courses: "courses:read",
    get_settings: { anyOf: ["school:read", "appearance:read"] },
    update_course: { allOf: ["courses:read", "courses:write"] },
    export_report: { scope: "reports:export", tier: "pro" },
    mentor_report: "read:mentor",
    purge_all: "admin:all",
    sync_all: "partner:sync",
    refund: { deny: "Refunds are made by people." },
    search_directory: { public: true, enrichedBy: "read:public" },
    whoami: { authenticated: true },
    fleet_map: { scope: "courses:read", entitlement: "fleet" },
    pay_course: { scope: "courses:write", acr: ["mfa", "phr"], maxAge: 300 },
    list_people: { scope: "courses:read", enrichedBy: ["read:public", "courses:write"] },
    read_profile: {
      scope: "/accounts/{accountID}/profile.read",
      params: { accountID: "account_id" },
    },
    "lesson_*": "courses:read",
  },
  endpoints: {
    "GET /courses": "courses:read",
    "POST /courses": "courses:write",
    "GET /courses/new": { deny: "Courses are not created this way." },
    "GET /courses/:courseID": "courses:read",
    "DELETE /courses/:courseID": "courses:write",
    "GET /admin": "admin:read",
    "GET /accounts/{accountID}/profile": "/accounts/{accountID}/profile.read",
    "GET /reports/:reportID": { scope: "reports:export", tier: "pro" },
    "GET /health": { public: true },
    "GET /fleet": { scope: "courses:read", entitlement: "fleet" },
    "POST /payments": { scope: "courses:write", acr: ["mfa", "phr"], maxAge: 300 },
    "GET /v1/projects/:projectId": "courses:read",
  },
};

const claims = (sub: string, scope: string, facts: Partial<AccessToken> = {}): AccessToken => ({
  sub,
  client_id: "client-1",
  iss: "https://as.example.com",
  jti: `jti-${sub}`,
  scope,
  ...facts,
});

/** Times that no verified token may have, by their claim. The verifier of the suite returns them unchecked. */
const BAD_TIMES: readonly (readonly [claim: "exp" | "nbf", time: unknown])[] = [
  ["exp", 1],
  ["exp", 0],
  ["exp", -5],
  ["exp", Number.NaN],
  ["exp", Number.POSITIVE_INFINITY],
  ["exp", 1e11],
  ["exp", Date.UTC(2100, 0)],
  ["exp", "yesterday"],
  ["exp", null],
  ["nbf", 0],
  ["nbf", -5],
  ["nbf", 99_999_999_999],
  ["nbf", Number.NaN],
  ["nbf", 1e11],
  ["nbf", "tomorrow"],
  ["nbf", null],
];

const badTimes = BAD_TIMES.map(([claim, time], index) => {
  const token = { ...claims("late", "mcp:tools courses:read"), [claim]: time };
  return [`time-${index}`, token] as const;
});

/** Raw tokens with an invalid time, each with that time. */
export const BAD_TIME_TOKENS: readonly (readonly [rawToken: string, what: string])[] =
  BAD_TIMES.map(([claim, time], index) => [`time-${index}`, `${claim} ${String(time)}`]);

/** The time of the policy's clock, in seconds since 1970. */
export const CONTRACT_NOW = 1_800_000_000;

/** Claims of the valid raw tokens. Every other text is an invalid token. */
const TOKENS: Readonly<Record<string, AccessToken>> = {
  ...Object.fromEntries(badTimes),
  timely: Object.assign(claims("reader", "mcp:tools courses:read", { exp: 99_999_999_999 }), {
    nbf: 1,
  }),
  reader: claims("reader", "mcp:tools courses:read"),
  bare: claims("bare", "courses:read"),
  writer: claims("writer", "mcp:tools courses:read courses:write"),
  themes: claims("themes", "mcp:tools appearance:read"),
  admin: claims("admin", "mcp:tools admin:read courses:read courses:write"),
  "admin-only": claims("admin-only", "mcp:tools admin:read"),
  "report-free": claims("report-free", "mcp:tools reports:export", { tier: "free" }),
  "report-pro": claims("report-pro", "mcp:tools reports:export", { tier: "pro" }),
  upgraded: claims("upgraded", "mcp:tools reports:export", { tier: "free" }),
  "read-mentor": claims("read-mentor", "mcp:tools read:mentor", { account_type: "mentor" }),
  "read-studio": claims("read-studio", "mcp:tools read:mentor", { account_type: "studio" }),
  fleet: claims("fleet", "mcp:tools courses:read", { entitlements: ["fleet"] }),
  payer: claims("payer", "mcp:tools courses:write", { acr: "phr", auth_time: CONTRACT_NOW }),
  "late-payer": claims("late-payer", "mcp:tools courses:write", {
    acr: "phr",
    auth_time: CONTRACT_NOW - 301,
  }),
  "weak-payer": claims("weak-payer", "mcp:tools courses:write", {
    acr: "pwd",
    auth_time: CONTRACT_NOW,
  }),
  "read-both": claims("read-both", "mcp:tools read:mentor", { account_type: ["studio", "mentor"] }),
  owner: claims("owner", "mcp:tools /accounts/acc-1/profile.read"),
  "third-party": claims("third-party", "mcp:tools admin:all"),
  "first-party": claims("first-party", "mcp:tools admin:all", { first_party: true }),
  partner: claims("partner", "mcp:tools partner:sync"),
  approved: claims("approved", "mcp:tools"),
  nothing: claims("nothing", ""),
  revoked: claims("revoked", "mcp:tools courses:read"),
  spaces: claims("spaces", "mcp:tools  courses:read"),
  template: claims("template", "mcp:tools /accounts/{accountID}/profile.read"),
};

/** A world that a test can observe and change. */
export interface TestWorld extends World {
  /** Returns the runs of handlers since the last call. */
  takeVisits(): readonly HandlerRun[];
  /** Starts an outage of a callback; `undefined` ends it. */
  setOutage(source: CallbackName | undefined): void;
}

/** Creates a world with an authorizer whose tokens come from a table and whose callbacks can have an outage. */
export function createWorld(
  definition: object = CONTRACT_POLICY,
  tokens: Readonly<Record<string, AccessToken>> = TOKENS,
): TestWorld {
  const known = new Map(Object.entries(tokens));
  let visits: HandlerRun[] = [];
  let outage: CallbackName | undefined;
  const ask = (source: CallbackName) => {
    if (outage === source) throw new Error(`"${source}" has an outage; Bearer realm="oops"`);
  };
  const authorizer = createAuthorizer({
    policy: loadPolicy(definition, { now: () => CONTRACT_NOW }),
    resource: "https://api.example.com/mcp",
    authorizationServers: ["https://as.example.com"],
    challenge: "minimum",
    trustClaims: ["tier", "account_type", "entitlements", "first_party"],
    retryAfter: 7,
    verify: async (rawToken) => {
      ask("verify");
      return known.get(rawToken);
    },
    subject: async (token) => {
      ask("subject");
      if (token.sub === "approved") return { approvedScopes: ["partner:sync"] };
      return token.sub === "upgraded" ? { tier: "pro" } : undefined;
    },
    isRevoked: async (token) => {
      ask("isRevoked");
      return token.sub === "revoked";
    },
    audit: async () => ask("audit"),
    onOutage: () => undefined,
  });
  return {
    authorizer,
    patternTools: definition === CONTRACT_POLICY ? ["lesson_open"] : [],
    reach: (operation, token, params = {}) => {
      visits.push({ operation, sub: token?.sub, params: { ...params } });
    },
    takeVisits: () => {
      const taken = visits;
      visits = [];
      return taken;
    },
    setOutage: (source) => {
      outage = source;
    },
  };
}
