import { PolicyError } from "../errors.js";
import { isFunction, oneOf, optional } from "../policy/option-checks.js";
import { mapAwaitable } from "../resource-server/callbacks.js";
import { admitRequest } from "./admit-request.js";
import { createReportOnly } from "./report-only.js";
import { createRequestIdReader } from "./request-audit.js";
import { createRequestStore } from "./request-store.js";
/** Checks of {@link HttpGateOptions}. */
export const HTTP_GATE_CHECKS = {
    requestId: optional(isFunction),
    authenticate: optional(isFunction),
    dangerouslyReportOnly: optional(oneOf(true, false)),
};
const NO_GATE = "the request has passed no gate of this authorizer: put one before the handler";
const NO_TOKEN = "the operation is public and was called without a token: use `optionalToken`";
const NOT_ALLOWED = "the gate only reports, and would have refused the request: use `optionalToken`";
const NOTHING_VERIFIED = "the authorizer has no `verify` and the gate no `authenticate`: give one of them, so that callers can be known";
/**
 * Creates what the gate of a framework needs for its requests.
 *
 * @param options - checked options
 * @param storeOf - returns the object of a request that the result is stored with
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` if nothing can authenticate a caller
 */
export function createHttpGate(authorizer, options, storeOf = (request) => request) {
    const { requestId, authenticate, dangerouslyReportOnly: isReportOnly = false } = options;
    if (authenticate === undefined && !authorizer.verifiesTokens) {
        throw new PolicyError("ERR_OPTIONS_INVALID", NOTHING_VERIFIED);
    }
    const requestIdOf = createRequestIdReader(requestId);
    const reportOnly = isReportOnly ? createReportOnly(knownNames(authorizer.policy)) : undefined;
    const admitted = createRequestStore();
    const stored = (request) => {
        const found = admitted.get(storeOf(request));
        if (found === undefined)
            throw new PolicyError("ERR_COVERAGE", NO_GATE);
        return found;
    };
    return {
        admit: (request, { sources, ...call }) => {
            const admission = admitRequest(authorizer, {
                ...call,
                authenticate: authenticate && (() => authenticate(request)),
                enforced: !isReportOnly,
                view: () => ({ sources: sources(), requestId: () => requestIdOf(request) }),
            });
            return mapAwaitable(admission, (admission) => {
                const { answered } = admission;
                const mayContinue = reportOnly?.mayContinue(call.operation.name, admission) ?? admission.decision.allowed;
                if (mayContinue)
                    admitted.set(storeOf(request), admission);
                const isRefused = !mayContinue && admission.kind === "refused";
                return { refusal: isRefused ? admission.answer : undefined, answered };
            });
        },
        members: {
            token: (request) => {
                const { decision, token } = stored(request);
                // the claims of a token with an unreadable scope are not valid
                if (token !== undefined && decision.code !== "invalid_token")
                    return token;
                throw new PolicyError("ERR_COVERAGE", decision.allowed ? NO_TOKEN : NOT_ALLOWED);
            },
            optionalToken: (request) => {
                const { decision, token } = stored(request);
                return decision.allowed ? token : undefined;
            },
            decision: (request) => {
                const { decision } = stored(request);
                if (!decision.allowed)
                    throw new PolicyError("ERR_COVERAGE", NOT_ALLOWED);
                return decision;
            },
            report: () => reportOnly?.report() ?? {},
        },
    };
}
/**
 * Checks the reason of a route that something else protects.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID`
 */
export function requireReason(reason) {
    if (typeof reason === "string" && reason.trim() !== "")
        return;
    throw new PolicyError("ERR_OPTIONS_INVALID", "expected what protects the route, as a text");
}
/** Returns whether a name is an operation of the policy. The name of a tool that only a pattern matches is not one: clients choose it. */
function knownNames({ definition }) {
    const names = new Set([definition.tools, definition.endpoints].flatMap((part) => Object.keys(part ?? {})));
    return (operation) => names.has(operation);
}
