import { createDecider, operationOf } from "../decision/decide.js";
import { branchOf, type PreparedOperation } from "../decision/prepare.js";
import type { CompiledPolicy, Operation } from "../policy/compiled-policy.js";
import type { CaseValue } from "../policy/definition.js";
import {
  type Endpoint,
  isEndpoint,
  isWhole,
  parseEndpoint,
  type Segment,
} from "../policy/endpoint-key.js";
import { spansOf } from "../policy/path-segment.js";
import { intersectPatterns } from "./pattern-intersections.js";

/** Values of parameters by name, path parameters included. An argument that cases compare can have any JSON scalar. */
export type ParamValues = ReadonlyMap<string, CaseValue>;

/** An operation that a caller can call under the policy `after`. */
export interface ProbeCall {
  /** The operation of `after`, or the patterns that match the name. */
  readonly title: string;
  readonly name: string;
  readonly operation: PreparedOperation;
  /** For each path parameter: the texts that one of the policies may route to another endpoint. */
  readonly route: ReadonlyMap<string, readonly string[]>;
  readonly endpoint: Endpoint | undefined;
  /** Whether only code of the host can call it under `after`. */
  readonly isInternal: boolean;
  /** Each argument that a case of one of the policies compares, with the values that they compare it with. */
  readonly compared: ReadonlyMap<string, ReadonlySet<unknown>>;
}

/** Returns all calls to compare under the policy `after`: one for each class of calls with the same decisions. */
export function probeCallsOf(
  before: CompiledPolicy,
  after: CompiledPolicy,
  except: ReadonlySet<string>,
): { readonly targets: readonly ProbeCall[]; readonly complete: boolean } {
  const decider = createDecider(after);
  const exact = new Set([...before.operations.keys(), ...after.operations.keys()]);
  const globs = [...before.patterns, ...after.patterns].map(({ operation }) => operation.name);
  const meetings =
    after.patterns.length === 0
      ? { found: [], complete: true }
      : intersectPatterns([...new Set(globs)], exact);
  const endpoints = [...exact].flatMap((name) => endpointOf(name) ?? []);
  const targets = [...exact, ...meetings.found.map(({ name }) => name)].flatMap((name) => {
    const operation = operationOf(decider, name);
    if (operation === undefined) return [];
    const met = after.operations.has(name)
      ? [name]
      : after.patterns.flatMap((one) => (one.matches(name) ? one.operation.name : []));
    if (met.some((one) => except.has(one))) return [];
    const endpoint = endpointOf(name);
    const compared = comparedIn([before, after], name);
    const route = endpoint === undefined ? new Map<string, never>() : routeOf(endpoint, endpoints);
    const title = met.join(" + ");
    return [{ title, name, operation, route, endpoint, isInternal: false, compared }];
  });
  const internal = [...after.fromCode.operations].flatMap(([name, { internal: isInternal }]) => {
    const operation = isInternal ? operationOf(decider.fromCode, name) : undefined;
    if (operation === undefined || except.has(name)) return [];
    const route = new Map<string, never>();
    const compared = comparedIn([before, after], name);
    return [{ title: name, name, operation, route, endpoint: undefined, isInternal, compared }];
  });
  targets.push(...internal);
  return { targets, complete: meetings.complete };
}

/** Returns the exact entry of a name, and those of the patterns that match it. */
function entriesOf({ fromCode }: CompiledPolicy, name: string): readonly Operation[] {
  const { operations, patterns } = fromCode;
  const exact = operations.get(name);
  const matching = patterns.filter(({ matches }) => !name.includes(" ") && matches(name));
  return [...(exact === undefined ? [] : [exact]), ...matching.map(({ operation }) => operation)];
}

function comparedIn(
  policies: readonly CompiledPolicy[],
  name: string,
): ReadonlyMap<string, ReadonlySet<unknown>> {
  const compared = new Map<string, Set<unknown>>();
  const cases = policies.flatMap((policy) => entriesOf(policy, name)).flatMap((one) => one.cases);
  for (const [argument, values] of cases.flatMap(({ when }) => when))
    compared.set(argument, new Set([...(compared.get(argument) ?? []), ...values]));
  return compared;
}

/** Yields every combination of compared values of the arguments, each of which can also be left out, with its branch. */
export function* branchesOfCall(
  target: ProbeCall,
): Generator<{ readonly operation: PreparedOperation; readonly args: ParamValues }> {
  const lists = [...target.compared].map(([argument, values]) => [
    undefined,
    ...[...values].map((value) => [argument, value as CaseValue] as const),
  ]);
  for (const chosen of combinations(lists)) {
    const args = new Map(chosen.filter((one) => one !== undefined));
    yield { operation: branchOf(target.operation, Object.fromEntries(args)), args };
  }
}

