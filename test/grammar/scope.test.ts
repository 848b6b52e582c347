import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PolicyError } from "../../src/errors.js";
import {
  formatScope,
  MAX_SCOPE_LENGTH,
  MAX_SCOPE_TOKENS,
  parseScope,
  readScopeTokens,
  type ScopeSet,
} from "../../src/grammar/scope.js";
import { runOften, tally } from "../often.js";
import { titled } from "../titled.js";
import { anyToken, RUNS } from "./arbitrary.js";

// RFC 6749, section 3.3, copied by hand: scope = scope-token *( SP scope-token ).
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/;
// The texts with which a scope can start: nothing, whole tokens, or whole tokens and a space.
const START = /^(?:[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)* ?)?$/;

const READ: readonly (readonly [text: string, tokens: readonly string[], why: string])[] = [
  ["openid", ["openid"], "one token"],
  ["courses:read courses:write", ["courses:read", "courses:write"], "two tokens, one space"],
  ["courses:write courses:read", ["courses:write", "courses:read"], "order is kept"],
  ["a a b a", ["a", "b"], "duplicates collapse into the first"],
  ["a A", ["a", "A"], "case matters"],
  ["courses:read '", ["courses:read", "'"], "an apostrophe is a scope-token"],
  [
    "courses:read,courses:write",
    ["courses:read,courses:write"],
    "a comma does not separate tokens",
  ],
  ["courses:read+courses:write", ["courses:read+courses:write"], "a plus does not separate tokens"],
  ["* ? ** .*", ["*", "?", "**", ".*"], "wildcards are plain characters"],
  [
    "__proto__ constructor",
    ["__proto__", "constructor"],
    "names of Object.prototype are plain tokens",
  ],
  ["/accounts/{accountID}/", ["/accounts/{accountID}/"], "a template is a token"],
];

const REFUSED: readonly (readonly [text: unknown, index: number, reason: string, why: string])[] = [
  ["", 0, "a scope must have at least one scope-token", "the empty text"],
  [" ", 0, "a scope must start with a scope-token, not with a space", "a space alone"],
  [" a", 0, "a scope must start with a scope-token, not with a space", "a leading space"],
  [
    "courses:read ",
    13,
    "a scope must end with a scope-token, not with a space",
    "a trailing space",
  ],
  ["a  b", 2, "expected one space between two scope-tokens, not more", "two spaces"],
  ["a\nb", 1, "a scope-token cannot contain `U+000A`", "LF"],
  ["a\r\nb", 1, "a scope-token cannot contain `U+000D`", "CRLF"],
  ["a\tb", 1, "a scope-token cannot contain `U+0009`", "TAB"],
  ["a\u2028b", 1, "a scope-token cannot contain `U+2028`", "LINE SEPARATOR, which \\s matches"],
  ["\ufeffa", 0, "a scope-token cannot contain `U+FEFF`", "BOM, which trim removes"],
  ["a\u00a0b", 1, "a scope-token cannot contain `U+00A0`", "no-break space"],
  ["a\u0000", 1, "a scope-token cannot contain `U+0000`", "NUL"],
  ["a\u007f", 1, "a scope-token cannot contain `U+007F`", "DEL"],
  ["a\\", 1, "a scope-token cannot contain `\\`", "backslash"],
  ["r\u00e9ad", 1, "a scope-token cannot contain `U+00E9`", "a character outside ASCII"],
  ["\u0441ourses:read", 0, "a scope-token cannot contain `U+0441`", "Cyrillic look-alike"],
  ["courses\uff1aread", 7, "a scope-token cannot contain `U+FF1A`", "fullwidth colon"],
  ["a\u200b", 1, "a scope-token cannot contain `U+200B`", "zero-width space"],
  ["a:\u202edaer", 2, "a scope-token cannot contain `U+202E`", "right-to-left override"],
  ["\ud800a", 0, "a scope-token cannot contain `U+D800`", "lone surrogate"],
  ['courses:read a"b', 14, 'a scope-token cannot contain `"`', "a quote in the second token"],
  ["courses:read a\\b", 14, "a scope-token cannot contain `\\`", "a backslash in the second token"],
  ["a \u0441b", 2, "a scope-token cannot contain `U+0441`", "a look-alike in the second token"],
  [["courses:read"], 0, "a scope must be a string", "an array"],
  [true, 0, "a scope must be a string", "a boolean"],
  [undefined, 0, "a scope must be a string", "undefined"],
  [null, 0, "a scope must be a string", "null"],
  [0, 0, "a scope must be a string", "a number"],
  [
    { length: 1, toString: () => "a" },
    0,
    "a scope must be a string",
    "an object that prints as one",
  ],
  [Object("a"), 0, "a scope must be a string", "a string object"],
];

