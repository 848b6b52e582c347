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
  INVALID_REQUEST,
  INVALID_TOKEN,
  insufficientAuthentication,
  insufficientScope,
  invalidParams,
  PUBLIC,
  RESERVED_SCOPE,
  RESTRICTED_SCOPE,
  TEMPORARILY_UNAVAILABLE,
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

describe("a denial that is the same for every call", () => {
  it.each<[denial: object, code: string, message: string]>([
    [
      UNKNOWN_OPERATION,
      "unknown_operation",
      "unknown operation: the policy names no such tool or endpoint",
    ],
    [UNAUTHENTICATED, "unauthenticated", "authentication required: this needs an access token"],
    [
      INVALID_TOKEN,
      "invalid_token",
      "invalid token: the access token is invalid or its scope is malformed",
    ],
    [RESERVED_SCOPE, "reserved_scope", "reserved: only clients of the API's owner may do this"],
    [
      RESTRICTED_SCOPE,
      "reserved_scope",
      "restricted: only clients that the API's owner approved may do this",
    ],
    [
      INVALID_REQUEST,
      "invalid_request",
      "invalid request: expected one `Authorization` header with one bearer token",
    ],
    [
      TEMPORARILY_UNAVAILABLE,
      "temporarily_unavailable",
      "temporarily unavailable: this cannot be checked now; try again later",
    ],
  ])("%o has one code and one message", (denial, code, message) => {
    expect(denial).toStrictEqual({ allowed: false, code, message });
    expect(Object.isFrozen(denial)).toBe(true);
  });
});

describe("the decision about a public operation", () => {
  it("names no scopes and is frozen", () => {
    expect(PUBLIC).toStrictEqual({
      allowed: true,
      code: "allowed",
      scopes: [],
      enriched: false,
      enrichments: [],
    });
    expect([PUBLIC, PUBLIC.scopes].every(Object.isFrozen)).toBe(true);
  });
});

describe("the denial that asks for another authentication", () => {
  it.each<[acr: readonly string[] | undefined, maxAge: number | undefined, needs: string]>([
    [["mfa"], undefined, "with mfa"],
    [["mfa", "hwk"], undefined, "with mfa or hwk"],
    [[], undefined, "with no accepted method"],
    [undefined, 300, "in the last 300 seconds"],
    [["mfa"], 300, "with mfa and in the last 300 seconds"],
  ])("has %j and %j as members if they are required, and in its message", (acr, maxAge, needs) => {
    expect(insufficientAuthentication({ acr, maxAge })).toStrictEqual({
      allowed: false,
      code: "insufficient_user_authentication",
      message: `the user must have authenticated ${needs}`,
      ...(acr === undefined ? {} : { acr }),
      ...(maxAge === undefined ? {} : { maxAge }),
    });
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
