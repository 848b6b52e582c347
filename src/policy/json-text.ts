import { PLAIN_SCAN, scanJson } from "../grammar/json-scan.js";
import { MAX_DEPTH, MAX_TEXT, MAX_VALUES } from "./plain-data.js";
import type { Report } from "./report.js";

/**
 * Reads a policy from JSON text. `JSON.parse` alone is too lenient for a document that decides about access: the last of
 * two equal keys wins silently (RFC 8259, section 4). A byte order mark, a duplicate key and trailing text are reported.
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
    report.add("json_syntax", [], `the text is not JSON: ${message.replaceAll(/\s+/g, " ")}`);
    return undefined;
  }
  scanJson(body, {
    ...PLAIN_SCAN,
    onRepeatedKey: (path) => {
      report.add("duplicate_key", path, "this key is written twice: the first would be lost");
      return true;
    },
  });
  return data;
}

/**
 * Returns what a text has too much of, before it is parsed: sixteen million brackets would become a gigabyte of lists.
 * For text that is not JSON the result means nothing.
 */
function excessOf(text: string): string | undefined {
  if (text.length > MAX_TEXT) return `more than ${MAX_TEXT} characters of text`;
  // the policy itself does not count as a level
  const scan = { ...PLAIN_SCAN, maxDepth: MAX_DEPTH + 1, maxCommas: MAX_VALUES };
  const fault = scanJson(text, scan);
  if (fault === "depth") return `nested deeper than ${MAX_DEPTH} levels`;
  return fault === "commas" ? `more than ${MAX_VALUES} values` : undefined;
}
