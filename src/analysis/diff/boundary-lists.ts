import type { AccessToken } from "../../decision/access-token.js";
import { boundValueText } from "../../grammar/bound-value.js";
import type { Boundary } from "../../policy/compiled-policy.js";
import type { NamedBoundary } from "../../policy/rule.js";
import type { ParamValues } from "./call-values.js";
import { combinations } from "./combinations.js";

/**
 * Returns the values of boundaries with which a way is met, and which grant the least under `before`: only the values of the call for
 * a boundary of the way, in addition no list where `after` then accepts every value, and an empty list for every other boundary.
 */
export function boundariesOf(
  within: readonly NamedBoundary[],
  values: ParamValues,
  before: readonly Boundary[],
  after: readonly Boundary[],
): readonly Pick<AccessToken, "boundaries">[] {
  const all = new Set([...before, ...after].map(({ name }) => name));
  const choices = [...all].map((name) => {
    const own = within.filter(({ boundary }) => boundary.name === name);
    const list = own.map(({ param }) => boundValueText(values.get(param)) as string);
    const entry = [[name, [...new Set(list)]] as const];
    return own[0]?.boundary.isOpen === true ? [entry, []] : [entry];
  });
  return [...combinations(choices)].map((chosen) =>
    all.size === 0 ? {} : { boundaries: Object.fromEntries(chosen.flat()) },
  );
}
