import type { AuditEvent } from "../audit/audit-event.js";
import type { AuthorizationEvent } from "../audit/authorization-event.js";

/** One event of an audit log. */
export interface AuditLogEntry {
  /** Time of the event (ISO 8601). */
  readonly time: string;
  /** Identifier of the client. */
  readonly client_id?: string;
  /** Name of the client at the time of the event. Default: its identifier. */
  readonly client_name?: string;
  /** Tool, endpoint or message, or the type of an event of an authorization server. */
  readonly operation: string;
  /** Code of the decision or of the error. */
  readonly code: string;
  /** Whether the request was allowed. */
  readonly allowed: boolean;
  /** HTTP status that the client got. Default: none is shown. */
  readonly status?: number;
  /** The event as it was audited, for the arguments and the scopes. */
  readonly event: AuditEvent | AuthorizationEvent;
}

/** A part of an audit log, newest first, as `store.auditLog.page` of `scope-policy/store` returns it. */
export interface AuditLogPage {
  readonly events: readonly AuditLogEntry[];
  /** Cursor of the older events. Default: there are none. */
  readonly next?: string | null | undefined;
}
