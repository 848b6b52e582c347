/** Where a key is in JSON text, from the root: names of members and places in lists. */
export type JsonPath = readonly (string | number)[];

/** What a scan of JSON text looks for. Every member is own and required, so that none is read from a prototype. */
export interface JsonScan {
  /** Maximum number of levels of objects and lists. */
  readonly maxDepth: number;
  /** Maximum number of commas outside of strings. */
  readonly maxCommas: number;
  /** Keys that count as repeated in every object. */
  readonly reservedKeys: readonly string[];
  /**
   * Called for each key that its object already has; returns whether the scan continues. Two spellings of one key (`"a"`,
   * `"\u0061"`) are one key. With `undefined`, keys are not read, so that the text may be something else than JSON.
   */
  readonly onRepeatedKey: ((path: JsonPath) => boolean) | undefined;
}

/** A scan without limits that reads no keys. */
export const PLAIN_SCAN: JsonScan = {
  maxDepth: Infinity,
  maxCommas: Infinity,
  reservedKeys: [],
  onRepeatedKey: undefined,
};

/** Why a scan ended before the end of the text. */
export type JsonFault = "depth" | "commas" | "key";

/** One open object or list: its keys, `undefined` where they are not read; and the member or item at which the scan is. */
interface Level {
  readonly keys: Set<string> | undefined;
  step: string | number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const LIST = 0x5b;
const BACKSLASH = 0x5c;
const LIST_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;

/**
 * Scans JSON text for repeated keys and for more than its reader takes: `JSON.parse` keeps the last of two equal keys where
 * other readers keep the first (RFC 8259, section 4). The scan is flat, so that depth costs no call stack.
 *
 * Returns why the scan ended early; `undefined` if it reached the end. For text that is not JSON the result means nothing.
 */
export function scanJson(text: string, scan: JsonScan): JsonFault | undefined {
  const { maxDepth, maxCommas, reservedKeys, onRepeatedKey } = scan;
  const levels: Level[] = [];
  let commas = 0;
  let expectsKey = false;
  for (let index = 0; index < text.length; index += 1) {
    const mark = text.charCodeAt(index);
    if (mark === QUOTE) {
      const end = endOfString(text, index);
      const level = expectsKey ? levels.at(-1) : undefined;
      const isNew = level === undefined || addKey(level, text.slice(index, end + 1), reservedKeys);
      if (!isNew && onRepeatedKey?.(levels.map(({ step }) => step)) !== true) return "key";
      expectsKey = false;
      index = end;
    } else if (mark === OBJECT || mark === LIST) {
      expectsKey = mark === OBJECT && onRepeatedKey !== undefined;
      const keys = expectsKey ? new Set<string>() : undefined;
      if (levels.push({ keys, step: 0 }) > maxDepth) return "depth";
    } else if (mark === OBJECT_END || mark === LIST_END) {
      levels.pop();
    } else if (mark === COMMA) {
      commas += 1;
      if (commas > maxCommas) return "commas";
      expectsKey = nextItem(levels.at(-1));
    }
  }
  return undefined;
}

/** Goes on to the next item of a list. Returns whether a key comes next. */
function nextItem(level: Level | undefined): boolean {
  if (typeof level?.step === "number") level.step += 1;
  return level?.keys !== undefined;
}

/** Returns the index of the quote that closes a string, or the length of a text without one. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

/** Returns whether an odd number of backslashes precedes a character. None precedes the index -1. */
function isEscaped(text: string, index: number): boolean {
  let before = index - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (index - before) % 2 === 0;
}

/** Continues to a key. Returns whether it is neither repeated nor reserved. */
function addKey(level: Level, literal: string, reservedKeys: readonly string[]): boolean {
  const key = literal.includes("\\") ? (JSON.parse(literal) as string) : literal.slice(1, -1);
  level.step = key;
  if (level.keys === undefined || level.keys.has(key) || reservedKeys.includes(key)) return false;
  level.keys.add(key);
  return true;
}
