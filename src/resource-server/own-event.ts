import { ownMembers } from "../policy/own-members.js";
import type { AuditEvent } from "./audit-event.js";

/**
 * Copies an audit event for a mapper to read: the event, its parts and its arguments with their own members alone, so that
 * nothing that is read is inherited.
 */
export function ownEvent(event: AuditEvent): AuditEvent {
  const own = ownMembers(event) as AuditEvent;
  return Object.assign(own, {
    policy: ownMembers(own.policy),
    operation: ownMembers(own.operation),
    actor: ownMembers(own.actor),
    client: ownMembers(own.client),
    token: ownMembers(own.token),
    decision: ownMembers(own.decision),
    arguments: own.arguments.map((argument) => ownMembers(argument)),
  });
}
