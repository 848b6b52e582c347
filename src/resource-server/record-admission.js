import { createAuditEventFactory } from "../audit/create-event.js";
import { mapAwaitable } from "./callbacks.js";
/** The record of an admission that makes no event. */
export const NOTHING_RECORDED = { isWritten: true, answered: undefined };
/** Creates an {@link AdmissionRecorder} for one policy. Without an `audit` callback it writes nothing. */
export function createAdmissionRecorder(policy, { audit, sensitive = [], auditKey, onAuditError = "deny" }, runCallback) {
    if (audit === undefined)
        return () => NOTHING_RECORDED;
    const makeEvent = createAuditEventFactory(policy, sensitive, auditKey);
    const run = (write) => runCallback("audit", write, () => undefined);
    return (admission, call, isProtocol = false) => {
        let event;
        const written = run(async () => {
            event = makeEvent(auditedCall(admission, call, isProtocol));
            return audit(await event);
        });
        const answered = (status) => {
            const first = event;
            event = undefined;
            if (first === undefined || !isStatus(status))
                return;
            const time = new Date().toISOString();
            void run(async () => audit({ ...(await first), kind: "answered", time, status }));
        };
        const isWritten = onAuditError === "continue" || mapAwaitable(written, ({ kind }) => kind === "value");
        return { isWritten, answered };
    };
}
function isStatus(status) {
    return Number.isInteger(status) && status >= 100 && status <= 999;
}
/** Reads what the event contains of the request: after the decision, and once. */
function auditedCall(admission, call, isProtocol) {
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
        isEnforced: call.enforced !== false,
    };
}
