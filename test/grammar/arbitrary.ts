import fc from "fast-check";
import { isScopeToken, type ScopeToken } from "../../src/grammar/scope-token.js";

/** The number of runs of every law. */
export const RUNS = { numRuns: 1_000 } as const;

const NQCHAR = Array.from({ length: 0x7f - 0x21 }, (_, index) =>
  String.fromCharCode(0x21 + index),
).filter((char) => char !== '"' && char !== "\\");

/** A scope-token of any valid characters. */
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

/** A scope-token made of the pieces that the grammar distinguishes: separators, brackets, verbs. */
export const structuredToken = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 })
  .map((pieces) => pieces.join(""))
  .filter((text): text is ScopeToken => isScopeToken(text));

const HOLES = ["{x}", "{y}", "{z}"];
/** Placeholders inside segments. */
const INSIDE = ["a{x}", "{x}b", "{y}n", "u{x}", "{x}={y}", "{z}-{x}-", "a{y}r{z}", "{z}rn"];
const SEPARATORS: readonly (readonly [lead: string, first: string, rest: string])[] = [
  ["", ":", ":"],
  ["", ".", "."],
  ["/", "/", "/"],
  ["", "://", "/"],
  ["urn:", ":", ":"],
];

/** A scope-token of any form, with placeholders for some of its segments. */
export const templateText = fc
  .tuple(
    fc.constantFrom(...SEPARATORS),
    fc.array(fc.constantFrom("a", "b", "urn", "u", "", ...HOLES, ...INSIDE), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([[lead, first, rest], [head = "a", ...others]]) =>
    others.length === 0 ? lead + head : lead + head + first + others.join(rest),
  )
  .filter((text): text is string => isScopeToken(text) && !text.startsWith("urn://"));

/** The characters of a bound value. */
export const BOUND_CHARS = [
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~!$&'()+,;=:@|-",
];

/** A value for a placeholder, safe or not, biased towards values that could break a template. */
export const anyParamValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom("a", "b", "urn", "acc-1", "A", "a.b", "~", "x".repeat(128), "a:b", "a|b", "a=b"),
  fc.constantFrom(0, 7, -0, -1, 1.5, 2 ** 53),
  fc.constantFrom("", ".", "..", "a/b", "a:b", "{x}", "<x>", "*", "%2e", "a b", "x".repeat(129)),
  fc.string(),
  fc.anything(),
);
