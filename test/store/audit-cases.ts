import type { AuditEvent } from "scope-policy/audit";
import type { LoggedEvent } from "scope-policy/store";

let count = 0;

/** What a test says about an event. */
export interface EventFacts {
  readonly id?: string;
  /** Milliseconds since 1970. */
  readonly at?: number;
  readonly sub?: string;
  readonly client_id?: string;
  readonly isAllowed?: boolean;
  readonly status?: number;
}

/** Creates the first event of a call, as an authorizer does. */
export function eventOf({
  id,
  at = 1_000_000,
  sub = "user-1",
  client_id = "app-1",
  isAllowed = true,
  status,
}: EventFacts = {}): AuditEvent {
  count += 1;
  return {
    id: id ?? `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`,
    time: new Date(at).toISOString(),
    policy: { name: "School", version: "1" },
    operation: { name: "list_keys", kind: "tool" },
    actor: { sub },
    client: { client_id },
    token: {},
    decision: isAllowed
      ? { code: "allowed", allowed: true, scopes: ["keys:read"] }
      : { code: "denied", allowed: false, reason: "closed" },
    ...(status !== undefined && { status }),
    arguments: [],
  };
}

/** Returns the second event of a call, a second later. */
export function answeredOf(event: AuditEvent, status: number): AuditEvent {
  const time = new Date(Date.parse(event.time) + 1_000).toISOString();
  return { ...event, kind: "answered", time, status };
}

/** Returns the identifiers of events. */
export const idsOf = (events: readonly Pick<LoggedEvent, "id">[]): readonly string[] =>
  events.map(({ id }) => id);
