import { describe, expect, expectTypeOf, test } from "vitest";
import { definePolicy, loadPolicy } from "../../src/decision/define-policy.js";
import {
  type DenialCode,
  decisionMatrix,
  expectNoWidening,
  policyMatchers,
  type TestToken,
} from "../../src/testing.js";

const policy = definePolicy({
  name: "Loopwise",
  version: "1",
  scopes: { "courses:read": {}, "/accounts/{accountID}/": {} },
  tools: {
    list_courses: "courses:read",
    read_account: "/accounts/{accountID}/",
    "get_*": "courses:read",
  },
  endpoints: { "GET /v1/courses": "courses:read" },
});
const loaded = loadPolicy({});

describe("the matchers", () => {
  test("accept only the names and parameters of a policy", () => {
    expect.extend(policyMatchers);
    expect(policy).toAllow("courses:read", "list_courses");
    expect(policy).toAllow(undefined, "GET /v1/courses");
    expect(policy).toAllow(["courses:read"], "get_all");
    expect(policy).not.toAllow({ scope: "a", tier: "pro" }, "read_account", { accountID: "a" });
    // @ts-expect-error no such tool
    expect(policy).toAllow("courses:read", "list_corses");
    // @ts-expect-error the parameter is missing
    expect(policy).toAllow("courses:read", "read_account");
    // @ts-expect-error a parameter with another name
    expect(policy).toAllow("courses:read", "read_account", { accountId: "a" });
    // @ts-expect-error no token
    expect(policy).toAllow(null, "list_courses");
    expect(policy).not.toDeny("a", "list_courses", "insufficient_scope");
    expect(policy).toDeny("a", "read_account", "invalid_params");
    expect(policy).toDeny("a", "read_account", "binding_mismatch", { accountID: "a" });
    expect(policy).toDeny("a", "no_such_tool", "unknown_operation");
    // @ts-expect-error no such tool
    expect(policy).toDeny("a", "list_corses", "insufficient_scope");
    // @ts-expect-error no such code
    expect(policy).toDeny("a", "list_courses", "insuficient_scope");
    // @ts-expect-error not a denial
    expect(policy).toDeny("a", "list_courses", "allowed");
    // @ts-expect-error the code is missing
    expect(policy).toDeny("a", "list_courses");
  });

  test("accept any name for a loaded policy", () => {
    expect(loaded).toAllow("a", "anything", { id: "a" });
    expect(loaded).toDeny("a", "anything", "denied");
    // @ts-expect-error the subject is not a policy
    expect("text").toAllow("a", "anything");
  });

  test("have exact types", () => {
    expectTypeOf<Parameters<typeof expectNoWidening>["length"]>().toEqualTypeOf<2 | 3>();
    expectTypeOf<Extract<DenialCode, "allowed">>().toBeNever();
    expectTypeOf<undefined>().toExtend<TestToken>();
    expectTypeOf<null>().not.toExtend<TestToken>();
  });
});

test("decisionMatrix and expectNoWidening accept only policies and their names", () => {
  const tokens = { nobody: undefined, reader: "courses:read" };
  expectTypeOf(decisionMatrix(policy, { tokens, operations: ["get_all"] })).toEqualTypeOf<string>();
  expectTypeOf(decisionMatrix(loaded, { tokens, operations: ["any"] })).toEqualTypeOf<string>();
  // @ts-expect-error no such tool
  decisionMatrix(policy, { tokens, operations: ["list_corses"] });
  expectNoWidening(policy, loaded, { except: ["list_courses"] });
  expectNoWidening(loaded, policy);
  // @ts-expect-error a definition is not a policy
  expectNoWidening(policy.definition, policy);
});
