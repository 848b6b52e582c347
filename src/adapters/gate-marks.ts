/**
 * Kind of a handler: a gate for a named operation, a gate for the endpoint of its route, or a mark that decides nothing: of a public
 * route, or of a route that something else protects.
 */
export type GateKind = "operation" | "endpoint" | "public" | "elsewhere";

/** Facts about a handler that is a gate. */
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

const MARKS: ReadonlySet<GateKind | undefined> = new Set(["public", "elsewhere"]);
/** Returns the endpoint of GET for an endpoint of HEAD, which routes serve as one. Returns other names unchanged. */
export function ofGet(name: string): string {
  return name.replace(/^HEAD /, "GET ");
}

const marks = new WeakMap<object, GateMark>();

/** Marks a handler as a gate for the coverage check. Returns the handler. */
export function markGate<Handler extends object>(handler: Handler, mark: GateMark): Handler {
  marks.set(handler, mark);
  return handler;
}

/** Returns the facts about a handler, if it is a gate. */
export function markOf(handler: object): GateMark | undefined {
  return marks.get(handler);
}

/** Returns whether a handler is a mark, which decides nothing. */
export function isMark(handler: object): boolean {
  return MARKS.has(markOf(handler)?.kind);
}

/**
 * Returns whether a gate counts for an authorizer. One that decides counts only for its own. A mark, which decides nothing, counts for
 * each on the route itself. Given to `use` it opens every route below, so there it counts only for its own.
 */
export function countsFor(
  { kind, authorizer }: GateMark,
  other: object,
  isOnRoute: boolean,
): boolean {
  return authorizer === other || (isOnRoute && MARKS.has(kind));
}

/** Returns the facts about a handler, if it is a gate that counts for an authorizer. */
export function countingMarkOf(
  handler: object,
  authorizer: object,
  isOnRoute = true,
): GateMark | undefined {
  const mark = markOf(handler);
  return mark && countsFor(mark, authorizer, isOnRoute) ? mark : undefined;
}
