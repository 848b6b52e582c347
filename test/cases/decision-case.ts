/** A call and its expected decision: the code, and further members. */
export interface DecisionCase {
  readonly title: string;
  readonly token?: unknown;
  readonly tool: string;
  readonly params?: unknown;
  readonly expect: { readonly code: string; readonly [member: string]: unknown };
}

/** A policy with calls for every decision code. */
export const DECISION_POLICY = {
  name: "Everything",
  version: "1",
  tiers: ["free", "pro", "premium"],
  accountTypes: ["mentor", "studio"],
  scopes: {
    "mcp:tools": {},
    openid: {},
    a: {},
    b: {},
    c: {},
    d: {},
    "read:public": {},
    "pro:only": { tier: "pro" },
    "mentor:only": { accountTypes: ["mentor"] },
    "admin:read": { reserved: true },
    "admin:all": { reserved: true, implies: ["admin:read", "a"] },
    "implies:pro": { implies: ["pro:only", "mentor:only"] },
    "/a/{id}/read": {},
    "/a/{id}/write": { implies: ["/a/{id}/read"] },
    "/p/{x}/{y}": {},
  },
  tools: {
    one: "a",
    any: { anyOf: ["a", "b", "c"] },
    all: { allOf: ["a", "b", "c"] },
    nested: { allOf: ["a", { anyOf: ["b", { allOf: ["c", "d"] }] }] },
    authenticated: { authenticated: true },
    authenticated_pro: { authenticated: true, tier: "pro", accountTypes: ["studio"] },
    public: { public: true, enrichedBy: "read:public" },
    public_plain: { public: true },
    public_gated: { public: true, enrichedBy: "pro:only" },
    denied: { deny: "Never." },
    tier: { scope: "a", tier: "pro" },
    tiers: {
      anyOf: [
        { scope: "a", tier: "premium" },
        { scope: "b", tier: "pro" },
      ],
    },
    tier_low: { scope: "a", tier: "free" },
    account: { scope: "a", accountTypes: ["mentor"] },
    account_none: { scope: "mentor:only", accountTypes: ["studio"] },
    tier_scope: "pro:only",
    account_scope: "mentor:only",
    reserved: "admin:read",
    reserved_or: { anyOf: ["admin:read", "b"] },
    deep_gate: {
      tier: "pro",
      anyOf: [{ scope: "a", tier: "free" }, { allOf: ["b", { scope: "c", tier: "premium" }] }],
    },
    bound: "/a/{id}/read",
    bound_any: { anyOf: ["/a/{id}/read", "b"] },
    bound_two: {
      allOf: [
        { scope: "/a/{id}/write", params: { id: "from" } },
        { scope: "/a/{id}/read", params: { id: "to" } },
      ],
    },
    bound_pair: "/p/{x}/{y}",
    either: {
      anyOf: [
        { scope: "a", accountTypes: ["mentor"] },
        { scope: "b", tier: "pro" },
      ],
    },
    either_bound: { anyOf: [{ scope: "a", tier: "pro" }, "/a/{id}/read"] },
    either_reserved: { anyOf: ["admin:read", { scope: "a", tier: "pro" }] },
  },
  endpoints: { "GET /a/{id}": "/a/{id}/read", "GET /me": { authenticated: true } },
};

/** Returns the decision `insufficient_scope`. Default: one alternative. */
export const short = (missing: string[], scopes = missing, accepted = [scopes]) => ({
  code: "insufficient_scope",
  allowed: false,
  missing,
  scopes,
  accepted,
});
/** Returns the decision `allowed`. */
export const met = (...scopes: string[]) => ({
  code: "allowed",
  allowed: true,
  scopes,
  enriched: false,
  enrichments: [],
});
