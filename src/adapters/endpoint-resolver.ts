import type { Policy } from "../decision/define-policy.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { isHardDenial, type Operation } from "../policy/compiled-policy.js";
import { HEAD, type Segment, splitEndpoint } from "../policy/endpoint-key.js";
import type { Match, PathOptions } from "../policy/route.js";
import { type GateOperation, isSameValue, readRouteValue } from "./admit-request.js";
import { pathOf } from "./request-target.js";
import {
  createTemplateReader,
  type TemplateSyntax,
  textSegments,
  UNNAMED,
} from "./route-template.js";

/** A request that the router of the host has matched. */
export interface RoutedRequest {
  readonly method: string;
  /** The request target as the client sent it, with its query. */
  readonly target: string;
  /** The part of the path that a parent router has removed, as text: Express's `baseUrl`. Empty without one. */
  readonly base: string;
  /** The template of the route, as the host spells it: `/projects/:projectId`. Only text without patterns can be an endpoint. */
  readonly template: unknown;
  /** Returns the values of the template's parameters by the template's names, as the handler reads them. */
  readonly values: () => unknown;
}

/** Finds endpoints of a policy by the route that the host has matched. */
export interface EndpointResolver {
  /** The names of all endpoints but those of HEAD, as the policy spells them. */
  readonly names: readonly string[];
  /**
   * Returns the endpoint of a request: the one that the template of the route spells, if the path means the same endpoint; else
   * `undefined`. Other letter case, slashes, escapes of literals and any other variant that a router accepts give `undefined`, as
   * far as the options do not allow it. So does a route if its handler would read another value of a parameter than the one that
   * the policy reads from the path. A denying catch-all is found whatever the route is. The values of the operation are those that the
   * handler would read at the time of the call.
   */
  find(request: RoutedRequest): GateOperation | undefined;
  /**
   * Returns what {@link EndpointResolver.find} has returned before for a path without parameters that is the text of its route, if no
   * parent router has removed a part of it; `undefined` for any other one. It needs no object and no function of the request.
   */
  findKnown(
    method: string,
    base: string,
    target: string,
    template: unknown,
  ): GateOperation | undefined;
  /** As {@link EndpointResolver.find}, but the route must spell a denying catch-all too. */
  findSpelled(request: RoutedRequest): GateOperation | undefined;
  /** Returns whether an endpoint needs a route. A denying catch-all does not: it is there for the routes of others. */
  needsRoute(name: string): boolean;
  /**
   * Returns the name of the endpoint that a whole template spells. Its parameters can have any names, as long as each occurs once
   * and none is the name of another parameter that the endpoint is decided by.
   */
  named(method: string, template: string): string | undefined;
  /** Returns the parameters of an endpoint that its path does not have: those of its scopes, and arguments that its cases compare. */
  outsidePath(name: string): readonly string[];
}

interface DeclaredEndpoint {
  readonly name: string;
  readonly segments: readonly Segment[];
  readonly params: readonly string[];
}

