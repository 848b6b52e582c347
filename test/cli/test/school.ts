/** A policy with every kind of rule and condition, and cases for it. */
export const SCHOOL = {
  name: "School",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["teacher", "pupil"],
  entitlements: ["exports"],
  boundaries: { school: { claim: "schools" } },
  scopes: {
    "courses:read": "Read courses",
    "courses:write": { description: "Change courses", tier: "pro", implies: ["courses:read"] },
    "grades:read": { accountTypes: ["teacher"] },
    "/accounts/{accountID}/": "Read an account",
    root: { reserved: true },
  },
  tools: {
    list_courses: "courses:read",
    update_course: { anyOf: ["courses:write", "root"] },
    export_grades: { scope: "grades:read", entitlement: "exports" },
    read_account: "/accounts/{accountID}/",
    drop_school: { deny: "Ask us by mail." },
    ping: { public: true },
    overview: { scope: "courses:read", enrichedBy: "grades:read" },
    status: { public: true, enrichedBy: ["courses:read", "courses:write"] },
    whoami: { authenticated: true },
    find: { scope: "courses:read", within: { school: "schoolId" } },
    plan: {
      cases: [{ when: { mode: ["explain", "dry"] }, scope: "courses:read" }],
      otherwise: "courses:write",
    },
    wipe: { deny: "Not yet.", internal: true },
    "admin_*": { scope: "courses:read", acr: ["mfa"], maxAge: 300 },
  },
  endpoints: {
    "GET /accounts/{accountID}": "/accounts/{accountID}/",
    "GET /courses": "courses:read",
  },
} as const;

/** The text of the policy. */
export const SCHOOL_JSON = JSON.stringify(SCHOOL);
