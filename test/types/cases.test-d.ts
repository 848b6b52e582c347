import { describe, expectTypeOf, test } from "vitest";
import type { AccessToken } from "../../src/decision/access-token.js";
import { definePolicy, type ParamsOf } from "../../src/decision/define-policy.js";

declare const token: AccessToken | undefined;

const base = {
  name: "Database",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["owner"],
  scopes: { read: {}, write: {}, "/a/{id}/read": {}, "/b/{id}/{part}": {} },
} as const;

const policy = definePolicy({
  ...base,
  tools: {
    run_query: { cases: [{ when: { mode: "explain" }, scope: "read" }], otherwise: "write" },
    bound: {
      cases: [
        { when: { mode: ["own", 1, true, null] }, scope: "/a/{id}/read" },
        { when: { force: true, part: "x" }, deny: "Never." },
      ],
      otherwise: "/b/{id}/{part}",
      weakOtherwise: true,
    },
    everywhere: {
      cases: [
        { when: { mode: "own" }, allOf: ["/a/{id}/read", "read"], tier: "pro" },
        { when: { mode: "all" }, scope: "/a/{id}/read", params: { id: "other" } },
      ],
      otherwise: { anyOf: ["/a/{id}/read"], params: { id: "id" }, accountTypes: ["owner"] },
      weakOtherwise: true,
    },
    required: {
      cases: [{ when: { mode: "own" }, scope: "/a/{id}/read", params: { id: "account" } }],
      otherwise: { scope: "/b/{id}/{part}", params: { id: "account", part: "account" } },
      weakOtherwise: true,
    },
    plain: "/a/{id}/read",
    "list_*": {
      cases: [{ when: { mode: "x" }, scope: "read" }],
      otherwise: "/a/{id}/read",
      weakOtherwise: true,
    },
  },
  endpoints: {
    "POST /query/{kind}": {
      cases: [{ when: { kind: "logs" }, scope: "read" }],
      otherwise: "write",
    },
  },
});

type Policy = typeof policy;

describe("the parameters of an operation with cases", () => {
  test("are optional and of any type if cases compare them", () => {
    expectTypeOf<ParamsOf<Policy, "run_query">>().toExtend<{ readonly mode?: unknown }>();
    policy.decide(token, "run_query");
    policy.decide(token, "run_query", {});
    policy.decide(token, "run_query", { mode: "explain" });
    policy.decide(token, "run_query", { mode: ["any", "value"] });
    policy.operation("run_query").decide(token, { mode: 7 });
    policy.decide(token, "POST /query/{kind}", { kind: "logs" });
    policy.authorize(token, "run_query", { mode: undefined });
  });

  test("are required if every branch has them", () => {
    policy.decide(token, "required", { account: "a" });
    policy.decide(token, "required", { account: "a", mode: 1 });
    // @ts-expect-error: every branch binds `account`
    policy.decide(token, "required", { mode: "own" });
    // @ts-expect-error: every branch binds `account`
    policy.decide(token, "required");
    // @ts-expect-error: a value that is bound into a scope is a string
    policy.decide(token, "required", { account: 7 });
    // @ts-expect-error: the parameter of an operation without cases is required
    policy.decide(token, "plain");
  });

  test("are optional if only some branches have them", () => {
    policy.decide(token, "bound");
    policy.decide(token, "bound", { id: "a" });
    policy.decide(token, "bound", { id: "a", part: "b", mode: "own", force: true });
    policy.decide(token, "everywhere", { id: "a" });
    policy.decide(token, "everywhere", { other: "a" });
  });

  test("come from the pattern that matches a name", () => {
    policy.decide(token, "list_things", { id: "a", mode: 1 });
    policy.decide(token, "list_things");
  });

  test("have no other names", () => {
    // @ts-expect-error: no case compares `mdoe`
    policy.decide(token, "run_query", { mdoe: "explain" });
    // @ts-expect-error: neither a parameter nor a compared argument
    policy.decide(token, "required", { account: "a", other: "b" });
  });
});

describe("cases", () => {
  test("have scopes, tiers and account types of the policy, and JSON scalars", () => {
    definePolicy({
      ...base,
      tools: {
        scope: {
          // @ts-expect-error: the policy declares no scope `raed`
          cases: [{ when: { mode: "x" }, scope: "raed" }],
          otherwise: "write",
        },
        otherwise: {
          cases: [{ when: { mode: "x" }, scope: "read" }],
          // @ts-expect-error: the policy declares no scope `wirte`
          otherwise: "wirte",
        },
        tier: {
          // @ts-expect-error: the policy declares no tier `gold`
          cases: [{ when: { mode: "x" }, scope: "read", tier: "gold" }],
          otherwise: "write",
        },
        value: {
          // @ts-expect-error: an object is not a JSON scalar
          cases: [{ when: { mode: { is: "x" } }, scope: "read" }],
          otherwise: "write",
        },
        open: {
          // @ts-expect-error: a branch is not public
          cases: [{ when: { mode: "x" }, public: true }],
          otherwise: "write",
        },
        nested: {
          cases: [{ when: { mode: "x" }, scope: "read" }],
          // @ts-expect-error: a branch has no cases
          otherwise: { cases: [], otherwise: "write" },
        },
        weak: {
          cases: [{ when: { mode: "x" }, scope: "read" }],
          otherwise: "write",
          // @ts-expect-error: the option is left out or `true`
          weakOtherwise: false,
        },
        condition: {
          // @ts-expect-error: a case has a condition
          cases: [{ scope: "read" }],
          otherwise: "write",
        },
      },
    });
  });
});
