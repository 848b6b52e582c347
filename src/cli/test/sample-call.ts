import { meetsCase } from "../../decision/prepare.js";
import { isBoundValue, PROBE_VALUES } from "../../grammar/bound-value.js";
import { acceptsValue } from "../../grammar/template.js";
import type { CompiledPolicy, Operation, Param, Rule, When } from "../../policy/compiled-policy.js";

/** The arguments of a call by name. */
type Params = Readonly<Record<string, unknown>>;

/** A call of one branch of an entry, with the rules that decide it. */
export interface SampleCall {
  /** A tool or an endpoint by its name. */
  readonly name: string;
  /** The entry, then the other patterns that match the name, each as the branch that the arguments choose. */
  readonly branches: readonly Operation[];
  readonly params: Params;
  /** The arguments that choose the branch, without those that its rules bind; `undefined` if they bind no others. */
  readonly unbound: Params | undefined;
}

/** Returns calls of all operations of a policy, internal ones too: one for each branch that some call can reach. */
export function sampleCallsOf({ fromCode }: CompiledPolicy): readonly SampleCall[] {
  const { operations, patterns } = fromCode;
  const exact = [...operations.values()].flatMap((entry) => callsOf(entry.name, [entry]));
  const matched = patterns.flatMap(({ operation, matches }) => {
    const name = FILLS.map((fill) => nameFor(operation.name, fill)).find(
      (one) => matches(one) && !operations.has(one),
    );
    if (name === undefined) return [];
    const others = patterns.filter((one) => one.operation !== operation && one.matches(name));
    return callsOf(name, [operation, ...others.map((one) => one.operation)]);
  });
  return [...exact, ...matched];
}

const FILLS: readonly string[] = ["example", "x", "any1", ""];

/** Returns a name that a pattern matches. */
function nameFor(pattern: string, fill: string): string {
  return pattern.replaceAll("*", fill).replaceAll("?", fill.slice(0, 1) || "x");
}

/** Returns calls of an entry: one for each of its branches. */
function callsOf(name: string, entries: readonly [Operation, ...Operation[]]): SampleCall[] {
  const [entry] = entries;
  const conditions: readonly When[] = [...entry.cases.map(({ when }) => when), []];
  return conditions.flatMap((when, index) => {
    const params = argumentsFor(when, entries);
    const branches = entries.map((one) => chosen(one, params));
    const isReached = branches[0] === (entry.cases[index]?.branch ?? entry);
    if (!isReached) return [];
    const compared = comparedIn(when);
    const bindsMore = Object.keys(params).length > Object.keys(compared).length;
    return [{ name, branches, params, unbound: bindsMore ? compared : undefined }];
  });
}

/** Returns the branch of an entry that arguments choose; the entry itself for `otherwise`. */
function chosen(entry: Operation, params: Params): Operation {
  return entry.cases.find(({ when }) => meetsCase(when, params))?.branch ?? entry;
}

/** Returns the arguments that a condition compares, each with a value that meets it. */
function comparedIn(when: When): Params {
  return Object.fromEntries(when.map(([name, values]) => [name, [...values][0]]));
}

/** Returns arguments that meet a condition, with a value for each parameter of all branches. */
function argumentsFor(when: When, entries: readonly Operation[]): Params {
  const compared = comparedIn(when);
  const branches = entries.map((entry) => chosen(entry, compared));
  const rules = branches.flatMap(({ rules }) => rules);
  const values = new Map<string, string>();
  for (const { name, sites } of rules.flatMap(({ params }) => params)) {
    if (Object.hasOwn(compared, name) || values.has(name)) continue;
    const sitesOfName = rules.flatMap(({ params }) =>
      params.flatMap((one) => (one.name === name ? one.sites : [])),
    );
    values.set(name, sampleValues({ name, sites: [...sites, ...sitesOfName] })[0] ?? "a1");
  }
  return { ...compared, ...Object.fromEntries(values) };
}

/** Returns values that a parameter can have, the plainest first. */
function sampleValues({ sites }: Param): readonly string[] {
  return ["a1", "b2", "a", "b", "1", "2", ...PROBE_VALUES].filter((value) =>
    sites.length === 0
      ? isBoundValue(value)
      : sites.every(({ template, index }) => acceptsValue(template, index, value)),
  );
}

/** Returns the values of a rule's parameters in a call. */
export function valuesOf({ params }: Rule, given: Params): readonly string[] {
  return params.map(({ name }) => String(given[name]));
}

/** Returns values for the same parameters, each other than in the call if there is another one. */
export function otherValuesOf({ params }: Rule, given: Params): readonly string[] {
  return params.map((param) => {
    const value = String(given[param.name]);
    return sampleValues(param).find((other) => other !== value) ?? value;
  });
}
