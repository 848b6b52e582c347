import { isToolName } from "../policy/names.js";

/** The ways in which patterns of tools can meet on a name. */
export interface Meetings {
  /** A name for each set of patterns that fit some name together, a shortest one. */
  readonly found: readonly { readonly name: string; readonly globs: readonly string[] }[];
  /** Whether there is no other set; else there are more than could be gone through. */
  readonly complete: boolean;
}

export const NO_MEETINGS: Meetings = { found: [], complete: true };
const MOST_STATES = 5_000;
const LONGEST_NAME = 128;
const LETTERS = [..."xabcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."];

/**
 * Every set of patterns that fit some legal name together, where no operation of that very name decides it.
 *
 * Goes through all names at once: two beginnings after which every pattern expects the same are one. Names that stand in a
 * policy themselves are kept apart, since patterns do not decide them.
 */
export function meetingsOf(globs: readonly string[], exact: ReadonlySet<string>): Meetings {
  const begun = new Set(["", ".", ".."]);
  for (const name of exact)
    for (let end = 1; end <= name.length; end += 1) begun.add(name.slice(0, end));
  const written = LETTERS.filter((letter) => globs.some((glob) => glob.includes(letter)));
  const seen = new Set<string>();
  const found = new Map<string, Meetings["found"][number]>();
  let level = [{ begin: "", open: globs.map((glob): readonly string[] => [glob]) }];
  for (let length = 1; length <= LONGEST_NAME && level.length > 0; length += 1) {
    level = level.flatMap(({ begin, open }) => {
      if (seen.size > MOST_STATES) return [];
      const own = begun.has(begin) ? LETTERS.filter((letter) => begun.has(begin + letter)) : [];
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
  return { found: [...found.values()], complete: seen.size <= MOST_STATES };
}

/** What may follow in a glob after a letter. What comes before the last star that was reached needs no look any more. */
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
