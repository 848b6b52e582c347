/** Maximum number of alternatives of one operation. */
export const MAX_ALTERNATIVES = 1_024;
/** Maximum total number of scopes in the alternatives of one operation. A denial may have to print them all. */
const MAX_USES_OF_ONE = 32_768;
/** Maximum total number of scopes in the alternatives of all operations. Each takes some 250 bytes. */
const MAX_USES = 500_000;
/** The number from which sizes are not exact. */
const UNCOUNTED = 1e15;
const NONE = { alternatives: 0, uses: 0 };
const ONE = { alternatives: 1, uses: 1 };
/** Returns the size of a requirement: `anyOf` adds its parts, `allOf` multiplies them. */
function sizeOf(written) {
    if (typeof written !== "object" || written.scope !== undefined)
        return ONE;
    const parts = (written.anyOf ?? written.allOf ?? []).map(sizeOf);
    return parts.reduce(written.anyOf === undefined ? multiply : add, {
        alternatives: written.anyOf === undefined ? 1 : 0,
        uses: 0,
    });
}
/** Returns the size of the rule of an operation. A denial and a public operation have no alternatives. */
export function sizeOfOperation(entry, baseline) {
    if (typeof entry !== "string" && (entry.deny !== undefined || entry.public === true))
        return NONE;
    const { alternatives, uses } = sizeOf(entry);
    return { alternatives, uses: uses + alternatives * baseline };
}
function add(left, right) {
    return {
        alternatives: left.alternatives + right.alternatives,
        uses: left.uses + right.uses,
    };
}
function multiply(left, right) {
    const alternatives = left.alternatives * right.alternatives;
    const uses = left.uses * right.alternatives + right.uses * left.alternatives;
    return { alternatives: Math.min(alternatives, UNCOUNTED), uses: Math.min(uses, UNCOUNTED) };
}
/** Returns which limit one operation exceeds, as a code and a message; `undefined` if it can be compiled. */
export function excessOf({ alternatives, uses, }) {
    if (alternatives > MAX_ALTERNATIVES) {
        return [
            "too_many_alternatives",
            `${countOf(alternatives)} alternatives: at most ${MAX_ALTERNATIVES} are allowed (each \`anyOf\` inside an \`allOf\` multiplies them)`,
        ];
    }
    if (uses > MAX_USES_OF_ONE) {
        return [
            "too_large",
            `the alternatives name ${uses} scopes in total: at most ${MAX_USES_OF_ONE} are allowed (each alternative names every scope that it requires)`,
        ];
    }
    return undefined;
}
/** Reports operations that are too large in total, at the largest of them. Returns whether all are within the limit. */
export function checkRequirementSizes(sizes, report) {
    let total = 0;
    let most = 0;
    let largest = [];
    for (const [path, size] of sizes) {
        if (excessOf(size) !== undefined)
            continue;
        total += size.uses;
        if (size.uses > most)
            [most, largest] = [size.uses, path];
    }
    if (total <= MAX_USES)
        return true;
    report.add("too_large", largest, `the alternatives of all tools and endpoints name ${total} scopes in total: at most ${MAX_USES} are allowed (this one names the most: ${most})`);
    return false;
}
function countOf(number) {
    return number < UNCOUNTED ? String(number) : "far too many";
}
