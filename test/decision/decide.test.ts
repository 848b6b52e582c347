import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { isFirstParty } from "../../src/decision/access-token.js";
import { factsOf } from "../../src/decision/decide.js";
import { DECISION_CODES, type Decision } from "../../src/decision/decision.js";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { deciderOf } from "../../src/decision/gate-decider.js";
import type { PreparedOperation } from "../../src/decision/prepared.js";
import { CODE_ORDER, ORDER_POLICY } from "../cases/code-order.js";
import { DECISION_POLICY } from "../cases/decision-case.js";
import { SCOPE_DECISIONS } from "../cases/decisions.js";
import { GATE_DECISIONS } from "../cases/decisions-conditions.js";
import { titled } from "../titled.js";

const policy = loadPolicy(DECISION_POLICY);
const CASES = [...SCOPE_DECISIONS, ...GATE_DECISIONS];

/** Overwrites every member of a value that can be changed, recursively. */
function overwriteMembers(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const member of Object.values(value)) overwriteMembers(member);
  if (Object.isFrozen(value)) return;
  if (Array.isArray(value)) value.push("spoilt");
  for (const key of Object.keys(value)) Reflect.set(value, key, "spoilt");
}

describe("decide", () => {
  const decisions = titled(CASES, ({ title, expect: { code } }) => `returns ${code}: ${title}`);
  it.each(decisions)("%s", (_title, { token, tool, params, expect: wanted }) => {
    expect(policy.decideUntrusted(token, tool, params)).toMatchObject(wanted);
  });

  const repeated = titled(CASES, ({ title }) => `returns the same decision each time: ${title}`);
  it.each(repeated)("%s", (_title, { token, tool, params }) => {
    const first = policy.decideUntrusted(token, tool, params);
    expect(loadPolicy(DECISION_POLICY).decideUntrusted(token, tool, params)).toEqual(first);
    for (let round = 0; round < 3; round += 1) {
      expect(policy.decideUntrusted(token, tool, params)).toEqual(first);
    }
  });

  const changed = titled(CASES, ({ title }) => `is unaffected by changes to its result: ${title}`);
  it.each(changed)("%s", (_title, { token, tool, params }) => {
    const before = structuredClone(policy.decideUntrusted(token, tool, params));
    overwriteMembers(policy.decideUntrusted(token, tool, params));
    expect(policy.decideUntrusted(token, tool, params)).toEqual(before);
  });

  it("is tested for every code", () => {
    const seen = new Set(CASES.map(({ expect: wanted }) => wanted.code));
    const rest = DECISION_CODES.filter((code) => !seen.has(code));
    expect(rest).toEqual([
      "unknown_operation",
      "invalid_params",
      "unauthenticated",
      "insufficient_user_authentication",
    ]);
  });
});

// The exact members of each code, in addition to the common ones.
const SHAPES: ReadonlyMap<string, readonly string[]> = new Map([
  ["unknown_operation", []],
  ["denied", ["reason"]],
  ["invalid_params", ["param"]],
  ["unauthenticated", []],
  ["invalid_token", []],
  ["insufficient_scope", ["accepted", "missing", "scopes"]],
  ["binding_mismatch", ["param"]],
  ["account_type_required", ["accountTypes"]],
  ["upgrade_required", ["had", "tier"]],
  ["reserved_scope", []],
  ["insufficient_user_authentication", ["maxAge"]],
]);

const shapeOf = (decision: Decision) => Object.keys(decision).sort();

describe("the order of the codes", () => {
  const order = loadPolicy(ORDER_POLICY);

  it.each(CODE_ORDER)("puts %s before %s: %s", (first, _, tool, token, params) => {
    expect(order.decideUntrusted(token, tool, params).code).toBe(first);
  });

  it.each(CODE_ORDER)(
    "gives %s, before %s, the members of its code only: %s",
    (first, _, tool, token, params) => {
      const decision = order.decideUntrusted(token, tool, params);
      const members =
        first === "allowed"
          ? ["enriched", "enrichments", "scopes"]
          : ["message", ...(SHAPES.get(first) ?? [])];
      expect(shapeOf(decision)).toEqual(["allowed", "code", ...members].sort());
      expect(decision.allowed).toBe(first === "allowed");
      expect(JSON.parse(JSON.stringify(decision))).toMatchObject({ code: first });
    },
  );

  it.each(CODE_ORDER)(
    "lets %s, before %s, name scopes only if consent can fix the denial: %s",
    (first, _, tool, token, params) => {
      const decision = order.decideUntrusted(token, tool, params);
      expect("missing" in decision).toBe(first === "insufficient_scope");
      expect("accepted" in decision).toBe(first === "insufficient_scope");
      expect("scopes" in decision).toBe(first === "insufficient_scope" || first === "allowed");
    },
  );
});

