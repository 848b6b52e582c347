import type { AccessToken } from "../../decision/access-token.js";
import { boundValueText } from "../../grammar/bound-value.js";
import type { Boundary } from "../../policy/compiled-policy.js";
import type { NamedBoundary } from "../../policy/rule.js";
import { combinations } from "../combinations.js";
import type { ParamValues } from "./param-values.js";

/**
 * Returns the values of boundaries with which a way is met, and which grant the least under `before`: only the values of the call for
 * a boundary of the way, in addition no list where `after` then accepts every value, and an empty list for every other boundary that
 * `before` knows: a list under an unknown name can make a token invalid.
 */
export function boundariesOf(
  within: readonly NamedBoundary[],
  values: ParamValues,
  before: readonly Boundary[],
  after: readonly Boundary[],
): readonly Pick<AccessToken, "boundaries">[] {
  const known = new Set(before.map(({ name }) => name));
  const all = new Set([...before, ...after].map(({ name }) => name));
  const named = [...all].filter(
    (name) => known.has(name) || within.some(({ boundary }) => boundary.name === name),
  );
  const choices = named.map((name) => {
    const own = within.filter(({ boundary }) => boundary.name === name);
    const list = own.map(({ param }) => boundValueText(values.get(param)) as string);
    const entry = [[name, [...new Set(list)]] as const];
    return own[0]?.boundary.isOpen === true ? [entry, []] : [entry];
  });
  return [...combinations(choices)].map((chosen) =>
    named.length === 0 ? {} : { boundaries: Object.fromEntries(chosen.flat()) },
  );
}
