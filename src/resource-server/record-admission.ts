import { createAuditEventFactory } from "../audit/create-event.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { AuthorizerOptions } from "./authorizer-options.js";
import type { Admission, AuthorizationCall } from "./authorizer-types.js";
import { type Awaitable, type CallbackRunner, mapAwaitable } from "./callbacks.js";

/** A call after its credentials have been read. */
export type CallDetails = Omit<AuthorizationCall, "authorization">;

/**
 * Writes the audit event of an admission. Returns whether the admission may take effect: `false` if the event could not be
 * written and `onAuditError` is `"deny"`. Never throws and never rejects.
 *
 * @param isProtocol - whether the call is a message of a protocol that calls no operation
 */
export type AdmissionRecorder = (
  admission: Admission,
  call: CallDetails,
  isProtocol?: boolean,
) => Awaitable<boolean>;

type AuditOptions = Pick<AuthorizerOptions, "audit" | "sensitive" | "auditKey" | "onAuditError">;

/** Creates an {@link AdmissionRecorder} for one policy. Without an `audit` callback it writes nothing. */
export function createAdmissionRecorder(
  policy: CompiledPolicy,
  { audit, sensitive = [], auditKey, onAuditError = "deny" }: AuditOptions,
  runCallback: CallbackRunner,
): AdmissionRecorder {
  if (audit === undefined) return () => true;
  const makeEvent = createAuditEventFactory(policy, sensitive, auditKey);
  return (admission, call, isProtocol = false) => {
    const write = async () => audit(await makeEvent(auditedCall(admission, call, isProtocol)));
    const written = runCallback("audit", write, () => undefined);
    return onAuditError === "continue" || mapAwaitable(written, ({ kind }) => kind === "value");
  };
}

/** Reads what the event contains of the request: after the decision, and once. */
function auditedCall(admission: Admission, call: CallDetails, isProtocol: boolean) {
  const { decision, token } = admission;
  const request = Object.hasOwn(call, "audited") ? call.audited?.() : call;
  return {
    operation: call.operation,
    isProtocol,
    decision,
    token,
    status: admission.kind === "refused" ? admission.answer.status : undefined,
    arguments: request?.arguments ?? call.params,
    requestId: request?.requestId,
  };
}
