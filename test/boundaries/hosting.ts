// A policy with boundaries, and tokens for them.

import { base64url } from "jose";
import { type AccessToken, createAuthorizer, loadPolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";

export const DEFINITION = {
  name: "Hosting",
  version: "1",
  entitlements: ["fleet"],
  boundaries: {
    project: { claim: "projects", title: "Projects" },
    region: { claim: "regions", absent: "dangerouslyAll" },
  },
  scopes: {
    openid: { description: "Sign in", default: "on" },
    "keys:read": "See keys",
    "keys:write": { description: "Change keys", entitlement: "fleet" },
    "nodes:read": "See nodes",
    "/projects/{projectId}/logs": "See the logs of one project",
    "billing:read": "See invoices",
  },
  baseline: ["openid"],
  tools: {
    list_keys: { scope: "keys:read", within: { project: "projectId" } },
    any_key: { anyOf: ["keys:read", "keys:write"], within: { project: "projectId" } },
    move_key: {
      scope: "keys:write",
      within: { project: "projectId", region: "regionId" },
      audit: { show: ["projectId"] },
    },
    list_nodes: { scope: "nodes:read", within: { region: "regionId" } },
    read_logs: { scope: "/projects/{projectId}/logs", within: { project: "projectId" } },
    my_project: { authenticated: true, within: { project: "projectId" } },
    list_invoices: "billing:read",
    about: { public: true },
    "keys.*": { scope: "keys:read", within: { project: "id" } },
    "*.all": { scope: "keys:read", within: { project: "otherId" } },
  },
  endpoints: {
    "GET /projects/:projectId/keys": { scope: "keys:read", within: { project: "projectId" } },
    "POST /keys": { scope: "keys:read", within: { project: "projectId" } },
  },
} as const;

export const hosting = loadPolicy<typeof DEFINITION>(DEFINITION);

/** Encodes claims as a raw token, from which the verifier of {@link createGateParts} reads them. */
export function rawToken(claims: Partial<AccessToken>): string {
  const text = JSON.stringify({ sub: "ada", client_id: "app", ...claims });
  return base64url.encode(text);
}

/** Creates an authorizer of the policy, with the audit events that it wrote and the reasons of rejected tokens. */
export function createGateParts() {
  const events: AuditEvent[] = [];
  const reasons: string[] = [];
  const authorizer = createAuthorizer({
    policy: hosting,
    verify: (raw) => JSON.parse(new TextDecoder().decode(base64url.decode(raw))) as AccessToken,
    trustClaims: ["entitlements"],
    resource: "https://api.example.com/mcp",
    authorizationServers: ["https://as.example"],
    audit: (event) => void events.push(event),
    onRejected: ({ reason }) => void reasons.push(reason),
  });
  return { authorizer, events, reasons };
}
