import { countsFor, type GateMark, markOf } from "../adapters/gate-marks.js";
import { withoutPrototype } from "../policy/own-members.js";
import type { Route } from "./layer.js";

const documents = new WeakMap<object, string>();

/**
 * Returns the marks of a route's handlers for a method, without the gates of other authorizers, and `undefined` for each handler
 * without a mark.
 */
export function handlerMarks(
  { stack }: Route,
  method: string,
  authorizer: object,
): readonly (GateMark | undefined)[] {
  return stack
    .filter((layer) => [undefined, method].includes(withoutPrototype(layer).method))
    .map((layer) => markOf(layer.handle))
    .filter((mark) => mark === undefined || countsFor(mark, authorizer, true));
}

/** Marks a middleware that serves the metadata document at a path. Returns the middleware. */
export function markMetadata<Handler extends object>(handler: Handler, path: string): Handler {
  documents.set(handler, path);
  return handler;
}

/** Returns the path at which a middleware serves the metadata document, if it does. */
export function documentPath(handler: object): string | undefined {
  return documents.get(handler);
}

/** Returns the gates before the first handler that is not a gate. */
export function leadingGates(handlers: readonly (GateMark | undefined)[]): readonly GateMark[] {
  const first = handlers.indexOf(undefined);
  return (first < 0 ? handlers : handlers.slice(0, first)) as readonly GateMark[];
}
