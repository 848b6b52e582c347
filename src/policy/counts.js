import { isPattern } from "./tool-names.js";
/** Maximum number of scope names, older names included. Each takes some 1,100 bytes. */
const MAX_NAMES = 50_000;
/** Maximum number of tools and endpoints. Each takes at least some 2,500 bytes. */
const MAX_OPERATIONS = 50_000;
/** Maximum number of patterns of tool names. A tool name without an exact entry is compared with each of them. */
const MAX_PATTERNS = 10_000;
/** Maximum total number of segments in the paths of all endpoints. Each takes some 250 bytes. */
const MAX_SEGMENTS = 500_000;
const COUNTS = [
    {
        path: ["scopes"],
        what: "scope names (older names included)",
        most: MAX_NAMES,
        of: ({ scopes = {} }) => Object.values(scopes).reduce((sum, entry) => sum + 1 + ((typeof entry !== "string" && entry.replaces?.length) || 0), 0),
    },
    {
        path: [],
        what: "tools and endpoints",
        most: MAX_OPERATIONS,
        of: ({ tools = {}, endpoints = {} }) => Object.keys(tools).length + Object.keys(endpoints).length,
    },
    {
        path: ["tools"],
        what: "patterns of tool names",
        most: MAX_PATTERNS,
        of: ({ tools = {} }) => Object.keys(tools).filter(isPattern).length,
    },
    {
        path: ["endpoints"],
        what: "segments in the paths of all endpoints",
        most: MAX_SEGMENTS,
        of: ({ endpoints = {} }) => Object.keys(endpoints).reduce((sum, name) => sum + name.split("/").length - 1, 0),
    },
];
/** Reports each count above its maximum. Returns whether the policy is small enough to compile. */
export function checkCounts(definition, report) {
    let isSmall = true;
    for (const { path, what, most, of } of COUNTS) {
        const count = of(definition);
        if (count <= most)
            continue;
        report.add("too_large", path, `${count} ${what}: at most ${most} are allowed`);
        isSmall = false;
    }
    return isSmall;
}
