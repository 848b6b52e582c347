/** Maximum number of characters of a name for which a suggestion is searched. */
const MAX_NAME_LENGTH = 128;

/** The budget of a search. */
export interface StepBudget {
  /** Number of steps that the search may still take. Below 0, the search has stopped early. */
  left: number;
}

/**
 * Returns the candidate that is nearest to `name`, if it is near enough to be what was meant: at most a third of the letters
 * differ. A swap of two adjacent letters counts as one difference. Of equally near candidates, the first is returned.
 *
 * @param steps - the budget of the search: one step for each candidate, and one for each pair of letters that is compared.
 *   Without steps left, the result is `undefined`.
 */
export function nearest(
  name: string,
  candidates: Iterable<string>,
  steps: StepBudget = { left: Number.POSITIVE_INFINITY },
): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  let best: string | undefined;
  // any other name of one letter is equally near to a name of one letter
  let bound = Math.max(name.length < 2 ? 0 : 1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    steps.left -= 1;
    if (steps.left < 0) return undefined;
    if (Math.abs(candidate.length - name.length) >= bound) continue;
    const away = distance(name, candidate, bound, steps);
    if (away < bound) {
      best = candidate;
      bound = away;
    }
  }
  return best;
}

/** Maximum number of names that {@link declaredNames} lists. */
const MAX_LISTED_NAMES = 10;

/**
 * Returns the names that a policy declares, as the end of a message about another name: `` the policy declares `free`, `pro` ``.
 * Of many names, it lists the first ten.
 *
 * @param kind - what the names are, in the plural: `tiers`
 */
export function declaredNames(
  kind: string,
  names: { readonly size: number; readonly keys: () => Iterable<string> },
): string {
  if (names.size === 0) return `the policy declares no ${kind}`;
  const listed: string[] = [];
  for (const name of names.keys()) {
    if (listed.length === MAX_LISTED_NAMES) break;
    listed.push(`\`${name}\``);
  }
  const rest = names.size - listed.length;
  return `the policy declares ${listed.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** Returns the end of a message about an undeclared name: the name that was probably meant, or the declared names. */
export function hintAt(
  name: string,
  kind: string,
  names: { readonly size: number; readonly keys: () => Iterable<string> },
): string {
  const meant = nearest(name, names.keys());
  return meant === undefined ? `: ${declaredNames(kind, names)}` : `; did you mean \`${meant}\`?`;
}

/**
 * Returns the optimal string alignment distance (edits and swaps of adjacent letters, letter case ignored), but at most `bound`.
 * Only cells within `bound` of the diagonal can have a smaller value, so only these are computed.
 */
function distance(left: string, right: string, bound: number, steps: StepBudget): number {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  let before = previous;
  let leastBefore = 0;
  for (let i = 1; i <= a.length; i++) {
    const row = new Array<number>(b.length + 1).fill(bound);
    row[0] = i;
    let least = i;
    for (let j = Math.max(1, i - bound); j <= Math.min(b.length, i + bound); j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + same);
      // in front of the first letter there is no letter, which equals none
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(before, j - 2) + 1);
      }
      row[j] = cost;
      least = Math.min(least, cost);
    }
    steps.left -= b.length;
    // a swap skips one row, so both of the last two rows must be at the bound
    if (least >= bound && leastBefore >= bound) return bound;
    leastBefore = least;
    before = previous;
    previous = row;
  }
  return Math.min(bound, at(previous, b.length));
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}
