import type { AuditEvent } from "../audit/audit-event.js";
import type { AuditedRequest } from "../audit/audited-request.js";
import { createAuditEventFactory } from "../audit/create-event.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { AuthorizerOptions } from "./authorizer-options.js";
import type { Admission, ReportStatus } from "./authorizer-types.js";
import { type Awaitable, type CallbackRunner, mapAwaitable } from "./callbacks.js";
import type { OwnCall } from "./no-call.js";

/** A call after its credentials have been read. */
export type CallDetails = Omit<OwnCall, "authorization" | "authenticate">;

/** The record of one admission. */
export interface RecordedAdmission {
  /** Whether the admission may take effect: `false` if the event could not be written and `onAuditError` is `"deny"`. */
  readonly isWritten: Awaitable<boolean>;
  /** Writes the second event, with the status that the client got; `undefined` without an `audit` callback. */
  readonly answered: ReportStatus | undefined;
}

/**
 * Writes the audit event of an admission. Never throws, and no promise of its result rejects.
 *
 * @param origin - what the call is, if not that of an operation at a gate
 */
export type AdmissionRecorder = (
  admission: Admission,
  call: CallDetails,
  origin?: RecordedOrigin,
) => RecordedAdmission;

/** `protocol`: a message of a protocol that calls no operation. `code`: a call of code of the host, which knows internal operations. */
export type RecordedOrigin = "gate" | "protocol" | "code";

/** The record of an admission that makes no event. */
export const NOTHING_RECORDED: RecordedAdmission = { isWritten: true, answered: undefined };

type AuditOptions = Pick<AuthorizerOptions, "audit" | "sensitive" | "auditKey" | "onAuditError">;

/** Creates an {@link AdmissionRecorder} for one policy. Without an `audit` callback it writes nothing. */
export function createAdmissionRecorder(
  policy: CompiledPolicy,
  { audit, sensitive = [], auditKey, onAuditError = "deny" }: AuditOptions,
  runCallback: CallbackRunner,
): AdmissionRecorder {
  if (audit === undefined) return () => NOTHING_RECORDED;
  const makeEvent = createAuditEventFactory(policy, sensitive, auditKey);
  const run = (write: () => unknown) => runCallback("audit", write, undefined, () => undefined);
  return (admission, call, origin = "gate") => {
    let event: Promise<AuditEvent> | undefined;
    const written = run(async () => {
      event = makeEvent(auditedCall(admission, call, origin));
      return audit(await event);
    });
    const answered: ReportStatus = (status) => {
      const first = event;
      if (first === undefined || !isStatus(status)) return;
      event = undefined;
      const time = new Date().toISOString();
      void run(async () => audit({ ...(await first), kind: "answered", time, status }));
    };
    const isWritten =
      onAuditError === "continue" || mapAwaitable(written, ({ kind }) => kind === "value");
    return { isWritten, answered };
  };
}

function isStatus(status: unknown): status is number {
  return Number.isInteger(status) && (status as number) >= 100 && (status as number) <= 999;
}

/** Reads what the event contains of the request: after the decision, and once. */
function auditedCall(admission: Admission, call: CallDetails, origin: RecordedOrigin) {
  const { decision, token } = admission;
  // code without types can have a function that returns nothing
  const audited: (() => AuditedRequest | undefined) | undefined = call.audited;
  const request = audited === undefined ? call : audited();
  return {
    operation: call.operation,
    origin,
    decision,
    token,
    status: admission.kind === "refused" ? admission.answer.status : undefined,
    params: call.params,
    arguments: request?.arguments ?? call.params,
    requestId: request?.requestId,
    isEnforced: call.enforced !== false,
  };
}
