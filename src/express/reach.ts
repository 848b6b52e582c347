import { withoutPrototype } from "../policy/own-members.js";
import { ALL, innerRouter, type Layer, type Route, type Router, routerOf } from "./layer.js";

/** A route that a request would reach, with the path prefix that the routers above it match and the parameters it would get. */
export interface ReachedRoute {
  readonly route: Route;
  readonly base: string;
  readonly params: object;
}

/** A simulated request on its way through the routers. */
export interface Probe {
  readonly method: string;
  readonly path: string;
  readonly base: string;
  readonly params: object;
}

interface Match {
  readonly path: string;
  readonly params: object;
}

/** Returns a text for a parameter that has another value than all others, as in a real request. */
export function probeValue(index: number): string {
  return `probe${index}`;
}

const VALUE = "(probe\\d+)";

/**
 * Returns the routes that a request would reach, in order. It matches as a request would, since not every version of Express
 * exposes the path at which a router is mounted.
 */
export function routesReached(
  router: Router,
  probe: Probe,
  above: readonly Router[] = [],
): readonly ReachedRoute[] {
  const { method, path, base } = probe;
  return router.stack.flatMap((given) => {
    const layer = withoutPrototype(given);
    const inner = layer.route === undefined ? innerRouter(layer) : undefined;
    // an application that is mounted in itself
    if (layer.route === undefined && (inner === undefined || above.includes(inner))) return [];
    const matched = matchPath(given, path);
    if (matched === undefined) return [];
    const params = { ...(router.mergeParams === true && probe.params), ...matched.params };
    const { route } = layer;
    if (route !== undefined) {
      const isMet = route.methods[ALL] === true || route.methods[method] === true;
      return isMet ? [{ route, base, params }] : [];
    }
    const taken = matched.path.replace(/\/$/, "");
    const rest = path.slice(taken.length);
    const next = { method, path: rest === "" ? "/" : rest, base: base + taken, params };
    return routesReached(inner as Router, next, [...above, router]);
  });
}

/** Returns whether an application has a route for GET requests of a path. */
export function isServed(app: object, path: string): boolean {
  return routesReached(routerOf(app), { method: "get", path, base: "", params: {} }).length > 0;
}

function matchPath(layer: Layer, path: string): Match | undefined {
  const match = layer.match(path);
  // Express 4 keeps path and parameters in the layer until its next match
  const { path: taken, params = {} } = match === true ? layer : match || {};
  return taken === undefined ? matchValues(layer, path) : { path: taken, params };
}

/** Matches a path with an expression or a pattern, if values of the path are all that it does not meet: `/:jobId(\\d+)`. */
function matchValues(layer: Layer, path: string): Match | undefined {
  const { regexp, rawPath, route } = withoutPrototype(layer);
  for (const expression of [regexp ?? rawPath ?? route?.path].flat(Infinity)) {
    const taken = expression instanceof RegExp && withValues(expression)?.exec(path)?.[0];
    if (typeof taken === "string" && path.startsWith(taken)) return { path: taken, params: {} };
  }
  return undefined;
}

const TOKENS = /\\.|\[(?:\\.|[^\]\\])*\]?|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|./gs;
const CAPTURE = /^\((?:\?<\w|$)/;

/** Returns an expression that takes the text of a probe, and no other, in place of all that the given one captures. */
function withValues({ source, flags }: RegExp): RegExp | undefined {
  let depth = 0;
  const parts = (source.match(TOKENS) as readonly string[]).map((token) => {
    if (depth === 0 && !CAPTURE.test(token)) return token;
    if (token.startsWith("(")) depth += 1;
    if (token === ")") depth -= 1;
    return depth === 0 ? VALUE : "";
  });
  try {
    return new RegExp(parts.join(""), flags.replace(/[gy]/g, ""));
  } catch {
    return undefined; // a reference to a group that is gone
  }
}
