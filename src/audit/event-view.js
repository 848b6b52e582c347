import { isAuthorizationEvent, } from "./authorization-event.js";
const DECISIONS = {
    tool: "tool-call",
    endpoint: "endpoint-call",
    protocol: "protocol-message",
    unknown: "tool-call",
};
const AUTHORIZATIONS = {
    registration: { action: "client-registration", effect: "creation" },
    consent: { action: "consent", effect: "change" },
    token: { action: "token-request", effect: "creation" },
    revocation: { action: "revocation", effect: "deletion" },
};
/** Returns the {@link EventView} of an event. */
export function viewOf(event) {
    if (isAuthorizationEvent(event)) {
        const { type, outcome, error = outcome } = event;
        const base = { name: type, label: type, ...AUTHORIZATIONS[type] };
        return {
            ...base,
            allowed: outcome === "success",
            code: outcome === "success" ? outcome : error,
            isOutage: outcome === "failure",
        };
    }
    const { operation, decision } = event;
    return {
        name: operation.name,
        label: `${operation.kind} ${operation.name}`,
        action: DECISIONS[operation.kind],
        effect: "access",
        allowed: decision.allowed,
        code: decision.code,
        isOutage: decision.code === "temporarily_unavailable",
    };
}
/** Returns one readable line, made of clean texts. */
export function messageOf(event) {
    const { label, code } = viewOf(event);
    const { client_id } = event.client;
    return `${label}${client_id === undefined ? "" : ` for ${client_id}`}: ${code}`;
}
/** Returns the method and the path of an endpoint; an empty list for any other event. */
export function requestLineOf(event) {
    if (isAuthorizationEvent(event) || event.operation.kind !== "endpoint")
        return [];
    const { name } = event.operation;
    const space = name.indexOf(" ");
    return [name.slice(0, space), name.slice(space + 1)];
}
