import type { AuditEvent } from "scope-policy/audit";
import { ISSUER } from "./definition.js";

const edition = { name: "School", version: "7" };

/** Audit events with the fewest members, and with all of them. */
export const EVENTS: readonly AuditEvent[] = [
  {
    id: "e-1",
    time: "2026-11-22T10:00:00.000Z",
    policy: edition,
    operation: { name: "x", kind: "unknown" },
    actor: {},
    client: {},
    token: {},
    decision: { code: "unknown_operation", allowed: false },
    status: 403,
    arguments: [],
  },
  {
    id: "e-2",
    time: "2026-11-22T10:00:00.000Z",
    policy: edition,
    operation: { name: "list_courses", kind: "tool" },
    actor: { sub: "ada", iss: ISSUER, tier: "pro", account_type: "studio" },
    client: { client_id: "app-1", first_party: true },
    token: { jti: "j-1", iss: ISSUER },
    decision: { code: "allowed", allowed: true, scopes: ["courses:read"] },
    requirement: { rules: [{ anyOf: [{ scopes: ["courses:read"] }] }] },
    requestId: "r-1",
    arguments: [
      { name: "page", type: "number", value: 2 },
      { name: "search", type: "string", size: 3 },
    ],
    argumentsLeftOut: 1,
  },
  {
    id: "e-3",
    time: "2026-11-22T10:00:00.000Z",
    policy: edition,
    operation: { name: "GET /v1/courses", kind: "endpoint" },
    actor: { sub: "ada" },
    client: { client_id: "ada" },
    token: {},
    decision: { code: "unauthenticated", allowed: false },
    requirement: { public: true, rules: [] },
    arguments: [{ name: "page", type: "undefined" }],
  },
];
