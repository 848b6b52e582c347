import type {
  Alternative,
  AuthenticationCondition,
  Operation,
  TypeConditions,
  When,
} from "./compiled-policy.js";
import { meetsTypeConditions } from "./conditions.js";
import type { CaseOptions, CaseValue } from "./definition.js";
import { isEndpoint, parseEndpoint } from "./endpoint-key.js";
import { formatPath, type Path, type Report } from "./report.js";
import type { StepBudget } from "./suggest.js";

/** Maximum number of cases of one operation: each is compared with every later one. */
export const MAX_CASES = 64;
/** Maximum total number of scopes in the alternatives of the branches of one operation. */
const MAX_USES_OF_BRANCHES = 1_024;

/** A branch of an operation, with the place of its entry. `otherwise` compares no argument. */
export interface PlacedBranch {
  readonly when: When;
  readonly branch: Operation;
  readonly path: Path;
}

/**
 * Returns the arguments that a case compares, with the values of each; `undefined` if a part of them was removed. Reports
 * conditions that every call meets, values that are listed twice, numbers that JSON readers round, and, at an endpoint, path
 * parameters that are compared with anything but a string.
 *
 * @param endpoint - the name of the endpoint; empty for a tool
 */
export function readWhen(
  written: CaseOptions["when"] | undefined,
  path: Path,
  endpoint: string,
  report: Report,
): When | undefined {
  if (written === undefined || report.damaged.has(formatPath(path))) return undefined;
  const entries = Object.entries(written);
  if (entries.length === 0) {
    report.add("empty_when", path, "compares no argument: every call meets this case");
    return undefined;
  }
  const inPath = pathParamsOf(endpoint);
  let isDamaged = false;
  const when = entries.map(([argument, given]) => {
    const seen = new Set<unknown>();
    const values = (Array.isArray(given) ? given : [given]) as readonly (CaseValue | undefined)[];
    for (const [index, value] of values.entries()) {
      isDamaged ||= value === undefined;
      if (value === undefined) continue;
      const at = Array.isArray(given) ? [...path, argument, index] : [...path, argument];
      if (seen.has(value)) report.add("duplicate", at, `duplicate \`${String(value)}\``);
      seen.add(value);
      if (isRounded(value))
        report.add(
          "unsafe_number",
          at,
          `JSON readers round \`${value}\`: compare a string instead`,
        );
      if (inPath.has(argument) && typeof value !== "string") {
        const message = `\`${argument}\` is a path parameter, so its value is a string, never \`${String(value)}\``;
        report.add("never_met", at, message, () => JSON.stringify(String(value)));
      }
    }
    return [argument, seen] as const;
  });
  return isDamaged ? undefined : when;
}

