import fc from "fast-check";
import { isScopeToken, type ScopeToken } from "../../src/grammar/scope-token.js";

/** 1,000 runs for every law. */
export const RUNS = { numRuns: 1_000 } as const;

const NQCHAR = Array.from({ length: 0x7f - 0x21 }, (_, index) =>
  String.fromCharCode(0x21 + index),
).filter((char) => char !== '"' && char !== "\\");

/** One scope-token out of all its characters. */
export const anyToken = fc
  .string({ unit: fc.constantFrom(...NQCHAR), minLength: 1, maxLength: 24 })
  .filter((text): text is ScopeToken => isScopeToken(text));

const PIECES = [
  ...[
    "://",
    ":",
    "/",
    ".",
    "urn:",
    "urn",
    "{",
    "}",
    "<",
    ">",
    "{id}",
    "<id>",
    "{a_1}",
    "{__proto__}",
  ],
  ...[
    "{}",
    "<>",
    "{1}",
    "read",
    "write",
    "courses",
    "a",
    "b",
    "_",
    "-",
    "*",
    "#",
    "{id>",
    "{{id}}",
  ],
];

/** One scope-token made of what matters to the grammar: separators, brackets, verbs. */
export const spelledToken = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 })
  .map((pieces) => pieces.join(""))
  .filter((text): text is ScopeToken => isScopeToken(text));

const HOLES = ["{x}", "{y}", "{z}"];
const SEPARATORS: readonly (readonly [lead: string, first: string, rest: string])[] = [
  ["", ":", ":"],
  ["", ".", "."],
  ["/", "/", "/"],
  ["", "://", "/"],
  ["urn:", ":", ":"],
];

/** One scope-token of any form, some of its segments being placeholders. */
export const templateText = fc
  .tuple(
    fc.constantFrom(...SEPARATORS),
    fc.array(fc.constantFrom("a", "b", "urn", ...HOLES), { minLength: 1, maxLength: 4 }),
  )
  .map(([[lead, first, rest], [head = "a", ...others]]) =>
    others.length === 0 ? lead + head : lead + head + first + others.join(rest),
  )
  // `urn:` decides before `://`: here `//{x}` would be one segment, and no placeholder.
  .filter((text) => !text.startsWith("urn://"));

/** A value for a placeholder, safe or not, biased to what could break one. */
export const someValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom("a", "b", "urn", "acc-1", "A", "a.b", "~", "x".repeat(128)),
  fc.constantFrom("", ".", "..", "a/b", "a:b", "{x}", "<x>", "*", "%2e", "a b", "x".repeat(129)),
  fc.string(),
  fc.anything(),
);
