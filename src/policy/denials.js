/** Maximum number of steps for comparing tools with denying patterns. Each takes some 1.5 ns. */
const MAX_PATTERN_STEPS = 1_000_000_000;
/** The cost in steps of a comparison that ends at the first character. */
const MIN_STEPS = 32;
/** Denies each exact tool that a denying pattern matches, with the reason of the first such pattern. */
export function denyByPattern(operations, patterns, report) {
    const denying = patterns.filter(({ operation }) => operation.denial !== undefined);
    const open = [...operations].filter(([, operation]) => operation.denial === undefined);
    const steps = stepsOf(open.map(([name]) => name), denying.map(({ operation }) => operation.name));
    if (steps > MAX_PATTERN_STEPS) {
        report.add("too_large", ["tools"], `comparing ${open.length} tools with ${denying.length} denying patterns takes up to ${steps} steps: at most ${MAX_PATTERN_STEPS} are allowed (one star costs the length of a name, two stars its square)`);
        return;
    }
    for (const [name, operation] of open) {
        const denial = denying.find(({ matches }) => matches(name))?.operation.denial;
        if (denial !== undefined)
            operations.set(name, { ...operation, denial });
    }
}
/** Returns the maximum number of steps for comparing each name with each pattern. A star may try each suffix of the name. */
function stepsOf(names, patterns) {
    const byStars = new Map();
    for (const pattern of patterns) {
        const stars = pattern.split("*").length - 1;
        byStars.set(stars, (byStars.get(stars) ?? 0) + 1);
    }
    let steps = 0;
    for (const [stars, count] of byStars) {
        for (const { length } of names)
            steps += count * (MIN_STEPS + length ** stars);
    }
    return steps;
}
