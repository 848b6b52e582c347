import type { AuditEvent } from "./audit-event.js";
import {
  type AuthorizationEvent,
  type AuthorizationEventType,
  isAuthorizationEvent,
} from "./authorization-event.js";
import { isObserved } from "./observed.js";

/** An event of an authorizer or of an authorization server. */
export type AnyEvent = AuditEvent | AuthorizationEvent;

/** The part of an event that log systems need, for both kinds of events. */
export interface EventView {
  /** The id of this event alone: the second event of a call has the id of the first one, with a suffix. */
  readonly id: string;
  /** The tool, endpoint or message, or the type of the authorization server event. */
  readonly name: string;
  /** The same for a reader. */
  readonly label: string;
  /** The action, as a fixed text. */
  readonly action: string;
  /** The effect, as the Elastic Common Schema spells it. */
  readonly effect: "access" | "change" | "creation" | "deletion";
  readonly allowed: boolean;
  /** Whether the decision was only reported: the call went on, although it was not allowed. */
  readonly isObserved: boolean;
  /** The code of the decision or of the error. */
  readonly code: string;
  /** Whether a dependency of the decision failed. */
  readonly isOutage: boolean;
}

const DECISIONS = {
  tool: "tool-call",
  endpoint: "endpoint-call",
  protocol: "protocol-message",
  unknown: "tool-call",
} as const satisfies Record<AuditEvent["operation"]["kind"], string>;

const AUTHORIZATIONS = {
  registration: { action: "client-registration", effect: "creation" },
  consent: { action: "consent", effect: "change" },
  token: { action: "token-request", effect: "creation" },
  revocation: { action: "revocation", effect: "deletion" },
} as const satisfies Record<AuthorizationEventType, Pick<EventView, "action" | "effect">>;

/** Returns the {@link EventView} of an event. */
export function viewOf(event: AnyEvent): EventView {
  if (isAuthorizationEvent(event)) {
    const { type, outcome, error = outcome } = event;
    const base = { id: event.id, name: type, label: type, ...AUTHORIZATIONS[type] };
    return {
      ...base,
      allowed: outcome === "success",
      isObserved: false,
      code: outcome === "success" ? outcome : error,
      isOutage: outcome === "failure",
    };
  }
  const { id, kind, operation, decision } = event;
  return {
    id: kind === undefined ? id : `${id}:${kind}`,
    name: operation.name,
    label: `${operation.kind} ${operation.name}`,
    action: DECISIONS[operation.kind],
    effect: "access",
    allowed: decision.allowed,
    isObserved: isObserved(event),
    code: decision.code,
    isOutage: decision.code === "temporarily_unavailable",
  };
}

/** Returns one readable line, made of clean texts. */
export function messageOf(event: AnyEvent): string {
  const { label, code, isObserved } = viewOf(event);
  const { client_id } = event.client;
  const caller = client_id === undefined ? "" : ` for ${client_id}`;
  return `${label}${caller}: ${code}${isObserved ? " (only reported)" : ""}`;
}

/** Returns the method and the path of an endpoint; an empty list for any other event. */
export function requestLineOf(event: AnyEvent): readonly [method?: string, path?: string] {
  if (isAuthorizationEvent(event) || event.operation.kind !== "endpoint") return [];
  const { name } = event.operation;
  const space = name.indexOf(" ");
  return [name.slice(0, space), name.slice(space + 1)];
}