function endpointOf(name: string): Endpoint | undefined {
  const parsed = name.includes(" ") ? parseEndpoint(name) : undefined;
  return parsed !== undefined && isEndpoint(parsed) ? parsed : undefined;
}

/**
 * Returns, for each path parameter, the values that one of the policies may read as the text of another endpoint, or as that text in
 * other letter case.
 */
function routeOf(
  { method, segments }: Endpoint,
  endpoints: readonly Endpoint[],
): ReadonlyMap<string, readonly string[]> {
  const near = endpoints.filter((one) => {
    const hasCatchAll = [...segments, ...one.segments].some(({ isCatchAll }) => isCatchAll);
    return one.method === method && (hasCatchAll || one.segments.length === segments.length);
  });
  const route = new Map<string, readonly string[]>();
  for (const [at, segment] of segments.entries()) {
    for (const [index, param] of segment.params.entries()) {
      const texts = near.flatMap(({ segments: other }) => {
        const facing = other[at];
        if (facing === undefined) return [];
        if (!segment.isCatchAll && (facing.isCatchAll || isWhole(facing))) return [];
        const text = (segment.isCatchAll ? other.slice(at) : [facing]).map(textOf).join("/");
        const span = spansOf(text, segment.literals, 1)?.[index];
        return span === undefined ? [] : [text.slice(...span), otherCase(text.slice(...span))];
      });
      // more segments than any endpoint without a catch-all has
      const most = Math.max(...near.map((other) => other.segments.length));
      const long = segment.isCatchAll ? [Array(most).fill("@x").join("/")] : [];
      route.set(param, [...new Set([...texts, ...long])]);
    }
  }
  return route;
}

/** Returns a text of a segment, with a value that is not the text of a literal for each parameter. */
function textOf({ literals }: Segment): string {
  return literals.join("@x");
}

/** Returns a text with inverted letter case; percent-escapes stay unchanged. */
function otherCase(text: string): string {
  return text.replace(/%..|[a-z]+|[A-Z]+/g, (part) => {
    if (part.startsWith("%")) return part;
    const upper = part.toUpperCase();
    return part === upper ? part.toLowerCase() : upper;
  });
}

/**
 * Yields values of all parameters: first safe values that occur in neither policy, then the same with one of the `probes`, which some
 * templates reject. A path parameter that no rule uses gets a text that a rule of `before` could not accept.
 */
export function* valuesOf(
  { operation, route, args }: ProbeCall & { readonly args: ParamValues },
  { fresh, probes }: { readonly fresh: string; readonly probes: readonly string[] },
): Generator<ParamValues> {
  const names = [...new Set([...route.keys(), ...operation.params])].filter(
    (name) => !args.has(name),
  );
  const asked = (name: string) => operation.params.includes(name);
  const base = names.map((name, at) => (asked(name) ? `${fresh}${at}` : `%C3%A9${fresh}${at}`));
  for (const chosen of combinations(
    names.map((name, at) => [base[at] as string, ...(route.get(name) ?? [])]),
  )) {
    const plain: ParamValues = new Map([
      ...args,
      ...names.map((name, at) => [name, chosen[at] as string] as const),
    ]);
    yield plain;
    for (const [at, name] of names.entries()) {
      if (!asked(name) || chosen[at] !== base[at]) continue;
      for (const probe of probes) yield new Map(plain).set(name, probe);
    }
  }
}

/** Returns the request that calls an endpoint; `undefined` for a tool. */
export function requestOf({ endpoint }: ProbeCall, values: ParamValues) {
  if (endpoint === undefined) return undefined;
  const { method, segments } = endpoint;
  const texts = segments.map(({ literals, params }) =>
    literals.flatMap((literal, at) => [literal, values.get(params[at] ?? "") ?? ""]).join(""),
  );
  return { method, path: `/${texts.join("/")}` };
}

/** Returns the parameters that are not in the path. */
export function paramsOf(
  { route }: ProbeCall,
  values: ParamValues,
): { readonly [param: string]: CaseValue } {
  return Object.fromEntries([...values].filter(([name]) => !route.has(name)));
}

/** Yields every combination of one item of each list. */
export function* combinations<Item>(
  lists: readonly (readonly Item[])[],
): Generator<readonly Item[], undefined> {
  const [first, ...rest] = lists;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const one of first) for (const others of combinations(rest)) yield [one, ...others];
}
