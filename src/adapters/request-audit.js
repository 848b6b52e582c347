import { isData } from "../audit/redaction/digest.js";
import { isList } from "../audit/redaction/plain-copy.js";
import { runtime } from "../policy/runtime.js";
import { logOutage } from "../resource-server/callbacks.js";
/**
 * Returns the part of the audit event that comes from the request: the parameters of the decision, then every other argument that
 * the gate can read. Never throws.
 */
export function readAuditedRequest(params, { sources, requestId }) {
    const merged = Object.create(null);
    for (const source of [() => params, ...sources])
        addMissing(merged, source);
    return { arguments: merged, requestId: requestId() };
}
/** Adds own members of plain data under names that are not taken, without running a getter. */
function addMissing(merged, source) {
    try {
        const given = source();
        if (typeof given !== "object" || given === null || isList(given) || !isData(given))
            return;
        for (const name of Object.keys(given)) {
            const property = Object.getOwnPropertyDescriptor(given, name);
            if (property !== undefined && !Object.hasOwn(merged, name)) {
                Object.defineProperty(merged, name, property);
            }
        }
    }
    catch (error) {
        logOutage("a gate could not read arguments for the audit", error);
    }
}
/**
 * Creates the function that returns the id of a request, the same for all of its events: the result of the host's function if it is
 * a text or a number, else a random UUID. An id that the client sent is not used by default: with it, a client could add its events
 * to the request of another client.
 */
export function createRequestIdReader(read) {
    const known = new WeakMap();
    const readId = (request) => {
        try {
            const id = read?.(request);
            if (typeof id === "number")
                return String(id);
            return typeof id === "string" && id !== "" ? id : undefined;
        }
        catch (error) {
            logOutage("a gate could not read the id of a request", error);
            return undefined;
        }
    };
    return (request) => {
        const id = known.get(request) ?? readId(request) ?? runtime.crypto.randomUUID();
        known.set(request, id);
        return id;
    };
}
