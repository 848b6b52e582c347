/** The target of a call: the name of a tool, or a request of a host without a router. */
export type CallTarget = unknown;

/** A hostile call of a policy of this file: an id, the policy, the scope or the claims of the token, the target, the expected outcome. */
export type HostileCall = readonly [
  id: string,
  policy: keyof typeof HOSTILE_CALL_POLICIES,
  token: string | { readonly [claim: string]: unknown },
  target: CallTarget,
  outcome: "allow" | "refuse",
  params?: unknown,
];

const courses = {
  name: "Courses",
  version: "1",
  tiers: ["free", "pro", "enterprise"],
  scopes: {
    "courses:read": "See your courses",
    "courses:write": "Change your courses",
    "read:bookings": "See bookings",
    "write:bookings": "Change bookings",
    openid: "Sign you in",
    profile: "Your name",
    offline_access: "Stay signed in",
    "reports:export": "Export reports",
    "billing:refund": "Refund",
    "admin:all": { description: "Internal", reserved: true },
    "/accounts/{accountID}/profile.read": "Read the profile of one account",
    "/accounts/{accountID}/profile.write": "Change the profile of one account",
    "a+b": "A plus",
  },
  tools: {
    list_courses: { allOf: ["courses:read"] },
    update_course: { allOf: ["courses:read", "courses:write"] },
    delete_course: { allOf: ["courses:write"] },
    search: { anyOf: ["courses:read", "read:bookings"] },
    list_bookings: { allOf: ["read:bookings"] },
    whoami: { allOf: ["openid"] },
    read_profile: {
      scope: "/accounts/{accountID}/profile.read",
      params: { accountID: "account_id" },
    },
    update_profile: {
      scope: "/accounts/{accountID}/profile.write",
      params: { accountID: "account_id" },
    },
    alt: {
      anyOf: ["openid", "/accounts/{accountID}/profile.write"],
      params: { accountID: "account_id" },
    },
    both: { allOf: ["courses:read", { anyOf: ["courses:write", "write:bookings"] }] },
    plus: "a+b",
    purge_all: { allOf: ["admin:all"] },
    refund: { deny: "Refunds are made by people." },
    export_report: { scope: "reports:export", tier: "pro" },
    ping_public: { public: true },
    drop_all: { public: true },
    drop_read: "courses:read",
    "bookings_*": "read:bookings",
    "bookings_*_admin": "write:bookings",
    "admin.*": "admin:all",
    "drop_*": { deny: "Nothing is dropped." },
  },
  endpoints: {
    "GET /courses": "courses:read",
    "POST /courses": "courses:write",
    "DELETE /courses/{courseID}": "courses:write",
    "GET /admin": "admin:all",
    "GET /reports": { scope: "reports:export", tier: "pro" },
    "GET /accounts/{accountID}/profile": "/accounts/{accountID}/profile.read",
    "PATCH /accounts/{accountID}/profile": "/accounts/{accountID}/profile.write",
    "GET /health": { public: true },
  },
};

const chain = {
  ...courses,
  scopes: {
    ...courses.scopes,
    "courses:write": { implies: ["courses:read"] },
    "courses:own": { implies: ["courses:write"] },
    "root:all": { reserved: true, implies: ["admin:all", "courses:own"] },
  },
};

const star = { ...courses, tools: { ...courses.tools, "*": "courses:read" } };

const ops = {
  name: "Operations",
  version: "1",
  scopes: { "ops:run": {}, "ops:admin": {} },
  tools: {
    "safe.run": "ops:run",
    "safe.*": "ops:run",
    "*": "ops:admin",
    "*_secret": { deny: "secret" },
  },
};

const denyall = {
  name: "Nothing",
  version: "1",
  scopes: { "ops:run": {} },
  tools: { "*": { deny: "nothing" }, ".*": "ops:run" },
};

/** The policies of the calls, by name. */
export const HOSTILE_CALL_POLICIES = { courses, chain, star, ops, denyall };
