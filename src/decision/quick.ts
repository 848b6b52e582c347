import { type Allowed, type Decision, insufficientScope } from "./decision.js";
import { type Held, holds } from "./held.js";
import type { QuickRule } from "./prepare.js";

/**
 * Decides a rule that asks for scopes alone. It says what the general way would say; it is written out since most
 * operations come this way, and what it need not load is half of what a decision costs.
 */
export function decideQuick(rule: QuickRule, held: Held): Decision {
  if (rule.single === undefined) return decideLists(rule, held);
  const { ids, refusal } = rule.single;
  for (let index = 0; index < ids.length; index += 1) {
    if (holds(held, ids[index] as number)) return rule.granted[index] as Allowed;
  }
  return refusal;
}

/** The first alternative that is met, else the one with the fewest missing scopes, the first declared of several. */
function decideLists({ literals, granted, accepted }: QuickRule, held: Held): Decision {
  let best = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (const [index, ids] of literals.entries()) {
    const lacking = ids.filter((id) => !holds(held, id)).length;
    if (lacking === 0) return granted[index] as Allowed;
    if (lacking < fewest) [best, fewest] = [index, lacking];
  }
  const ids = literals[best] as readonly number[];
  const scopes = accepted[best] as readonly string[];
  const missing = scopes.filter((_, index) => !holds(held, ids[index] as number));
  return insufficientScope(missing, scopes, accepted);
}
