/** A JSON text, or the news that it is none that two readers would read alike. */
export type JsonResult = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

const FAULT: JsonResult = Object.freeze({ ok: false });

/** `ignoreBOM` keeps the mark in the text, where it is no JSON. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Deeper than that no message of the protocol goes; what comes behind may read by recursion. */
const MOST_DEPTH = 128;

/**
 * Reads a body as every reader must read it: valid UTF-8 without a byte order mark, one JSON text, no key twice in an object
 * at any depth, no key `__proto__`. `JSON.parse` alone takes the last of two equal keys where others take the first, and
 * a decoder that drops a byte order mark accepts what `JSON.parse` refuses (RFC 8259, sections 4 and 8.1).
 */
export function readStrictJson(bytes: Uint8Array): JsonResult {
  try {
    const text = decoder.decode(bytes);
    const value: unknown = JSON.parse(text);
    return hasPlainKeys(text) ? { ok: true, value } : FAULT;
  } catch {
    return FAULT;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const ARRAY_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;

/** Whether the objects of a text that is known to be JSON have each key once, in one flat scan. */
function hasPlainKeys(text: string): boolean {
  /** The keys of the open objects; `undefined` for an array. */
  const open: (Set<string> | undefined)[] = [];
  let expectsKey = false;
  for (let index = 0; index < text.length; index += 1) {
    const mark = text.charCodeAt(index);
    if (mark === QUOTE) {
      const end = endOfString(text, index);
      if (expectsKey && !addKey(open.at(-1), text.slice(index, end + 1))) return false;
      expectsKey = false;
      index = end;
    } else if (mark === OBJECT || mark === ARRAY) {
      if (open.push(mark === OBJECT ? new Set() : undefined) > MOST_DEPTH) return false;
      expectsKey = mark === OBJECT;
    } else if (mark === OBJECT_END || mark === ARRAY_END) {
      open.pop();
      expectsKey = false;
    } else if (mark === COMMA) {
      expectsKey = open.at(-1) !== undefined;
    }
  }
  return true;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(text: string, index: number): boolean {
  let before = index - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (index - before) % 2 === 0;
}

/** Two spellings of one key (`"a"`, `"\u0061"`) are one key. */
function addKey(keys: Set<string> | undefined, literal: string): boolean {
  const key = literal.includes("\\") ? (JSON.parse(literal) as string) : literal.slice(1, -1);
  if (key === "__proto__" || keys === undefined || keys.has(key)) return false;
  keys.add(key);
  return true;
}
