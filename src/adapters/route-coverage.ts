import type { Finding } from "../errors.js";
import { METHODS } from "../policy/endpoint-key.js";
import type { PathOptions } from "../policy/route.js";
import { nearest } from "../policy/suggest.js";
import { COVERAGE_MESSAGES } from "./coverage-messages.js";
import type { EndpointResolver } from "./endpoint-resolver.js";
import { countingMarkOf, type GateMark, markOf } from "./gate-marks.js";
import { type Selection, segmentsOf } from "./route-selection.js";

/** What a router can distinguish in the path of a request, by the code of the finding. */
export type Distinction = "trailing_slash" | "letter_case";

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
  /** What the router of the route distinguishes, in a framework with options for each router; else empty. */
  readonly distinguishes: readonly Distinction[];
}

/** A handler of a route. */
export interface ListedHandler {
  /** The path at which the handler is registered: that of the route for its own handlers. */
  readonly path: string;
  readonly handler: object;
  /** Whether the handler was given to `use`, and not to the route itself. */
  readonly isUsed: boolean;
}

interface PlacedMark extends GateMark {
  readonly path: string;
}

const MESSAGES = {
  ...COVERAGE_MESSAGES,
  missing_param:
    "the path at the gate has no parameter {}: put the gate on the route, or give it `params`",
  trailing_slash:
    "the gate ignores a slash at the end, but the router does not: change the option of the router, or leave out `trailingSlash`",
  letter_case:
    "the gate ignores letter case, but the router does not: change the option of the router, or leave out `caseSensitive`",
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
      const isLate = route.handlers.some((one) => countingMark(one, authorizer));
      return [finding(isLate ? "late_gate" : "unmapped_route")];
    }
    return gates.flatMap((gate, index) => {
      if (gate.kind === "endpoint") {
        if (gate.path !== route.path) return [finding("misplaced_gate")];
        const found = names[index] as readonly string[];
        const missing = gate.hasReader ? [] : found.flatMap((name) => endpoints.outsidePath(name));
        if (found.length > 0)
          return [
            ...contradictions(gate, route.distinguishes).map((code) => finding(code)),
            ...[...new Set(missing)].map((name) => finding("missing_param", name)),
          ];
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
    .filter(
      (name) =>
        !served.has(name) &&
        endpoints.needsRoute(name) &&
        selection.isExpected(name.slice(name.indexOf(" ") + 1)),
    )
    .map((name) => ({
      code: "unserved_endpoint",
      path: name,
      message: MESSAGES.unserved_endpoint,
    }));
  return [...unserved, ...byRoute, ...selection.findings()];
}

/** Returns what a router distinguishes and the options of a gate ignore. */
function contradictions(
  { trailingSlash, caseSensitive }: Pick<GateMark, "trailingSlash" | "caseSensitive">,
  distinguished: readonly Distinction[],
): readonly Distinction[] {
  const ignored = {
    trailing_slash: trailingSlash === "ignore",
    letter_case: caseSensitive === false,
  };
  return distinguished.filter((code) => ignored[code]);
}

/** Returns the findings of options of the gate that the router of an application contradicts. */
export function optionFindings(
  options: PathOptions,
  distinguished: readonly Distinction[],
): readonly Finding[] {
  return contradictions(options, distinguished).map((code) => ({
    code,
    path: OPTIONS[code],
    message: MESSAGES[code],
  }));
}

const OPTIONS = { trailing_slash: "trailingSlash", letter_case: "caseSensitive" } as const;

/** Returns the facts about a handler of a route, if it is a gate that counts for an authorizer. */
function countingMark({ handler, isUsed }: ListedHandler, authorizer: object) {
  return countingMarkOf(handler, authorizer, !isUsed);
}

/** Returns the gates before the first handler that is not a gate. Those of other authorizers do not count. */
function leadingGates({ handlers }: ListedRoute, authorizer: object): readonly PlacedMark[] {
  const first = handlers.findIndex(({ handler }) => markOf(handler) === undefined);
  return (first < 0 ? handlers : handlers.slice(0, first)).flatMap((one) => {
    const mark = countingMark(one, authorizer);
    return mark ? [{ ...mark, path: one.path }] : [];
  });
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
  const wanted = segmentsOf((name ?? "").slice((name ?? "").indexOf(" ") + 1));
  const segments = [...route.path.matchAll(SEGMENT)].map(([segment], index) => {
    const [, param, pattern] = PATTERN.exec(segment) ?? [];
    if (param === undefined || WILDCARD.test(segment)) return segment;
    const text = wanted[index] ?? "";
    return isPatternOf(pattern as string, text) ? text.replaceAll(NAMES, "{}") : param;
  });
  return named(`/${segments.join("/")}`).filter((one) => one === name);
}

/** A segment whose pattern may have a slash. */
const SEGMENT = /(?:\{[^{}]*\}|\([^()]*\)|[^/])+/g;
const PATTERN = /^(:\w+)[{(](.*)[)}]$/;
const WILDCARD = /^:\w+[{(]\.[*+][})]$/;
const NAMES = /\{\w+\}/g;

/** Returns whether a pattern of a route takes a segment of an endpoint in which text stands beside placeholders. */
function isPatternOf(pattern: string, segment: string): boolean {
  if (!/.\{\w+\}|\{\w+\}./.test(segment)) return false;
  try {
    return new RegExp(`^(?:${pattern})$`).test(segment.replaceAll(NAMES, "probe"));
  } catch {
    return false;
  }
}

/** Returns the names of the parameters in a path, each with its position. */
function paramsIn(path: string): readonly (readonly [name: string, index: number])[] {
  return segmentsOf(path).flatMap((segment, index) =>
    [...segment.matchAll(/(?<![\\:])[:*](\w+)/g)].map(
      ([, name]) => [name as string, index] as const,
    ),
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
