import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { deepFreeze, snapshot } from "../../src/policy/plain-data.js";
import { createReport } from "../../src/policy/report.js";
import type { Found } from "../cases/finding-case.js";
import { HOSTILE } from "../model/hostile.js";
import { asFound, findingsOf, policyWith, sorted } from "./findings-of.js";

/** Returns an object without a prototype, as copies have, because inherited members would count as options. */
const bare = (members: object) => Object.assign(Object.create(null) as object, members);

class Scope {
  description = "an instance";
}

function nested(depth: number): unknown {
  let value: unknown = "openid";
  for (let level = 0; level < depth; level += 1) value = { anyOf: [value] };
  return value;
}

/** Returns a function that looks as the prototype of all objects does: without a prototype, and with a member `constructor`. */
function rootFunction(): () => boolean {
  const root = () => true;
  Object.setPrototypeOf(root, null);
  return Object.assign(root, { constructor: Object });
}

const getter = Object.defineProperty({}, "tier", { enumerable: true, get: () => "pro" });
const setter = Object.defineProperty({}, "tier", { enumerable: true, set: () => undefined });
const loop: Record<string, unknown> = { description: "a loop" };
loop["locales"] = { de: loop };

// Values that are not plain data, with the place of their finding.
const REJECTED: readonly (readonly [
  title: string,
  parts: Record<string, unknown>,
  finds: readonly Found[],
])[] = [
  ["a getter", { scopes: { a: getter } }, [["not_plain_data", "scopes.a.tier", "got an accessor"]]],
  ["a setter", { scopes: { a: setter } }, [["not_plain_data", "scopes.a.tier", "got an accessor"]]],
  [
    "an instance of a class",
    { scopes: { a: new Scope() } },
    [["not_plain_data", "scopes.a", "expected plain data"]],
  ],
  [
    "a map",
    { scopes: new Map([["a", ""]]) },
    [["not_plain_data", "scopes", "expected plain data"]],
  ],
  [
    "a date",
    { scopes: { a: new Date(0) } },
    [["not_plain_data", "scopes.a", "expected plain data"]],
  ],
  [
    "a string object",
    { scopes: { a: Object("text") as unknown } },
    [["not_plain_data", "scopes.a", "expected plain data"]],
  ],
  [
    "a set in a list",
    { scopes: { a: "" }, tools: { t: { anyOf: ["a", new Set()] } } },
    [["not_plain_data", "tools.t.anyOf[1]", "expected plain data"]],
  ],
  [
    "a computed __proto__",
    { scopes: { ["__proto__"]: "" } },
    [["reserved_key", "scopes.__proto__", "not allowed"]],
  ],
  [
    "a literal prototype",
    { scopes: { a: { __proto__: { reserved: true } } } },
    [["not_plain_data", "scopes.a", "plain data"]],
  ],
  [
    "an inherited option",
    { scopes: { a: Object.create({ reserved: true }) as unknown } },
    [["not_plain_data", "scopes.a", "plain data"]],
  ],
  [
    "a function as prototype",
    { scopes: { a: Object.create(() => true) as unknown } },
    [["not_plain_data", "scopes.a", "plain data"]],
  ],
  [
    "a function without a prototype as prototype",
    { scopes: { a: Object.create(rootFunction()) as unknown } },
    [["not_plain_data", "scopes.a", "plain data"]],
  ],
  [
    "a cycle",
    { scopes: { a: loop } },
    [["not_plain_data", "scopes.a.locales.de", "circular reference"]],
  ],
];

