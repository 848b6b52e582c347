import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { PolicyError } from "../../src/errors.js";
import { escapeControls } from "../../src/policy/report.js";
import { findingsOf, policyWith } from "./findings-of.js";

// Characters that break a line, colour it, change its direction, or are invisible.
const MARKS: readonly (readonly [name: string, mark: string, shown: string])[] = [
  ["a line break", "\n", "\\u{a}"],
  ["a carriage return", "\r", "\\u{d}"],
  ["ESC", "\u001b[31m", "\\u{1b}[31m"],
  ["NUL", "\u0000", "\\u{0}"],
  ["DEL", "\u007f", "\\u{7f}"],
  ["CSI", "\u009b", "\\u{9b}"],
  ["a line separator", "\u2028", "\\u{2028}"],
  ["a paragraph separator", "\u2029", "\\u{2029}"],
  ["a right-to-left override", "\u202e", "\\u{202e}"],
  ["an isolate", "\u2066", "\\u{2066}"],
  ["a zero-width space", "\u200b", "\\u{200b}"],
  ["a byte order mark", "\ufeff", "\\u{feff}"],
  ["a tag beyond the first plane", "\u{e0041}", "\\u{e0041}"],
  ["a Hangul filler", "\u3164", "\\u{3164}"],
  ["a blank Braille pattern", "\u2800", "\\u{2800}"],
  ["a lone surrogate", "\ud800", "\\u{d800}"],
  ["a private character", "\ue000", "\\u{e000}"],
  ["an unassigned character", "\u0378", "\\u{378}"],
];
const CONTROL = /[\p{C}\p{Zl}\p{Zp}\u3164\u2800]/u;

/** Returns every place of a policy from which a message can quote a name. */
const placesOf = (bad: string): readonly (readonly [place: string, policy: object])[] => [
  ["a scope", { scopes: { [bad]: {} } }],
  ["a stray bracket", { scopes: { [`a{${bad}`]: {} } }],
  ["a tool", { tools: { [bad]: { public: true } } }],
  ["a pattern", { tools: { [`${bad}*`]: { public: true } } }],
  ["an endpoint", { endpoints: { [`GET /${bad}`]: { public: true } } }],
  ["a method", { endpoints: { [`${bad} /a`]: { public: true } } }],
  ["a path parameter", { endpoints: { [`GET /{${bad}}`]: { public: true } } }],
  ["a reference of a rule", { tools: { t: bad } }],
  ["a reference in a list", { tools: { t: { anyOf: [bad, bad] } } }],
  ["an implied scope", { scopes: { a: { implies: [bad] } } }],
  ["an older name", { scopes: { a: { replaces: [bad] } } }],
  ["a tier", { scopes: { a: { tier: bad } } }],
  ["a tier twice", { tiers: [bad, bad] }],
  ["an account type", { scopes: { a: { accountTypes: [bad] } } }],
  ["an option", { [bad]: 1 }],
  ["an option of a scope", { scopes: { a: { [bad]: 1 } } }],
  ["a value of another type", { tools: bad }],
  ["a value that is not among those allowed", { scopes: { a: { default: bad } } }],
  ["a bundle member", { bundles: { b: [bad] } }],
  ["a default", { defaultScopes: [bad] }],
  ["a baseline", { baseline: [bad] }],
  [
    "a parameter",
    { scopes: { "/x/{i}": {} }, tools: { t: { scope: "/x/{i}", params: { i: bad } } } },
  ],
];

describe.each(MARKS)("a name with %s", (_, mark, shown) => {
  it.each(placesOf(`a${mark}b`))(
    "has no control character in the message about %s",
    (_place, parts) => {
      const found = findingsOf(policyWith({ ...parts }));
      expect(found.length).toBeGreaterThan(0);
      for (const { message } of found) expect(message).not.toMatch(CONTROL);
    },
  );

  it("is escaped in findings and in the error about an unknown operation", () => {
    const bad = `a${mark}b`;
    const [finding] = findingsOf(policyWith({ tools: { t: bad } }));
    expect(finding?.message).toContain(`\`a${shown}b\``);
    const policy = loadPolicy(policyWith({}));
    const refused = (): unknown => policy.operation(bad as never);
    expect(refused).toThrow(PolicyError);
    expect(refused).toThrow(`\`a${shown}b\``);
  });

  it("has no control character in the message about text that is not JSON", () => {
    for (const { message } of findingsOf(`{"a${mark}b": oops`))
      expect(message).not.toMatch(CONTROL);
    for (const { message } of findingsOf(`oops ${mark}`)) expect(message).not.toMatch(CONTROL);
  });
});

describe("oneLine", () => {
  it("does not change other characters", () => {
    const text = "a`b \\n é 你 👩 e\u0301 \u00a0 %0a";
    expect(escapeControls(text)).toBe(text);
  });
});

describe("a policy that is built to take much time", () => {
  const within = (milliseconds: number, run: () => void) => {
    const start = performance.now();
    run();
    expect(performance.now() - start).toBeLessThan(milliseconds);
  };

  it("loads within the limit with a string of ten megabytes of escapes", () => {
    const text = `{"name":"${"\\nb".repeat(3_400_000)}","version":"1","scopes":{}}`;
    within(10_000, () => expect(loadPolicy(text).name.length).toBe(6_800_000));
  });

  it("is checked within the limit with millions of quotes and backslashes", () => {
    const text = `{"name":"${'\\"\\\\'.repeat(2_000_000)}","version":"1","scopes":{},"scopes":{}}`;
    within(10_000, () =>
      expect(findingsOf(text).map(({ code }) => code)).toEqual(["duplicate_key"]),
    );
  });

  it("is rejected within the limit with 5,000 levels and a duplicate key on each", () => {
    const deep = `${'{"a":1,"a":'.repeat(5_000)}1${"}".repeat(5_000)}`;
    const text = `{"name":"n","version":"1","scopes":{"s":${deep}}}`;
    within(10_000, () => {
      const codes = findingsOf(text).map(({ code }) => code);
      // the text is not parsed
      expect(codes).toEqual(["too_large"]);
    });
  });

  it("is rejected within the limit with 1,000 undeclared scopes next to 1,000 declared ones", () => {
    const listOf = (prefix: string) =>
      Array.from({ length: 1_000 }, (_, index) => `${prefix}${index}`);
    const policy = policyWith({
      scopes: Object.fromEntries(listOf("s").map((name) => [name, {}])),
      tools: Object.fromEntries(listOf("z").map((name, index) => [`t${index}`, name])),
    });
    within(10_000, () => {
      const found = findingsOf(policy);
      expect(found).toHaveLength(1_000);
      expect(found[7]).toMatchObject({
        code: "unknown_scope",
        suggestion: listOf("s")[7],
      });
    });
  });
});