describe("the parameters of a call", () => {
  const BAD: readonly unknown[] = [
    undefined,
    null,
    "",
    " ",
    ".",
    "..",
    "a/b",
    "a b",
    "a%2Fb",
    "a\n",
    "\u00e9",
    "{id}",
    "*",
    "a".repeat(129),
    -1,
    -0,
    1.5,
    Number.NaN,
    2 ** 53,
    true,
    ["1"],
    { toString: () => "1" },
    Object("1"),
    Symbol("1"),
    1n,
  ];
  const bad = titled(BAD, (value) => `are denied with invalid_params for ${inspect(value)}`);
  it.each(bad)("%s", (_title, id) => {
    expect(policy.decideUntrusted({ scope: "/a/1/read b" }, "bound_any", { id })).toEqual({
      allowed: false,
      code: "invalid_params",
      message: expect.stringMatching(/^invalid parameter `id`/) as unknown,
      param: "id",
    });
  });

  it("are denied with one message for a missing value and another for an unsafe one", () => {
    const messageOf = (params: unknown) => {
      const decision = policy.decideUntrusted({ scope: "/a/1/read b" }, "bound_any", params);
      return decision.allowed ? "" : decision.message;
    };
    expect(messageOf({})).toBe("invalid parameter `id`: missing");
    expect(messageOf({ id: undefined })).toBe("invalid parameter `id`: missing");
    for (const id of [null, "", "../b", -1]) {
      expect(messageOf({ id })).toMatch(
        /^invalid parameter `id`: not a safe value: expected 1 to 128 /,
      );
    }
  });

  it("states that a path has segments", () => {
    const files = loadPolicy({
      name: "Files",
      version: "1",
      scopes: { "files:/{path}": { match: "path-prefix" } },
      tools: { read: "files:/{path}" },
    });
    const decision = files.decideUntrusted({ scope: "files:/a" }, "read", { path: "a/../b" });
    expect(decision).toMatchObject({
      code: "invalid_params",
      message: expect.stringContaining("expected segments, joined by `/`, of 1 to 128 ") as unknown,
    });
    expect(files.bindScope("files:/{path}", { path: "/a" })).toMatchObject({
      reason: expect.stringContaining("expected segments, joined by `/`, of 1 to 128 ") as unknown,
    });
  });

  it.each([
    [0, "0"],
    [7, "7"],
    [2 ** 53 - 1, "9007199254740991"],
  ])("can be the number %d", (id, text) => {
    expect(policy.decideUntrusted({ scope: `/a/${text}/read` }, "bound", { id })).toMatchObject({
      code: "allowed",
      scopes: [`/a/${text}/read`],
    });
    expect(policy.decideUntrusted({ scope: "/a/8/read" }, "bound", { id }).code).toBe(
      "binding_mismatch",
    );
  });

  const GOOD = [
    "jane@example.com",
    "auth0|1",
    "a:b",
    "1",
    "a".repeat(128),
    "A.b_c~d-9",
    "...",
    "constructor",
    "__proto__",
  ];
  it.each(GOOD)("can have the value %s", (id) => {
    expect(policy.decideUntrusted({ scope: `/a/${id}/read` }, "bound", { id })).toMatchObject({
      code: "allowed",
      scopes: [`/a/${id}/read`],
    });
  });

  const HOLDERS: readonly (readonly [title: string, params: unknown])[] = [
    ["undefined", undefined],
    ["null", null],
    ["a text", "id"],
    ["an object that inherits the value", Object.create({ id: "1" })],
    ["a list", ["1"]],
    ["a map", new Map([["id", "1"]])],
    ["a function", Object.assign(() => "1", { id: "1" })],
  ];
  it.each(HOLDERS)("are missing if `params` is %s", (_, params) => {
    expect(policy.decideUntrusted({ scope: "/a/1/read" }, "bound", params)).toMatchObject({
      code: "invalid_params",
      param: "id",
    });
  });

  it("can include unused ones, and the denial names the first invalid one in the order of the rule", () => {
    const token = { scope: "/a/1/read" };
    expect(policy.decideUntrusted(token, "bound", { id: "1", other: {} }).allowed).toBe(true);
    expect(policy.decideUntrusted(token, "one", { id: "../" }).code).toBe("insufficient_scope");
    expect(policy.decideUntrusted(token, "bound_two", {})).toMatchObject({ param: "from" });
    expect(policy.decideUntrusted(token, "bound_two", { from: "1" })).toMatchObject({
      param: "to",
    });
    expect(policy.decideUntrusted(token, "bound_pair", { x: "1", y: "/" })).toMatchObject({
      param: "y",
    });
  });

  it("are validated for every alternative, whatever the token has", () => {
    for (const scope of ["", "b", "/a/1/read b"]) {
      expect(policy.decideUntrusted({ scope }, "bound_any", { id: "../1" }).code).toBe(
        "invalid_params",
      );
    }
  });
});

