import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBoundValue } from "../../src/grammar/bound-value.js";
import { scopeForm, splitSegments } from "../../src/grammar/scope-syntax.js";
import {
  acceptsGranted,
  acceptsValue,
  bindScope,
  matchLiterals,
  matchScope,
  unsafeReason,
} from "../../src/grammar/template.js";
import { runOften, tally } from "../often.js";
import { titled } from "../titled.js";
import { anyParamValue, BOUND_CHARS, RUNS, structuredToken, templateText } from "./arbitrary.js";
import { compileText } from "./compiled.js";

/** A template of each form, by its name. */
const FORMS = {
  uri: "https://h/{x}",
  urn: "urn:{x}",
  path: "/{x}",
  colon: "a:{x}",
  dot: "a.{x}",
  flat: "{x}",
};
const ALL = "uri urn path colon dot flat";

const SAFE: readonly (readonly [value: unknown, forms: string, why: string])[] = [
  ["a", ALL, "one character"],
  ["acc-1_2~X", ALL, "letters, digits and marks"],
  ["!$&'()+,;=@|-_~", ALL, "every other mark except the dot and the colon"],
  ["jane@example.com", "uri urn path colon", "an e-mail address"],
  ["auth0|123", ALL, "a vertical bar"],
  ["x".repeat(128), ALL, "128 characters"],
  ["urn", ALL, "a value that some other holes reject"],
  ["constructor", ALL, "a name of Object.prototype"],
  ["a.b", "uri urn path colon", "a dot"],
  ["...", "uri urn path colon", "three dots, which have no meaning in a path"],
  ["a:b", "uri path", "a colon"],
  [":", "uri path", "a colon alone"],
  [".", "", "dot"],
  ["..", "", "dot-dot"],
  ["", "", "the empty text"],
  ["x".repeat(129), "", "129 characters"],
  ["acc-1/../acc-2", "", "dot-dot inside the value"],
  ["acc-1/", "", "a trailing slash"],
  ["acc-1/profile.write#", "", "a value that completes another scope"],
  ["acc-1\u0000", "", "NUL"],
  ["acc-1\n", "", "a line break at the end"],
  [" acc-1", "", "a space"],
  ["acc-1\\", "", "a backslash"],
  ["acc-1?x", "", "a query"],
  ["acc%2d1", "", "an escape"],
  ["{accountID}", "", "a placeholder"],
  ["<a>", "", "a placeholder in angle brackets"],
  ["a[0]", "", "square brackets"],
  ["a^b`", "", "other marks of scope-tokens"],
  ["*", "", "a wildcard"],
  ["acc\u20111", "", "a character that looks like a hyphen"],
  ["acc-1\u200b", "", "a zero-width space"],
  [123, "", "a number, which is a text only after `boundValueText`"],
  [["acc-1"], "", "an array"],
  [null, "", "null"],
  [true, "", "a boolean"],
  [undefined, "", "undefined"],
  [{ toString: () => "a" }, "", "an object that prints as a safe value"],
  [Object("a"), "", "a string object"],
];

