import { PLAIN_SCAN, scanJson } from "../../grammar/json-scan.js";
import { keyFault, lineAt, tooDeep, tooManyValues } from "./faults.js";
import { type Budget, failed, LIMITS, type Outcome } from "./limits.js";
import { parseYaml } from "./parse-yaml.js";
import type { Places } from "./yaml-value.js";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Returns bytes as text, without a byte order mark. */
export function decodeText(bytes: Uint8Array): Outcome<string> {
  try {
    const value = decoder.decode(bytes);
    const nul = value.indexOf("\0");
    if (nul < 0) return { ok: true, value };
    return failed("control_character", "a NUL character: is it a text file?", lineAt(value, nul));
  } catch {
    return failed("not_utf8", "it is not valid UTF-8; save it as UTF-8");
  }
}

const JSON_START = /^\s*[[{]/;
const YAML_NAME = /\.ya?ml$/i;

/**
 * Parses the text of a file as JSON if it is JSON or starts like it, else as YAML. A file with a name in `.yaml` may be either.
 *
 * @param places - receives the positions of members and items
 */
export function parseText(
  name: string,
  text: string,
  budget: Budget,
  places?: Places,
): Outcome<unknown> {
  if (text.trim() === "") return failed("empty_document", "the document is empty");
  if (!JSON_START.test(text)) return parseYaml(text, budget, places);
  const fault = scanJson(text, { ...PLAIN_SCAN, maxDepth: LIMITS.depth, maxCommas: budget.nodes });
  if (fault === "depth") return tooDeep();
  if (fault !== undefined) return tooManyValues();
  try {
    const value: unknown = JSON.parse(text);
    // YAML contains JSON, and only its parser knows the positions
    if (places !== undefined) return parseYaml(text, budget, places);
    return repeatedKey(text) ?? { ok: true, value };
  } catch (error) {
    if (YAML_NAME.test(name)) return parseYaml(text, budget, places);
    const { message } = error as SyntaxError;
    return failed("json_syntax", `invalid JSON: ${message}`, positionIn(text, message));
  }
}

/** Returns the fault of the first repeated or reserved key; `undefined` without one. */
function repeatedKey(text: string): Outcome<unknown> | undefined {
  let at: readonly (string | number)[] = [];
  scanJson(text, {
    ...PLAIN_SCAN,
    reservedKeys: ["__proto__"],
    onRepeatedKey: (path) => {
      at = path;
      return false;
    },
  });
  if (at.length === 0) return undefined;
  const { code, message } = keyFault(String(at.at(-1))).fault;
  return failed(code, `${message} in \`/${at.slice(0, -1).join("/")}\``);
}

function positionIn(text: string, message: string): { line?: number; column?: number } {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return lineAt(text, Number(position));
  return /end of JSON/.test(message) ? lineAt(text, text.trimEnd().length) : {};
}