function isRounded(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

function pathParamsOf(endpoint: string): ReadonlySet<string> {
  const parsed = parseEndpoint(endpoint);
  if (!isEndpoint(parsed)) return new Set();
  return new Set(parsed.segments.flatMap(({ params }) => params));
}

/** Maximum number of steps of the search for calls that meet no earlier case. A call that it does not get to counts as one. */
const MAX_COVER_STEPS = 10_000;

/**
 * Reports cases that no call reaches, and branches that a call can reach by leaving out or mistyping arguments although their
 * requirement is weaker than that of the branch it leaves. The last branch is `otherwise`.
 */
export function checkBranches(
  branches: readonly PlacedBranch[],
  isWeakAccepted: boolean,
  path: Path,
  report: Report,
): void {
  const uses = branches.flatMap(({ branch }) => usesOf(branch)).length;
  if (branches.length - 1 > MAX_CASES || uses > MAX_USES_OF_BRANCHES) {
    const message = `${branches.length - 1} cases that name ${uses} scopes in total: at most ${MAX_CASES} cases and ${MAX_USES_OF_BRANCHES} scopes are allowed`;
    report.add("too_large", [...path, "cases"], message);
    return;
  }
  const nameOf = ({ path: at }: PlacedBranch) => `\`${formatPath(at.slice(path.length))}\``;
  const steps: StepBudget = { left: MAX_COVER_STEPS };
  const reachable = branches.flatMap((one, at) => {
    const earlier = branches.slice(0, at);
    const before = earlier.map((other) => other.when);
    const when = reachedValues(one.when, before, steps);
    if (when.every(([, values]) => values.size > 0))
      return [{ ...one, when, before, texts: when.map(([, values]) => textsOf(values)) }];
    const shadow = earlier.find((other) => isCovered(one.when, [other.when], steps));
    const meets = shadow === undefined ? "an earlier case" : `${nameOf(shadow)} before`;
    const message = `no call reaches this case: each that meets it meets ${meets}`;
    report.add("unreachable_case", one.path, message);
    return [];
  });
  if (isWeakAccepted) return;
  for (const reached of reachable) {
    for (const left of reachable) {
      if (left === reached) continue;
      const changed = changedArguments(left, reached, steps);
      if (changed.length === 0 || !isWeaker(reached, left)) continue;
      const names = changed.map((name) => `\`${name}\``).join(" or ");
      const message = `a call that leaves out or mistypes ${names} gets from ${nameOf(left)} to this weaker requirement: require at least as much here, or write \`weakOtherwise: true\``;
      report.add("weak_otherwise", reached.path, message);
      break;
    }
  }
}

/** Returns a condition with only those values for which some call meets it and no earlier case. */
function reachedValues(when: When, earlier: readonly When[], steps: StepBudget): When {
  return when.map(([argument, values]) => {
    const reached = [...values].filter((value) => {
      const only = when.map((one): When[number] =>
        one[0] === argument ? [argument, new Set([value])] : one,
      );
      return !isCovered(only, earlier, steps);
    });
    return [argument, new Set(reached)];
  });
}

/** Returns whether each call that has one of the values for each argument, and no other argument, meets a case. */
function isCovered(values: When, cases: readonly When[], steps: StepBudget): boolean {
  if (cases.some((one) => one.length === 0)) return true;
  const [first, ...rest] = values;
  if (first === undefined || cases.length === 0) return false;
  const [argument, given] = first;
  return [...given].every((value) => {
    steps.left -= 1;
    const remaining = cases
      .filter((one) => one.every(([name, accepted]) => name !== argument || accepted.has(value)))
      .map((one) => one.filter(([name]) => name !== argument));
    return steps.left >= 0 && isCovered(rest, remaining, steps);
  });
}

/** A branch that calls can reach. */
interface ReachedBranch extends PlacedBranch {
  /** For each argument, the number of its values with each text. */
  readonly texts: readonly ReadonlyMap<string, number>[];
  /** The conditions of the cases before it. */
  readonly before: readonly When[];
}

function textsOf(values: ReadonlySet<unknown>): ReadonlyMap<string, number> {
  const texts = new Map<string, number>();
  for (const value of values) texts.set(String(value), (texts.get(String(value)) ?? 0) + 1);
  return texts;
}

/**
 * Returns the arguments that a call of one branch leaves out or mistypes to get to another; empty if it cannot. A mistyped value
 * is a value that no case compares, or one of another type with the same text, such as `"true"`.
 */
function changedArguments(
  from: ReachedBranch,
  to: ReachedBranch,
  steps: StepBudget,
): readonly string[] {
  const left = new Map(
    from.when.map(([name, given], at) => [name, { given, texts: from.texts[at] }]),
  );
  const mistyped: string[] = [];
  const values: (readonly [string, ReadonlySet<unknown>])[] = [];
  for (const [argument, accepted] of to.when) {
    const compared = left.get(argument);
    left.delete(argument);
    if (compared === undefined) {
      values.push([argument, accepted]);
      continue;
    }
    const { given, texts } = compared;
    const isMistyped = (value: unknown) =>
      (texts?.get(String(value)) ?? 0) > (given.has(value) ? 1 : 0);
    const possible = [...accepted].filter((value) => given.has(value) || isMistyped(value));
    if (possible.length === 0) return [];
    if (possible.some(isMistyped)) mistyped.push(argument);
    values.push([argument, new Set(possible)]);
  }
  // a call gets to an earlier case only with a mistyped value of an argument that both compare
  if (mistyped.length === 0 && to.before.length < from.before.length) return [];
  const changed = [...left.keys(), ...mistyped];
  return changed.length === 0 || isCovered(values, to.before, steps) ? [] : changed;
}

/** Returns whether some token meets a branch and fails another: for the same values of parameters. */
function isWeaker({ branch: reached }: PlacedBranch, { branch: left }: PlacedBranch): boolean {
  if (reached.denial !== undefined) return false;
  if (left.denial !== undefined) return true;
  const [given, wanted] = [alternativesOf(reached), alternativesOf(left)];
  // without alternatives, the branch already has a finding
  if (given.length === 0 || wanted.length === 0) return false;
  if (isLooser(authenticationOf(reached), authenticationOf(left))) return true;
  return given.some((one) => {
    // beyond the limit of implied scopes, which has a finding, those of a scope are unknown
    if (one.uses.some(({ scope }) => scope.closure.length === 0)) return false;
    const accounts = leastAccounts(one.typeConditions);
    return accounts?.every((types) => wanted.some((other) => meets(one, types, other))) !== true;
  });
}

function authenticationOf({ rules }: Operation): AuthenticationCondition {
  return rules[0]?.authentication ?? { acr: undefined, maxAge: undefined };
}

/** Returns whether some authentication meets one condition and fails the other. */
function isLooser(given: AuthenticationCondition, wanted: AuthenticationCondition): boolean {
  const { acr, maxAge = Number.POSITIVE_INFINITY } = given;
  const accepted = wanted.acr;
  const isOther = accepted && !(acr?.every((name) => accepted.includes(name)) ?? false);
  return isOther === true || maxAge > (wanted.maxAge ?? Number.POSITIVE_INFINITY);
}

/** Maximum number of sets of account types that are compared for one alternative. */
const MAX_ACCOUNTS = 1_024;

/**
 * Returns the sets of account types that meet conditions and of which none can be left out; `undefined` if there are too many. An
 * account with more types meets at least as much.
 */
function leastAccounts(conditions: TypeConditions): readonly (readonly string[])[] | undefined {
  let accounts: readonly (readonly string[])[] = [[]];
  for (const accepted of conditions) {
    accounts = accounts.flatMap((types) =>
      types.some((type) => accepted.includes(type))
        ? [types]
        : accepted.map((type) => [...types, type]),
    );
    if (accounts.length > MAX_ACCOUNTS) return undefined;
  }
  return accounts;
}

interface NamedAlternative extends Alternative {
  /** Every scope that a token with this alternative has, with the names of its parameters. */
  readonly granted: ReadonlySet<string>;
  /** Every scope that it requires, in the same form. */
  readonly wanted: readonly string[];
}

function alternativesOf(branch: Operation): readonly NamedAlternative[] {
  return branch.rules.flatMap((rule) =>
    rule.alternatives.map((alternative) => {
      const uses = alternative.uses.map(({ scope, params }) => ({
        scope,
        names: params.map((place) => rule.params[place]?.name as string),
      }));
      const granted = uses.flatMap(({ scope, names }) =>
        scope.closure.map((one) =>
          keyOf(
            one.scope,
            one.values.map((value) => names[value] as string),
          ),
        ),
      );
      const wanted = uses.map(({ scope, names }) => keyOf(scope.id, names));
      return { ...alternative, granted: new Set(granted), wanted };
    }),
  );
}

function keyOf(scope: number, names: readonly string[]): string {
  return [scope, ...names].join(" ");
}

/** Returns whether each token that meets one alternative, of an account with these types, meets the other. */
function meets(one: NamedAlternative, types: readonly string[], other: NamedAlternative): boolean {
  return (
    one.tier >= other.tier &&
    meetsTypeConditions(other.typeConditions, types) &&
    other.entitlements.every((name) => one.entitlements.includes(name)) &&
    other.wanted.every((key) => one.granted.has(key))
  );
}

function usesOf({ rules }: Operation) {
  return rules.flatMap(({ alternatives }) => alternatives.flatMap(({ uses }) => uses));
}
