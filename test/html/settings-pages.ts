// Values for the tests of the page of connected apps and of the audit log.
import { type ConnectedGrant, connectedApp, definePolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import type { AuditLogEntry } from "scope-policy/html";

export const MARKUP = `"><script>alert('1')</script>&`;

const policy = definePolicy({
  name: "Studio",
  version: "2",
  tiers: ["free", "pro"],
  entitlements: ["reports"],
  boundaries: { project: { claim: "projects", title: "Projects" } },
  scopes: {
    "classes:read": { title: "See classes", description: "Read your classes and their times" },
    "classes:write": { description: "Change classes", tier: "pro" },
    "reports:read": { title: "See reports", entitlement: "reports" },
    "notes:read": {},
    offline_access: { title: "Stay connected" },
  },
  tools: { list_classes: { scope: "classes:read", within: { project: "projectId" } } },
});

/** Returns an app that may read classes, and what a case changes. */
export function appOf(grant: Partial<ConnectedGrant> = {}, locale?: string) {
  return connectedApp(
    policy,
    {
      grantId: "grant-1",
      client: {
        client_id: "app-1",
        client_name: "Class Helper",
        client_uri: "https://app.example",
      },
      scope: "classes:read",
      authorizedAt: Date.UTC(2026, 10, 26, 9, 0) / 1_000,
      policyVersion: "2",
      ...grant,
    },
    {
      account: { tier: "free", boundaries: { project: { p1: "Shop" } } },
      ...(locale !== undefined && { locale }),
    },
  );
}

/** An app with every note that the page has. */
export const everyNote = appOf({
  grantId: "grant-2",
  client: { client_id: "app-2", client_name: "Sync", verifiedDomain: "sync.example" },
  scope: "classes:read classes:write reports:read notes:read offline_access gone:read secret:read",
  boundaries: { project: ["p1", "p9"] },
  lastUsedAt: Date.UTC(2026, 10, 27, 18, 30) / 1_000,
  policyVersion: "1",
});

const event: AuditEvent = {
  id: "00000000-0000-4000-8000-000000000000",
  time: "2026-11-27T18:30:00.000Z",
  policy: { name: "Studio", version: "2" },
  operation: { name: "list_classes", kind: "tool" },
  actor: { sub: "user-1" },
  client: { client_id: "app-1" },
  token: {},
  decision: { code: "allowed", allowed: true },
  arguments: [],
};

/** Returns an entry of an allowed call, and what a case changes. */
export function entryOf(
  entry: Partial<AuditLogEntry> = {},
  changes: Partial<AuditEvent> = {},
): AuditLogEntry {
  return {
    time: event.time,
    client_id: "app-1",
    client_name: "Class Helper",
    operation: "list_classes",
    code: "allowed",
    allowed: true,
    status: 200,
    event: { ...event, ...changes },
    ...entry,
  };
}

/** A refused call with every type of argument. */
export const refusedEntry = entryOf(
  { operation: "update_class", code: "insufficient_scope", allowed: false, status: 403 },
  {
    operation: { name: "update_class", kind: "tool" },
    decision: { code: "insufficient_scope", allowed: false, missing: ["classes:write"] },
    arguments: [
      { name: "classId", type: "string", size: 4, value: "c-17" },
      { name: "seats", type: "number", value: 12 },
      { name: "note", type: "string", size: 80 },
      { name: "password", type: "string", withheld: "secret" },
    ],
    argumentsLeftOut: 2,
  },
);

/** Returns a page without the digits of its times, which differ between versions of the runtime. */
export function withoutTimes(html: string): string {
  return html
    .replaceAll(/(<time datetime="[^"]*">)[^<]*/g, "$1…")
    .replaceAll(/<style>[^<]*<\/style>/g, "<style>…</style>");
}
