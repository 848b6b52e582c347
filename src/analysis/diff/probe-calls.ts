import { operationOf } from "../../decision/decider.js";
import type { PreparedOperation } from "../../decision/prepared.js";
import { createCommonRequestFinder } from "../../policy/common-requests.js";
import type { CompiledPolicy, Operation } from "../../policy/compiled-policy.js";
import type { Endpoint } from "../../policy/endpoint-key.js";
import { isInternalName } from "../../policy/internal.js";
import { isToolName } from "../../policy/tool-names.js";
import { type ComparedArguments, mergeCompared } from "../compared-arguments.js";
import { type ComparedEndpoint, endpointOf, routeOf } from "./call-routes.js";
import { queryKey } from "./param-values.js";
import { intersectPatterns, NO_INTERSECTIONS } from "./pattern-intersections.js";
import type { Sides } from "./sides.js";

/** An operation that a caller can call under the policy `after`. */
export interface ProbeCall {
  /** The entry that the call belongs to, by its name or its patterns in either policy. */
  readonly entry: CallEntry;
  /** The operation of `after`, or the patterns of `after` that match the name. */
  readonly operations: readonly string[];
  /** Their names: `list_* + *_all`. */
  readonly title: string;
  readonly name: string;
  readonly operation: PreparedOperation;
  /** For each path parameter: the texts that one of the policies may route to another endpoint. */
  readonly route: ReadonlyMap<string, readonly string[]>;
  readonly endpoint: Endpoint | undefined;
  /** Whether code of the host calls it, which knows internal operations too. */
  readonly isFromCode: boolean;
  /**
   * Each argument that a case of one of the policies compares, with the values that they compare it with. By {@link queryKey} for an
   * argument with the name of a path parameter of this endpoint, which another endpoint reads from the query.
   */
  readonly compared: ComparedArguments;
}

/** A name of one of two policies, or a name that only the same patterns of them match. */
export interface CallEntry {
  /** The name to call. */
  readonly name: string;
  /** The name of the operation; the patterns that match the name, sorted, if no policy has an operation of this name. */
  readonly title: string;
}

/** The name for combinations of patterns that were not searched. */
export const PATTERN_NAMES = "tools that only patterns match";

/** The entries of two policies. */
export interface CallEntries {
  readonly entries: readonly CallEntry[];
  /** Whether there is an entry for each combination of patterns that match a common name. */
  readonly isComplete: boolean;
}

/**
 * Returns the names of both policies, and one name for each combination of patterns that match a common name.
 *
 * @param hasPatterns - whether names that only patterns match count
 */
export function callEntriesOf(
  before: CompiledPolicy,
  after: CompiledPolicy,
  hasPatterns: boolean,
): CallEntries {
  const both = [before.fromCode, after.fromCode];
  const exact = new Set(both.flatMap(({ operations }) => [...operations.keys()]));
  const globs = both.flatMap(({ patterns }) => patterns.map(({ operation }) => operation.name));
  const { found, complete } = hasPatterns
    ? intersectPatterns([...new Set(globs)].sort(), exact)
    : NO_INTERSECTIONS;
  const matched = found.map(({ name, globs: met }) => ({ name, title: met.join(" + ") }));
  return {
    entries: [...[...exact].map((name) => ({ name, title: name })), ...matched],
    isComplete: complete,
  };
}

/** Returns the calls to compare under the policy `after`: one for each class of calls with the same decisions. */
export function probeCallsOf(
  entries: readonly CallEntry[],
  { before, after, values }: Sides,
): readonly ProbeCall[] {
  const policies = [before.policy, after.policy];
  const endpoints = entries.flatMap(({ name }) => {
    const endpoint = endpointOf(name);
    return endpoint === undefined ? [] : [{ name, endpoint, compared: comparedIn(policies, name) }];
  });
  const byName = new Map(endpoints.map((one) => [one.name, one]));
  const nearTo = createCommonRequestFinder(endpoints);
  return entries.flatMap((entry) => {
    const { name } = entry;
    const own = byName.get(name);
    const endpoint = own?.endpoint;
    const near = own === undefined ? [] : nearTo(own.endpoint);
    const compared = own === undefined ? comparedIn(policies, name) : comparedNear(own, near);
    const atGate = operationOf(after, name);
    const fromCode = isInternalName(after.policy, name)
      ? operationOf(after.fromCode, name)
      : atGate;
    const call = { entry, name, compared };
    const calls: ProbeCall[] = [];
    if (atGate !== undefined) {
      const route =
        endpoint === undefined ? new Map<string, never>() : routeOf(endpoint, near, values.fresh);
      calls.push({
        ...call,
        ...titleOf(after.policy, name),
        operation: atGate,
        route,
        endpoint,
        isFromCode: false,
      });
    }
    if (fromCode !== undefined && fromCode !== atGate) {
      const title = titleOf(after.policy.fromCode, name);
      const called = { route: new Map<string, never>(), endpoint: undefined };
      calls.push({ ...call, ...called, ...title, operation: fromCode, isFromCode: true });
    }
    return calls;
  });
}

/** Returns the operation of a name, or the patterns that match it. */
function titleOf(
  { operations, patterns }: Pick<CompiledPolicy, "operations" | "patterns">,
  name: string,
): Pick<ProbeCall, "operations" | "title"> {
  const met = operations.has(name)
    ? [name]
    : patterns.flatMap((one) => (one.matches(name) ? one.operation.name : []));
  return { operations: met, title: met.join(" + ") };
}

/** Returns the exact entry of a name, and those of the patterns that match it. */
function entriesOf({ fromCode }: CompiledPolicy, name: string): readonly Operation[] {
  const { operations, patterns } = fromCode;
  const exact = operations.get(name);
  const matching = patterns.filter(({ matches }) => isToolName(name) && matches(name));
  return [...(exact === undefined ? [] : [exact]), ...matching.map(({ operation }) => operation)];
}

function comparedIn(policies: readonly CompiledPolicy[], name: string): ComparedArguments {
  const cases = policies.flatMap((policy) => entriesOf(policy, name)).flatMap((one) => one.cases);
  return mergeCompared(cases.flatMap(({ when }) => when));
}

/**
 * Returns the arguments that cases of an endpoint compare, and those, their path parameters excluded, that cases of endpoints compare
 * which have a request in common with it.
 */
function comparedNear(
  { endpoint, compared: own }: ComparedEndpoint,
  near: readonly ComparedEndpoint[],
): ComparedArguments {
  const paramsOf = ({ segments }: Endpoint) => segments.flatMap(({ params }) => params);
  const others = near.flatMap(({ endpoint: other, compared }) => {
    if (other === endpoint) return [];
    const [inPath, inOther] = [paramsOf(endpoint), paramsOf(other)];
    return [...compared].flatMap(
      ([argument, values]): readonly (readonly [string, typeof values])[] => {
        if (inOther.includes(argument)) return [];
        return [[inPath.includes(argument) ? queryKey(argument) : argument, values]];
      },
    );
  });
  return mergeCompared([...own, ...others]);
}