describe("acceptsValue", () => {
  const safe = titled(
    SAFE,
    ([value, forms, why]) =>
      `accepts ${JSON.stringify(value)} in ${forms === "" ? "no form" : `the forms ${forms}`}: ${why}`,
  );
  it.each(safe)("%s", (_title, [value, forms]) => {
    const accepting = Object.entries(FORMS).filter(([, text]) =>
      acceptsValue(compileText(text), 0, value),
    );
    expect(accepting.map(([form]) => form).join(" ")).toBe(forms);
    if (forms !== "") expect(isBoundValue(value)).toBe(true);
  });

  // Around a hole: what follows it, and the starts of other forms.
  const AROUND: readonly (readonly [template: string, yes: string[], no: string[]])[] = [
    ["user/{x}.read", ["a", "a-b", "a|b@c"], ["a.b", ".a", "a:b"]],
    ["/acct/{x}.read", ["a", "a:b"], ["a.b", "a."]],
    ["/acct/{x}", ["a.read", "a.b"], ["."]],
    ["{x}={y}", ["a", "a-b"], ["a=b", "="]],
    ["{y}={x}", ["a=b", "="], ["a.b"]],
    ["{x}read", ["a", "eaD"], ["r", "aread"]],
    ["x:{x}-y", ["a.b", "a@b"], ["a-", "-"]],
    ["{x}:read", ["a", "urn.", "aurn"], ["urn"]],
    ["u{x}:read", ["a", "rnx", "r"], ["rn"]],
    ["{x}n:read", ["a", "u", "urr"], ["ur", "n"]],
    ["{x}://h", ["https", "a.b"], ["urn", "a:b"]],
    ["{x}/y://h", ["urn", "a:b", ":urn:"], ["urn:", "urn:a"]],
    ["{x}//y://h", ["urn", "a:b"], ["a:", ":", "urn:a"]],
    ["https://h/{x}//y", ["a:", "urn"], []],
    ["/{x}//y", ["a", "a:b", ":b", "urn:a"], ["a:", ":"]],
    ["/{x}/y", ["a:", "urn:a"], []],
    ["{x}r{y}:z", ["a", "un"], ["u", "ur"]],
    ["{x}r{y}.z", ["u", "a"], ["ur"]],
    ["s:{y}u{x}:z", ["rn", "urn"], ["r:n"]],
  ];
  it.each(AROUND)("in %s accepts %j and rejects %j", (text, yes, no) => {
    const template = compileText(text);
    const index = template.names.indexOf("x");
    expect(yes.filter((value) => !acceptsValue(template, index, value))).toEqual([]);
    expect(no.filter((value) => acceptsValue(template, index, value))).toEqual([]);
  });
});

describe("acceptsGranted", () => {
  const coverage = { every: "*", severalSegments: true, covering: (value: string) => [value] };
  const covered = { ...compileText("/{x}"), coverage };

  it.each([
    ["a value of a call", covered, "a", true],
    ["the value that covers every value", covered, "*", true],
    ["another value", covered, "**", false],
    ["the covering value of another template", compileText("/{x}"), "*", false],
    ["a value of a call without coverage", compileText("/{x}"), "a", true],
    [
      "nothing where no value covers all",
      { ...covered, coverage: { ...coverage, every: undefined } },
      "*",
      false,
    ],
  ])("tells whether a grant can have %s", (_title, template, value, accepts) => {
    expect(acceptsGranted(template, 0, value)).toBe(accepts);
  });

  it("does not add its value to those of calls", () => {
    expect(acceptsValue(covered, 0, "*")).toBe(false);
    expect(unsafeReason("*", covered)).toMatch(/^expected segments, joined by `\/`, of 1 to 128 /);
    expect(unsafeReason("*", compileText("/{x}"))).toMatch(/^expected 1 to 128 /);
    expect(unsafeReason("*")).toMatch(/^expected 1 to 128 /);
  });
});

describe("matchLiterals", () => {
  it.each<[literals: string[], text: string, values: string[] | undefined]>([
    [["a-", ""], "a-b", ["b"]],
    [["", "-b"], "a-b", ["a"]],
    [["", "-b"], "a-a-b", undefined],
    [["a", ""], "a", undefined],
    [["a", "c"], "ac", undefined],
    [["a", "c"], "abcd", undefined],
    [["", "-", ""], "a-b", ["a", "b"]],
    [["a"], "a", []],
    [["a"], "b", undefined],
  ])("of %j reads %s as %j", (literals, text, values) => {
    expect(matchLiterals(literals, text)).toEqual(values);
  });
});

const WALLET = "/accounts/{accountID}/";
const BOUND: readonly (readonly [template: string, params: unknown, scope: string])[] = [
  [WALLET, { accountID: "a" }, "/accounts/a/"],
  ["/accounts/<accountID>/", { accountID: "a" }, "/accounts/a/"],
  [WALLET, { accountID: "a.b", other: "/" }, "/accounts/a.b/"],
  [
    WALLET,
    {
      get accountID() {
        return "a";
      },
    },
    "/accounts/a/",
  ],
  [WALLET, Object.assign(Object.create(null), { accountID: "a" }), "/accounts/a/"],
  ["{org}:{team}:read", { org: "a", team: "b.c" }, "a:b.c:read"],
  ["{x}:{x}", { x: "a" }, "a:a"],
  ["{x}.read", { x: "urn" }, "urn.read"],
  ["{x}", { x: "urn" }, "urn"],
  ["/{x}", { x: "urn" }, "/urn"],
  ["a:{x}", { x: "urn" }, "a:urn"],
  ["https://h/{x}", { x: "urn" }, "https://h/urn"],
  ["{x}://h", { x: "https" }, "https://h"],
  ["urn:device:{id}", { id: "a" }, "urn:device:a"],
  ["{constructor}:{toString}", { constructor: "a", toString: "b" }, "a:b"],
  ["user/{Type}.read", { Type: "Patient" }, "user/Patient.read"],
  ["read:users!user=<name>", { name: "jane@x.org" }, "read:users!user=jane@x.org"],
  ["projects/{id}:read", { id: "a.b" }, "projects/a.b:read"],
  ["/acct/{id}.read", { id: "auth0|1" }, "/acct/auth0|1.read"],
  ["{className}={id}", { className: "A", id: "b=c" }, "A=b=c"],
  [WALLET, { accountID: 0 }, "/accounts/0/"],
  [WALLET, { accountID: 42 }, "/accounts/42/"],
  [WALLET, { accountID: 9_007_199_254_740_991 }, "/accounts/9007199254740991/"],
  ["{{x}}", { x: "1" }, "{1}"],
  ["openid", {}, "openid"],
  ["openid", null, "openid"],
  ["/a/{}/b", {}, "/a/{}/b"],
];

