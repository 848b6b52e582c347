import type { Alternative, Operation, When } from "./compiled-policy.js";
import type { CaseOptions, CaseValue } from "./definition.js";
import type { Path, Report } from "./report.js";
import { isEndpoint, isParam, parseEndpoint } from "./route.js";

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
 * Returns the arguments that a case compares, with the values of each. Reports conditions that every call meets, values that are
 * listed twice, numbers that JSON readers round, and, at an endpoint, path parameters that are compared with anything but a string.
 *
 * @param endpoint - the name of the endpoint; empty for a tool
 */
export function readWhen(
  written: CaseOptions["when"] | undefined,
  path: Path,
  endpoint: string,
  report: Report,
): When {
  const entries = Object.entries(written ?? {});
  if (written !== undefined && entries.length === 0)
    report.add("empty_when", path, "compares no argument: every call meets this case");
  const inPath = pathParamsOf(endpoint);
  return entries.map(([argument, given]) => {
    const values = (Array.isArray(given) ? given : [given]) as readonly (CaseValue | undefined)[];
    for (const [index, value] of values.entries()) {
      const at = Array.isArray(given) ? [...path, argument, index] : [...path, argument];
      if (values.indexOf(value) < index && value !== undefined)
        report.add("duplicate", at, `duplicate \`${String(value)}\``);
      if (isRounded(value))
        report.add(
          "unsafe_number",
          at,
          `JSON readers round \`${value}\`: compare a string instead`,
        );
      if (inPath.has(argument) && value !== undefined && typeof value !== "string") {
        const message = `\`${argument}\` is a path parameter, so its value is a string, never \`${String(value)}\``;
        report.add("never_met", at, message, () => JSON.stringify(String(value)));
      }
    }
    return [argument, new Set<unknown>(values.filter((value) => value !== undefined))];
  });
}

function isRounded(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

function pathParamsOf(endpoint: string): ReadonlySet<string> {
  const parsed = endpoint === "" ? undefined : parseEndpoint(endpoint);
  if (parsed === undefined || !isEndpoint(parsed)) return new Set();
  return new Set(parsed.segments.flatMap((one) => (isParam(one) ? [one.param] : [])));
}

/**
 * Reports cases that no call reaches, and branches that a call can reach by leaving out or mistyping arguments although their
 * requirement is weaker than that of the branch it leaves. The last branch is `otherwise`.
 */
export function checkBranches(
  branches: readonly PlacedBranch[],
  isWeakAccepted: boolean,
  report: Report,
): void {
  const uses = branches.flatMap(({ branch }) => usesOf(branch)).length;
  const last = branches.at(-1) as PlacedBranch;
  if (branches.length - 1 > MAX_CASES || uses > MAX_USES_OF_BRANCHES) {
    const message = `${branches.length - 1} cases that name ${uses} scopes in total: at most ${MAX_CASES} cases and ${MAX_USES_OF_BRANCHES} scopes are allowed`;
    report.add("too_large", last.path, message);
    return;
  }
  for (const [at, reached] of branches.entries()) {
    const earlier = branches.slice(0, at);
    const shadow = earlier.find(({ when }) => isMetBy(when, reached.when));
    if (shadow !== undefined) {
      const message = `no call reaches this case: each that meets it meets \`cases[${earlier.indexOf(shadow)}]\` before`;
      report.add("unreachable_case", reached.path, message);
    }
    if (isWeakAccepted || shadow !== undefined) continue;
    const left = earlier.find(
      (one) => isReachable(one, reached, earlier) && isWeaker(reached, one),
    );
    if (left !== undefined)
      report.add("weak_otherwise", reached.path, weaknessOf(left, earlier.indexOf(left), reached));
  }
}

function weaknessOf(left: PlacedBranch, index: number, reached: PlacedBranch): string {
  const compared = new Set(reached.when.map(([argument]) => argument));
  const names = left.when.map(([argument]) => argument).filter((name) => !compared.has(name));
  const list = names.map((name) => `\`${name}\``).join(" or ");
  return `a call that leaves out or mistypes ${list} gets from \`cases[${index}]\` to this weaker requirement: require at least as much here, or write \`weakOtherwise: true\``;
}

/** Returns whether each call that meets `narrow` meets `wide` too: `wide` compares no other argument, and accepts each of its values. */
function isMetBy(wide: When, narrow: When): boolean {
  const values = new Map(narrow);
  return wide.every(([argument, accepted]) => {
    const given = values.get(argument);
    return given !== undefined && [...given].every((value) => accepted.has(value));
  });
}

/**
 * Returns whether a call of one branch can get to a later one because arguments are left out or have no value that any case
 * compares: the earlier branch compares an argument that the later one does not, and no earlier case accepts all that remain.
 */
function isReachable(
  from: PlacedBranch,
  to: PlacedBranch,
  earlier: readonly PlacedBranch[],
): boolean {
  const values = new Map(from.when);
  const remaining: (readonly [string, ReadonlySet<unknown>])[] = [];
  for (const [argument, accepted] of to.when) {
    const given = values.get(argument);
    values.delete(argument);
    const common = new Set([...accepted].filter((value) => given?.has(value) !== false));
    if (common.size === 0) return false;
    remaining.push([argument, common]);
  }
  if (values.size === 0) return false;
  return !earlier.some((one) => isMetBy(one.when, remaining));
}

/** Returns whether some token meets a branch and fails another: for the same values of parameters. */
function isWeaker({ branch: reached }: PlacedBranch, { branch: left }: PlacedBranch): boolean {
  if (reached.denial !== undefined) return false;
  if (left.denial !== undefined) return true;
  const [given, wanted] = [alternativesOf(reached), alternativesOf(left)];
  // without alternatives, the branch already has a finding
  if (given.length === 0 || wanted.length === 0) return false;
  return given.some((one) => !wanted.some((other) => meets(one, other)));
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

/** Returns whether each token that meets one alternative meets the other. */
function meets(one: NamedAlternative, other: NamedAlternative): boolean {
  const types = one.accountTypes;
  return (
    one.tier >= other.tier &&
    (other.accountTypes === undefined ||
      types?.every((type) => other.accountTypes?.includes(type)) === true) &&
    other.wanted.every((key) => one.granted.has(key))
  );
}

function usesOf({ rules }: Operation) {
  return rules.flatMap(({ alternatives }) => alternatives.flatMap(({ uses }) => uses));
}
