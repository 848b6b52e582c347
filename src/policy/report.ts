import type { Finding } from "../errors.js";
import { escapeInvisible } from "../grammar/shown-text.js";
import { withoutPrototype } from "./own-members.js";
import { nearest, type StepBudget } from "./suggest.js";

/** The place of a value in a definition, as keys and indexes from the root. */
export type Path = readonly (string | number)[];

/** Returns the candidate that was probably meant by a name, within the limits of the report for suggestions. */
export type Suggest = (name: string, candidates: Iterable<string>) => string | undefined;

/** Collects the findings of one policy in the order of their discovery. */
export interface Report {
  /** The findings so far, at most {@link MAX_FINDINGS}. Later ones are only counted. */
  readonly findings: readonly Finding[];
  /** Places whose value was removed, with a finding. They get no further finding. */
  readonly removed: Set<string>;
  /** Places that contain a removed place. A missing member there is not an error. */
  readonly damaged: Set<string>;
  /** Places inside which a place was removed, at any depth. What is left there is not what was written. */
  readonly broken: Set<string>;
  /** Records that the value at `path` was removed. */
  remove(path: Path): void;
  /** Whether further findings are only counted. A search with many findings may then stop, see {@link Report.stop}. */
  readonly isFull: boolean;
  /**
   * Adds a finding.
   *
   * @param message - a text, or a function that returns it for the suggestion of the finding
   * @param meant - returns what was probably meant. Called for the first hundred findings only, because it takes time.
   */
  add(
    code: string,
    path: Path,
    message: string | ((suggestion: string | undefined) => string),
    meant?: (suggest: Suggest) => string | undefined,
  ): void;
  /** Records that a search stopped early, so that the number of findings is unknown. */
  stop(): void;
  /** Returns the findings. If some were only counted, the last finding gives their number. */
  close(): readonly Finding[];
}

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** Maximum number of characters in the path of a finding. The name of an endpoint may have 8,192. */
const MAX_PATH_LENGTH = 10_000;

/** Formats a path: `["tools", "get_settings", "anyOf", 0]` becomes `tools.get_settings.anyOf[0]`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else {
      const key = truncate(step, MAX_PATH_LENGTH);
      if (IDENTIFIER.test(key)) text += text === "" ? key : `.${key}`;
      else text += `[${JSON.stringify(key)}]`;
    }
    if (text.length > MAX_PATH_LENGTH) break;
  }
  return truncate(text, MAX_PATH_LENGTH);
}

function truncate(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Maximum number of listed findings. */
const MAX_FINDINGS = 1_000;
/** Maximum number of findings with a suggestion. */
const MAX_SUGGESTIONS = 100;
/** Maximum number of steps for all suggestions of one report, see {@link nearest}. */
const MAX_SUGGESTION_STEPS = 20_000_000;
/** The code of the last finding if some are only counted. */
export const MORE_FINDINGS = "more_findings";
/** Maximum number of characters of a message, and of a path in the text of an error. */
const MAX_MESSAGE_LENGTH = 1_024;

/** Creates an empty report. */
export function createReport(): Report {
  const findings: Finding[] = [];
  const removed = new Set<string>();
  const damaged = new Set<string>();
  const broken = new Set<string>();
  const steps: StepBudget = { left: MAX_SUGGESTION_STEPS };
  const suggest: Suggest = (name, candidates) => nearest(name, candidates, steps);
  let more = 0;
  let isStopped = false;
  return {
    findings,
    removed,
    damaged,
    broken,
    remove(path) {
      removed.add(formatPath(path));
      let around = formatPath(path.slice(0, -1));
      damaged.add(around);
      // the places around one that is broken already are, too
      for (let end = path.length - 2; !broken.has(around); end -= 1) {
        broken.add(around);
        around = formatPath(path.slice(0, Math.max(0, end)));
      }
    },
    get isFull() {
      return findings.length >= MAX_FINDINGS;
    },
    add(code, path, message, meant) {
      if (findings.length >= MAX_FINDINGS) {
        more += 1;
        return;
      }
      const suggestion = findings.length < MAX_SUGGESTIONS ? meant?.(suggest) : undefined;
      const text = typeof message === "string" ? message : message(suggestion);
      const finding = {
        code,
        path: formatPath(path),
        // an escaped character is longer, so the length counts after that, too
        message: truncate(escapeControls(truncate(text, MAX_MESSAGE_LENGTH)), MAX_MESSAGE_LENGTH),
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
      return Object.freeze([
        ...findings,
        Object.freeze({ code: MORE_FINDINGS, path: "", message }),
      ]);
    },
  };
}

/**
 * Returns a text with control, format and line separator characters escaped. Messages quote names from outside, which can have
 * them.
 */
export function escapeControls(text: string): string {
  return escapeInvisible(text);
}

/**
 * Returns the message of an error with findings: their number, then one line for each with its place and suggestion.
 *
 * @param subject - what has the findings, as a noun phrase: `the app`, `the options of the gate`
 */
export function describeFindings(findings: readonly Finding[], subject = "the policy"): string {
  const lines = findings.map(withoutPrototype).map(({ path, message, suggestion }) => {
    const where = path === "" ? "" : `${truncate(path, MAX_MESSAGE_LENGTH)}: `;
    const meant = suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;
    return escapeControls(`  ${where}${message}${meant}`);
  });
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  const listed =
    findings.at(-1)?.code === MORE_FINDINGS ? `more than ${findings.length - 1} findings` : count;
  return `${listed} in ${subject}\n${lines.join("\n")}`;
}
