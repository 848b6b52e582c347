import type { Held } from "./held.js";
import type { PreparedAlternative, PreparedUse } from "./prepare.js";

const MOST_STEPS = 10_000;

/** Values of a rule's parameters, by their places; there may be none for a parameter that no template needs. */
export type PartialValues = readonly (string | undefined)[];

/**
 * Values under which every template of an alternative that the token holds at all is held, and which `accepts`; taken
 * from what is held, one template after the other, going back where they disagree. `undefined` where there are none.
 *
 * Gives up after 10,000 steps, so that a token with thousands of bindings cannot keep a server busy.
 */
export function valuesOfHeld(
  alternative: PreparedAlternative,
  held: Held,
  accepts: (values: PartialValues) => boolean = () => true,
): PartialValues | undefined {
  const uses = alternative.bound.filter(({ scope }) => held.bound.has(scope));
  let steps = 0;
  const extend = (at: number, values: PartialValues): PartialValues | undefined => {
    const use = uses[at];
    if (use === undefined) return accepts(values) ? values : undefined;
    for (const key of held.bound.get(use.scope) as ReadonlySet<string>) {
      steps += 1;
      if (steps > MOST_STEPS) return undefined;
      const next = agree(use, key.split(" "), values);
      const found = next && extend(at + 1, next);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return extend(0, []);
}

/** The values so far together with those of one held scope; `undefined` where a parameter would need two. */
function agree({ params }: PreparedUse, held: readonly string[], values: PartialValues) {
  const next = [...values];
  for (const [index, param] of params.entries()) {
    if (next[param] !== undefined && next[param] !== held[index]) return undefined;
    next[param] = held[index];
  }
  return next;
}
