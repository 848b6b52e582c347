// `parseScope` and `parseScopeToken`.

import fc from "fast-check";
import { formatScope, isScopeToken, parseScope, parseScopeToken } from "scope-policy";
import { SCOPE_TEXTS } from "./corpus.js";
import { editedTexts } from "./edits.js";
import { ANY_VALUE, opened } from "./hostile-values.js";
import { check, checkMessage, type Target } from "./target.js";

const TOKENS = [...new Set(SCOPE_TEXTS.flatMap((text) => text.split(" ")))].filter(Boolean);
const TOKEN = fc.constantFrom(
  ...TOKENS,
  "/accounts/{accountID}/",
  "<a>:b",
  "files.metadata.read",
  "https://a.example/b.read",
  "urn:a:b",
);
const LIST = fc.array(TOKEN, { minLength: 1, maxLength: 8 }).map((tokens) => tokens.join(" "));
const MANY = fc
  .tuple(TOKEN, fc.constantFrom(4_095, 4_096, 4_097, 8_000))
  .map(([token, count]) => Array.from({ length: count }, () => token.slice(0, 12)).join(" "));
const LONG = fc.constantFrom(65_535, 65_536, 65_537).map((length) => "x".repeat(length));

/** The reasons of a refusal, by how they begin. */
const SCOPE_REASONS: Readonly<Record<string, RegExp>> = {
  "not a string": /^a scope must be a string$/,
  "too long": /^a scope can have at most \d+ characters$/,
  "too many tokens": /^a scope can have at most \d+ scope-tokens$/,
  empty: /^a scope must have at least one scope-token$/,
  "a space at the start": /^a scope must start with/,
  "a space at the end": /^a scope must end with/,
  "two spaces": /^expected one space/,
  "a character that prints": /^a scope-token cannot contain `.`$/,
  "a character by its number": /^a scope-token cannot contain `U\+[0-9A-F]{4}`$/,
};

/** Returns the name of a reason; throws for an unknown one. */
function nameOf(reasons: Readonly<Record<string, RegExp>>, reason: string): string {
  const [name] = Object.entries(reasons).find(([, form]) => form.test(reason)) ?? [];
  check(name !== undefined, `the reason ${JSON.stringify(reason)} is known`);
  return String(name);
}

export const SCOPE: Target<unknown> = {
  outcomes: ["accepted", ...Object.keys(SCOPE_REASONS)],
  inputs: fc.oneof(
    { arbitrary: editedTexts([...SCOPE_TEXTS, " a", "a ", ""]), weight: 10 },
    { arbitrary: LIST, weight: 3 },
    { arbitrary: LIST.map((text) => ` ${text}`), weight: 1 },
    { arbitrary: LIST.map((text) => `${text} `), weight: 1 },
    { arbitrary: fc.string({ unit: "binary" }), weight: 1 },
    { arbitrary: ANY_VALUE, weight: 1 },
    { arbitrary: fc.oneof(MANY, LONG, fc.constant("")), weight: 1 },
  ),
  run(given) {
    const input = opened(given);
    const result = parseScope(input as string);
    if (!result.ok) {
      const { index, reason } = result;
      const length = typeof input === "string" ? input.length : 0;
      check(Number.isInteger(index) && index >= 0 && index <= length, "an index in the text");
      checkMessage(reason, 200);
      return nameOf(SCOPE_REASONS, reason);
    }
    const tokens = [...result.scope];
    const text = formatScope(result.scope);
    check(tokens.every(isScopeToken), "the members are scope-tokens");
    check(text === [...new Set(String(input).split(" "))].join(" "), "no token is lost or added");
    check(parseScope(text).ok, "the formatted scope is a scope");
    return "accepted";
  },
};

const TOKEN_REASONS: Readonly<Record<string, RegExp>> = {
  "not a string": /^a scope-token must be a string$/,
  empty: /^a scope-token must have at least one character$/,
  "a space": /^a scope-token cannot contain a space$/,
  "a character that prints": SCOPE_REASONS["a character that prints"] as RegExp,
  "a character by its number": SCOPE_REASONS["a character by its number"] as RegExp,
};
const FORMS = ["uri", "path", "colon", "dot", "flat"];

export const SCOPE_TOKEN: Target<unknown> = {
  outcomes: [
    ...FORMS,
    ...FORMS.map((form) => `${form} with placeholders`),
    ...Object.keys(TOKEN_REASONS),
  ],
  inputs: fc.oneof(
    {
      arbitrary: editedTexts([
        ...TOKENS,
        "/a/{b}/",
        "https://a.example/{b}",
        "{a}:b",
        "{a}.b",
        "x{a}",
      ]),
      weight: 10,
    },
    {
      arbitrary: fc
        .array(fc.constantFrom("a", "{b}", "<c>", "read", ":", "/", ".", "{", ">", "urn:", "://"))
        .map((parts) => parts.join("")),
      weight: 5,
    },
    { arbitrary: fc.string({ unit: "binary" }), weight: 1 },
    { arbitrary: ANY_VALUE, weight: 1 },
  ),
  run(given) {
    const input = opened(given);
    const result = parseScopeToken<string>(input as string);
    if (!result.ok) {
      checkMessage(result.reason, 200);
      return nameOf(TOKEN_REASONS, result.reason);
    }
    const { form, text, params, segments } = result.token;
    check(FORMS.includes(form), "a known form");
    check(isScopeToken(text) && segments.length > 0, "a text and its segments");
    const again = parseScopeToken<string>(text);
    check(JSON.stringify(again) === JSON.stringify(result), "the printed text is read alike");
    return params.length > 0 ? `${form} with placeholders` : form;
  },
};
