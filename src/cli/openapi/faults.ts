import { failed, LIMITS, type Outcome } from "./limits.js";

type Position = { readonly line?: number; readonly column?: number };
type Failed = Outcome<never> & { readonly ok: false };

/** Returns the fault of a key that its object already has, or that no object may have. */
export function keyFault(path: readonly (string | number)[], position: Position = {}): Failed {
  const key = String(path.at(-1));
  const where = `/${path.slice(0, -1).join("/")}`;
  return key === "__proto__"
    ? failed("reserved_key", `the key \`__proto__\` in \`${where}\` is not allowed`, position)
    : failed("duplicate_key", `the key \`${key}\` is twice in \`${where}\``, position);
}

/** Returns the fault of a document with too many levels. */
export function tooDeep(position: Position = {}): Failed {
  return failed("too_deep", `the document is nested deeper than ${LIMITS.depth} levels`, position);
}

/** Returns the line and the column of an index, counted from 1. */
export function lineAt(text: string, index: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0 && end < index; end = text.indexOf("\n", start)) {
    line += 1;
    start = end + 1;
  }
  return { line, column: index - start + 1 };
}
