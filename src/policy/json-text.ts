import type { Path, Report } from "./findings.js";
import { DEEPEST } from "./plain-data.js";

/**
 * Reads a policy from JSON text. `JSON.parse` alone is too lenient for a document that decides who gets in: the last of
 * two equal keys wins without a word (RFC 8259, section 4). A BOM, a duplicate key and trailing text are reported.
 *
 * Returns `undefined` where the text is no JSON at all.
 */
export function readJson(text: string, report: Report): unknown {
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (body !== text) report.add("json_bom", [], "the text starts with a byte order mark");
  let data: unknown;
  try {
    data = JSON.parse(body);
  } catch (error) {
    const { message } = error as SyntaxError;
    report.add("json_syntax", [], `the text is no JSON: ${message.replaceAll(/\s+/g, " ")}`);
    return undefined;
  }
  reportDuplicateKeys(body, report);
  return data;
}

/** One open object or array: the keys seen, and where in it the scan is. */
interface Level {
  readonly keys: Set<string> | undefined;
  index: number;
  key: string;
}

/** The strings and the marks of text that JSON.parse has accepted: no other token matters here. */
function* tokensOf(text: string): Generator<string> {
  for (let index = 0; index < text.length; index += 1) {
    const mark = text[index] as string;
    if (mark === '"') {
      const start = index;
      do index += text[index] === "\\" ? 2 : 1;
      while (text[index] !== '"');
      yield text.slice(start, index + 1);
    } else if ("[]{},:".includes(mark)) yield mark;
  }
}

/** Walks text that is known to be JSON. A flat scan with a stack, so that depth costs no call stack. */
function reportDuplicateKeys(text: string, report: Report): void {
  const levels: Level[] = [];
  let expectsKey = false;
  for (const token of tokensOf(text)) {
    const level = levels.at(-1);
    if (token === "{" || token === "[") {
      levels.push({ keys: token === "{" ? new Set() : undefined, index: 0, key: "" });
      expectsKey = token === "{";
    } else if (token === "}" || token === "]") {
      levels.pop();
      expectsKey = false;
    } else if (token === "," && level !== undefined) {
      level.index += 1;
      expectsKey = level.keys !== undefined;
    } else if (token === ":") {
      expectsKey = false;
    } else if (expectsKey && level?.keys !== undefined) {
      level.key = JSON.parse(token) as string;
      // deeper than that the copy of the data has a finding of its own
      if (level.keys.has(level.key) && levels.length <= DEEPEST) {
        report.add(
          "duplicate_key",
          pathOf(levels),
          "this key stands twice: the first would be lost",
        );
      }
      level.keys.add(level.key);
    }
  }
}

function pathOf(levels: readonly Level[]): Path {
  return levels.map((level) => (level.keys === undefined ? level.index : level.key));
}
