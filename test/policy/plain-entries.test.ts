import fc from "fast-check";
import { expect, it } from "vitest";
import * as z from "zod/mini";
import { isPlainDefinition, withoutPlainEntries } from "../../src/policy/plain-entries.js";
import { schemas } from "../../src/policy/schema.js";

const SECTIONS = ["scopes", "tools", "endpoints"] as const;

type Section = (typeof SECTIONS)[number];

const definitionWith = (section: Section, entry: unknown) => ({
  name: "Plain",
  version: "1",
  scopes: {},
  [section]: { entry },
});

/** Returns whether an entry does not reach the schema. */
function isSkipped(section: Section, entry: unknown): boolean {
  const rest = withoutPlainEntries(definitionWith(section, entry)) as Record<Section, object>;
  return !Object.hasOwn(rest[section], "entry");
}

const isValid = (section: Section, entry: unknown) =>
  z.safeParse(schemas().definition, definitionWith(section, entry)).success;

const { scope, operation } = schemas();
const members = [...new Set([...Object.keys(scope.shape), ...Object.keys(operation.shape)]), "x"];
const values = fc.constantFrom<unknown>(
  ...["", "a", 1, true, false, null, undefined],
  ...[
    [],
    ["a"],
    ["a", "b"],
    ["a", ""],
    ["a", undefined],
    [["a"]],
    [{ scope: "a" }],
    {},
    { a: "b" },
  ],
);
const entries = fc.oneof(
  values,
  fc.dictionary(fc.constantFrom(...members), values, { maxKeys: 2 }),
  fc.dictionary(
    fc.constantFrom("scope", "anyOf", "allOf", "title", "group", "implies", "tier"),
    fc.constantFrom<unknown>("a", ["a"], ""),
    { maxKeys: 2 },
  ),
);

it("the schema accepts every entry that skips it, and most entries of each kind that it accepts skip it", () => {
  const counts = { skipped: 0, valid: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...SECTIONS), entries, (section, entry) => {
      const valid = isValid(section, entry);
      const skipped = isSkipped(section, entry);
      if (valid) counts.valid += 1;
      if (skipped) counts.skipped += 1;
      expect(valid || !skipped).toBe(true);
    }),
    { numRuns: 4_000 },
  );
  expect(counts.skipped).toBeGreaterThan(counts.valid / 2);
});

const TEXT = { title: "a", description: "" };
const PLAIN: readonly (readonly [section: Section, entries: readonly unknown[]])[] = [
  [
    "scopes",
    [
      ...["a", "", {}, TEXT, { warning: "" }, { group: "a" }, { tier: "a" }],
      ...[{ implies: ["a", "b"] }, { replaces: ["a"] }, { accountTypes: ["a"], entitlement: "b" }],
      ...[{ default: "on" }, { default: "off", required: false, reserved: true, restricted: true }],
    ],
  ],
  [
    "tools",
    [
      ...["a", {}, TEXT, { scope: "a", tier: "b" }, { anyOf: ["a"] }, { allOf: ["a", "b"] }],
      ...[{ deny: "a" }, { public: true }, { authenticated: true, hidden: true }],
      { scope: "a", accountTypes: ["b"], entitlement: "c" },
    ],
  ],
  ["endpoints", ["a", {}, TEXT, { scope: "a", tier: "b" }, { anyOf: ["a"] }, { allOf: ["a"] }]],
];

it.each(PLAIN)(
  "an entry of `%s` with a handful of valid texts skips the schema",
  (section, plain) => {
    expect(plain.filter((entry) => !isSkipped(section, entry))).toEqual([]);
  },
);

it.each(SECTIONS)("an entry of `%s` with an unknown option reaches the schema", (section) => {
  expect(isSkipped(section, { title: "a" })).toBe(true);
  expect(isSkipped(section, { title: "a", titel: "a" })).toBe(false);
  expect(isSkipped(section, { title: "a", constructor: "a" })).toBe(false);
});

const PLAIN_DEFINITION = { name: "Plain", version: "1", scopes: {} };
const definitionValues = fc.oneof(values, fc.constantFrom({}, { a: 1 }, { a: {} }));
const definitions = fc
  .dictionary(
    fc.constantFrom(...Object.keys(schemas().definition.shape), "x", "constructor"),
    definitionValues,
    { maxKeys: 3 },
  )
  .map((options) => ({ ...PLAIN_DEFINITION, ...options }));

it("the schema accepts every definition that skips it, and most definitions that it accepts skip it", () => {
  const counts = { skipped: 0, valid: 0 };
  fc.assert(
    fc.property(definitions, (definition) => {
      const valid = z.safeParse(schemas().definition, definition).success;
      const skipped = isPlainDefinition(withoutPlainEntries(definition));
      if (valid) counts.valid += 1;
      if (skipped) counts.skipped += 1;
      expect(valid || !skipped).toBe(true);
    }),
    { numRuns: 4_000 },
  );
  expect(counts.skipped).toBeGreaterThan(counts.valid / 2);
});

it.each(Object.keys(PLAIN_DEFINITION))("a definition without `%s` reaches the schema", (member) => {
  expect(isPlainDefinition(PLAIN_DEFINITION)).toBe(true);
  const others = Object.entries(PLAIN_DEFINITION).filter(([name]) => name !== member);
  expect(isPlainDefinition(Object.fromEntries(others))).toBe(false);
});

it("a definition of each option in its place skips the schema", () => {
  const names = [
    "tiers",
    "accountTypes",
    "entitlements",
    "baseline",
    "defaultScopes",
    "notCovered",
  ];
  const lists = Object.fromEntries(names.map((name) => [name, ["a"]]));
  const texts = { $schema: "a", language: "en" };
  const all = { ...PLAIN_DEFINITION, ...texts, ...lists, tools: { a: "b" }, endpoints: {} };
  expect(isPlainDefinition(withoutPlainEntries(all))).toBe(true);
  expect(isPlainDefinition(withoutPlainEntries({ ...all, tools: { a: 1 } }))).toBe(false);
});

it.each([undefined, null, "a", ["a"]])(
  "a definition that is not an object reaches the schema: %j",
  (data) => {
    expect(isPlainDefinition(withoutPlainEntries(data))).toBe(false);
  },
);

it.each([undefined, null, "a", ["a"]])(
  "a definition that is not an object is returned unchanged: %j",
  (data) => {
    expect(withoutPlainEntries(data)).toBe(data);
  },
);

it("what is not an object in place of entries reaches the schema", () => {
  const definition = { name: "Plain", version: "1", scopes: ["a"], tools: "a" };
  expect(withoutPlainEntries(definition)).toEqual(definition);
});
