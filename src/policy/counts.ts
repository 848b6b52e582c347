import type { PolicyDefinition } from "./definition.js";
import { isPattern } from "./names.js";
import type { Path, Report } from "./report.js";

/** How many names of scopes there may be, older ones included; each takes some 1,100 bytes. */
const MOST_NAMES = 50_000;
/** How many tools and endpoints there may be; each takes some 2,500 bytes at least. */
const MOST_OPERATIONS = 50_000;
/** How many patterns of tool names there may be: a name without an entry of its own is compared with each of them. */
const MOST_PATTERNS = 10_000;
/** How many segments the paths of all endpoints may have together; each takes some 250 bytes. */
const MOST_SEGMENTS = 500_000;

interface Count {
  readonly path: Path;
  /** What is counted, in the plural. */
  readonly what: string;
  readonly most: number;
  readonly of: (definition: PolicyDefinition) => number;
}

const COUNTS: readonly Count[] = [
  {
    path: ["scopes"],
    what: "names of scopes, older ones included",
    most: MOST_NAMES,
    of: ({ scopes = {} }) =>
      Object.values(scopes).reduce(
        (sum, entry) => sum + 1 + ((typeof entry !== "string" && entry.replaces?.length) || 0),
        0,
      ),
  },
  {
    path: [],
    what: "tools and endpoints",
    most: MOST_OPERATIONS,
    of: ({ tools = {}, endpoints = {} }) =>
      Object.keys(tools).length + Object.keys(endpoints).length,
  },
  {
    path: ["tools"],
    what: "patterns of tool names",
    most: MOST_PATTERNS,
    of: ({ tools = {} }) => Object.keys(tools).filter(isPattern).length,
  },
  {
    path: ["endpoints"],
    what: "segments in the paths of all endpoints",
    most: MOST_SEGMENTS,
    of: ({ endpoints = {} }) =>
      Object.keys(endpoints).reduce((sum, name) => sum + name.split("/").length - 1, 0),
  },
];

/** Reports what there is too much of; returns whether there is little enough to compile the policy. */
export function checkCounts(definition: PolicyDefinition, report: Report): boolean {
  let isSmall = true;
  for (const { path, what, most, of } of COUNTS) {
    const count = of(definition);
    if (count <= most) continue;
    report.add("too_large", path, `${count} ${what}, and at most ${most} are allowed`);
    isSmall = false;
  }
  return isSmall;
}