const UNSAFE =
  "is not a safe value: expected 1 to 128 characters of `A-Z a-z 0-9 . _ ~ ! $ & ' ( ) + , ; = : @ | -`, and not `.` or `..`";
const UNSAFE_HERE =
  "is not a safe value: the scope would be read with another form or other values";
const ADJACENT = "two placeholders need at least one literal character between them";

const UNBOUND: readonly (readonly [
  template: string,
  params: unknown,
  param: string,
  reason: string,
])[] = [
  [WALLET, {}, "accountID", "`accountID` is missing"],
  [WALLET, { accountId: "a" }, "accountID", "`accountID` is missing"],
  [WALLET, Object.create({ accountID: "a" }), "accountID", "`accountID` is missing"],
  [WALLET, null, "accountID", "`accountID` is missing"],
  [WALLET, undefined, "accountID", "`accountID` is missing"],
  [WALLET, "accountID", "accountID", "`accountID` is missing"],
  [WALLET, ["a"], "accountID", "`accountID` is missing"],
  [WALLET, Object.assign(() => "a", { accountID: "a" }), "accountID", "`accountID` is missing"],
  ["{constructor}:a", {}, "constructor", "`constructor` is missing"],
  [WALLET, { accountID: "../b" }, "accountID", `\`accountID\` ${UNSAFE}`],
  [WALLET, { accountID: null }, "accountID", `\`accountID\` ${UNSAFE}`],
  [WALLET, { accountID: -0 }, "accountID", `\`accountID\` ${UNSAFE}`],
  [WALLET, { accountID: -1 }, "accountID", `\`accountID\` ${UNSAFE}`],
  [WALLET, { accountID: 1.5 }, "accountID", `\`accountID\` ${UNSAFE}`],
  [WALLET, { accountID: Number.NaN }, "accountID", `\`accountID\` ${UNSAFE}`],
  [WALLET, { accountID: Number.POSITIVE_INFINITY }, "accountID", `\`accountID\` ${UNSAFE}`],
  [WALLET, { accountID: 9_007_199_254_740_992 }, "accountID", `\`accountID\` ${UNSAFE}`],
  [WALLET, { accountID: 1n }, "accountID", `\`accountID\` ${UNSAFE}`],
  [WALLET, { accountID: Object(1) as unknown }, "accountID", `\`accountID\` ${UNSAFE}`],
  ["{a}.{b}", { a: "x", b: "y.z" }, "b", `\`b\` ${UNSAFE_HERE}`],
  ["{a}", { a: "y.z" }, "a", `\`a\` ${UNSAFE_HERE}`],
  ["{x}:read", { x: "urn" }, "x", `\`x\` ${UNSAFE_HERE}`],
  ["{x}://h", { x: "urn" }, "x", `\`x\` ${UNSAFE_HERE}`],
  ["user/{x}.read", { x: "a.b" }, "x", `\`x\` ${UNSAFE_HERE}`],
  ["{x}{y}", { x: "a", y: "b" }, "", ADJACENT],
  ["a{x}{y}b:c", { x: "a", y: "b" }, "", ADJACENT],
  ["{{x}}", { x: "a" }, "x", "`x` is not a safe value: it would make another placeholder"],
  ["", {}, "", "a scope-token must have at least one character"],
  ["a {x}", { x: "a" }, "", "a scope-token cannot contain a space"],
  [1 as unknown as string, {}, "", "a scope-token must be a string"],
];

