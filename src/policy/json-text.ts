import { DEEPEST, MOST_TEXT, MOST_VALUES } from "./plain-data.js";
import type { Path, Report } from "./report.js";

/**
 * Reads a policy from JSON text. `JSON.parse` alone is too lenient for a document that decides about access: the last of
 * two equal keys wins silently (RFC 8259, section 4). A BOM, a duplicate key and trailing text are reported.
 *
 * Returns `undefined` for text that is not JSON, and for more of it than a policy may have.
 */
export function readJson(text: string, report: Report): unknown {
  const excess = excessOf(text);
  if (excess !== undefined) {
    report.add("too_large", [], excess);
    return undefined;
  }
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

/**
 * Returns what a text has too much of, before it is parsed: sixteen million brackets would become a gigabyte of lists.
 * Of text that is not JSON it may return anything.
 */
function excessOf(text: string): string | undefined {
  if (text.length > MOST_TEXT) return `more than ${MOST_TEXT} characters of text`;
  let depth = 0;
  let commas = 0;
  for (const token of tokensOf(text)) {
    if (token === "[" || token === "{") depth += 1;
    if (token === "]" || token === "}") depth -= 1;
    if (token === ",") commas += 1;
    // the policy itself is no level of it
    if (depth > DEEPEST + 1) return `nested deeper than ${DEEPEST} levels`;
    if (commas > MOST_VALUES) return `more than ${MOST_VALUES} values`;
  }
  return undefined;
}

/** One open object or array: the keys seen, and where in it the scan is. */
interface Level {
  readonly keys: Set<string> | undefined;
  index: number;
  key: string;
}

/** Yields the strings and the marks of JSON text: no other token matters here. Ends for any other text, too. */
function* tokensOf(text: string): Generator<string> {
  for (let index = 0; index < text.length; index += 1) {
    const mark = text[index] as string;
    if (mark === '"') {
      const start = index;
      do index += text[index] === "\\" ? 2 : 1;
      while (index < text.length && text[index] !== '"');
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
      if (level.keys.has(level.key)) {
        const message = "this key is written twice: the first would be lost";
        report.add("duplicate_key", pathOf(levels), message);
      }
      level.keys.add(level.key);
    }
  }
}

function pathOf(levels: readonly Level[]): Path {
  return levels.map((level) => (level.keys === undefined ? level.index : level.key));
}
