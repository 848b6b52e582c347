import type { Operation, ToolPattern } from "./compiled.js";
import type { Report } from "./report.js";

/** How many steps the comparison of tools with denying patterns may take: some 1.5 ns each. */
const MOST_PATTERN_STEPS = 1_000_000_000;
/** The steps of a comparison that ends at the first character. */
const LEAST_STEPS = 32;

/** Denies each exact tool that a denying pattern fits, with the reason of the first such pattern. */
export function denyByPattern(
  operations: Map<string, Operation>,
  patterns: readonly ToolPattern[],
  report: Report,
): void {
  const denying = patterns.filter(({ operation }) => operation.denial !== undefined);
  const open = [...operations].filter(([, operation]) => operation.denial === undefined);
  const steps = stepsOf(
    open.map(([name]) => name),
    denying.map(({ operation }) => operation.name),
  );
  if (steps > MOST_PATTERN_STEPS) {
    report.add(
      "too_large",
      ["tools"],
      `${open.length} tools and ${denying.length} patterns that deny: to compare them takes up to ${steps} steps, and at most ${MOST_PATTERN_STEPS} are allowed; a star costs the length of a name, two stars its square`,
    );
    return;
  }
  for (const [name, operation] of open) {
    const denial = denying.find(({ matches }) => matches(name))?.operation.denial;
    if (denial !== undefined) operations.set(name, { ...operation, denial });
  }
}

/** How many steps it takes at most to compare each name with each pattern: a star may try each rest of the name. */
function stepsOf(names: readonly string[], patterns: readonly string[]): number {
  const byStars = new Map<number, number>();
  for (const pattern of patterns) {
    const stars = pattern.split("*").length - 1;
    byStars.set(stars, (byStars.get(stars) ?? 0) + 1);
  }
  let steps = 0;
  for (const [stars, count] of byStars) {
    for (const { length } of names) steps += count * (LEAST_STEPS + length ** stars);
  }
  return steps;
}