describe("the data of a policy", () => {
  it.each(REJECTED)("may not contain %s", (_, parts, finds) => {
    const found = findingsOf(policyWith(parts));
    expect(sorted(found.map((one) => asFound(one, finds)))).toEqual(sorted(finds));
  });

  it("may have a null prototype, or the one of another realm", () => {
    const scopes = Object.assign(Object.create(null) as object, {
      a: Object.create(null) as object,
    });
    expect(findingsOf(policyWith({ scopes }))).toEqual([]);
    const foreign: unknown = runInNewContext(
      '({ name: "n", version: "1", scopes: { a: { title: "A" } }, tiers: ["x"] })',
    );
    expect(findingsOf(foreign)).toEqual([]);
  });

  it("may use names of Object.prototype members", () => {
    const scopes = { constructor: {}, toString: "", hasOwnProperty: {}, prototype: {} };
    expect(findingsOf(policyWith({ scopes, tools: { valueOf: "constructor" } }))).toEqual([]);
  });

  it("is rejected if it is nested too deeply, without a deep call stack", () => {
    const found = findingsOf(policyWith({ scopes: { openid: {} }, tools: { t: nested(50_000) } }));
    expect(found.map(({ code }) => code)).toContain("too_large");
    expect(findingsOf(policyWith({ scopes: { openid: {} }, tools: { t: nested(20) } }))).toEqual(
      [],
    );
  });

  it("may have 64 levels below itself", () => {
    const listOf = (levels: number): unknown => (levels === 0 ? [] : [listOf(levels - 1)]);
    for (const [levels, messages] of [
      [64, []],
      [65, [`${"[0]".repeat(65)}: nested deeper than 64 levels`]],
    ] as const) {
      const report = createReport();
      snapshot(listOf(levels), report);
      expect(report.findings.map(({ path, message }) => `${path}: ${message}`)).toEqual(messages);
    }
  });

  const FAR: readonly (readonly [title: string, parts: Record<string, unknown>, path: string])[] = [
    ["many strings", { notCovered: Array.from({ length: 200_001 }, () => "x") }, "notCovered"],
    [
      "a list that claims to be long",
      { tiers: Object.assign([], { length: 2 ** 32 - 1 }) },
      "tiers",
    ],
    [
      "many options",
      {
        scopes: Object.fromEntries(
          Array.from({ length: 200_001 }, (_, index) => [`s${index}`, ""]),
        ),
      },
      "scopes",
    ],
  ];
  it.each(FAR)("is rejected if it has too many values: %s", (_, parts, path) => {
    const message = "more than 200000 values";
    expect(findingsOf(policyWith(parts))).toEqual([{ code: "too_large", path, message }]);
  });

  it("may have at most 16,777,216 characters in its keys and strings in total", () => {
    const most = 16_777_216;
    const texts: readonly (readonly [data: unknown, path: string | undefined])[] = [
      [["a".repeat(most)], undefined],
      [["a".repeat(most - 1), "b", ""], undefined],
      [{ ["k".repeat(most - 1)]: "v" }, undefined],
      [["a".repeat(most), "b", "c"], "[1]"],
      [{ a: "b".repeat(most) }, "a"],
      [{ a: "b", ["k".repeat(most)]: {}, c: "d" }, ""],
      [[{ a: "b".repeat(most - 1), cc: "d" }, "e"], "[0]"],
    ];
    for (const [data, path] of texts) {
      const report = createReport();
      snapshot(data, report);
      const message = "more than 16777216 characters of text";
      expect(report.findings).toEqual(
        path === undefined ? [] : [{ code: "too_large", path, message }],
      );
    }
  });

  it("has one finding if it has too many values", () => {
    const listOf = (length: number) => Array.from({ length }, () => "x");
    for (const [lists, paths] of [
      [[100_000, 100_000, 100_000, 100_000], ["[1]"]],
      [[199_998, 1, 1, 1], ["[0]"]],
      [[199_996, 1, 1, 1], ["[1]"]],
      [[199_996, 0, 0, 0], []],
    ] as const) {
      const report = createReport();
      snapshot(lists.map(listOf), report);
      expect(report.findings.map(({ code, path }) => [code, path])).toEqual(
        paths.map((path) => ["too_large", path]),
      );
    }
  });

  it("may contain one object in two places", () => {
    const shared = { description: "shared" };
    expect(findingsOf(policyWith({ scopes: { a: shared, b: shared } }))).toEqual([]);
  });
});

