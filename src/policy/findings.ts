import type { Finding } from "../errors.js";
import { escapeUnseen } from "../grammar/shown-text.js";
import { withoutPrototype } from "./own-members.js";

/** Where something stands in a definition, from the root. */
export type Path = readonly (string | number)[];

/** Looks for the candidate that a name probably meant, within what the report may spend on suggestions. */
export type Suggest = (name: string, candidates: Iterable<string>) => string | undefined;

/** Collects the findings of one policy in the order in which they are met. */
export interface Report {
  /** The findings so far, at most {@link MOST_FINDINGS}; later ones are only counted. */
  readonly findings: readonly Finding[];
  /** Places whose value has been taken out, with a finding: no other finding is reported for them. */
  readonly removed: Set<string>;
  /** Places that hold a removed one: what is missing there is not a mistake. */
  readonly damaged: Set<string>;
  /** Records that the value at `path` has been taken out. */
  remove(path: Path): void;
  /** Whether later findings are only counted: a search that could find very many may stop, see {@link Report.stop}. */
  readonly isFull: boolean;
  /** @param meant - looks for what was probably meant; called for the first hundred findings alone, since it takes time */
  add(
    code: string,
    path: Path,
    message: string,
    meant?: (suggest: Suggest) => string | undefined,
  ): void;
  /** Notes that a search stopped early: how many findings there are is then not known. */
  stop(): void;
  /** Returns the findings and, where some were only counted, a last one with their number. */
  close(): readonly Finding[];
}

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** How many characters of a path a finding holds; the name of an endpoint may have 8,192. */
const LONGEST_PLACE = 10_000;

/** Writes a path as text: `["tools", "get_settings", "anyOf", 0]` is `tools.get_settings.anyOf[0]`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else {
      const key = cut(step, LONGEST_PLACE);
      if (IDENTIFIER.test(key)) text += text === "" ? key : `.${key}`;
      else text += `[${JSON.stringify(key)}]`;
    }
    if (text.length > LONGEST_PLACE) break;
  }
  return cut(text, LONGEST_PLACE);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** How many findings are listed. */
const MOST_FINDINGS = 1_000;
const MOST_SUGGESTIONS = 100;
/** How many steps all suggestions of one report may take together: see {@link nearest}. */
const SUGGESTION_STEPS = 20_000_000;
/** The code of the last finding where some are only counted. */
const MORE = "more_findings";
/** How many characters of a message, and of a path in a line of text, are shown. */
const LONGEST_MESSAGE = 1_024;

/** Creates an empty report. */
export function newReport(): Report {
  const findings: Finding[] = [];
  const removed = new Set<string>();
  const damaged = new Set<string>();
  const steps: Steps = { left: SUGGESTION_STEPS };
  const suggest: Suggest = (name, candidates) => nearest(name, candidates, steps);
  let more = 0;
  let isStopped = false;
  return {
    findings,
    removed,
    damaged,
    remove(path) {
      removed.add(formatPath(path));
      damaged.add(formatPath(path.slice(0, -1)));
    },
    get isFull() {
      return findings.length >= MOST_FINDINGS;
    },
    add(code, path, message, meant) {
      if (findings.length >= MOST_FINDINGS) {
        more += 1;
        return;
      }
      const suggestion = findings.length < MOST_SUGGESTIONS ? meant?.(suggest) : undefined;
      const finding = {
        code,
        path: formatPath(path),
        message: oneLine(cut(message, LONGEST_MESSAGE)),
      };
      findings.push(Object.freeze(suggestion === undefined ? finding : { ...finding, suggestion }));
    },
    stop() {
      isStopped = true;
    },
    close() {
      if (more === 0 && !isStopped) return Object.freeze(findings);
      const counted = isStopped ? `more than ${more} further findings` : `${more} further findings`;
      const message = `and ${more === 0 ? "further findings" : counted}, which are not listed`;
      return Object.freeze([...findings, Object.freeze({ code: MORE, path: "", message })]);
    },
  };
}

/** Returns a message as one visible line: a name in it may contain line breaks, colour codes and invisible characters. */
export function oneLine(text: string): string {
  return escapeUnseen(text);
}

/** Writes all findings as one text, a line each: the message of the error that refuses a policy or what is built on one. */
export function describeFindings(findings: readonly Finding[], refused = "the policy"): string {
  const lines = findings.map(withoutPrototype).map(({ path, message, suggestion }) => {
    const where = path === "" ? "" : ` at ${cut(path, LONGEST_MESSAGE)}`;
    const meant = suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;
    return oneLine(`  ${message}${where}${meant}`);
  });
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  const listed =
    findings.at(-1)?.code === MORE ? `more than ${findings.length - 1} findings` : count;
  return `${refused} is refused: ${listed}\n${lines.join("\n")}`;
}

const LONGEST_NAME_COMPARED = 128;

/** Steps that a search may still take. */
export interface Steps {
  left: number;
}

/**
 * Returns the candidate that is nearest to `name`, if it is near enough to be what was meant: at most a third of the
 * letters differ, a swap of two neighbours counting as one. Ties go to the first.
 *
 * @param steps - what the search may cost: a step for each candidate, and for each pair of letters that is compared.
 *   When they are spent, nothing more is suggested.
 */
export function nearest(
  name: string,
  candidates: Iterable<string>,
  steps: Steps = { left: Number.POSITIVE_INFINITY },
): string | undefined {
  if (name.length > LONGEST_NAME_COMPARED) return undefined;
  let best: string | undefined;
  // of a name of one letter any other would be as near
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

/**
 * Returns the optimal string alignment distance (edits and swaps of neighbours; letter case is ignored), or `bound` where
 * it is not less. Only the cells within `bound` of the diagonal can hold less, so only they are filled.
 */
function distance(left: string, right: string, bound: number, steps: Steps): number {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  let leastBefore = 0;
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
    steps.left -= b.length;
    // a swap reaches over one row, so two rows must have no way
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
