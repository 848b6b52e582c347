import { ownMembers } from "../policy/own-members.js";
import type { AnyEvent } from "./event-view.js";

/**
 * Returns a copy of an event for a mapper: the event, its parts and its arguments with own members only, so that a mapper reads
 * no inherited member.
 */
export function copyOwnEvent<Event extends AnyEvent>(event: Event): Event {
  const own = ownMembers(event) as Record<string, unknown>;
  for (const [name, member] of Object.entries(own)) own[name] = copyOwnPart(member);
  return own as unknown as Event;
}

function copyOwnPart(part: unknown): unknown {
  return Array.isArray(part) ? part.map(copyOwnPart) : (ownMembers(part as object) ?? part);
}
