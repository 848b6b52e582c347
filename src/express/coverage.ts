import { type Finding, PolicyError } from "../errors.js";
import { nearest } from "../policy/findings.js";
import type { EndpointFinder } from "../resource-server/routed-endpoint.js";

/** What a middleware of a gate is: for an operation by its name, for whatever endpoint its route is, or a mark of a public one. */
export type GateKind = "operation" | "endpoint" | "public";

/** What is known of a middleware. */
export interface Mark {
  readonly kind: GateKind;
  readonly authorizer: object;
}

const marks = new WeakMap<object, Mark>();

/** Remembers a middleware as a gate, for the check of an application. */
export function markGate<Handler extends object>(handler: Handler, mark: Mark): Handler {
  marks.set(handler, mark);
  return handler;
}

/** The layers of a router, as far as Express 4 and 5 have them in common, and what either of them has besides. */
interface Layer {
  readonly handle: { readonly name: string; readonly stack?: readonly Layer[] };
  readonly route?: Route;
  readonly method?: string;
  // whether it was mounted at `/`: 5, and 4
  readonly slash?: boolean;
  readonly regexp?: RegExp & { readonly fast_slash?: boolean };
  // what it was mounted at: 5 since router 2.3
  readonly rawPath?: unknown;
  // what of a path it has matched: 4, and 5 before router 2.3
  readonly path?: string;
  match(path: string): boolean | { readonly path: string };
}

interface Route {
  readonly path: unknown;
  readonly stack: readonly Layer[];
  readonly methods: Readonly<Record<string, boolean>>;
}

/** A route that a request would meet, with what the routers above take of its path. */
interface Hit {
  readonly route: Route;
  readonly base: string;
}

const MESSAGES = {
  unserved_endpoint: "no route has a gate for the endpoint before its handlers",
  hidden_endpoint: "another route comes first, and is no such endpoint",
  unmapped_route: "the route has no gate of this authorizer",
  late_gate:
    "another handler of the route comes before its gate, and could answer: put the gate first",
  unknown_endpoint: "the policy has no such endpoint",
  misplaced_gate: "a gate for endpoints knows no route when it is given to `use`",
  opaque_app: "an application cannot be looked into: mount a router",
} as const;

/** What stands in the way of an application being covered by a policy: a finding each, first by endpoint, then by route. */
export function coverageFindings(
  app: object,
  authorizer: object,
  endpoints: EndpointFinder,
): readonly Finding[] {
  const top = stackOf(app);
  const findings: Finding[] = [];
  const served = new Map<Route, Set<string>>();
  const isOwn = (mark: Mark) => mark.authorizer === authorizer;
  /** What is known of the handlers of a route; gates of others neither count nor stand in the way. */
  const marksOf = ({ stack }: Route, method: string) =>
    stack
      .filter((layer) => layer.method === undefined || layer.method === method)
      .map((layer) => marks.get(layer.handle))
      .filter((mark) => mark === undefined || mark.kind === "public" || isOwn(mark));
  const isLookedUp = (handlers: readonly (Mark | undefined)[]) =>
    leadingGates(handlers).some((mark) => mark?.kind === "endpoint");
  const add = (code: keyof typeof MESSAGES, path: string, meant?: string) => {
    const suggestion = meant === undefined ? undefined : { suggestion: meant };
    findings.push({ code, path, message: MESSAGES[code], ...suggestion });
  };

  // asked as a request would be: what a router was mounted at is not told by every version of Express
  for (const name of endpoints.names) {
    const [verb = "", template = ""] = name.split(" ");
    const method = verb.toLowerCase();
    const target = template.replaceAll(/(?<=\/)(?::\w+|\{\w+\})/g, "probe");
    const hit = hitsOf(top, method, target, "").find(({ route }) =>
      isLookedUp(marksOf(route, method)),
    );
    if (hit === undefined) {
      add("unserved_endpoint", name);
      continue;
    }
    const { route, base } = hit;
    const found = endpoints.find({
      method: verb,
      target,
      base,
      template: route.path,
      values: () => ({}),
    });
    if (found?.name !== name) add("hidden_endpoint", name);
    else served.set(route, (served.get(route) ?? new Set()).add(method).add(ALL));
  }

  const checkRoute = (route: Route, prefix: string, isCovered: boolean) => {
    // `app.all` lists every method there is, `route.all` is one of its own: each is said once
    const methods = Object.keys(route.methods);
    const isEvery = methods.length > MOST_METHODS;
    for (const method of isEvery ? ["get"] : methods) {
      const verb = isEvery || method === ALL ? "ALL" : method.toUpperCase();
      const label = `${verb} ${prefix}${pathText(route.path)}`;
      const handlers = marksOf(route, method);
      if (isLookedUp(handlers)) {
        const isServed = served.get(route)?.has(isEvery ? ALL : method) === true;
        if (!isServed) add("unknown_endpoint", label, nearest(label, endpoints.names));
      } else if (handlers[0] === undefined) {
        // even where a gate above covers the route: that is not the one the route asks for
        if (handlers.some((mark) => mark !== undefined)) add("late_gate", label);
        else if (!isCovered) add("unmapped_route", label);
      }
    }
  };

  const walk = (stack: readonly Layer[], prefix: string, isCovered: boolean): void => {
    const coveredMounts = new Set<unknown>();
    for (const layer of stack) {
      const { handle, route } = layer;
      const path = prefix + mountText(layer);
      const mark = marks.get(handle);
      const covered = isCovered || coveredMounts.has(TOP) || coveredMounts.has(mountOf(layer));
      if (route !== undefined) checkRoute(route, prefix, covered);
      else if (handle.stack !== undefined) walk(handle.stack, path, covered);
      else if (mark?.kind === "endpoint") add("misplaced_gate", path === "" ? "/" : path);
      else if (mark !== undefined && isOwn(mark)) coveredMounts.add(mountOf(layer));
      else if (handle.name === "mounted_app" && !covered) add("opaque_app", path);
    }
  };
  walk(top, "", false);
  return findings;
}