/** Returns a value as text, with the numbers that JSON does not have. */
const shown = (value: unknown) =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === "number" || typeof part === "bigint"
      ? Object.is(part, -0)
        ? "-0"
        : `${part}`
      : part,
  );

describe("bindScope", () => {
  const bound = titled(BOUND, ([template, params, scope]) =>
    params === null
      ? `returns ${scope} for ${template} without parameters`
      : `returns ${scope} for ${template} with ${JSON.stringify(params)}`,
  );
  it.each(bound)("%s", (_title, [template, params, scope]) => {
    expect(bindScope(template, params as Record<string, unknown>)).toEqual({ ok: true, scope });
  });

  const unbound = titled(
    UNBOUND,
    ([template, params, , reason]) =>
      `rejects ${shown(params)} for ${JSON.stringify(template)}: ${reason}`,
  );
  it.each(unbound)("%s", (_title, [template, params, param, reason]) => {
    const result = bindScope(template, params as Record<string, unknown>);
    expect(result).toEqual({ ok: false, param, reason });
  });

  const throwing = () => {
    throw new Error("no");
  };
  const HOSTILE: readonly (readonly [what: string, params: () => object])[] = [
    ["a getter that throws", () => Object.defineProperty({}, "accountID", { get: throwing })],
    [
      "a proxy whose descriptors throw",
      () => new Proxy({}, { getOwnPropertyDescriptor: throwing }),
    ],
    ["a proxy whose values throw", () => new Proxy({ accountID: "a" }, { get: throwing })],
    [
      "a revoked proxy",
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      },
    ],
  ];

  it.each(HOSTILE)("treats the parameter as missing for %s", (_, params) => {
    const reason = "`accountID` is missing";
    const result = bindScope<string>(WALLET, params() as Record<string, unknown>);
    expect(result).toEqual({ ok: false, param: "accountID", reason });
  });

  it("reads every parameter once", () => {
    let reads = 0;
    const params = {
      get x() {
        reads += 1;
        return reads === 1 ? "a" : "/";
      },
    };
    expect(bindScope("{x}:{x}", params)).toEqual({ ok: true, scope: "a:a" });
    expect(reads).toBe(1);
  });

  it("keeps the form and the number of segments of the template, and adds only safe characters", () => {
    const seen = {
      ok: tally("a scope that is bound", 101),
      bad: tally("a value that is rejected", 101),
    };
    runOften(Object.values(seen), () =>
      fc.assert(
        fc.property(templateText, anyParamValue, anyParamValue, anyParamValue, (text, x, y, z) => {
          const result = bindScope(text, { x, y, z });
          seen[result.ok ? "ok" : "bad"].count += 1;
          if (!result.ok) return;
          const template = compileText(text);
          const segments = splitSegments(template.form, result.scope);
          expect(scopeForm(result.scope)).toBe(template.form);
          expect(segments).toHaveLength(template.segments.length);
          expect(result.scope).toMatch(/^[^%{}<>*\\\s]+$/);
          expect(matchScope(text, result.scope)).toBeDefined();
          expect(segments.every((segment) => segment !== "." && segment !== "..")).toBe(true);
        }),
        RUNS,
      ),
    );
  });

  it("is injective: different values give different scopes", () => {
    const value = fc.constantFrom("a", "b", "A", "a.b", "-", "urn", "aa", "a:b", "a=a", "b-a", "=");
    const params = fc.record({ x: value, y: value, z: value });
    fc.assert(
      fc.property(templateText, params, params, (text, one, other) => {
        const [a, b] = [bindScope(text, one), bindScope(text, other)];
        if (!a.ok || !b.ok) return;
        const names = compileText(text).names as readonly ("x" | "y" | "z")[];
        expect(a.scope === b.scope).toBe(names.every((name) => one[name] === other[name]));
      }),
      RUNS,
    );
  });

  it("never throws, whatever its arguments are", () => {
    fc.assert(
      fc.property(fc.oneof(templateText, fc.anything()), fc.anything(), (text, params) => {
        expect(bindScope(text as string, params as Record<string, unknown>)).toHaveProperty("ok");
      }),
      RUNS,
    );
  });
});

const PROFILE = "/accounts/{accountID}/profile.write";

