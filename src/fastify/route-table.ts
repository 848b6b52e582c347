import type { FastifyContextConfig, FastifyInstance, FastifySchema } from "fastify";
import type { Policy } from "../decision/define-policy.js";
import type { Finding } from "../errors.js";
import { nearest } from "../policy/suggest.js";
import { type Mapping, mapRoute, type PublicAnswer, type RouteFinding } from "./map-route.js";

/** A route, as `isPublic` gets it. */
export interface DeclaredRoute {
  /** The method or methods. */
  readonly method: string | readonly string[];
  /** The path with the prefix of its context, as Fastify matches it. */
  readonly url: string;
  /** The route's `config`. */
  readonly config: Readonly<FastifyContextConfig>;
  /** The route's `schema`. */
  readonly schema: FastifySchema | undefined;
}

/** What the gate does with a route that neither its `config` nor `isPublic` maps. */
export type Unmapped = "refuse" | "pass" | "fail-start";

/** The endpoints of the policy. */
interface Endpoints {
  readonly names: readonly string[];
  /** Returns the name of the endpoint that a whole template spells. */
  named(method: string, template: string): string | undefined;
}

interface RouteTableOptions {
  readonly policy: Policy;
  readonly endpoints: Endpoints;
  readonly unmapped: Unmapped;
  readonly isPublic: ((route: DeclaredRoute) => boolean) | undefined;
}

/** The answer of `isPublic` about the route of a path. */
interface RouteAnswer {
  readonly url: string;
  readonly answer: PublicAnswer;
}

/** The routes of a context and of those inside. */
export interface RouteTable {
  /** Adds a route that Fastify declares. Returns its `config` with the answer of `isPublic`. */
  add(route: DeclaredRoute): FastifyContextConfig;
  /** Returns the `config` of an open route that is not the program's. */
  open(url: string): FastifyContextConfig;
  /** Returns the mapping of a route by its `config`. */
  mappingOf(config: FastifyContextConfig): Mapping;
  /**
   * Returns the findings of all routes. It includes the routes that were declared before the plugin, which no hook reports, if the
   * options need them.
   */
  findings(instance: FastifyInstance): readonly Finding[];
  /** Returns whether a route serves an endpoint of the policy. */
  isServed(endpoint: string): boolean;
}

/** Creates the {@link RouteTable} of one registration of the plugin. */
export function createRouteTable(options: RouteTableOptions): RouteTable {
  const { policy, endpoints, unmapped, isPublic } = options;
  // Fastify copies the members of `config`, symbols too, for each of its routes
  const key = Symbol("scope-policy");
  const answerIn = (config: object) => (config as Record<symbol, RouteAnswer | undefined>)[key];
  const withAnswer = (config: FastifyContextConfig, url: string, answer: PublicAnswer) =>
    Object.assign(config, { [key]: { url, answer } satisfies RouteAnswer });
  // a hook of another plugin can have copied the `config` for a route of another path
  const knownAnswer = ({ config, url }: Pick<DeclaredRoute, "config" | "url">) => {
    const known = answerIn(config);
    return known?.url === url ? known.answer : undefined;
  };
  // by the final `config`, which hooks of other plugins can have replaced since the route was declared
  const mappings = new WeakMap<object, Mapping>();
  const findings: Finding[] = [];
  const served = new Set<string>();
  let declared = 0;

  const read = (route: DeclaredRoute): PublicAnswer => {
    const answer = askPublic(isPublic, route);
    const mapping = mapRoute(policy, route.config, answer);
    for (const verb of [route.method].flat()) {
      const path = `${verb} ${route.url}`;
      // Fastify adds the HEAD to a GET: it would repeat the finding
      if (verb === "HEAD" && findings.some((finding) => finding.path === `GET ${route.url}`)) {
        continue;
      }
      if (
        mapping.kind === "invalid" ||
        (mapping.kind === "unmapped" && unmapped === "fail-start")
      ) {
        findings.push(...mapping.findings.map((finding) => ({ ...finding, path })));
      }
      if (mapping.kind !== "endpoint") continue;
      const name = endpoints.named(verb, route.url);
      if (name === undefined) findings.push(unknownEndpoint(path, endpoints.names));
      else served.add(name);
    }
    return answer;
  };

  return {
    add: (route) => {
      declared += 1;
      return withAnswer({ ...route.config }, route.url, knownAnswer(route) ?? read(route));
    },
    open: (url) => withAnswer({ public: true }, url, true),
    mappingOf: (config) => {
      const known = mappings.get(config);
      if (known !== undefined) return known;
      const mapping = mapRoute(policy, config, answerIn(config)?.answer ?? false);
      mappings.set(config, mapping);
      return mapping;
    },
    findings: (instance) => {
      if (unmapped !== "fail-start" && isPublic === undefined) return findings;
      const routes = listRoutes(instance);
      if (routes.length === 0 && declared > 0) return [...findings, UNLISTED];
      for (const route of routes) {
        if (knownAnswer(route) === undefined) withAnswer(route.config, route.url, read(route));
      }
      return findings;
    },
    isServed: (endpoint) => served.has(endpoint),
  };
}

const UNLISTED: Finding = {
  code: "unlisted_routes",
  path: "printRoutes",
  message: "this version of Fastify does not list the routes that were declared before the plugin",
};

const NOT_BOOLEAN: RouteFinding = {
  code: "invalid_answer",
  message: "`isPublic` returned neither `true` nor `false`",
};
const THREW: RouteFinding = { code: "invalid_answer", message: "`isPublic` threw an exception" };

/** Asks the host whether a route is public. */
function askPublic(isPublic: RouteTableOptions["isPublic"], route: DeclaredRoute): PublicAnswer {
  if (isPublic === undefined) return false;
  try {
    const answer: unknown = isPublic(route);
    if (typeof answer === "boolean") return answer;
    // the finding is enough: a rejection that nothing handles would end the process
    Promise.resolve(answer).catch(() => undefined);
    return NOT_BOOLEAN;
  } catch {
    return THREW;
  }
}

function unknownEndpoint(path: string, names: readonly string[]): Finding {
  const meant = nearest(path, names);
  const suggestion = meant === undefined ? undefined : { suggestion: meant };
  return {
    code: "unknown_endpoint",
    path,
    message: "the policy has no such endpoint",
    ...suggestion,
  };
}

/** The parts of a route of Fastify's router that the table reads. */
interface RouterRoute {
  readonly store: {
    readonly config: FastifyContextConfig & Pick<DeclaredRoute, "method" | "url">;
    readonly schema?: FastifySchema;
    readonly server: object;
  };
}

/**
 * Lists the routes of a context and of those inside, also those that were declared before its hooks. `printRoutes` is the only function
 * of Fastify that visits them all: it hands each one to `buildPrettyMeta` of its options, which the accessor keeps in place.
 */
function listRoutes(instance: FastifyInstance): readonly DeclaredRoute[] {
  const found: DeclaredRoute[] = [];
  const visit = ({ store: { config, schema, server } }: RouterRoute) => {
    const isInside = server === instance || Object.prototype.isPrototypeOf.call(instance, server);
    if (isInside) found.push({ method: config.method, url: config.url, config, schema });
    return {};
  };
  const options = { commonPrefix: false, includeMeta: [] };
  Object.defineProperty(options, "buildPrettyMeta", { get: () => visit, set: () => undefined });
  instance.printRoutes(options);
  return found;
}
