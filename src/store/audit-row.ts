import type { Insertable, Selectable } from "kysely";
import type { AuditEvent } from "../audit/audit-event.js";
import type { AuthorizationEvent } from "../audit/authorization-event.js";
import { viewOf } from "../audit/event-view.js";
import { copyOwnEvent } from "../audit/own-event.js";
import { REDACTED } from "../audit/redaction/credential-patterns.js";
import { PolicyError } from "../errors.js";
import { readInteger, type StoreTables } from "./tables.js";

/** One event of the log, with what a page shows of it as members. */
export interface LoggedEvent {
  /** The id of the event. */
  readonly id: string;
  /** Time of the decision (ISO 8601, UTC). */
  readonly time: string;
  /** Identifier of the user. */
  readonly sub?: string;
  /** Identifier of the client. */
  readonly client_id?: string;
  /** The name of the client at the time of the event, cleaned. It survives the deletion of the client. */
  readonly client_name?: string;
  /** Name of the tool, endpoint or message; the type of an event of an authorization server. */
  readonly operation: string;
  /** The code of the decision; of an event of an authorization server, `success` or its error. */
  readonly code: string;
  /** Whether the policy allowed the call, or the authorization server did what was asked for. */
  readonly allowed: boolean;
  /** The HTTP status that the client got. Missing if it is unknown: the response was not complete when it ended, or is not written yet. */
  readonly status?: number;
  /** The event as the authorizer or the authorization server made it: of a call with a known response, the second one. */
  readonly event: AuditEvent | AuthorizationEvent;
}

/** A row to write, and whether it is the second event of its call. */
export interface NewAuditRow {
  readonly values: Insertable<StoreTables["scope_policy_audit_events"]>;
  readonly isAnswered: boolean;
}

const EVENT_ID = /^[\w-]{1,64}$/;

/** What the library writes in the place of a part of an identifier that is cut, redacted or invisible. */
const MARKS = [REDACTED, "…", "\ufffd"];

/**
 * Returns the row of an event. A user whose identifier is changed in the event gets none of it: two users can have the same one
 * after the change.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for a value that is not an event
 */
export function rowOfEvent(event: AuditEvent | AuthorizationEvent): NewAuditRow {
  const time = typeof event?.time === "string" ? Date.parse(event.time) : Number.NaN;
  if (
    !Number.isFinite(time) ||
    time < 0 ||
    typeof event.id !== "string" ||
    !EVENT_ID.test(event.id)
  ) {
    throw new PolicyError(
      "ERR_OPTIONS_INVALID",
      "`event`: expected an event of an authorizer, or one that `authorizationEvent` returned",
    );
  }
  const own = copyOwnEvent(event);
  const { name, code, allowed } = viewOf(own);
  const { sub } = own.actor;
  const { client_id, client_name } = own.client as AuthorizationEvent["client"];
  const isExact = sub !== undefined && !MARKS.some((mark) => sub.includes(mark));
  return {
    isAnswered: Object.hasOwn(own, "kind"),
    values: {
      id: own.id,
      occurred_at: time,
      sub: isExact ? sub : null,
      client_id: client_id ?? null,
      client_name: client_name ?? null,
      operation: name,
      code,
      allowed: allowed ? 1 : 0,
      status: own.status ?? null,
      event: JSON.stringify(own),
    },
  };
}

/** Returns the event of a row. */
export function eventOfRow(row: Selectable<StoreTables["scope_policy_audit_events"]>): LoggedEvent {
  const { sub, client_id, client_name, status } = row;
  return {
    id: row.id,
    time: new Date(readInteger(row.occurred_at)).toISOString(),
    ...(sub !== null && { sub }),
    ...(client_id !== null && { client_id }),
    ...(client_name !== null && { client_name }),
    operation: row.operation,
    code: row.code,
    allowed: row.allowed === 1,
    ...(status !== null && { status }),
    event: JSON.parse(row.event) as LoggedEvent["event"],
  };
}

/** The place of a row in the log, which never changes. */
export interface AuditPosition {
  readonly occurredAt: number;
  readonly id: string;
}

/** Returns the cursor of a page that begins after an event. */
export function cursorOf({ time, id }: LoggedEvent): string {
  return `${Date.parse(time)}.${id}`;
}

const CURSOR = /^(\d{1,16})\.([\w-]{1,64})$/;

/** Returns the place that a cursor names; `undefined` for any other text of a client. */
export function positionOf(cursor: unknown): AuditPosition | undefined {
  const [, time, id] = (typeof cursor === "string" && CURSOR.exec(cursor)) || [];
  return time === undefined || id === undefined ? undefined : { occurredAt: Number(time), id };
}
