import type { AuditEvent } from "./audit-event.js";

/** Returns whether a call that is not allowed went on, because its gate only reports. */
export function isObserved({ enforced, decision }: AuditEvent): boolean {
  // such a gate refuses the calls of denied operations all the same
  return enforced === false && !decision.allowed && decision.code !== "denied";
}
