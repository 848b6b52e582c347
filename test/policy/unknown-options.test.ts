// An unknown option is reported with the option that was meant, if one of the same object is near to it.

import { describe, expect, it } from "vitest";
import { schemas } from "../../src/policy/schema.js";
import { findingsOf, policyWith } from "./findings-of.js";

const scopes = { read: "Read" };
const cases = [{ when: { mode: "plan" }, deny: "No." }];
const weakOtherwise = true;
const tool = (entry: object) => ({ scopes, tools: { t: entry } });

type Parts = Readonly<Record<string, unknown>>;

/** The objects of a policy in which an option can be misspelt: the place of each, and a policy with a member in it. */
const OBJECTS: Readonly<Record<string, (member: Parts) => Parts>> = {
  "scopes.read": (member) => ({ scopes: { read: member } }),
  "scopes.read.locales.de": (member) => ({ scopes: { read: { locales: { de: member } } } }),
  "tools.t": (member) => tool({ scope: "read", ...member }),
  "tools.t.audit": (member) => tool({ scope: "read", audit: member }),
  "tools.t.anyOf[0]": (member) => tool({ anyOf: [{ scope: "read", ...member }] }),
  "tools.t.allOf[0]": (member) => tool({ allOf: [{ scope: "read", ...member }] }),
  "tools.t.otherwise": (member) =>
    tool({ weakOtherwise, cases, otherwise: { scope: "read", ...member } }),
  "tools.t.otherwise.anyOf[0]": (member) =>
    tool({
      weakOtherwise,
      cases,
      otherwise: { anyOf: [{ scope: "read", ...member }] },
    }),
  "tools.t.cases[0]": (member) =>
    tool({
      cases: [{ when: { mode: "plan" }, scope: "read", ...member }],
      otherwise: { deny: "No." },
    }),
  "tools.t.cases[0].anyOf[0]": (member) =>
    tool({
      cases: [{ when: { mode: "plan" }, anyOf: [{ scope: "read", ...member }] }],
      otherwise: { deny: "No." },
    }),
  'endpoints["GET /a"]': (member) => ({
    scopes,
    endpoints: { "GET /a": { scope: "read", ...member } },
  }),
};

/** Misspelt options, by the option that is meant, with the objects that have it. */
const MISSPELT: readonly (readonly [word: string, meant: string, objects: readonly string[]])[] = [
  ["titel", "title", ["scopes.read", "scopes.read.locales.de", "tools.t", 'endpoints["GET /a"]']],
  ["gruop", "group", ["scopes.read"]],
  ["hiden", "hidden", ["tools.t", 'endpoints["GET /a"]']],
  ["shwo", "show", ["tools.t.audit"]],
  ["wehn", "when", ["tools.t.cases[0]"]],
  ["dney", "deny", ["tools.t", "tools.t.otherwise", "tools.t.cases[0]", 'endpoints["GET /a"]']],
  ["teir", "tier", Object.keys(OBJECTS).filter((place) => !/locales|audit/.test(place))],
];

describe.each(Object.entries(OBJECTS))("an unknown option of `%s`", (place, policyOf) => {
  it.each(MISSPELT)(
    "`%s` is reported with the suggestion `%s` if the object has it",
    (word, meant, objects) => {
      const finding = {
        code: "unknown_key",
        path: `${place}.${word}`,
        message: `unknown option \`${word}\``,
      };
      expect(findingsOf(policyWith(policyOf({ [word]: "x" })))).toStrictEqual([
        objects.includes(place) ? { ...finding, suggestion: meant } : finding,
      ]);
    },
  );
});

const { operation, requirement, branch, oneCase } = schemas();
const NESTED: readonly (readonly [place: string, own: object])[] = [
  ["tools.t.anyOf[0]", requirement.shape],
  ["tools.t.allOf[0]", requirement.shape],
  ["tools.t.otherwise", branch.shape],
  ["tools.t.otherwise.anyOf[0]", requirement.shape],
  ["tools.t.cases[0]", oneCase.shape],
  ["tools.t.cases[0].anyOf[0]", requirement.shape],
];

describe.each(NESTED)("an option of the whole operation in `%s`", (place, own) => {
  const others = Object.keys(operation.shape).filter((name) => !Object.hasOwn(own, name));
  it.each(others)(
    "`%s` is reported with the place where it belongs, and without a suggestion",
    (name) => {
      expect(findingsOf(policyWith(OBJECTS[place]?.({ [name]: true }) ?? {}))).toStrictEqual([
        {
          code: "unknown_key",
          path: `${place}.${name}`,
          message: `unknown option \`${name}\`: it belongs at the top of the operation`,
        },
      ]);
    },
  );
});

describe("a value that is none of the words of an option", () => {
  it.each<[value: unknown, got: string, meant?: string]>([
    ["offf", "`offf`", "off"],
    ["yes", "`yes`", "on"],
    [true, "true", "on"],
    [false, "false", "off"],
    [["on"], "a list"],
    [{ on: true }, "an object"],
    [1, "a number"],
    [null, "null"],
  ])("has a suggestion only if it is a text or a boolean: %j", (value, got, meant) => {
    expect(findingsOf(policyWith({ scopes: { read: { default: value } } }))).toStrictEqual([
      {
        code: "invalid_type",
        path: "scopes.read.default",
        message: `expected on or off, got ${got}`,
        ...(meant !== undefined && { suggestion: meant }),
      },
    ]);
  });
});
