import { ownMembers } from "../policy/own-members.js";
import type { AnyEvent } from "./audit-view.js";

/**
 * Copies an event for a mapper to read: the event, its parts and its arguments with their own members alone, so that nothing
 * that is read is inherited.
 */
export function ownEvent<Event extends AnyEvent>(event: Event): Event {
  const own = ownMembers(event) as Record<string, unknown>;
  for (const [name, member] of Object.entries(own)) own[name] = ownPart(member);
  return own as unknown as Event;
}

function ownPart(part: unknown): unknown {
  return Array.isArray(part) ? part.map(ownPart) : (ownMembers(part as object) ?? part);
}
