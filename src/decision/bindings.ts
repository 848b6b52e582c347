import { acceptsValue } from "../grammar/template.js";
import type { Param } from "../policy/compiled.js";
import { boundValues, type Held, holds, holdsBound } from "./held.js";
import type { PreparedAlternative, PreparedRule, PreparedUse, Values } from "./prepare.js";

/** What the searches for one tool share. */
export interface Budget {
  /** How many steps they may still take together. */
  steps: number;
  /** What is held of a template, by its id, read once for a whole list. */
  readonly values: Map<number, readonly (readonly string[])[]>;
}

function valuesFrom(budget: Budget, held: Held, scope: number): readonly (readonly string[])[] {
  const known = budget.values.get(scope) ?? boundValues(held, scope);
  budget.values.set(scope, known);
  return known;
}

/**
 * Values under which every template of an alternative that the token holds at all is held: where the held bindings agree
 * with each other. `undefined` where they do not. A parameter that no held template has stays without a value.
 *
 * Goes through what is held of one template after the other, and back where they disagree; a template whose values are
 * known by then costs one look. Gives up when the budget is spent, so that a token with thousands of bindings cannot
 * keep a server busy.
 */
export function valuesOfHeld(
  rule: PreparedRule,
  alternative: PreparedAlternative,
  held: Held,
  budget: Budget,
): Values | undefined {
  const extend = (open: readonly PreparedUse[], values: Values): Values | undefined => {
    const use =
      open.find(({ params }) => params.every((place) => values[place] !== undefined)) ?? open[0];
    if (use === undefined) return values;
    const others = open.filter((other) => other !== use);
    if (use.params.every((place) => values[place] !== undefined)) {
      return holdsBound(held, use, values) === true ? extend(others, values) : undefined;
    }
    for (const candidate of valuesFrom(budget, held, use.scope)) {
      budget.steps -= 1;
      if (budget.steps < 0) return undefined;
      const next = agree(rule, use, candidate, values);
      const found = next && extend(others, next);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return extend(
    alternative.bound.filter(({ scope }) => holds(held, scope)),
    [],
  );
}

/** The values so far with those of one held scope; `undefined` where a parameter would need two, or one it cannot take. */
function agree(
  rule: PreparedRule,
  { params }: PreparedUse,
  held: readonly string[],
  values: Values,
): Values | undefined {
  const next = [...values];
  for (const [index, place] of params.entries()) {
    const value = held[index];
    const { sites } = rule.params[place] as Param;
    if (next[place] !== undefined && next[place] !== value) return undefined;
    if (!sites.every((site) => acceptsValue(site.template, site.index, value))) return undefined;
    next[place] = value;
  }
  return next;
}
