import { isToolName } from "../../policy/tool-names.js";

/** The combinations of tool patterns that match a common name. */
export interface PatternIntersections {
  /** For each set of patterns that match a common name: a shortest such name. */
  readonly found: readonly { readonly name: string; readonly globs: readonly string[] }[];
  /** Whether `found` is complete. If `false`, the search stopped at its limit. */
  readonly complete: boolean;
}

export const NO_INTERSECTIONS: PatternIntersections = { found: [], complete: true };
const MAX_STATES = 5_000;
const MAX_NAME_LENGTH = 128;
const LETTERS = [..."xabcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."];

/**
 * Returns every set of patterns that match a common legal name which has no operation of its own.
 *
 * Searches all names at once: two prefixes after which every pattern expects the same rest count as one. Names of operations
 * are kept separate, since patterns do not decide them.
 */
export function intersectPatterns(
  globs: readonly string[],
  exact: ReadonlySet<string>,
): PatternIntersections {
  const begun = new Set(["", ".", ".."]);
  for (const name of exact)
    for (let end = 1; end <= name.length; end += 1) begun.add(name.slice(0, end));
  const written = LETTERS.filter((letter) => globs.some((glob) => glob.includes(letter)));
  const seen = new Set<string>();
  const found = new Map<string, PatternIntersections["found"][number]>();
  let level = [{ begin: "", open: globs.map((glob): readonly string[] => [glob]) }];
  for (let length = 1; length <= MAX_NAME_LENGTH && level.length > 0; length += 1) {
    level = level.flatMap(({ begin, open }) => {
      if (seen.size > MAX_STATES) return [];
      const own = LETTERS.filter((letter) => begun.has(begin + letter));
      const other = LETTERS.find((letter) => !written.includes(letter) && !own.includes(letter));
      return [...new Set([...(other ?? ""), ...written, ...own])].flatMap((letter) => {
        const name = begin + letter;
        const rests = open.map((parts) => after(parts, letter));
        const key = JSON.stringify([begun.has(name) ? name : "", rests]);
        if (seen.has(key) || rests.every((parts) => parts.length === 0)) return [];
        seen.add(key);
        const met = globs.filter((_, at) => rests[at]?.some((rest) => rest === "" || rest === "*"));
        if (met.length > 0 && isToolName(name) && !exact.has(name) && !found.has(met.join("/")))
          found.set(met.join("/"), { name, globs: met });
        return [{ begin: name, open: rests }];
      });
    });
  }
  return { found: [...found.values()], complete: seen.size <= MAX_STATES };
}

/** Returns the rests of a glob that may follow after a letter. Only the rests from the last reached star on are kept. */
function after(parts: readonly string[], letter: string): readonly string[] {
  const next = parts.flatMap((part) => {
    const rest = part.startsWith("*") ? part.slice(1) : part;
    const passed = rest.startsWith("?") || rest.startsWith(letter) ? [rest.slice(1)] : [];
    return rest === part ? passed : [part, ...passed];
  });
  const shortest = Math.min(
    ...next.filter((part) => part.startsWith("*")).map((part) => part.length),
  );
  return [...new Set(next)].filter((part) => part.length <= shortest);
}
