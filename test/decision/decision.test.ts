import { describe, expect, it } from "vitest";
import { AccessDenied } from "../../src/decision/access-denied.js";
import {
  accountTypeRequired,
  allowed,
  bindingMismatch,
  DECISION_CODES,
  type Decision,
  denied,
  entitlementRequired,
  INVALID_TOKEN,
  insufficientAuthentication,
  insufficientScope,
  invalidParams,
  RESERVED_SCOPE,
  UNAUTHENTICATED,
  UNKNOWN_OPERATION,
  upgradeRequired,
} from "../../src/decision/decision.js";
import { titled } from "../titled.js";

const ALL: readonly Decision[] = [
  UNKNOWN_OPERATION,
  denied("Account deletion requires e-mail."),
  invalidParams("accountID"),
  UNAUTHENTICATED,
  INVALID_TOKEN,
  allowed(["a"]),
  insufficientScope(["a"], ["a", "b"], [["a", "b"]]),
  bindingMismatch("accountID"),
  accountTypeRequired(["mentor", "studio"]),
  upgradeRequired("pro", "free", false),
  RESERVED_SCOPE,
  insufficientAuthentication({ acr: ["mfa"], maxAge: 300 }),
];

describe("the codes", () => {
  it("are twelve, in the order in which a decision checks for them", () => {
    expect(DECISION_CODES).toEqual([
      "unknown_operation",
      "denied",
      "invalid_params",
      "unauthenticated",
      "invalid_token",
      "allowed",
      "insufficient_scope",
      "binding_mismatch",
      "account_type_required",
      "upgrade_required",
      "reserved_scope",
      "insufficient_user_authentication",
    ]);
    expect(ALL.map(({ code }) => code)).toEqual(DECISION_CODES);
  });

  const decisions = titled(ALL, ({ code, allowed }) =>
    allowed ? `have no message for ${code}` : `have a message of one line for ${code}`,
  );
  it.each(decisions)("%s", (_title, decision) => {
    if (decision.allowed) expect(decision).not.toHaveProperty("message");
    else expect(decision.message).toMatch(/^[a-z][^\n]*$/);
    expect(decision.allowed).toBe(decision.code === "allowed");
  });
});

describe("the messages", () => {
  it("state what a person needs to know", () => {
    expect(upgradeRequired("pro", undefined, false).message).toBe(
      "upgrade required: this needs the plan `pro` or above",
    );
    expect(upgradeRequired("pro", undefined, true).message).toBe(
      "upgrade required: this needs the plan `pro` or above, and a scope that has not been granted",
    );
    expect(entitlementRequired("fleet", true).message).toBe(
      "upgrade required: this needs the add-on `fleet`, and a scope that has not been granted",
    );
    expect(insufficientAuthentication({ acr: [], maxAge: undefined }).message).toBe(
      "the user must have authenticated with no accepted method",
    );
    expect(denied("No.").message).toBe("denied: No.");
    expect(accountTypeRequired(["a", "b"]).message).toBe("another account type is required: a, b");
    expect(accountTypeRequired([]).message).toContain("no type is accepted");
    expect(bindingMismatch("id").message).toContain("`id`");
    expect(invalidParams("id").message).toContain("`id`");
  });

  it("do not name a scope", () => {
    expect(insufficientScope(["courses:read"], ["courses:read"], []).message).not.toContain(
      "courses",
    );
  });
});

describe("AccessDenied", () => {
  const denials = titled(
    ALL.flatMap((decision) => (decision.allowed ? [] : [decision])),
    ({ code }) => `is an error with the decision ${code}`,
  );
  it.each(denials)("%s", (_title, decision) => {
    const error = new AccessDenied(decision);
    expect(error).toBeInstanceOf(Error);
    expect(error.decision).toBe(decision);
    expect(String(error)).toBe(`AccessDenied: ${decision.message}`);
  });
});
