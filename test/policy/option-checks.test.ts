import { describe, expect, it } from "vitest";
import type { PolicyError } from "../../src/errors.js";
import {
  checkOptions,
  isBoolean,
  isFunction,
  isString,
  isStringList,
  isUrl,
  type OptionCheck,
  oneOf,
  optional,
  positive,
  required,
} from "../../src/policy/option-checks.js";

const CHECKS = { verify: required(isFunction), issuer: optional(isString) };

describe("the message about invalid options", () => {
  it.each(["the gate", "`fetchGate`", "consent", "reading a scope"])(
    "names %s and has one line for each option, with its place and suggestion",
    (owner) => {
      const options = { isuer: "x", issuer: undefined };
      expect(() => checkOptions(owner, options, CHECKS)).toThrow(
        expect.objectContaining({
          code: "ERR_OPTIONS_INVALID",
          message: [
            `3 findings in the options for ${owner}`,
            "  verify: is missing",
            "  issuer: expected a value, got `undefined`: leave the option out instead",
            "  isuer: unknown option; did you mean `issuer`?",
          ].join("\n"),
        }),
      );
    },
  );

  it.each<[what: string, options: object, findings: readonly object[]]>([
    ["no object", [], [{ code: "option", path: "", message: "expected an object with options" }]],
    [
      "an invalid value, `undefined` and a misspelt name",
      { verify: 1, issuer: undefined, isuer: "x" },
      [
        { code: "option", path: "verify", message: "expected a function" },
        {
          code: "undefined_value",
          path: "issuer",
          message: "expected a value, got `undefined`: leave the option out instead",
        },
        { code: "unknown_key", path: "isuer", message: "unknown option", suggestion: "issuer" },
      ],
    ],
    [
      "a name that is near to none",
      { verify: () => true, colour: 1 },
      [{ code: "unknown_key", path: "colour", message: "unknown option" }],
    ],
  ])("comes with a finding for each place: %s", (_what, options, findings) => {
    const checks = Array.isArray(options) ? {} : CHECKS;
    let found: unknown;
    try {
      checkOptions("the gate", options, checks);
    } catch (error) {
      found = (error as PolicyError).findings;
    }
    expect(found).toStrictEqual(findings);
  });

  it("has no place for a value that is not an object", () => {
    expect(() => checkOptions("the gate", [] as object, { issuer: optional(isString) })).toThrow(
      /^1 finding in the options for the gate\n {2}expected an object with options$/,
    );
  });
});

/** Each check, with values that it accepts, its message, and values that it rejects. */
const VALUES: readonly (readonly [
  what: string,
  check: OptionCheck,
  accepted: readonly unknown[],
  message: string,
  rejected: readonly unknown[],
])[] = [
  ["a function", isFunction, [() => 1, Date], "expected a function", [undefined, {}, "x"]],
  ["a boolean", isBoolean, [true, false], "expected true or false", [undefined, 0, "true"]],
  ["a string", isString, ["", "x"], "expected a string", [undefined, 1, ["x"]]],
  ["one of a list", oneOf("a", 1), ["a", 1], "expected one of `a`, `1`", ["b", "1", undefined]],
  [
    "a positive number",
    positive(10),
    [0.5, 1, 10],
    "expected a number above 0, up to 10",
    [0, -1, 10.5, Number.NaN, Number.POSITIVE_INFINITY, "5", undefined],
  ],
  [
    "a list of strings",
    isStringList,
    [[], ["a"], ["a", "b"]],
    "expected a list of non-empty strings",
    [undefined, "a", [""], ["a", 1], ["a", ""]],
  ],
  [
    "a URL",
    isUrl,
    ["https://a.example", "http://a.example/b?c"],
    "expected an absolute URL",
    [undefined, "", "/a", "a.example"],
  ],
  ["a required option", required(isString), ["x"], "is missing", [undefined]],
  ["another value of a required option", required(isString), [""], "expected a string", [1]],
  ["an optional option", optional(isString), [undefined, "x"], "expected a string", [1, null]],
];

describe.each(VALUES)("the check of %s", (_what, check, accepted, message, rejected) => {
  it.each(accepted.map((value) => [value]))("accepts %o", (value) => {
    expect(check(value)).toBeUndefined();
  });

  it.each(rejected.map((value) => [value]))("rejects %o", (value) => {
    expect(check(value)).toBe(message);
  });
});