describe("snapshot", () => {
  it("copies at every depth", () => {
    const source = { a: [{ b: 1 }, null], d: null };
    const report = createReport();
    const copy = snapshot(source, report) as typeof source;
    expect(copy).toStrictEqual(bare({ a: [bare({ b: 1 }), null], d: null }));
    expect(copy.a).not.toBe(source.a);
    expect(copy.a[0]).not.toBe(source.a[0]);
    expect(report.findings).toEqual([]);
  });

  it("reports `undefined` in an object and in a list, and marks its container as damaged", () => {
    const report = createReport();
    snapshot({ a: [{ b: 1 }, undefined], c: { d: undefined } }, report);
    const places = ["a[1]", "c.d"];
    expect(report.findings.map(({ code, path }) => [code, path])).toEqual(
      places.map((path) => ["undefined_value", path]),
    );
    expect([...report.removed]).toEqual(places);
    expect([...report.damaged]).toEqual(["a", "c"]);
  });

  it("ignores the own iterator of a list", () => {
    const list = Object.assign(["a", "b"], {
      *[Symbol.iterator]() {
        yield "c";
      },
    });
    expect(snapshot(list, createReport())).toStrictEqual(["a", "b"]);
  });

  it("reads the hole of a list as `undefined`", () => {
    const report = createReport();
    expect(snapshot(Object.assign([], { 1: "b" }), report)).toStrictEqual([undefined, "b"]);
    expect(report.findings.map(({ code, path }) => [code, path])).toEqual([
      ["undefined_value", "[0]"],
    ]);
  });

  it("reads each property once, and never runs an accessor of a list", () => {
    let reads = 0;
    const list = Object.defineProperty([], 0, {
      enumerable: true,
      get: () => {
        reads += 1;
        throw new Error("an accessor ran");
      },
    });
    const report = createReport();
    snapshot({ tiers: list }, report);
    expect(report.findings.map(({ code, path }) => [code, path])).toEqual([
      ["not_plain_data", "tiers[0]"],
    ]);
    expect(reads).toBe(0);
  });

  it.each([-1, 0.5, 1.5, NaN, -Infinity, "2", null, false, [5]])(
    "rejects a proxy of a list whose length is %j",
    (length) => {
      const list = new Proxy(["a", "b"], {
        get: (target, key) => (key === "length" ? length : (Reflect.get(target, key) as unknown)),
      });
      const report = createReport();
      expect(snapshot({ tiers: list, name: "n" }, report)).toEqual({ name: "n" });
      expect(report.findings).toEqual([
        { code: "not_plain_data", path: "tiers", message: "expected plain data, as in JSON" },
      ]);
    },
  );

  it("copies as many items of a proxy of a list as it counted", () => {
    const lengths = [1, 2];
    const list = new Proxy(["a", "b"], {
      get: (target, key) =>
        key === "length" ? (lengths.shift() ?? 2) : (Reflect.get(target, key) as unknown),
    });
    expect(snapshot({ tiers: list }, createReport())).toEqual({ tiers: ["a"] });
  });

  it("rejects a value that cannot be read", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const report = createReport();
    expect(snapshot({ scopes: proxy }, report)).toBeUndefined();
    expect(report.findings).toEqual([
      {
        code: "not_plain_data",
        path: "",
        message: "unreadable value: expected plain data, as in JSON",
      },
    ]);
  });

  it("has no text beyond the most that a policy may have, and no member after a key beyond it", () => {
    const full = "a".repeat(16_777_216);
    expect(snapshot([full, "b"], createReport())).toEqual([full, undefined]);
    expect(snapshot([full, { b: "c", d: [] }], createReport())).toEqual([full, {}]);
  });

  it("reports many cycles with less than a thousand findings", () => {
    const tangle: Record<string, unknown> = {};
    for (let index = 0; index < 300; index += 1) tangle[`k${index}`] = tangle;
    const report = createReport();
    snapshot(tangle, report);
    expect(report.findings.length).toBeGreaterThan(0);
    expect(report.findings.length).toBeLessThan(1_000);
  });
});

describe("deepFreeze", () => {
  it("freezes at every depth, and stops at frozen values", () => {
    const inner = Object.freeze({ list: [] as number[] });
    const data = deepFreeze({ a: { b: [1, { c: 2 }] }, inner });
    expect([data, data.a, data.a.b, data.a.b[1], inner].every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(inner.list)).toBe(false);
    expect(deepFreeze("text")).toBe("text");
    expect(deepFreeze(null)).toBe(null);
  });

  it("leaves functions as they are: a copy has one of the runtime in place of each", () => {
    const run = () => true;
    expect(deepFreeze(run)).toBe(run);
    expect(deepFreeze([{ run }])).toEqual([{ run }]);
    expect(Object.isFrozen(run)).toBe(false);
  });
});

describe("a value that breaks a way of reading it", () => {
  it.each([...HOSTILE.keys()])("has findings, and throws nothing else: %s", (label) => {
    const value = HOSTILE.get(label);
    expect(findingsOf(value)).not.toEqual([]);
    // as a tool, no value is valid
    expect(findingsOf(policyWith({ tools: { t: value } }))).not.toEqual([]);
    expect(findingsOf(policyWith({ tiers: value, tools: { t: [value] } }))).not.toEqual([]);
  });
});
