import type { EndpointResolver } from "../adapters/endpoint-resolver.js";
import type { Finding } from "../errors.js";
import { withoutPrototype } from "../policy/own-members.js";
import { nearest } from "../policy/suggest.js";
import { type Cover, coverAt, type GatesOf, NO_COVER } from "./cover.js";
import {
  isRouter,
  mountOf,
  mountText,
  pathText,
  type Route,
  type Router,
  routerOf,
} from "./layer.js";

/**
 * Kind of a middleware: a gate for a named operation, a gate for the endpoint of its route, or a mark that decides nothing: of a
 * public route, or of a route that something else protects.
 */
export type GateKind = "operation" | "endpoint" | "public" | "elsewhere";

/** Facts about a middleware. */
export interface GateMark {
  readonly kind: GateKind;
  readonly authorizer: object;
  /** Parameters of its operation; empty for a gate that gets its operation from the route. */
  readonly params: readonly string[];
  /** Whether the gate has the option `params`, which reads the parameters that the path does not have. */
  readonly hasReader: boolean;
}

const marks = new WeakMap<object, GateMark>();

/** Marks a middleware as a gate for {@link routeCoverageFindings}. Returns the middleware. */
export function markGate<Handler extends object>(handler: Handler, mark: GateMark): Handler {
  marks.set(handler, mark);
  return handler;
}

/** A route that a request would reach, with the path prefix that the routers above it match and the parameters it would get. */
interface ReachedRoute {
  readonly route: Route;
  readonly base: string;
  readonly params: object;
}

/** A simulated request on its way through the routers. */
interface Probe {
  readonly method: string;
  readonly path: string;
  readonly base: string;
  readonly params: object;
}

const MESSAGES = {
  missing_param:
    "the path at the gate has no parameter {}: put the gate on the route, give it `params`, or set `mergeParams`",
  shadowed_param:
    "the path binds {} again below the gate: put a gate on the route, or rename the parameter",
  unserved_endpoint: "no route has a gate for the endpoint before its handlers",
  hidden_endpoint: "another route comes first, and it is not this endpoint",
  unmapped_route: "the route has no gate of this authorizer",
  late_gate:
    "another handler of the route comes before its gate and could respond: put the gate first",
  unknown_endpoint: "the policy has no such endpoint",
  misplaced_gate: "in `use`, a gate for endpoints does not know the route: put it on a route",
  opaque_app: "the routes of a mounted application cannot be checked: mount a router",
} as const;

