import { describe, expect, it } from "vitest";
import {
  checkOptions,
  isFunction,
  isString,
  optional,
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

  it("has no place for a value that is not an object", () => {
    expect(() => checkOptions("the gate", [] as object, { issuer: optional(isString) })).toThrow(
      /^1 finding in the options for the gate\n {2}expected an object with options$/,
    );
  });
});