describe("the name of an operation", () => {
  const NAMES: readonly unknown[] = [
    "gone",
    "",
    "ONE",
    " one",
    "one\n",
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "GET /a/1",
    "get /me",
    "GET /me/",
    undefined,
    null,
    1,
    ["one"],
    Object("one"),
    { toString: () => "one" },
    Symbol("one"),
    "one".repeat(100_000),
  ];
  const names = titled(NAMES, (name) => `is unknown: ${inspect(name).slice(0, 60)}`);
  it.each(names)("%s", (_title, name) => {
    expect(policy.decideUntrusted({ scope: "a" }, name)).toEqual({
      allowed: false,
      code: "unknown_operation",
      message: "unknown operation: the policy names no such tool or endpoint",
    });
  });

  it("can be a declared name that Object.prototype has too", () => {
    const named = loadPolicy({
      name: "n",
      version: "1",
      scopes: { constructor: {}, valueOf: {} },
      tools: { toString: "constructor", constructor: "valueOf" },
    });
    expect(named.decideUntrusted({ scope: "constructor" }, "toString").code).toBe("allowed");
    expect(named.decideUntrusted({ scope: "constructor" }, "constructor").code).toBe(
      "insufficient_scope",
    );
    expect(named.decideUntrusted({ scope: "constructor" }, "valueOf").code).toBe(
      "unknown_operation",
    );
  });
});

describe("the members of a token", () => {
  const DEFINITION = {
    name: "Reads",
    version: "1",
    tiers: ["free", "pro"],
    accountTypes: ["mentor"],
    entitlements: ["extra"],
    scopes: { a: {}, b: {}, r: { reserved: true }, "/x/{i}": {} },
    tools: {
      one: "a",
      both: { allOf: ["a", "b"] },
      bound: "/x/{i}",
      "any_*": "a",
      tiered: { allOf: ["a", "b"], tier: "pro" },
      mentor: { scope: "a", accountTypes: ["mentor"] },
      "tiered_*": { scope: "a", tier: "pro" },
      fresh: { scope: "a", maxAge: 60 },
      acr: { scope: "a", acr: "mfa" },
      restricted: { scope: "a", entitlement: "extra" },
    },
  };
  const ALL = ["tier", "account_type", "entitlements", "first_party"];

  it.each<[tool: string, scope: string, read: readonly string[]]>([
    ["one", "a", []],
    ["one", "b", []],
    ["both", "a", []],
    ["bound", "/x/1", []],
    ["bound", "/x/2", []],
    ["any_one", "a", []],
    ["any_one", "b", []],
    ["one", "a r", ["first_party"]],
    ["tiered", "a b", ["tier"]],
    ["mentor", "a", ALL],
    ["tiered_one", "a", ALL],
    ["restricted", "a", ALL],
    ["fresh", "a", ["acr", "auth_time"]],
    ["acr", "a", ["acr"]],
  ])("are read if they decide: %s with %s reads %j", (tool, scope, expected) => {
    const read: string[] = [];
    const token = { scope };
    for (const name of [...ALL, "boundaries", "approvedScopes", "acr", "auth_time", "sub"])
      Object.defineProperty(token, name, {
        get: () => {
          read.push(name);
          return undefined;
        },
      });
    expect(loadPolicy(DEFINITION).decide(token, tool, { i: "1" })).toHaveProperty("code");
    expect(read).toEqual(expected);
  });

  it("count as none if they are missing", () => {
    const { policy, operations } = deciderOf(loadPolicy(DEFINITION));
    const operation = operations.get("mentor") as PreparedOperation;
    const none = {
      firstParty: false,
      tier: undefined,
      rank: -1,
      accountTypes: [],
      entitlements: [],
    };
    expect(factsOf(policy, operation, { scope: "a" })).toMatchObject(none);
    expect(
      factsOf(policy, operation, {
        scope: "a",
        tier: ["pro"],
        account_type: 7,
        entitlements: "extra",
        first_party: 1,
      }),
    ).toMatchObject(none);
    const all = { tier: "pro", account_type: "mentor", entitlements: ["extra"], first_party: true };
    expect(factsOf(policy, operation, all)).toMatchObject({
      firstParty: true,
      tier: "pro",
      rank: 1,
      accountTypes: ["mentor"],
      entitlements: ["extra"],
    });
  });

  it("do not make a token that of a first-party client if they cannot be read", () => {
    const token = Object.defineProperty({ scope: "a" }, "first_party", {
      get: () => {
        throw new Error("no");
      },
    });
    const inherited = Object.create({ first_party: true }) as object;
    expect([token, inherited, null, undefined, { first_party: 1 }].map(isFirstParty)).toEqual(
      Array.from({ length: 5 }, () => false),
    );
    expect(isFirstParty({ first_party: true })).toBe(true);
  });
});