/** Creates the {@link EndpointResolver} of a policy. */
export function createEndpointResolver(
  policy: Policy,
  options?: PathOptions,
  syntax?: TemplateSyntax,
): EndpointResolver {
  const { router, operations } = compiledPolicyOf(policy);
  const templateSegments = createTemplateReader(syntax);
  const declared = new Map<string, DeclaredEndpoint>();
  const names = new Map<string, string>();
  for (const { kind, name, params } of operations.values()) {
    if (kind !== "endpoint") continue;
    const { method, segments } = splitEndpoint(name);
    if (method === HEAD) continue;
    declared.set(name, { name, segments, params });
    names.set(shapeOf(method, segments), name);
  }
  const matchOf = ({ method }: RoutedRequest, path: string) => router.match(method, path, options);
  const resolveSpelled = (
    { base, template, values }: RoutedRequest,
    path: string,
    match: Match<Operation> | undefined,
  ): GateOperation | undefined => {
    const endpoint = match && declared.get(match.value.name);
    const own = templateSegments(template);
    const sources = endpoint && own && sourcesOf(endpoint, mountedSegments(base, path), own);
    if (sources === undefined) return undefined;
    const { name, params } = endpoint as DeclaredEndpoint;
    if (sources.size === 0) return { name, params };
    const decoded = (match as Match<unknown>).params;
    // a parent router, which has removed the segment from the path, need not pass a value on
    const isOther = (param: string) => {
      if (!sources.has(param)) return false;
      const source = sources.get(param);
      const seen = readValue(values(), source ?? param);
      const isMissing = source === undefined && seen === undefined;
      return !isMissing && !isSameValue(decoded.get(param), seen);
    };
    if (params.some(isOther)) return undefined;
    const readFrom = (param: string, source: string | undefined) => {
      const seen = source === undefined ? undefined : readValue(values(), source);
      // Hono does not pass on the value of a wildcard without a name
      return source === undefined || source === UNNAMED ? (seen ?? decoded.get(param)) : seen;
    };
    const read = () =>
      [...sources].map(([param, source]) => [param, readFrom(param, source)] as const);
    return { name, params, values: () => Object.fromEntries(read()) };
  };
  const needsRoute = (name: string) => {
    const operation = operations.get(name);
    return operation === undefined || !isHardDenial(operation) || !name.endsWith("*}");
  };
  const resolveUncached = (request: RoutedRequest, path: string): GateOperation | undefined => {
    const match = matchOf(request, path);
    const spelled = resolveSpelled(request, path, match);
    if (spelled !== undefined || match === undefined || needsRoute(match.value.name))
      return spelled;
    return { name: match.value.name, params: [] };
  };
  // by method and path: a path that is the text of the route always means the same endpoint, if that has no parameters
  const literal = new Map<string, Map<string, GateOperation>>();
  const findKnown: EndpointResolver["findKnown"] = (method, base, target, template) => {
    const path = pathOf(target);
    return base === "" && path === template ? literal.get(method)?.get(path) : undefined;
  };
  return {
    names: [...declared.keys()],
    needsRoute,
    findSpelled: (request) => {
      const path = pathOf(request.target);
      return resolveSpelled(request, path, matchOf(request, path));
    },
    findKnown,
    find(request) {
      const { method, base, target, template } = request;
      const path = pathOf(target);
      const known = findKnown(method, base, target, template);
      if (known !== undefined) return known;
      const found = resolveUncached(request, path);
      if (found !== undefined && found.values === undefined && base === "" && path === template) {
        const paths = literal.get(method) ?? new Map<string, GateOperation>();
        literal.set(method, paths.set(path, found));
      }
      return found;
    },
    named(method, template) {
      const route = templateSegments(template) as readonly Segment[];
      const name = names.get(shapeOf(method === HEAD ? "GET" : method, route));
      const endpoint = declared.get(name ?? "");
      return endpoint && sourcesOf(endpoint, 0, route) && name;
    },
    outsidePath(name) {
      const { segments, params } = declared.get(name) as DeclaredEndpoint;
      const inPath = new Set(segments.flatMap((segment) => segment.params));
      return params.filter((param) => !inPath.has(param));
    },
  };
}

/**
 * Returns the source of the value of each parameter of an endpoint, by the policy's names: the name that the handler uses;
 * `undefined` for one of the first segments, which parent routers have removed from the path. Returns `undefined` if the route does
 * not spell the endpoint, or if it has the name of a deciding parameter at the place of another one: its handler would take that for
 * the decided value.
 */
function sourcesOf(
  { segments, params }: DeclaredEndpoint,
  mounted: number,
  own: readonly Segment[],
): ReadonlyMap<string, string | undefined> | undefined {
  if (mounted + own.length !== segments.length) return undefined;
  const sources = new Map<string, string | undefined>();
  for (const [index, segment] of segments.entries()) {
    const source = own[index - mounted];
    // the policy has matched the removed segments, but a router is mounted at one value of a catch-all
    const isSpelled =
      source === undefined ? !segment.isCatchAll : segmentShape(source) === segmentShape(segment);
    if (!isSpelled) return undefined;
    for (const [at, param] of segment.params.entries()) {
      const name = source?.params[at];
      if (name !== undefined && name !== param && params.includes(name)) return undefined;
      sources.set(param, name);
    }
  }
  return sources;
}

/**
 * Returns the part that every spelling of an endpoint shares: the names of parameters are left out, since the author chooses
 * them.
 */
function shapeOf(method: string, segments: readonly Segment[]): string {
  return `${method} /${segments.map(segmentShape).join("/")}`;
}

function segmentShape({ literals, isCatchAll }: Segment): string {
  return isCatchAll ? "{*}" : literals.join("{}");
}

/** Returns a value of the route. Express 4 names that of a wildcard `0`. */
function readValue(values: unknown, source: string): unknown {
  const value = readRouteValue(values, source);
  return value ?? (source === UNNAMED ? readRouteValue(values, "0") : undefined);
}

/** Returns the number of segments that parent routers have removed; not a number of any path if they are not its start. */
function mountedSegments(base: string, path: string): number {
  const isStart = path === base || path.startsWith(`${base}/`);
  return isStart ? textSegments(base).length : Number.NaN;
}
