import { readOwn } from "../decision/access-token.js";
import type { Policy } from "../decision/define-policy.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import {
  isParam,
  type Match,
  type PathOptions,
  type Segment,
  splitEndpoint,
} from "../policy/route.js";
import { type GateOperation, isSameValue } from "./admit-request.js";
import { pathOf } from "./request-target.js";

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
  /** The names of all endpoints, as the policy spells them. */
  readonly names: readonly string[];
  /**
   * Returns the endpoint of a request: the one that the template of the route spells, if the path means the same endpoint; else
   * `undefined`. Other letter case, slashes, escapes of literals and any other variant that a router accepts give `undefined`, as
   * far as the options do not allow it. So does a route if its handler would read another value of a parameter than the one that
   * the policy reads from the path. The values of the operation are those that the handler would read at the time of the call.
   */
  find(request: RoutedRequest): GateOperation | undefined;
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
export function createEndpointResolver(policy: Policy, options?: PathOptions): EndpointResolver {
  const { router } = compiledPolicyOf(policy);
  const templateSegments = createTemplateReader();
  const declared = new Map<string, DeclaredEndpoint>();
  const names = new Map<string, string>();
  for (const name of Object.keys(policy.definition.endpoints ?? {})) {
    const { method, segments } = splitEndpoint(name);
    declared.set(name, { name, segments, params: policy.operation(name).params });
    names.set(shapeOf(method, segments), name);
  }
  const resolveUncached = (
    { method, base, template, values }: RoutedRequest,
    path: string,
  ): GateOperation | undefined => {
    const match = router.match(method, path, options);
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
      const seen = readOwn(values(), source ?? param);
      const isMissing = source === undefined && seen === undefined;
      return !isMissing && !isSameValue(decoded.get(param), seen);
    };
    if (params.some(isOther)) return undefined;
    const readFrom = (param: string, source: string | undefined) =>
      source === undefined ? decoded.get(param) : readOwn(values(), source);
    const read = () =>
      [...sources].map(([param, source]) => [param, readFrom(param, source)] as const);
    return { name, params, values: () => Object.fromEntries(read()) };
  };
  // by method and path: a path that is the text of the route always means the same endpoint, if that has no parameters
  const literal = new Map<string, Map<string, GateOperation>>();
  return {
    names: [...declared.keys()],
    find(request) {
      const { method, base, template } = request;
      const path = pathOf(request.target);
      if (base !== "" || path !== template) return resolveUncached(request, path);
      const known = literal.get(method)?.get(path);
      if (known !== undefined) return known;
      const found = resolveUncached(request, path);
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
      return endpoint && sourcesOf(endpoint, 0, route) && name;
    },
    outsidePath(name) {
      const { segments = [], params = [] } = declared.get(name) ?? {};
      return params.filter((param) => !segments.some((one) => isParam(one) && one.param === param));
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
    if (!isParam(segment)) {
      // the policy has matched the removed segments
      const isSpelled =
        source === undefined || (!isParam(source) && source.literal === segment.literal);
      if (!isSpelled) return undefined;
    } else if (source === undefined) {
      sources.set(segment.param, undefined);
    } else {
      const isSource =
        isParam(source) && (source.param === segment.param || !params.includes(source.param));
      if (!isSource) return undefined;
      sources.set(segment.param, source.param);
    }
  }
  return sources;
}

/**
 * Returns the part that every spelling of an endpoint shares: the names of parameters are left out, since the author chooses
 * them.
 */
function shapeOf(method: string, segments: readonly Segment[]): string {
  const path = segments.map((segment) => (isParam(segment) ? ":" : segment.literal));
  return `${method} /${path.join("/")}`;
}

const PARAMETER = /^:([A-Za-z_][A-Za-z0-9_]*)$/;

/**
 * Creates the function that returns the segments of a route. It parses each route once, and returns `undefined` for a route that is
 * not text. A segment that is a pattern, or has the name of an earlier segment, becomes a literal that no endpoint has. The cache
 * grows with the routes of the program, not with requests.
 */
function createTemplateReader(): (template: unknown) => readonly Segment[] | undefined {
  const read = new Map<string, readonly Segment[]>();
  return (template) => {
    if (typeof template !== "string") return undefined;
    const known = read.get(template);
    if (known !== undefined) return known;
    const names = new Set<string>();
    const segments = textSegments(template).map((text) => {
      const param = PARAMETER.exec(text)?.[1];
      // of two values with one name, a handler can read only the last
      if (param === undefined || names.has(param)) return { literal: escapeLetters(text) };
      names.add(param);
      return { param };
    });
    read.set(template, segments);
    return segments;
  };
}

/**
 * Escapes characters beyond ASCII, as policies spell them: Fastify matches decoded text, so its routes contain them unescaped.
 */
function escapeLetters(text: string): string {
  return text.replaceAll(/[^ -~\p{Cs}]+/gu, encodeURIComponent);
}

/** Returns the number of segments that parent routers have removed; not a number of any path if they are not its start. */
function mountedSegments(base: string, path: string): number {
  const isStart = path === base || path.startsWith(`${base}/`);
  return isStart ? textSegments(base).length : Number.NaN;
}

/**
 * Returns the segments of a path. A slash at the end adds none: routers ignore it, and the path of the request is checked
 * separately.
 */
function textSegments(path: string): readonly string[] {
  if (path === "") return [];
  const inner = path.replace(/^\//, "").replace(/\/$/, "");
  return inner === "" ? [] : inner.split("/");
}
