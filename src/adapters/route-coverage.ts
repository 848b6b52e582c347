import type { Finding } from "../errors.js";
import { METHODS } from "../policy/route.js";
import { nearest } from "../policy/suggest.js";
import type { EndpointResolver } from "./endpoint-resolver.js";
import { countsFor, type GateMark, markOf } from "./gate-marks.js";
import { type Selection, segmentsOf } from "./route-selection.js";

/** A route of an application. */
export interface ListedRoute {
  /** HTTP method, or `ALL`. */
  readonly method: string;
  /** The whole path as the program writes it, with parameters as `:name`. */
  readonly path: string;
  /** The name of the route in messages. Default: its method and path. */
  readonly label?: string;
  /**
   * The handlers that run for each request of the route, in order: its own, and the gates given to `use` that every such request
   * passes. Other functions given to `use` are left out.
   */
  readonly handlers: readonly ListedHandler[];
}

/** A handler of a route. */
export interface ListedHandler {
  /** The path at which the handler is registered: that of the route for its own handlers. */
  readonly path: string;
  readonly handler: object;
}

interface PlacedMark extends GateMark {
  readonly path: string;
}

const MESSAGES = {
  missing_param:
    "the path at the gate has no parameter {}: put the gate on the route, or give it `params`",
  shadowed_param:
    "the path binds {} again below the gate: put a gate on the route, or rename the parameter",
  unserved_endpoint: "no route has a gate for the endpoint before its handlers",
  unmapped_route: "the route has no gate of this authorizer",
  late_gate:
    "another handler of the route comes before its gate and could respond: put the gate first",
  unknown_endpoint: "the policy has no such endpoint",
  mismatched_endpoint: "the gate names an endpoint with another method or path",
  misplaced_gate: "in `use`, a gate for endpoints does not know the route: put it on a route",
} as const;

/** Returns a finding for each reason why a policy does not cover the routes of an application: first by endpoint, then by route. */
export function routeFindings(
  routes: readonly ListedRoute[],
  authorizer: object,
  endpoints: EndpointResolver,
  selection: Selection,
): readonly Finding[] {
  const served = new Set<string>();
  const byRoute = routes.flatMap((route): readonly Finding[] => {
    const gates = leadingGates(route, authorizer);
    const names = gates.map((gate) => servedBy(gate, route, endpoints));
    for (const name of names.flat()) served.add(name);
    if (selection.isLeftOut([route.path])) return [];
    const { label = `${route.method} ${route.path}` } = route;
    const finding = (code: keyof typeof MESSAGES, param?: string): Finding => ({
      code,
      path: label,
      message: MESSAGES[code].replace("{}", () => `\`${param}\``),
    });
    if (gates.length === 0) {
      const isLate = route.handlers.some(({ handler }) => isOwn(markOf(handler), authorizer));
      return [finding(isLate ? "late_gate" : "unmapped_route")];
    }
    return gates.flatMap((gate, index) => {
      if (gate.kind === "endpoint") {
        if (gate.path !== route.path) return [finding("misplaced_gate")];
        const found = names[index] ?? [];
        const missing = gate.hasReader ? [] : found.flatMap((name) => endpoints.outsidePath(name));
        if (found.length > 0)
          return [...new Set(missing)].map((name) => finding("missing_param", name));
        const suggestion = nearest(`${route.method} ${route.path}`, endpoints.names);
        return [
          { ...finding("unknown_endpoint"), ...(suggestion !== undefined && { suggestion }) },
        ];
      }
      const isOther = endpoints.names.includes(gate.name ?? "") && names[index]?.length === 0;
      return [
        ...(isOther ? [finding("mismatched_endpoint")] : []),
        ...missingParams(gate).map((name) => finding("missing_param", name)),
        ...shadowedParams(gate, route).map((name) => finding("shadowed_param", name)),
      ];
    });
  });
  const unserved = endpoints.names
    .filter((name) => !served.has(name) && selection.isExpected(name.slice(name.indexOf(" ") + 1)))
    .map((name) => ({
      code: "unserved_endpoint",
      path: name,
      message: MESSAGES.unserved_endpoint,
    }));
  return [...unserved, ...byRoute, ...selection.findings()];
}

/** Returns whether a handler is a gate that counts for an authorizer. */
function isOwn(mark: GateMark | undefined, authorizer: object): mark is GateMark {
  return mark !== undefined && countsFor(mark, authorizer);
}

/** Returns the gates before the first handler that is not a gate. Those of other authorizers do not count. */
function leadingGates({ handlers }: ListedRoute, authorizer: object): readonly PlacedMark[] {
  const marks = handlers.map(({ path, handler }) => ({ path, mark: markOf(handler) }));
  const first = marks.findIndex(({ mark }) => mark === undefined);
  return (first < 0 ? marks : marks.slice(0, first)).flatMap(({ path, mark }) =>
    isOwn(mark, authorizer) ? [{ ...mark, path }] : [],
  );
}

/** Returns the endpoints of the policy that a route with a gate serves. */
function servedBy(
  { kind, name, path }: PlacedMark,
  route: ListedRoute,
  endpoints: EndpointResolver,
): readonly string[] {
  const methods = route.method === "ALL" ? METHODS : [route.method];
  const named = (template: string) =>
    methods.flatMap((method) => endpoints.named(method, template) ?? []);
  if (kind === "endpoint") return path === route.path ? named(route.path) : [];
  // a gate by name decides on the values that the router passes on, so patterns of parameters do not matter
  return named(route.path.replaceAll(/(:\w+)(?:\{[^/]*?\}|\([^/]*?\))(?=\/|$)/g, "$1")).filter(
    (one) => one === name,
  );
}

/** Returns the names of the parameters in a path, each with its position. */
function paramsIn(path: string): readonly (readonly [name: string, index: number])[] {
  return segmentsOf(path).flatMap((segment, index) =>
    [...segment.matchAll(/[:*](\w+)/g)].map(([, name]) => [name as string, index] as const),
  );
}

function missingParams({ params, hasReader, path }: PlacedMark): readonly string[] {
  const names = paramsIn(path).map(([name]) => name);
  return hasReader ? [] : params.filter((param) => !names.includes(param));
}

/**
 * Returns the parameters that a gate given to `use` reads in one place of the path, and the handler in another. With the option
 * `params` the gate may have read each of them.
 */
function shadowedParams(gate: PlacedMark, route: ListedRoute): readonly string[] {
  if (gate.params.length === 0 || gate.path === route.path) return [];
  const decided = paramsIn(gate.path).filter(
    ([name]) => gate.hasReader || gate.params.includes(name),
  );
  const bound = paramsIn(route.path);
  return decided
    .filter(([name, index]) => bound.some(([other, place]) => other === name && place !== index))
    .map(([name]) => name);
}
