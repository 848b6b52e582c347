import type { EndpointResolver } from "../adapters/endpoint-resolver.js";
import type { GateMark } from "../adapters/gate-marks.js";
import { isBelow, segmentsOf } from "../adapters/route-selection.js";
import { ALL, type Route, type Router } from "./layer.js";
import { handlerMarks, leadingGates } from "./marks.js";
import { type Probe, probeValue, routesReached } from "./reach.js";

/** Reason why an endpoint is not served, or not as its gate reads it. */
export type EndpointCode =
  | "unserved_endpoint"
  | "hidden_endpoint"
  | "trailing_slash"
  | "letter_case";

/** The endpoints of a policy that the routes of an application serve. */
export interface EndpointCoverage {
  /** The codes of each endpoint that is below the mount path of the router. */
  readonly codes: ReadonlyMap<string, readonly EndpointCode[]>;
  /** For each endpoint, the parameters that neither its path nor the option `params` of its gate gives. */
  readonly missing: ReadonlyMap<string, readonly string[]>;
  /** Returns whether a gate for endpoints on a route has an endpoint to decide on. */
  isServed(route: Route, method: string): boolean;
  /** Returns whether a route has the method and path of an endpoint by whose name its gate decides. */
  isNamed(route: Route, method: string, name: string): boolean;
  /** Returns the endpoint with the method and path of a route that a gate for endpoints cannot read. */
  meantBy(route: Route): string | undefined;
}

/**
 * Finds the routes that serve the endpoints of a policy. A gate for the endpoint of its route needs a template that spells the
 * endpoint. A gate with the name of an endpoint decides by the name, so its route may also be an expression, a list or a pattern
 * that has the path of the endpoint.
 *
 * @param mount - the path at which the router is mounted
 */
export function coverEndpoints(
  top: Router,
  authorizer: object,
  endpoints: EndpointResolver,
  mount: string,
): EndpointCoverage {
  const served = new Map<Route, Set<string>>();
  const named = new Map<Route, Set<string>>();
  const meant = new Map<Route, string>();
  const missing = new Map<string, readonly string[]>();
  const names = new Set(endpoints.names);
  const isForEndpoint = ({ kind, name = "" }: GateMark) => kind === "endpoint" || names.has(name);

  const check = (endpoint: string, method: string, probe: Probe): readonly EndpointCode[] => {
    const reached = routesReached(top, probe).map((hit) => {
      const handlers = handlerMarks(hit.route, probe.method, authorizer);
      if (handlers.some((mark) => mark?.name === endpoint)) addTo(named, hit.route, endpoint);
      return { ...hit, gates: leadingGates(handlers) };
    });
    const hit = reached.find(({ gates }) => gates.some(isForEndpoint));
    if (hit === undefined) return ["unserved_endpoint"];
    const { route, base, params, gates } = hit;
    if (gates.some(({ name }) => name === endpoint)) return [];
    const gate = gates.find(({ kind }) => kind === "endpoint");
    if (gate === undefined) return ["hidden_endpoint"];
    const target = probe.path === "/" && probe.base !== "" ? probe.base : probe.base + probe.path;
    const values = () => params;
    const found = endpoints.findSpelled({ method, target, base, template: route.path, values });
    if (found?.name !== endpoint) {
      if (isPlainText(route.path)) return ["hidden_endpoint"];
      meant.set(route, endpoint);
      return ["unserved_endpoint"];
    }
    if (!gate.hasReader) missing.set(endpoint, endpoints.outsidePath(endpoint));
    addTo(served, route, probe.method);
    addTo(served, route, ALL);
    const isReachedBy = (path: string) =>
      routesReached(top, { ...probe, path }).some((other) => other.route === route);
    const isSlashIgnored = gate.trailingSlash === "ignore" && probe.path !== "/";
    return [
      ...(isSlashIgnored && !isReachedBy(`${probe.path}/`) ? (["trailing_slash"] as const) : []),
      ...(gate.caseSensitive === false && !isReachedBy(swapCase(probe.path))
        ? (["letter_case"] as const)
        : []),
    ];
  };
  const codes = new Map<string, readonly EndpointCode[]>();
  for (const endpoint of names) {
    const [method = "", template = ""] = endpoint.split(" ");
    const probe = probeOf(method, template, mount);
    if (probe === undefined) continue;
    codes.set(endpoint, check(endpoint, method, probe));
    // HEAD requests are treated as GET, also on a route of their own
    if (method === "GET") check(endpoint, "HEAD", { ...probe, method: "head" });
  }
  return {
    codes,
    missing,
    isServed: (route, method) => served.get(route)?.has(method) === true,
    isNamed: (route, method, name) =>
      name.startsWith(`${method === "head" ? "GET" : method.toUpperCase()} `) &&
      named.get(route)?.has(name) === true,
    meantBy: (route) => meant.get(route),
  };
}

/** Returns a request to an endpoint, as the router that is mounted at a path gets it; `undefined` for an endpoint elsewhere. */
function probeOf(method: string, template: string, mount: string): Probe | undefined {
  if (!isBelow(template, mount)) return undefined;
  let values = 0;
  const path = template
    // no route but a wildcard takes two segments
    .replace(/\{\w+\*\}$/, () => `${probeValue(values++)}/${probeValue(values++)}`)
    .replaceAll(/(?<=\/):\w+|\{\w+\}/g, () => probeValue(values++));
  const segments = segmentsOf(path);
  const mounted = segmentsOf(mount);
  const base = mounted.map((_, index) => `/${segments[index]}`).join("");
  const params = mounted.flatMap((name, index) =>
    name.startsWith(":") ? [[name.slice(1), segments[index]] as const] : [],
  );
  return {
    method: method.toLowerCase(),
    path: path.slice(base.length) || "/",
    base,
    params: Object.fromEntries(params),
  };
}

/** Returns whether a gate for endpoints can read the path of a route. */
function isPlainText(path: unknown): boolean {
  if (typeof path !== "string") return false;
  const text = path.replace(/\/(?:\{\*\w+\}|\*\w*)$/, "").replaceAll(/\\\W/g, "");
  return !/[()*+?{}[\]|\\]/.test(text);
}

function swapCase(text: string): string {
  return text.replaceAll(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

function addTo<Key>(sets: Map<Key, Set<string>>, key: Key, member: string): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(member));
}
