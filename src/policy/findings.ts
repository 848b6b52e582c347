import type { Finding } from "../errors.js";

/** Where something stands in a definition, from the root. */
export type Path = readonly (string | number)[];

/** Collects the findings of one policy in the order in which they are met. */
export interface Report {
  readonly findings: Finding[];
  /** Places whose value has been taken out, with a finding: no other finding is reported for them. */
  readonly removed: Set<string>;
  /** Places that hold a removed one: what is missing there is not a mistake. */
  readonly damaged: Set<string>;
  /** Records that the value at `path` has been taken out. */
  remove(path: Path): void;
  /** @param meant - looks for what was probably meant; asked for the first hundred findings alone, since it takes time */
  add(code: string, path: Path, message: string, meant?: () => string | undefined): void;
}

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** `["tools", "get_settings", "anyOf", 0]` -> `tools.get_settings.anyOf[0]`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else if (IDENTIFIER.test(key)) text += text === "" ? key : `.${key}`;
    else text += `[${JSON.stringify(key)}]`;
  }
  return text;
}

const MOST_SUGGESTIONS = 100;

/** A fresh, empty report. */
export function newReport(): Report {
  const findings: Finding[] = [];
  const removed = new Set<string>();
  const damaged = new Set<string>();
  return {
    findings,
    removed,
    damaged,
    remove(path) {
      removed.add(formatPath(path));
      damaged.add(formatPath(path.slice(0, -1)));
    },
    add(code, path, message, meant) {
      const suggestion = findings.length < MOST_SUGGESTIONS ? meant?.() : undefined;
      const finding = { code, path: formatPath(path), message: oneLine(message) };
      findings.push(Object.freeze(suggestion === undefined ? finding : { ...finding, suggestion }));
    },
  };
}

/** A text with what would break or colour the line written as escapes: names stand in messages as they came. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    return `\\u{${code.toString(16)}}`;
  });
}

/** All findings as one text, a line each: what a person reads when a policy, or what is built on one, is refused. */
export function describeFindings(findings: readonly Finding[], refused = "the policy"): string {
  const lines = findings.map(({ path, message, suggestion }) => {
    const where = path === "" ? "" : ` at ${path}`;
    const meant = suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;
    return oneLine(`  ${message}${where}${meant}`);
  });
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  return `${refused} is refused: ${count}\n${lines.join("\n")}`;
}

const LONGEST_NAME_COMPARED = 128;

/**
 * The candidate that is nearest to `name`, if it is near enough to be what was meant: at most a third of the letters
 * differ, a swap of two neighbours counting as one. Ties go to the first.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > LONGEST_NAME_COMPARED) return undefined;
  let best: string | undefined;
  // of a name of one letter any other would be as near
  let bound = Math.max(name.length < 2 ? 0 : 1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bound) continue;
    const away = distance(name, candidate, bound);
    if (away < bound) {
      best = candidate;
      bound = away;
    }
  }
  return best;
}

/**
 * Optimal string alignment distance (edits and swaps of neighbours, letter case counting for nothing), or `bound` where it
 * is no less. Only the cells within `bound` of the diagonal can hold less, so only they are filled.
 */
function distance(left: string, right: string, bound: number): number {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = new Array<number>(b.length + 1).fill(bound);
    row[0] = i;
    let least = i;
    for (let j = Math.max(1, i - bound); j <= Math.min(b.length, i + bound); j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(before, j - 2) + 1);
      }
      row[j] = cost;
      least = Math.min(least, cost);
    }
    // a swap reaches over one row, so two rows must say that there is no way
    if (least >= bound && i > 1 && Math.min(...previous) >= bound) return bound;
    before = previous;
    previous = row;
  }
  return Math.min(bound, at(previous, b.length));
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}
