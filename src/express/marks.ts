import { withoutPrototype } from "../policy/own-members.js";
import type { Route } from "./layer.js";

/**
 * Kind of a middleware: a gate for a named operation, a gate for the endpoint of its route, or a mark that decides nothing: of a
 * public route, or of a route that something else protects.
 */
export type GateKind = "operation" | "endpoint" | "public" | "elsewhere";

/** Facts about a middleware. */
export interface GateMark {
  readonly kind: GateKind;
  readonly authorizer: object;
  /** The operation of a gate for a named operation. */
  readonly name?: string | undefined;
  /** Parameters of its operation; empty for a gate that gets its operation from the route. */
  readonly params: readonly string[];
  /** Whether the gate has the option `params`, which reads the parameters that the path does not have. */
  readonly hasReader: boolean;
  /** Whether a gate for endpoints ignores a slash at the end of a path. Default: `"refuse"`. */
  readonly trailingSlash?: "refuse" | "ignore" | undefined;
  /** Whether a gate for endpoints distinguishes upper and lower case letters of a path. Default: `true`. */
  readonly caseSensitive?: boolean | undefined;
}

const marks = new WeakMap<object, GateMark>();
const documents = new WeakMap<object, string>();

/** Marks a middleware as a gate for the coverage check. Returns the middleware. */
export function markGate<Handler extends object>(handler: Handler, mark: GateMark): Handler {
  marks.set(handler, mark);
  return handler;
}

/** Returns the facts about a middleware, if it is a gate. */
export function markOf(handler: object): GateMark | undefined {
  return marks.get(handler);
}

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
    .map((layer) => marks.get(layer.handle))
    .filter((mark) => mark === undefined || !isDeciding(mark) || mark.authorizer === authorizer);
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

/** Returns whether a gate decides. A mark does not. */
function isDeciding({ kind }: GateMark): boolean {
  return kind === "operation" || kind === "endpoint";
}

/** Returns the gates before the first handler that is not a gate. */
export function leadingGates(handlers: readonly (GateMark | undefined)[]): readonly GateMark[] {
  const first = handlers.indexOf(undefined);
  return (first < 0 ? handlers : handlers.slice(0, first)) as readonly GateMark[];
}
