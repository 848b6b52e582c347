import { readOwn } from "../decision/access-token.js";
import type { Policy } from "../decision/policy.js";
import { type Endpoint, isParam, parseEndpoint, type Segment } from "../policy/route.js";
import type { GateOperation } from "./gate.js";
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
   * The endpoint of a request: the one that the route's template spells, if its path is canonical and means that endpoint
   * too; else `undefined`. Case, escapes, slashes and whatever else a router forgives ends there.
   */
  find(request: RoutedRequest): GateOperation | undefined;
  /** The endpoint that a whole template spells, whatever the names of its parameters. */
  named(method: string, template: string): string | undefined;
}

interface Declared {
  readonly name: string;
  readonly segments: readonly Segment[];
  readonly params: readonly string[];
}

/** Lays out the endpoints of a policy for an adapter. */
export function newEndpointFinder(policy: Policy): EndpointFinder {
  const templateSegments = newTemplateReader();
  const declared = new Map<string, Declared>();
  const names = new Map<string, string>();
  for (const name of Object.keys(policy.definition.endpoints ?? {})) {
    // the policy has been checked: there is no endpoint in it that cannot be read
    const { method, segments } = parseEndpoint(name) as Endpoint;
    declared.set(name, { name, segments, params: policy.operation(name).params });
    names.set(shapeOf(method, segments), name);
  }
  const findAnew = ({ method, base, template, values }: RoutedRequest, path: string) => {
    const match = policy.findEndpoint({ method, path });
    const endpoint = match && declared.get(match.name);
    const own = templateSegments(template);
    if (endpoint === undefined || own === undefined) return undefined;
    const { segments, params } = endpoint;
    const mounted = textSegments(base);
    if (mounted.length + own.length !== segments.length) return undefined;
    const found: [string, unknown][] = [];
    for (const [index, segment] of segments.entries()) {
      const text = mounted[index];
      const route = text === undefined ? own[index - mounted.length] : { literal: text };
      if (!isParam(segment)) {
        if (route === undefined || isParam(route) || route.literal !== segment.literal)
          return undefined;
      } else if (text !== undefined) {
        found.push([segment.param, text]);
      } else {
        if (route === undefined || !isParam(route)) return undefined;
        found.push([segment.param, readOwn(values(), route.param)]);
      }
    }
    const read = Object.fromEntries(found);
    return { name: endpoint.name, params, values: () => read };
  };
  // by method and path: a path that is the route's own text asks for one endpoint for ever, if that has no parameters
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
      if (found?.params.length === 0) {
        const paths = literal.get(method) ?? new Map<string, GateOperation>();
        literal.set(method, paths.set(path, found));
      }
      return found;
    },
    named(method, template) {
      const segments = templateSegments(template);
      return segments && names.get(shapeOf(method === "HEAD" ? "GET" : method, segments));
    },
  };
}

/** What every spelling of an endpoint has in common: the names of parameters are the author's own business. */
function shapeOf(method: string, segments: readonly Segment[]): string {
  const path = segments.map((segment) => (isParam(segment) ? ":" : segment.literal));
  return `${method} /${path.join("/")}`;
}

const PARAMETER = /^:([A-Za-z_][A-Za-z0-9_]*)$/;

/**
 * Reads the segments of routes, each once: `undefined` for what is no text, and a segment that is a pattern is a literal that
 * no endpoint has. A program has so many routes and no more; a request brings none.
 */
function newTemplateReader(): (template: unknown) => readonly Segment[] | undefined {
  const read = new Map<string, readonly Segment[]>();
  return (template) => {
    if (typeof template !== "string") return undefined;
    const known = read.get(template);
    if (known !== undefined) return known;
    const segments = textSegments(template).map((text) => {
      const param = PARAMETER.exec(text)?.[1];
      return param === undefined ? { literal: text } : { param };
    });
    read.set(template, segments);
    return segments;
  };
}

/** A slash at the end is no segment of its own: the routers forgive it, and the path of the request has been looked at. */
function textSegments(path: string): readonly string[] {
  if (path === "") return [];
  const inner = path.replace(/^\//, "").replace(/\/$/, "");
  return inner === "" ? [] : inner.split("/");
}