/** Returns a finding for each reason why a policy does not cover an application: first by endpoint, then by route. */
export function routeCoverageFindings(
  app: object,
  authorizer: object,
  endpoints: EndpointResolver,
): readonly Finding[] {
  const top = routerOf(app);
  const findings: Finding[] = [];
  const served = new Map<Route, Set<string>>();
  const isOwn = (mark: GateMark) => mark.authorizer === authorizer;
  /** Returns the marks of a route's handlers, without the gates of other authorizers, and `undefined` for each unmarked handler. */
  const marksOf = ({ stack }: Route, method: string) =>
    stack
      .filter((layer) => [undefined, method].includes(withoutPrototype(layer).method))
      .map((layer) => marks.get(layer.handle))
      .filter((mark) => mark === undefined || !isDeciding(mark) || isOwn(mark));
  const isLookedUp = (handlers: readonly (GateMark | undefined)[]) =>
    leadingGates(handlers).some((mark) => mark?.kind === "endpoint");
  const add = (code: keyof typeof MESSAGES, path: string, meant?: string) => {
    const suggestion = meant === undefined ? undefined : { suggestion: meant };
    findings.push({ code, path, message: MESSAGES[code], ...suggestion });
  };
  const addParams = (
    code: "missing_param" | "shadowed_param",
    path: string,
    names: readonly string[],
  ) => {
    if (names.length === 0) return;
    const list = names.map((name) => `\`${name}\``).join(", ");
    findings.push({ code, path, message: MESSAGES[code].replace("{}", () => list) });
  };
  const checkNeeds = (
    { params, hasReader }: GateMark,
    path: string,
    { names, isComplete }: Cover,
  ) => {
    if (hasReader || !isComplete) return;
    addParams(
      "missing_param",
      path,
      params.filter((name) => !names.includes(name)),
    );
  };

  // match as a request would: not every version of Express exposes the path at which a router is mounted
  for (const name of endpoints.names) {
    const [verb = "", template = ""] = name.split(" ");
    const method = verb.toLowerCase();
    // different values, as in a real request
    let values = 0;
    const target = template.replaceAll(/(?<=\/)(?::\w+|\{\w+\})/g, () => `probe${values++}`);
    const hit = hitsOf(top, { method, path: target, base: "", params: {} }).find(({ route }) =>
      isLookedUp(marksOf(route, method)),
    );
    if (hit === undefined) {
      add("unserved_endpoint", name);
      continue;
    }
    const { route, base, params } = hit;
    const found = endpoints.find({
      method: verb,
      target,
      base,
      template: route.path,
      values: () => params,
    });
    if (found?.name !== name) add("hidden_endpoint", name);
    else served.set(route, (served.get(route) ?? new Set()).add(method).add(ALL));
  }

  const checkRoute = (route: Route, prefix: string, cover: Cover) => {
    // `app.all` lists every method, `route.all` has a method of its own: report each once
    const methods = Object.keys(route.methods);
    const isEvery = methods.length > MAX_METHODS;
    for (const method of isEvery ? ["get"] : methods) {
      const verb = isEvery || method === ALL ? "ALL" : method.toUpperCase();
      const label = `${verb} ${prefix}${pathText(route.path)}`;
      const handlers = marksOf(route, method);
      for (const mark of handlers) if (mark !== undefined) checkNeeds(mark, label, cover);
      if (isLookedUp(handlers)) {
        const isServed = served.get(route)?.has(isEvery ? ALL : method) === true;
        if (!isServed) add("unknown_endpoint", label, nearest(label, endpoints.names));
      } else if (handlers[0] === undefined) {
        // even if a gate above covers the route: it is not the gate that the route names
        if (handlers.some((mark) => mark !== undefined)) add("late_gate", label);
        else if (!cover.isCovered) add("unmapped_route", label);
        else addParams("shadowed_param", label, cover.rebound);
      }
    }
  };

  const walk = (router: Router, prefix: string, above: Cover): void => {
    const gates: GatesOf = new Map();
    for (const layer of router.stack) {
      const { handle, route } = withoutPrototype(layer);
      const path = prefix + mountText(layer);
      const mark = marks.get(handle);
      const cover = coverAt(layer, router, above, gates);
      if (route !== undefined) checkRoute(route, prefix, cover);
      else if (isRouter(handle)) walk(handle, path, cover);
      else if (mark?.kind === "endpoint") add("misplaced_gate", path === "" ? "/" : path);
      else if (mark !== undefined && isOwn(mark)) {
        checkNeeds(mark, path === "" ? "/" : path, cover);
        const place = mountOf(layer);
        gates.set(place, [...(gates.get(place) ?? []), ...decidedBy(mark, cover)]);
      } else if (handle.name === "mounted_app" && (!cover.isCovered || cover.decided.length > 0)) {
        add("opaque_app", path);
      }
    }
  };
  walk(top, "", NO_COVER);
  return findings;
}

const ALL = "_all";
const MAX_METHODS = 20;

/** Returns the routes that a request would reach, in order. */
function hitsOf(router: Router, probe: Probe): readonly ReachedRoute[] {
  const { method, path, base } = probe;
  return router.stack.flatMap((layer) => {
    const { handle, route } = withoutPrototype(layer);
    const match = route !== undefined || isRouter(handle) ? layer.match(path) : false;
    if (match === false) return [];
    // Express 4 keeps path and parameters in the layer until its next match
    const matched = match === true ? layer : match;
    const params = { ...(router.mergeParams === true && probe.params), ...matched.params };
    if (route !== undefined) {
      const isMet = route.methods[ALL] === true || route.methods[method] === true;
      return isMet ? [{ route, base, params }] : [];
    }
    const taken = (matched.path as string).replace(/\/$/, "");
    const rest = path.slice(taken.length);
    const next = { method, path: rest === "" ? "/" : rest, base: base + taken, params };
    return hitsOf(handle as Router, next);
  });
}

function isDeciding({ kind }: GateMark): boolean {
  return kind === "operation" || kind === "endpoint";
}

/** Returns the gates before the first handler that is not a gate. */
function leadingGates(
  handlers: readonly (GateMark | undefined)[],
): readonly (GateMark | undefined)[] {
  const first = handlers.indexOf(undefined);
  return first < 0 ? handlers : handlers.slice(0, first);
}

/** Returns the names of the parameters that a gate decides on. With the option `params` they include every name that it may have read. */
function decidedBy({ params, hasReader }: GateMark, { names }: Cover): readonly string[] {
  return params.length > 0 && hasReader ? [...params, ...names] : params;
}
