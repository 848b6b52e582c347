import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ScopeForm, scopeForm, splitSegments } from "../../src/grammar/scope-syntax.js";
import { bindScope, isSafeValue, matchScope } from "../../src/grammar/template.js";
import { runOften, tally } from "../often.js";
import { titled } from "../titled.js";
import { anyParamValue, RUNS, structuredToken, templateText } from "./arbitrary.js";
import { compileText } from "./compiled.js";

const FORMS: readonly ScopeForm[] = ["uri", "path", "colon", "dot", "flat"];

const SAFE: readonly (readonly [value: unknown, forms: string, why: string])[] = [
  ["a", "uri path colon dot flat", "one character"],
  ["acc-1_2~X", "uri path colon dot flat", "every type of character except the dot"],
  ["x".repeat(128), "uri path colon dot flat", "128 characters"],
  ["urn", "uri path colon dot flat", "a safe value that some holes reject"],
  ["constructor", "uri path colon dot flat", "a name of Object.prototype"],
  ["a.b", "uri path colon", "a dot"],
  ["...", "uri path colon", "three dots, which have no meaning in a path"],
  [".", "", "dot"],
  ["..", "", "dot-dot"],
  ["", "", "the empty text"],
  ["x".repeat(129), "", "129 characters"],
  ["acc-1/../acc-2", "", "dot-dot inside the value"],
  ["acc-1/", "", "a trailing slash"],
  ["acc-1/profile.write#", "", "a value that completes another scope"],
  ["a:b", "", "a colon"],
  ["acc-1\u0000", "", "NUL"],
  ["acc-1\n", "", "a line break at the end"],
  [" acc-1", "", "a space"],
  ["acc-1\\", "", "a backslash"],
  ["acc-1?x", "", "a query"],
  ["acc%2d1", "", "an escape"],
  ["{accountID}", "", "a placeholder"],
  ["*", "", "a wildcard"],
  ["acc\u20111", "", "a character that looks like a hyphen"],
  ["acc-1\u200b", "", "a zero-width space"],
  [123, "", "a number"],
  [["acc-1"], "", "an array"],
  [null, "", "null"],
  [true, "", "a boolean"],
  [undefined, "", "undefined"],
  [{ toString: () => "a" }, "", "an object that prints as a safe value"],
  [Object("a"), "", "a string object"],
];

describe("isSafeValue", () => {
  const safe = titled(
    SAFE,
    ([value, forms, why]) =>
      `accepts ${JSON.stringify(value)} in ${forms === "" ? "no form" : `the forms ${forms}`}: ${why}`,
  );
  it.each(safe)("%s", (_title, [value, forms]) => {
    expect(FORMS.filter((form) => isSafeValue(form, value)).join(" ")).toBe(forms);
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
  ["openid", {}, "openid"],
  ["openid", null, "openid"],
  ["/a/{}/b", {}, "/a/{}/b"],
];

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
  ["{constructor}:a", {}, "constructor", "`constructor` is missing"],
  [
    WALLET,
    { accountID: "../b" },
    "accountID",
    "`accountID` must be 1 to 128 characters of `A-Z a-z 0-9 _ . ~ -`, and not `.` or `..`",
  ],
  [
    WALLET,
    { accountID: 123 },
    "accountID",
    "`accountID` must be 1 to 128 characters of `A-Z a-z 0-9 _ . ~ -`, and not `.` or `..`",
  ],
  ["{a}.{b}", { a: "x", b: "y.z" }, "b", "`b` must be 1 to 128 characters of `A-Z a-z 0-9 _ ~ -`"],
  ["{a}", { a: "y.z" }, "a", "`a` must be 1 to 128 characters of `A-Z a-z 0-9 _ ~ -`"],
  [
    "{x}:read",
    { x: "urn" },
    "x",
    "`x` must not be `urn` here: it would make the scope a different URI",
  ],
  [
    "{x}://h",
    { x: "urn" },
    "x",
    "`x` must not be `urn` here: it would make the scope a different URI",
  ],
  ["", {}, "", "a scope-token must have at least one character"],
  ["a {x}", { x: "a" }, "", "a scope-token cannot contain a space"],
  [1 as unknown as string, {}, "", "a scope-token must be a string"],
];

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
      `rejects ${JSON.stringify(params)} for ${JSON.stringify(template)}: ${reason}`,
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
          expect(segments.every((segment) => segment !== "." && segment !== "..")).toBe(true);
        }),
        RUNS,
      ),
    );
  });

  it("is injective: different values give different scopes", () => {
    const value = fc.constantFrom("a", "b", "A", "a.b", "-", "urn", "aa");
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
        const used = Object.fromEntries(names.map((name) => [name, params[name]]));
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

  it("treats wildcards and prefixes as plain text", () => {
    const data = fc.constantFrom(
      "*",
      "**",
      "?",
      ".*",
      "(a|b)",
      "{id}",
      "<id>",
      "{}",
      "[a]",
      "a*",
      "",
    );
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
