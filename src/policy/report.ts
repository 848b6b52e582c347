import type { Finding } from "../errors.js";
import { withoutPrototype } from "./own-members.js";
import { nearest, type Steps } from "./suggest.js";

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

/** A text with what would break or colour the line written as escapes: names stand in messages as they came. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    return `\\u{${code.toString(16)}}`;
  });
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
