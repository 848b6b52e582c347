import { withoutPrototype } from "../policy/own-members.js";
const marks = new WeakMap();
const documents = new WeakMap();
/** Marks a middleware as a gate for the coverage check. Returns the middleware. */
export function markGate(handler, mark) {
    marks.set(handler, mark);
    return handler;
}
/** Returns the facts about a middleware, if it is a gate. */
export function markOf(handler) {
    return marks.get(handler);
}
/**
 * Returns the marks of a route's handlers for a method, without the gates of other authorizers, and `undefined` for each handler
 * without a mark.
 */
export function handlerMarks({ stack }, method, authorizer) {
    return stack
        .filter((layer) => [undefined, method].includes(withoutPrototype(layer).method))
        .map((layer) => marks.get(layer.handle))
        .filter((mark) => mark === undefined || !isDeciding(mark) || mark.authorizer === authorizer);
}
/** Marks a middleware that serves the metadata document at a path. Returns the middleware. */
export function markMetadata(handler, path) {
    documents.set(handler, path);
    return handler;
}
/** Returns the path at which a middleware serves the metadata document, if it does. */
export function documentPath(handler) {
    return documents.get(handler);
}
/** Returns whether a gate decides. A mark does not. */
function isDeciding({ kind }) {
    return kind === "operation" || kind === "endpoint";
}
/** Returns the gates before the first handler that is not a gate. */
export function leadingGates(handlers) {
    const first = handlers.indexOf(undefined);
    return (first < 0 ? handlers : handlers.slice(0, first));
}
