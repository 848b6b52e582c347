import { smallestSets } from "../decision/smallest-sets.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { expandTokens, type Meaning, withoutImplied } from "../policy/scope-meanings.js";
import { combinations } from "./combinations.js";
import type { StepNeed } from "./plan-needs.js";
import type { PlacedStep } from "./plan-order.js";

/** The steps that one token is for, and the smallest set of meanings for all of them. */
export interface PlannedRequest {
  readonly steps: readonly PlacedStep[];
  readonly set: readonly Meaning[];
}

/** Returns whether the scope of one request can have these meanings. */
export type Fits = (set: readonly Meaning[]) => boolean;

/** Number of sets of the smallest size of which one must fit, before a step gets a larger one. */
const SETS = 16;

/** Maximum number of larger sets for one step that are compared, if none of the smallest ones fits. */
const MAX_LARGER_SETS = 10_000;

/** Returns a smallest set for some steps, if one fits. */
function smallestSet(
  policy: CompiledPolicy,
  steps: readonly StepNeed[],
  fits: Fits,
): readonly Meaning[] | undefined {
  const needs = steps.flatMap((step) => step.needs);
  return smallestSets(policy, needs, new Map(), false, SETS).sets.find(fits);
}

/** Returns the smallest set for one step that fits; `undefined` if there is none among the first 10,000 that are compared. */
export function setOfStep(
  policy: CompiledPolicy,
  step: StepNeed,
  fits: Fits,
): readonly Meaning[] | undefined {
  const smallest = smallestSet(policy, [step], fits);
  if (smallest !== undefined) return smallest;
  let best: { readonly size: number; readonly set: readonly Meaning[] } | undefined;
  let left = MAX_LARGER_SETS;
  for (const ways of combinations(step.needs)) {
    if (left === 0) break;
    left -= 1;
    const all = expandTokens(policy, ways.flat(), false);
    const set = withoutImplied(policy, all.values());
    if (fits(set) && (best === undefined || all.size < best.size)) best = { size: all.size, set };
  }
  return best?.set;
}

/**
 * Groups placed steps into requests for tokens. A request that would not fit is split: each step is in the first part in which it
 * fits, and in no earlier part than a step whose id it has as a parameter.
 */
export function requestsOf(
  policy: CompiledPolicy,
  placed: readonly PlacedStep[],
  fits: Fits,
): readonly PlannedRequest[] {
  const groups = new Map<number, PlacedStep[]>();
  for (const one of placed) groups.set(one.request, [...(groups.get(one.request) ?? []), one]);
  // a request is one more than that of a placed step at most, so the groups are in order
  return [...groups.values()].flatMap((steps) => splitGroup(policy, steps, fits));
}

function splitGroup(
  policy: CompiledPolicy,
  steps: readonly PlacedStep[],
  fits: Fits,
): readonly PlannedRequest[] {
  const whole = joinSteps(policy, steps, fits);
  if (whole !== undefined) return [whole];
  const parts: PlannedRequest[] = [];
  for (const one of steps) {
    const first = parts.findLastIndex((part) =>
      one.after.some((other) => part.steps.includes(other)),
    );
    const joined = parts.map((part, index) =>
      index < first ? undefined : joinSteps(policy, [...part.steps, one], fits),
    );
    const at = joined.findIndex((part) => part !== undefined);
    parts[at === -1 ? parts.length : at] = joined[at] ?? {
      steps: [one],
      // each step fits alone
      set: setOfStep(policy, one.step, fits) as readonly Meaning[],
    };
  }
  return parts;
}

/** Returns a request for some steps; `undefined` if no smallest set for them fits. */
function joinSteps(
  policy: CompiledPolicy,
  steps: readonly PlacedStep[],
  fits: Fits,
): PlannedRequest | undefined {
  const set = smallestSet(
    policy,
    steps.map(({ step }) => step),
    fits,
  );
  return set && { steps, set };
}
