import type { Operation, ToolPattern } from "./compiled-policy.js";
import type { Report } from "./report.js";

/** Maximum number of steps for comparing tools with denying patterns. Each takes some 1.5 ns. */
const MAX_PATTERN_STEPS = 1_000_000_000;
/** The cost in steps of a comparison that ends at the first character. */
const MIN_STEPS = 32;

/**
 * Denies each exact tool that a denying pattern matches, with the reason of the first such pattern. A pattern that denies only in
 * a branch denies no other entry.
 */
export function denyByPattern(
  operations: Map<string, Operation>,
  patterns: readonly ToolPattern[],
  report: Report,
): void {
  const isDenial = ({ denial, cases }: Operation) => denial !== undefined && cases.length === 0;
  const denying = patterns.filter(({ operation }) => isDenial(operation));
  const open = [...operations].filter(([, operation]) => !isDenial(operation));
  const steps = stepsOf(
    open.map(([name]) => name),
    denying.map(({ operation }) => operation.name),
  );
  if (steps > MAX_PATTERN_STEPS) {
    report.add(
      "too_large",
      ["tools"],
      `comparing ${open.length} tools with ${denying.length} denying patterns takes up to ${steps} steps: at most ${MAX_PATTERN_STEPS} are allowed (one star costs the length of a name, two stars its square)`,
    );
    return;
  }
  for (const [name, operation] of open) {
    const denial = denying.find(({ matches }) => matches(name))?.operation.denial;
    if (denial !== undefined) operations.set(name, { ...operation, denial, cases: [] });
  }
}

/** Returns the maximum number of steps for comparing each name with each pattern. A star may try each suffix of the name. */
function stepsOf(names: readonly string[], patterns: readonly string[]): number {
  const byStars = new Map<number, number>();
  for (const pattern of patterns) {
    const stars = pattern.split("*").length - 1;
    byStars.set(stars, (byStars.get(stars) ?? 0) + 1);
  }
  let steps = 0;
  for (const [stars, count] of byStars) {
    for (const { length } of names) steps += count * (MIN_STEPS + length ** stars);
  }
  return steps;
}