const ALL = "_all";
const MOST_METHODS = 20;
const TOP = "/";

/** The layers of an application or a router, of Express 5 or 4. */
function stackOf(app: object): readonly Layer[] {
  const { stack, lazyrouter } = app as { stack?: readonly Layer[]; lazyrouter?: () => void };
  if (stack !== undefined) return stack;
  // Express 4 has no router before its first route, and throws for the name that Express 5 has it under
  lazyrouter?.call(app);
  const { _router: old } = app as { _router?: { stack: readonly Layer[] } };
  const found = old ?? (app as { router?: { stack?: readonly Layer[] } }).router;
  if (found?.stack !== undefined) return found.stack;
  throw new PolicyError("ERR_OPTIONS_INVALID", "expected an application or a router of Express");
}

/** The routes that a request would meet, in order. */
function hitsOf(
  stack: readonly Layer[],
  method: string,
  path: string,
  base: string,
): readonly Hit[] {
  return stack.flatMap((layer) => {
    const { handle, route } = layer;
    const match = route !== undefined || handle.stack !== undefined ? layer.match(path) : false;
    if (match === false) return [];
    if (route !== undefined) {
      return route.methods[ALL] === true || route.methods[method] === true ? [{ route, base }] : [];
    }
    const matched = match === true ? layer.path : match.path;
    const taken = (matched as string).replace(/\/$/, "");
    const rest = path.slice(taken.length);
    return hitsOf(handle.stack as readonly Layer[], method, rest === "" ? "/" : rest, base + taken);
  });
}

/** The gates that stand before the first handler that is none. */
function leadingGates(handlers: readonly (Mark | undefined)[]): readonly (Mark | undefined)[] {
  const first = handlers.indexOf(undefined);
  return first < 0 ? handlers : handlers.slice(0, first);
}

/** What a layer stands at, to be compared with a gate that is given to `use`; one that does not tell is like no other. */
function mountOf({ rawPath, regexp, slash, route }: Layer): unknown {
  if (slash === true || regexp?.fast_slash === true) return TOP;
  if (typeof rawPath === "string") return rawPath;
  if (regexp !== undefined && route === undefined) return String(regexp);
  // Express 4 makes another expression of a path for a route than for `use`; one that is no path matches more in a route
  const isPath = typeof route?.path === "string" && regexp?.source.includes("|") === false;
  return isPath ? String(regexp).replace(/\$(?=\/\w*$)/, "(?=\\/|$)") : Symbol("unknown");
}

function pathText(path: unknown): string {
  return Array.isArray(path) ? `[${path.map(String).join(", ")}]` : String(path);
}

/** What a router was mounted at, for people: an expression with Express 4, and some versions of 5 do not tell. */
function mountText(layer: Layer): string {
  if (mountOf(layer) === TOP) return "";
  if (layer.rawPath !== undefined) return pathText(layer.rawPath);
  const source = layer.regexp?.source.replace(/^\^/, "").replace(/\\\/\?\(\?=\\\/\|\$\)$/, "");
  return source?.replaceAll("\\/", "/") ?? "/…";
}
