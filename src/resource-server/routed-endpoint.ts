import { readOwn } from "../decision/access-token.js";
import type { Policy } from "../decision/policy.js";
import { decodeUtf8, isParam, type Segment, splitEndpoint } from "../policy/route.js";
import { type GateOperation, isSameValue } from "./gate.js";
import { pathOf } from "./target.js";

/** A request after a host's router has matched it. */
export interface RoutedRequest {
  readonly method: string;
  /** The request target as it was sent, query included. */
  readonly target: string;
  /** What of the path a router above has taken away, as text: Express's `baseUrl`. Empty where there is none. */
  readonly base: string;
  /** The template of the route, as the host has it: `/projects/:projectId`. Only text without patterns can be an endpoint. */
  readonly template: unknown;
  /** Gives the values of the template's parameters, by the template's names, as the handler sees them. */
  readonly values: () => unknown;
}

/** Endpoints of a policy by the route that a host has matched. */
export interface EndpointFinder {
  /** The names of all of them, as the policy spells them. */
  readonly names: readonly string[];
  /**
   * Finds the endpoint of a request: the one that the route's template spells, if the path is canonical and means that
   * endpoint too; else `undefined`. Case, escapes, slashes and whatever else a router forgives ends there. So does a route
   * whose handler would read another value under the name of a parameter than the one that the policy decides on. The
   * values of the operation are those that the handler would read at the time of the call.
   */
  find(request: RoutedRequest): GateOperation | undefined;
  /**
   * Finds the endpoint that a whole template spells. The names of its parameters are free, as long as each occurs once and
   * none is the name of another parameter that the endpoint is decided by.
   */
  named(method: string, template: string): string | undefined;
}

interface Declared {
  readonly name: string;
  readonly segments: readonly Segment[];
  readonly params: readonly string[];
}

/** Compiles the endpoints of a policy for an adapter. */
export function newEndpointFinder(policy: Policy): EndpointFinder {
  const templateSegments = newTemplateReader();
  const declared = new Map<string, Declared>();
  const names = new Map<string, string>();
  for (const name of Object.keys(policy.definition.endpoints ?? {})) {
    const { method, segments } = splitEndpoint(name);
    declared.set(name, { name, segments, params: policy.operation(name).params });
    names.set(shapeOf(method, segments), name);
  }
  const findAnew = (
    { method, base, template, values }: RoutedRequest,
    path: string,
  ): GateOperation | undefined => {
    const match = policy.findEndpoint({ method, path });
    const endpoint = match && declared.get(match.name);
    const own = templateSegments(template);
    const sources = endpoint && own && sourcesOf(endpoint, textSegments(base), own);
    if (sources === undefined) return undefined;
    const { name, params } = endpoint as Declared;
    if (sources.size === 0) return { name, params };
    // what a router above has taken away, and hands on under the name of the parameter, must be the same value
    const isOther = (param: string) => {
      const source = sources.get(param);
      if (source === undefined || isParam(source)) return false;
      const merged = readOwn(values(), param);
      return merged !== undefined && !isSameValue(decodeUtf8(source.literal), merged);
    };
    if (params.some(isOther)) return undefined;
    const readFrom = (source: Segment) =>
      isParam(source) ? readOwn(values(), source.param) : source.literal;
    const read = () => [...sources].map(([param, source]) => [param, readFrom(source)] as const);
    return { name, params, values: () => Object.fromEntries(read()) };
  };
  // by method and path: a path that is the route's own text always means the same endpoint, if that has no parameters
  const literal = new Map<string, Map<string, GateOperation>>();
  return {
    names: [...declared.keys()],
    find(request) {
      const { method, base, template } = request;
      const path = pathOf(request.target);
      if (base !== "" || path !== template) return findAnew(request, path);
      const known = literal.get(method)?.get(path);
      if (known !== undefined) return known;
      const found = findAnew(request, path);
      if (found !== undefined && found.values === undefined) {
        const paths = literal.get(method) ?? new Map<string, GateOperation>();
        literal.set(method, paths.set(path, found));
      }
      return found;
    },
    named(method, template) {
      const route = templateSegments(template) as readonly Segment[];
      const name = names.get(shapeOf(method === "HEAD" ? "GET" : method, route));
      const endpoint = declared.get(name ?? "");
      return endpoint && sourcesOf(endpoint, [], route) && name;
    },
  };
}

/**
 * Returns where the value of each parameter of an endpoint comes from, by the policy's names: the text of a segment that a
 * router above has taken away, or the name that the handler has for it. `undefined` where the route does not spell the
 * endpoint, or has the name of a parameter that decides at the place of another one: its handler would take that for the
 * value that was decided on.
 */
function sourcesOf(
  { segments, params }: Declared,
  mounted: readonly string[],
  own: readonly Segment[],
): ReadonlyMap<string, Segment> | undefined {
  if (mounted.length + own.length !== segments.length) return undefined;
  const route: readonly Segment[] = [...mounted.map((text) => ({ literal: text })), ...own];
  const sources = new Map<string, Segment>();
  for (const [index, segment] of segments.entries()) {
    const source = route[index] as Segment;
    if (!isParam(segment)) {
      if (isParam(source) || source.literal !== segment.literal) return undefined;
      continue;
    }
    const isSource = isParam(source)
      ? source.param === segment.param || !params.includes(source.param)
      : index < mounted.length;
    if (!isSource) return undefined;
    sources.set(segment.param, source);
  }
  return sources;
}

/** What every spelling of an endpoint has in common: the names of parameters are the author's own business. */
function shapeOf(method: string, segments: readonly Segment[]): string {
  const path = segments.map((segment) => (isParam(segment) ? ":" : segment.literal));
  return `${method} /${path.join("/")}`;
}

const PARAMETER = /^:([A-Za-z_][A-Za-z0-9_]*)$/;

/**
 * Creates a reader of the segments of routes that reads each route once. It returns `undefined` for a route that is not
 * text. A segment that is a pattern, or a name that an earlier segment has, is a literal that no endpoint has. The number
 * of routes is that of the program; a request adds none.
 */
function newTemplateReader(): (template: unknown) => readonly Segment[] | undefined {
  const read = new Map<string, readonly Segment[]>();
  return (template) => {
    if (typeof template !== "string") return undefined;
    const known = read.get(template);
    if (known !== undefined) return known;
    const names = new Set<string>();
    const segments = textSegments(template).map((text) => {
      const param = PARAMETER.exec(text)?.[1];
      // the last of two values with one name is the only one that a handler can read
      if (param === undefined || names.has(param)) return { literal: escapeLetters(text) };
      names.add(param);
      return { param };
    });
    read.set(template, segments);
    return segments;
  };
}

/** Escapes letters beyond ASCII, as a policy writes them: Fastify matches decoded text, so its routes have them as they are. */
function escapeLetters(text: string): string {
  return text.replaceAll(/[^ -~\p{Cs}]+/gu, encodeURIComponent);
}

/** A slash at the end is no segment of its own: the routers forgive it, and the path of the request has been looked at. */
function textSegments(path: string): readonly string[] {
  if (path === "") return [];
  const inner = path.replace(/^\//, "").replace(/\/$/, "");
  return inner === "" ? [] : inner.split("/");
}
