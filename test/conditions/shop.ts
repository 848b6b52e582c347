// A policy with each condition of this folder, and tokens for them.

import { base64url } from "jose";
import { type AccessToken, createAuthorizer, loadPolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";

/** The time of every decision, in seconds since 1970. */
export const NOW = 1_800_000_000;

export const DEFINITION = {
  name: "Fleet",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["person", "firm", "agency"],
  entitlements: ["fleet", "beta"],
  scopes: {
    "fleet:read": "See your vehicles",
    "fleet:write": { description: "Move your vehicles", entitlement: "fleet" },
    "users:read": "See users",
    "users:read.phone": "See phone numbers",
    "users:read.mail": "See addresses",
    "beta:read": { description: "Try new features", entitlement: "beta", tier: "pro" },
    "firm:read": { description: "See the firm", accountTypes: ["firm"] },
    "payments:write": "Pay",
    "database:write": "Change data",
    "/depots/{depotID}/read": "See one depot",
  },
  tools: {
    list_vehicles: "fleet:read",
    fleet_map: { scope: "fleet:read", entitlement: "fleet" },
    fleet_beta: { scope: "fleet:read", entitlement: "beta", tier: "pro" },
    move_vehicle: "fleet:write",
    try_beta: { allOf: ["beta:read", "fleet:write"] },
    any_fleet: { anyOf: ["fleet:write", { scope: "fleet:read", tier: "pro" }] },
    beta_home: { authenticated: true, entitlement: "beta" },
    firm_page: { scope: "fleet:read", accountTypes: ["firm", "agency"] },
    person_and_firm: {
      allOf: ["firm:read", { scope: "fleet:read", accountTypes: ["person", "agency"] }],
    },
    get_user: { scope: "users:read", enrichedBy: ["users:read.phone", "users:read.mail"] },
    open_user: { public: true, enrichedBy: ["users:read.phone", "users:read"] },
    me: { authenticated: true, enrichedBy: "users:read.phone" },
    pay: { scope: "payments:write", acr: ["mfa", "phr"], maxAge: 300 },
    pay_depot: { scope: "/depots/{depotID}/read", acr: "mfa" },
    sign: { authenticated: true, maxAge: 60 },
    "query.write": { scope: "database:write", internal: true },
    "query.*": "fleet:read",
    "internal_*": { scope: "fleet:read", internal: true },
  },
  endpoints: {
    "GET /map": { scope: "fleet:read", entitlement: "fleet" },
    "GET /users/:userID": { scope: "users:read", enrichedBy: "users:read.phone" },
    "POST /payments": { scope: "payments:write", acr: ["mfa", "phr"], maxAge: 300 },
    "GET /jobs/:jobID": "fleet:read",
    "GET /jobs/secret": { scope: "fleet:read", internal: true },
  },
} as const;

/** Returns the policy with a clock that the test moves. */
export function createShop(now: () => number = () => NOW) {
  return loadPolicy<typeof DEFINITION>(DEFINITION, { now });
}

export const shop = createShop();

export const OLD = { scope: "payments:write", acr: "mfa", auth_time: NOW - 301 };
export const FRESH = { scope: "payments:write", acr: "mfa", auth_time: NOW - 300 };

/** Encodes claims as a raw token, from which the verifier of {@link createGateParts} reads them. */
export function rawToken(claims: Partial<AccessToken>): string {
  const text = JSON.stringify({
    sub: "ada",
    client_id: "app",
    iss: "https://as.example",
    ...claims,
  });
  return base64url.encode(text);
}

/** Creates an authorizer of the policy that trusts every claim, with the audit events that it wrote. */
export function createGateParts(policy = shop) {
  const events: AuditEvent[] = [];
  const authorizer = createAuthorizer({
    policy,
    verify: (raw) => JSON.parse(new TextDecoder().decode(base64url.decode(raw))) as AccessToken,
    trustClaims: ["tier", "account_type", "entitlements", "first_party"],
    resource: "https://api.example.com/mcp",
    authorizationServers: ["https://as.example"],
    audit: (event) => void events.push(event),
    clockTolerance: 5,
    onRejected: () => undefined,
  });
  return { authorizer, events };
}