describe("parseScope", () => {
  const read = titled(
    READ,
    ([text, tokens, why]) => `parses ${JSON.stringify(text)} as ${JSON.stringify(tokens)}: ${why}`,
  );
  it.each(read)("%s", (_title, [text, tokens]) => {
    const result = parseScope(text);
    expect(result.ok && [...result.scope]).toEqual(tokens);
  });

  const refused = titled(
    REFUSED,
    ([text, index, , why]) => `rejects ${JSON.stringify(text)} at index ${index}: ${why}`,
  );
  it.each(refused)("%s", (_title, [text, index, reason]) => {
    expect(parseScope(text as string)).toEqual({ ok: false, index, reason });
  });

  it("accepts a scope at each limit and rejects one beyond it with a reason that names the limit", () => {
    const longest = "a".repeat(MAX_SCOPE_LENGTH);
    expect(parseScope(longest).ok).toBe(true);
    expect(parseScope(`${longest}a`)).toEqual({
      ok: false,
      index: MAX_SCOPE_LENGTH,
      reason: "a scope can have at most 65536 characters",
    });
    const most = Array.from({ length: MAX_SCOPE_TOKENS }, (_, index) => `s${index % 7}`).join(" ");
    const result = parseScope(most);
    expect(result.ok && result.scope.size).toBe(7);
    expect(parseScope(`${most} s0`)).toEqual({
      ok: false,
      index: most.length + 1,
      reason: "a scope can have at most 4096 scope-tokens",
    });
  });

  it("accepts exactly the language of RFC 6749, section 3.3", () => {
    const near = fc.string({
      unit: fc.constantFrom("a", "~", "!", " ", " ", '"', "\\", "\n", "\u00e9"),
    });
    const seen = { ok: tally("a scope", 101), bad: tally("a text that is not a scope", 101) };
    runOften(Object.values(seen), () =>
      fc.assert(
        fc.property(
          fc.oneof(
            near,
            fc.string(),
            fc.array(anyToken).map((list) => list.join(" ")),
          ),
          (text) => {
            const { ok } = parseScope(text);
            seen[ok ? "ok" : "bad"].count += 1;
            expect(ok).toBe(SCOPE.test(text));
          },
        ),
        RUNS,
      ),
    );
  });

  it("returns the index of the first character with which the text cannot be a scope", () => {
    const near = fc.string({ unit: fc.constantFrom("a", "b", " ", " ", '"', "\n") });
    fc.assert(
      fc.property(near, (text) => {
        const result = parseScope(text);
        if (result.ok) return;
        expect(text.slice(0, result.index)).toMatch(START);
        if (result.index < text.length) expect(text.slice(0, result.index + 1)).not.toMatch(START);
      }),
      RUNS,
    );
  });

  it("rejects the whole scope for one invalid character anywhere", () => {
    const bad = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
    fc.assert(
      fc.property(
        fc.array(anyToken, { minLength: 1 }).map((list) => list.join(" ")),
        bad.filter((char) => !/[\x20\x21\x23-\x5B\x5D-\x7E]/.test(char)),
        fc.nat(),
        (text, char, place) => {
          const at = place % (text.length + 1);
          const result = parseScope(text.slice(0, at) + char + text.slice(at));
          expect(result).toMatchObject({ ok: false, index: at });
        },
      ),
      RUNS,
    );
  });

  it("never throws, whatever the value is", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(parseScope(value as string).ok).toBe(typeof value === "string" && SCOPE.test(value));
      }),
      RUNS,
    );
  });
});

describe("formatScope", () => {
  it("returns a text that parseScope reads as the same set", () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyToken, { minLength: 1 }), (tokens) => {
        const scope: ScopeSet = new Set(tokens);
        const result = parseScope(formatScope(scope));
        expect(result.ok && [...result.scope]).toEqual(tokens);
      }),
      RUNS,
    );
  });

  it("returns the text that parseScope read, without duplicates", () => {
    fc.assert(
      fc.property(fc.array(anyToken, { minLength: 1 }), (tokens) => {
        const result = parseScope(tokens.join(" "));
        expect(result.ok && formatScope(result.scope)).toBe([...new Set(tokens)].join(" "));
      }),
      RUNS,
    );
  });

  it("returns an empty text for the empty set, which parseScope rejects", () => {
    expect(formatScope(new Set())).toBe("");
    expect(parseScope("").ok).toBe(false);
  });

  const BROKEN: readonly (readonly [scope: unknown, message: string])[] = [
    [new Set(["a", "b admin"]), 'member 1 of the scope, `"b admin"`, is not a scope-token'],
    [new Set([""]), 'member 0 of the scope, `""`, is not a scope-token'],
    [new Set(["a\n"]), 'member 0 of the scope, `"a\\n"`, is not a scope-token'],
    [new Set([1]), "member 0 of the scope, `number`, is not a scope-token"],
    [["a", ["b"]], "member 1 of the scope, `object`, is not a scope-token"],
    ["read", "a scope must be a set of scope-tokens"],
    [undefined, "a scope must be a set of scope-tokens"],
    [null, "a scope must be a set of scope-tokens"],
    [{}, "a scope must be a set of scope-tokens"],
  ];

  it.each(BROKEN)("throws for %j: %s", (scope, message) => {
    expect(() => formatScope(scope as ScopeSet)).toThrow(PolicyError);
    expect(() => formatScope(scope as ScopeSet)).toThrow(
      expect.objectContaining({ code: "ERR_SCOPE_INVALID", message, findings: [] }),
    );
  });
});

describe("readScopeTokens", () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `s${index % 7}`);
  const seven = many(7);
  const longest = "a".repeat(MAX_SCOPE_LENGTH);

  it.each<[title: string, scope: unknown, tokens: readonly string[] | undefined]>([
    ["an empty text", "", []],
    ["an empty list", [], []],
    ["a text", "b a b", ["b", "a"]],
    ["a list", ["b", "a", "b"], ["b", "a"]],
    ["the longest list", many(MAX_SCOPE_TOKENS), seven],
    ["a longer list", many(MAX_SCOPE_TOKENS + 1), undefined],
    ["the longest token", [longest], [longest]],
    ["a longer token", [`${longest}a`], undefined],
    ["a list with two tokens in one item", ["a", "b c"], undefined],
    ["a list with another value", ["a", 7], undefined],
    ["a list with an empty text", [""], undefined],
    ["a malformed text", "a  b", undefined],
    ["a set", new Set(["a"]), undefined],
    ["a number", 7, undefined],
    ["null", null, undefined],
    ["nothing", undefined, undefined],
  ])("reads %s", (_title, scope, tokens) => {
    expect(readScopeTokens(scope)).toEqual(tokens);
  });
});