const MATCHED: readonly (readonly [template: string, scope: string, values: unknown])[] = [
  [WALLET, "/accounts/a/", { accountID: "a" }],
  ["/accounts/<accountID>/", "/accounts/a/", { accountID: "a" }],
  [PROFILE, "/accounts/acc-1/profile.write", { accountID: "acc-1" }],
  ["{x}:{y}", "a:b", { x: "a", y: "b" }],
  ["{x}:{x}", "a:a", { x: "a" }],
  ["{x}:{x}", "a:b", undefined],
  ["user/{T}.read", "user/Patient.read", { T: "Patient" }],
  ["user/{T}.read", "user/.read", undefined],
  ["user/{T}.read", "user/a.b.read", undefined],
  ["user/{T}.read", "user/a.readx", undefined],
  ["user/{T}.read", "xuser/a.read", undefined],
  ["/acct/{x}.read", "/acct/a.read.read", undefined],
  ["/acct/{x}-{y}", "/acct/a-b-c", { x: "a", y: "b-c" }],
  ["{x}={y}", "a=b=c", { x: "a", y: "b=c" }],
  ["{x}={y}", "=b", undefined],
  ["{x}{y}", "ab", undefined],
  ["{{x}}", "{a}", undefined],
  ["{{x}}", "{1}", { x: "1" }],
  [WALLET, "/accounts/a:b@c|d/", { accountID: "a:b@c|d" }],
  ["/{x}//b", "/a://b", undefined],
  ["openid", "openid", {}],
  ["openid", "OpenID", undefined],
  ["/", "/", {}],
  ["/", "/a", undefined],
  ["/a/{}", "/a/{}", {}],
  [WALLET, WALLET, undefined],
  [WALLET, "/accounts/<accountID>/", undefined],
  [WALLET, "/accounts/{other}/", undefined],
  ["{constructor}:a", "b:a", { constructor: "b" }],
  ["{x}:read", "urn:read", undefined],
  ["{x}://h", "urn:h", undefined],
  ["{x}.read", "urn.read", { x: "urn" }],
  ["a b", "a b", undefined],
  ["{x}", "a b", undefined],
  ["{x}", "", undefined],
  ["{x}", 1 as unknown as string, undefined],
  // Scopes that a token can have without having the template for any account.
  [PROFILE, "/accounts/acc-1/profile.read", undefined],
  [PROFILE, "/accounts/**", undefined],
  [PROFILE, "/accounts", undefined],
  [PROFILE, "/accounts/acc-1", undefined],
  [PROFILE, "/accounts/acc-1/", undefined],
  [PROFILE, "/accounts/acc-1/profile", undefined],
  [PROFILE, "/accounts/acc-1/profile.*", undefined],
  [PROFILE, "/accounts/*/profile.write", undefined],
  [PROFILE, "/accounts/acc-1/profile.write/", undefined],
  [PROFILE, "//accounts/acc-1/profile.write", undefined],
  [PROFILE, "/Accounts/acc-1/profile.write", undefined],
  [PROFILE, "/accounts//profile.write", undefined],
  [PROFILE, "/accounts/../profile.write", undefined],
  [PROFILE, "/accounts/./profile.write", undefined],
  [PROFILE, "/accounts/acc-2/../acc-1/profile.write", undefined],
  [PROFILE, "/accounts/a%2fb/profile.write", undefined],
  [WALLET, "/accounts/a/profile.write", undefined],
];

