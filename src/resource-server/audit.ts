import type { AccessToken } from "../decision/access-token.js";
import type { Allowed, Denial, DoorDenial } from "../decision/decision.js";
import type { CompiledPolicy } from "../policy/compiled.js";

/** STUB: replaced by the author of the audit. */
export interface AuditEvent {
  readonly decision: { readonly code: (Allowed | Denial | DoorDenial)["code"] };
}

/** What is known of one call when it has been decided. */
export interface AuditedCall {
  /** The name of the tool or endpoint; of an unknown one, what the client said. */
  readonly operation: string;
  readonly decision: Allowed | Denial | DoorDenial;
  /** The token, where there is a good one. */
  readonly token: AccessToken | undefined;
  /** The status of the answer, where the call was refused. */
  readonly status: number | undefined;
  /** The arguments of the call, or its parameters: anything at all that a client can send. */
  readonly arguments: unknown;
  readonly requestId: string | undefined;
}

/** Makes the event of a call. Never throws. */
export type AuditEventMaker = (call: AuditedCall) => Promise<AuditEvent>;

export function newAuditEventMaker(
  _policy: CompiledPolicy,
  _sensitive: readonly string[],
): AuditEventMaker {
  return (call) => Promise.resolve({ decision: { code: call.decision.code } });
}
