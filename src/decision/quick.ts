import { type Decision, insufficientScope } from "./decision.js";
import { type Held, holdsLiteral } from "./held.js";
import type { QuickRule } from "./prepare.js";

/**
 * Decides a rule that asks for scopes alone. It says what the general way would say; it is written out since most
 * operations come this way, and what it need not load is half of what a decision costs.
 */
export function decideQuick(rule: QuickRule, held: Held): Decision {
  const { alternatives } = rule;
  for (let index = 0; index < alternatives.length; index += 1) {
    const alternative = alternatives[index] as QuickRule["alternatives"][number];
    if (lacking(held, alternative.literals) === 0) return alternative.granted;
  }
  return rule.refusal ?? shortage(rule, held);
}

/** How many of these scopes are not held. */
function lacking(held: Held, literals: readonly number[]): number {
  let count = 0;
  for (let index = 0; index < literals.length; index += 1) {
    if (!holdsLiteral(held, literals[index] as number)) count += 1;
  }
  return count;
}

/** The alternative with the fewest missing scopes, the first declared of several. */
function shortage({ alternatives, accepted }: QuickRule, held: Held): Decision {
  let best = alternatives[0] as QuickRule["alternatives"][number];
  for (const alternative of alternatives) {
    if (lacking(held, alternative.literals) < lacking(held, best.literals)) best = alternative;
  }
  const { literals, granted } = best;
  const missing = granted.scopes.filter(
    (_, index) => !holdsLiteral(held, literals[index] as number),
  );
  return insufficientScope(missing, granted.scopes, accepted);
}