describe("matchScope", () => {
  const matched = titled(
    MATCHED,
    ([template, scope, values]) =>
      `returns ${JSON.stringify(values)} for ${template} and ${JSON.stringify(scope)}`,
  );
  it.each(matched)("%s", (_title, [template, scope, values]) => {
    expect(matchScope(template, scope)).toEqual(values);
  });

  it("returns an ordinary object with the names as its own properties", () => {
    const values = matchScope("{toString}:a", "b:a");
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
    expect(Object.entries(values ?? {})).toEqual([["toString", "b"]]);
  });

  it("is the inverse of bindScope", () => {
    fc.assert(
      fc.property(templateText, anyParamValue, anyParamValue, anyParamValue, (text, x, y, z) => {
        const params = { x, y, z };
        const result = bindScope(text, params);
        if (!result.ok) return;
        const names = compileText(text).names as readonly ("x" | "y" | "z")[];
        const textOf = (value: unknown) => (typeof value === "number" ? String(value) : value);
        const used = Object.fromEntries(names.map((name) => [name, textOf(params[name])]));
        expect(matchScope(text, result.scope)).toEqual(used);
      }),
      RUNS,
    );
  });

  it("returns values only for the scope that bindScope returns for them, so a scope serves its own account only", () => {
    const put = fc.constantFrom("a", "b", "urn", "a.b", "..", "{x}", "a:b", "", "*");
    const near = fc
      .tuple(templateText, put, put, put)
      .map(([text, x, y, z]) => [
        text,
        text.replaceAll("{x}", x).replaceAll("{y}", y).replace("{z}", z),
      ]);
    const found = tally("a scope that matches", 101);
    runOften([found], () =>
      fc.assert(
        fc.property(
          fc.oneof(near, fc.tuple(structuredToken, structuredToken)),
          ([template, scope]) => {
            const values = matchScope(template, scope);
            if (values === undefined) return;
            found.count += 1;
            expect(bindScope(template, values)).toEqual({ ok: true, scope });
          },
        ),
        RUNS,
      ),
    );
  });

  it("accepts exactly the values for which the scope has the form of the template and matches it with these values", () => {
    // The rule without the implementation: every way to divide the text among the placeholders.
    const ways = (pieces: readonly string[], text: string): string[][] => {
      const [first = "", next, ...rest] = pieces;
      if (!text.startsWith(first)) return [];
      const left = text.slice(first.length);
      if (next === undefined) return left === "" ? [[]] : [];
      const ends = Array.from({ length: left.length }, (_, index) => index + 1);
      return ends.flatMap((end) => {
        const value = left.slice(0, end);
        if (next !== "" && value.includes(next.charAt(0))) return [];
        return ways([next, ...rest], left.slice(end)).map((others) => [value, ...others]);
      });
    };
    const value = fc.oneof(
      fc.constantFrom("a", "urn", "u", "ur", ":", "a:", ":b", "a.b", "..", "urn:", "n", "r"),
      fc.string({ unit: fc.constantFrom(...BOUND_CHARS, "/", "*"), minLength: 1, maxLength: 4 }),
    );
    const seen = { yes: tally("a value that is safe", 101), no: tally("a value that is not", 101) };
    runOften(Object.values(seen), () =>
      fc.assert(
        fc.property(templateText, value, value, value, (text, x, y, z) => {
          const given: Readonly<Record<string, string>> = { x, y, z };
          const names = [...text.matchAll(/\{(\w)\}/g)].map(([, name = ""]) => name);
          // the first value of these decides before the second is known
          fc.pre(new Set(names).size === names.length && !/^\{\w\}r\{/.test(text));
          const pieces = text.split(/\{\w\}/);
          const bound = text.replaceAll(/\{(\w)\}/g, (_, name: string) => given[name] ?? "");
          const values = names.map((name) => given[name]);
          const isInSet = values.every(
            (one = "") =>
              !/^\.\.?$/.test(one) && [...one].every((char) => BOUND_CHARS.includes(char)),
          );
          const { form, segments } = compileText(text);
          const isSame =
            scopeForm(bound) === form &&
            bound.startsWith("urn:") === text.startsWith("urn:") &&
            splitSegments(form, bound).length === segments.length;
          const isSafe =
            isInSet &&
            isSame &&
            ways(pieces, bound).some((way) => JSON.stringify(way) === JSON.stringify(values));
          seen[isSafe ? "yes" : "no"].count += 1;
          expect([text, given, bindScope<string>(text, given).ok]).toEqual([text, given, isSafe]);
          if (isSafe) expect(ways(pieces, bound)).toHaveLength(1);
        }),
        { numRuns: 5_000 },
      ),
    );
  });

  it("treats wildcards and prefixes as plain text", () => {
    const data = fc.constantFrom("*", "**", "?", ".*", "{id}", "<id>", "{}", "[a]", "a*", "");
    fc.assert(
      fc.property(data, fc.constantFrom(":", "/", "."), (wild, separator) => {
        const lead = separator === "/" ? "/" : "";
        expect(
          matchScope(`${lead}a${separator}{x}`, `${lead}a${separator}${wild}`),
        ).toBeUndefined();
        expect(matchScope(`${lead}a${separator}b`, `${lead}a${separator}${wild}`)).toBeUndefined();
      }),
      RUNS,
    );
  });
});
