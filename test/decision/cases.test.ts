import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { PolicyError } from "../../src/errors.js";
import { met, short } from "../cases/decision-case.js";

const policy = loadPolicy({
  name: "Database",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["owner"],
  scopes: {
    base: {},
    read: {},
    write: { implies: ["read"] },
    admin: { implies: ["write"] },
    "/a/{id}/read": {},
    "/a/{id}/write": { implies: ["/a/{id}/read"] },
    internal: { reserved: true },
  },
  baseline: ["base"],
  tools: {
    run_query: {
      title: "Run a query",
      cases: [{ when: { mode: "explain" }, scope: "read" }],
      otherwise: "write",
    },
    typed: {
      cases: [
        { when: { value: "true" }, scope: "read" },
        { when: { value: true }, scope: "write" },
        { when: { value: 1 }, deny: "The number one." },
        { when: { value: "1" }, deny: "The text one." },
        { when: { value: null }, deny: "Null." },
        { when: { value: ["", 0, false] }, deny: "Empty." },
        { when: { length: [1, 4] }, deny: "A length." },
        { when: { toString: "x", constructor: "y" }, deny: "Names of Object.prototype." },
      ],
      otherwise: "admin",
      weakOtherwise: true,
    },
    first: {
      cases: [
        { when: { mode: ["a", "b"] }, scope: "read" },
        { when: { mode: ["b", "c"], force: true }, scope: "admin" },
        { when: { mode: "c" }, scope: "write" },
      ],
      otherwise: "admin",
      weakOtherwise: true,
    },
    bound: {
      cases: [
        { when: { mode: "own" }, scope: "/a/{id}/read", params: { id: "account" } },
        { when: { mode: "all" }, scope: "admin" },
      ],
      otherwise: { allOf: ["admin", "/a/{id}/write"] },
      weakOtherwise: true,
    },
    gated: {
      cases: [
        { when: { mode: "pro" }, scope: "read", tier: "pro" },
        { when: { mode: "owner" }, scope: "read", accountTypes: ["owner"] },
        { when: { mode: "internal" }, scope: "internal" },
      ],
      otherwise: { deny: "Choose a mode." },
    },
    hidden: {
      hidden: true,
      cases: [{ when: { mode: "explain" }, scope: "read" }],
      otherwise: "write",
    },
    "list_*": {
      cases: [
        { when: { mode: "own" }, scope: "/a/{id}/read" },
        { when: { mode: "drop" }, deny: "Never through a pattern." },
      ],
      otherwise: "write",
      weakOtherwise: true,
    },
    "*_notes": {
      cases: [{ when: { deleted: true }, scope: "admin" }],
      otherwise: "read",
      weakOtherwise: true,
    },
    "list_p*": "read",
    drop_table: {
      cases: [{ when: { mode: "explain" }, scope: "read" }],
      otherwise: "write",
    },
    "drop_*": { deny: "Nothing is dropped." },
    copy_table: "write",
    "copy_*": {
      cases: [{ when: { mode: "x" }, deny: "Not x." }],
      otherwise: { deny: "Not copied." },
    },
  },
  endpoints: {
    "POST /v1/{kind}/query": {
      cases: [
        { when: { kind: "logs" }, scope: "read" },
        { when: { mode: "explain" }, scope: "read" },
      ],
      otherwise: "write",
    },
  },
});

const READ = "base read";
const WRITE = "base write";
const ADMIN = "base admin";
const denied = (reason: string) => ({ code: "denied", allowed: false, reason });
const lacks = (...scopes: string[]) => short(scopes, [...scopes, "base"], [[...scopes, "base"]]);

class Inherited {
  get mode() {
    return "explain";
  }
}

const throwing = {
  get mode(): string {
    throw new Error("not readable");
  },
};

const revoked = Proxy.revocable({}, {});
revoked.revoke();

type Row = readonly [
  title: string,
  call: { readonly tool: string; readonly scope: string; readonly params?: unknown },
  expected: object,
];

const ROWS: readonly Row[] = [
  [
    "the case",
    { tool: "run_query", scope: READ, params: { mode: "explain" } },
    met("read", "base"),
  ],
  [
    "the case, denied",
    { tool: "run_query", scope: "base", params: { mode: "explain" } },
    lacks("read"),
  ],
  ["another value", { tool: "run_query", scope: READ, params: { mode: "run" } }, lacks("write")],
  [
    "another letter case",
    { tool: "run_query", scope: READ, params: { mode: "Explain" } },
    lacks("write"),
  ],
  ["a space", { tool: "run_query", scope: READ, params: { mode: "explain " } }, lacks("write")],
  ["no argument", { tool: "run_query", scope: READ, params: {} }, lacks("write")],
  ["no arguments", { tool: "run_query", scope: READ }, lacks("write")],
  ["null as arguments", { tool: "run_query", scope: READ, params: null }, lacks("write")],
  ["a text as arguments", { tool: "run_query", scope: READ, params: "explain" }, lacks("write")],
  [
    "another argument",
    { tool: "run_query", scope: READ, params: { Mode: "explain" } },
    lacks("write"),
  ],
  [
    "an argument deeper down",
    { tool: "run_query", scope: READ, params: { a: { mode: "explain" } } },
    lacks("write"),
  ],
  [
    "a list of the value",
    { tool: "run_query", scope: READ, params: { mode: ["explain"] } },
    lacks("write"),
  ],
  [
    "an object with the text",
    { tool: "run_query", scope: READ, params: { mode: new String("explain") } },
    lacks("write"),
  ],
  [
    "an object that converts to it",
    { tool: "run_query", scope: READ, params: { mode: { toString: () => "explain" } } },
    lacks("write"),
  ],
  [
    "an inherited argument",
    { tool: "run_query", scope: READ, params: Object.create({ mode: "explain" }) },
    lacks("write"),
  ],
  [
    "an inherited getter",
    { tool: "run_query", scope: READ, params: new Inherited() },
    lacks("write"),
  ],
  ["a getter that throws", { tool: "run_query", scope: READ, params: throwing }, lacks("write")],
  [
    "an unreadable proxy",
    { tool: "run_query", scope: READ, params: revoked.proxy },
    lacks("write"),
  ],
  [
    "`__proto__` as an own argument",
    { tool: "run_query", scope: READ, params: JSON.parse('{"__proto__":{"mode":"explain"}}') },
    lacks("write"),
  ],
  [
    "an own argument of an object without prototype",
    {
      tool: "run_query",
      scope: READ,
      params: Object.assign(Object.create(null), { mode: "explain" }),
    },
    met("read", "base"),
  ],
  [
    "further arguments",
    { tool: "run_query", scope: READ, params: { mode: "explain", sql: "x", force: {} } },
    met("read", "base"),
  ],
  [
    "the baseline in each branch",
    { tool: "run_query", scope: "read", params: { mode: "explain" } },
    short(["base"], ["read", "base"]),
  ],
  [
    "an implied scope in each branch",
    { tool: "run_query", scope: ADMIN, params: { mode: "explain" } },
    met("read", "base"),
  ],

  [
    "the text `true`",
    { tool: "typed", scope: READ, params: { value: "true" } },
    met("read", "base"),
  ],
  ["the boolean `true`", { tool: "typed", scope: READ, params: { value: true } }, lacks("write")],
  [
    "the number 1",
    { tool: "typed", scope: ADMIN, params: { value: 1 } },
    denied("The number one."),
  ],
  [
    "the text `1`",
    { tool: "typed", scope: ADMIN, params: { value: "1" } },
    denied("The text one."),
  ],
  ["a big integer", { tool: "typed", scope: ADMIN, params: { value: 1n } }, met("admin", "base")],
  ["null", { tool: "typed", scope: ADMIN, params: { value: null } }, denied("Null.")],
  [
    "the text `null`",
    { tool: "typed", scope: ADMIN, params: { value: "null" } },
    met("admin", "base"),
  ],
  [
    "`undefined`",
    { tool: "typed", scope: ADMIN, params: { value: undefined } },
    met("admin", "base"),
  ],
  ["0", { tool: "typed", scope: ADMIN, params: { value: 0 } }, denied("Empty.")],
  [
    "-0, which JSON writes as 0",
    { tool: "typed", scope: ADMIN, params: { value: -0 } },
    denied("Empty."),
  ],
  ["NaN", { tool: "typed", scope: ADMIN, params: { value: Number.NaN } }, met("admin", "base")],
  ["false", { tool: "typed", scope: ADMIN, params: { value: false } }, denied("Empty.")],
  ["an empty text", { tool: "typed", scope: ADMIN, params: { value: "" } }, denied("Empty.")],
  ["an empty list", { tool: "typed", scope: ADMIN, params: { value: [] } }, met("admin", "base")],
  [
    "names of Object.prototype, inherited",
    { tool: "typed", scope: ADMIN, params: {} },
    met("admin", "base"),
  ],
  [
    "names of Object.prototype, own",
    { tool: "typed", scope: ADMIN, params: { toString: "x", constructor: "y" } },
    denied("Names of Object.prototype."),
  ],
  [
    "one of two arguments",
    { tool: "typed", scope: ADMIN, params: { toString: "x" } },
    met("admin", "base"),
  ],

  [
    "the first of two cases that are met",
    { tool: "first", scope: READ, params: { mode: "b", force: true } },
    met("read", "base"),
  ],
  [
    "the second if the first is not met",
    { tool: "first", scope: WRITE, params: { mode: "c", force: true } },
    lacks("admin"),
  ],
  [
    "the third without the further argument",
    { tool: "first", scope: WRITE, params: { mode: "c", force: "true" } },
    met("write", "base"),
  ],
  ["no case", { tool: "first", scope: WRITE, params: { mode: "d", force: true } }, lacks("admin")],

  [
    "the parameter of the case",
    { tool: "bound", scope: "base /a/x/read", params: { mode: "own", account: "x" } },
    met("/a/x/read", "base"),
  ],
  [
    "another value of the parameter",
    { tool: "bound", scope: "base /a/x/read", params: { mode: "own", account: "y" } },
    { code: "binding_mismatch", allowed: false, param: "account" },
  ],
  [
    "the missing parameter of the case",
    { tool: "bound", scope: ADMIN, params: { mode: "own", id: "x" } },
    { code: "invalid_params", allowed: false, param: "account" },
  ],
  [
    "a case without parameters, though another has invalid ones",
    { tool: "bound", scope: ADMIN, params: { mode: "all", id: "..", account: 7 } },
    met("admin", "base"),
  ],
  [
    "the parameter of `otherwise`",
    { tool: "bound", scope: "base admin /a/x/write", params: { id: "x", account: ".." } },
    met("admin", "/a/x/write", "base"),
  ],
  [
    "the missing parameter of `otherwise`",
    { tool: "bound", scope: ADMIN, params: { account: "x" } },
    { code: "invalid_params", allowed: false, param: "id" },
  ],

  [
    "the tier of a case",
    { tool: "gated", scope: READ, params: { mode: "pro" } },
    { code: "upgrade_required", allowed: false, tier: "pro" },
  ],
  [
    "the account type of a case",
    { tool: "gated", scope: READ, params: { mode: "owner" } },
    { code: "account_type_required", allowed: false },
  ],
  [
    "the reserved scope of a case",
    { tool: "gated", scope: "base internal", params: { mode: "internal" } },
    { code: "reserved_scope", allowed: false },
  ],
  [
    "a denied `otherwise`",
    { tool: "gated", scope: ADMIN, params: { mode: "other" } },
    denied("Choose a mode."),
  ],

  [
    "a hidden tool",
    { tool: "hidden", scope: READ, params: { mode: "explain" } },
    met("read", "base"),
  ],

  [
    "a case of a pattern",
    { tool: "list_things", scope: "base /a/x/read", params: { mode: "own", id: "x" } },
    met("/a/x/read", "base"),
  ],
  [
    "the missing parameter of a case of a pattern",
    { tool: "list_things", scope: WRITE, params: { mode: "own" } },
    { code: "invalid_params", allowed: false, param: "id" },
  ],
  ["`otherwise` of a pattern", { tool: "list_things", scope: READ }, lacks("write")],
  [
    "a denial in a case of a pattern",
    { tool: "list_things", scope: ADMIN, params: { mode: "drop" } },
    denied("Never through a pattern."),
  ],
  [
    "a case of each of two patterns",
    {
      tool: "list_notes",
      scope: "base /a/x/read",
      params: { mode: "own", id: "x", deleted: true },
    },
    short(["admin"], ["/a/x/read", "base", "admin"]),
  ],
  [
    "`otherwise` of one pattern and a case of the other",
    { tool: "list_notes", scope: WRITE, params: { deleted: true } },
    short(["admin"], ["write", "base", "admin"]),
  ],
  [
    "`otherwise` of both",
    { tool: "list_notes", scope: WRITE, params: {} },
    met("write", "base", "read"),
  ],
  [
    "a denial of one pattern",
    { tool: "list_notes", scope: ADMIN, params: { mode: "drop" } },
    denied("Never through a pattern."),
  ],
  [
    "a pattern with cases and one without",
    { tool: "list_plans", scope: "base /a/x/read", params: { mode: "own", id: "x" } },
    short(["read"], ["/a/x/read", "base", "read"]),
  ],

  [
    "a denying pattern, in a case",
    { tool: "drop_table", scope: ADMIN, params: { mode: "explain" } },
    denied("Nothing is dropped."),
  ],
  [
    "a denying pattern, in `otherwise`",
    { tool: "drop_table", scope: ADMIN },
    denied("Nothing is dropped."),
  ],
  [
    "a pattern that denies in each branch, for an exact tool",
    { tool: "copy_table", scope: WRITE, params: { mode: "x" } },
    met("write", "base"),
  ],
  [
    "a pattern that denies in each branch",
    { tool: "copy_rows", scope: WRITE },
    denied("Not copied."),
  ],

  [
    "an endpoint by its name",
    { tool: "POST /v1/{kind}/query", scope: "read", params: { kind: "logs" } },
    met("read"),
  ],
  [
    "an endpoint by another argument",
    { tool: "POST /v1/{kind}/query", scope: "read", params: { kind: "rows", mode: "explain" } },
    met("read"),
  ],
  [
    "`otherwise` of an endpoint",
    { tool: "POST /v1/{kind}/query", scope: "read", params: { kind: "rows" } },
    short(["write"]),
  ],
];

describe("a call of an operation with cases", () => {
  it.each(ROWS)("is decided by %s", (_, { tool, scope, params }, expected) => {
    for (const token of [{ scope }, { scope: scope.split(" ") }]) {
      expect(policy.decideUntrusted(token, tool, params)).toMatchObject(expected);
      expect(policy.decide(token, tool, params as never)).toMatchObject(expected);
      expect(policy.operation(tool).decide(token, params as never)).toMatchObject(expected);
    }
  });

  it("is denied without a token, after the denial and the parameters of its branch", () => {
    const ask = (tool: string, params: { readonly [param: string]: unknown }) =>
      policy.decide(undefined, tool, params).code;
    expect(ask("run_query", { mode: "explain" })).toBe("unauthenticated");
    expect(ask("gated", {})).toBe("denied");
    expect(ask("gated", { mode: "pro" })).toBe("unauthenticated");
    expect(ask("bound", { mode: "own" })).toBe("invalid_params");
    expect(ask("bound", { mode: "all" })).toBe("unauthenticated");
  });

  it("is denied with an invalid token in each branch", () => {
    for (const mode of ["explain", "run"])
      expect(policy.decideUntrusted({ scope: 7 }, "run_query", { mode }).code).toBe(
        "invalid_token",
      );
  });

  it("is not decided by the length of a text or the name of a function", () => {
    const token = { scope: READ };
    for (const params of ["true", () => "true", Symbol("true"), 1])
      expect(policy.decideUntrusted(token, "typed", params)).toMatchObject(lacks("admin"));
  });

  it("passes `authorize` in its branch", () => {
    const token = { scope: READ };
    expect(policy.authorize(token, "run_query", { mode: "explain" })).toBe(token);
    const decision: unknown = expect.objectContaining(lacks("write"));
    const denial: unknown = expect.objectContaining({ decision });
    expect(() => policy.authorize(token, "run_query", { mode: "run" })).toThrow(denial);
    const operation = policy.operation("run_query");
    expect(operation.authorize(token, { mode: "explain" })).toBe(token);
    expect(() => operation.authorize(token)).toThrow(denial);
  });
});

describe("a request to an endpoint with cases", () => {
  const ask = (path: string, params?: { readonly [param: string]: unknown }) =>
    policy.decideRequest({ scope: "read" }, { method: "POST", path, ...(params && { params }) });

  it("is decided by the parameters of its path and by what the host passes", () => {
    expect(ask("/v1/logs/query").code).toBe("allowed");
    expect(ask("/v1/rows/query").code).toBe("insufficient_scope");
    expect(ask("/v1/Logs/query").code).toBe("insufficient_scope");
    expect(ask("/v1/rows/query", { mode: "explain" }).code).toBe("allowed");
  });

  it("is decided by the path if the host passes another value of the same name", () => {
    expect(ask("/v1/rows/query", { kind: "logs" }).code).toBe("insufficient_scope");
    expect(ask("/v1/logs/query", { kind: "rows" }).code).toBe("allowed");
  });

  it("gives its match the arguments that cases compare", () => {
    const request = { method: "POST", path: "/v1/rows/query", params: { mode: "explain", x: 1 } };
    expect(policy.findEndpoint(request)).toEqual({
      name: "POST /v1/{kind}/query",
      params: { kind: "rows", mode: "explain" },
    });
  });
});

describe("the parameters of an operation with cases", () => {
  it.each([
    ["run_query", ["mode"]],
    ["bound", ["account", "id", "mode"]],
    ["list_notes", ["id", "mode", "deleted"]],
    ["POST /v1/{kind}/query", ["kind", "mode"]],
  ])("of %s are those of all branches and the compared arguments", (name, params) => {
    expect(policy.operation(name).params).toEqual(params);
  });

  it("of an unknown operation are an error", () => {
    expect(() => policy.operation("run_querry")).toThrow(PolicyError);
  });
});

describe("the list of tools", () => {
  const listed = (scope: string | undefined) =>
    Object.fromEntries(
      policy
        .toolsFor(scope === undefined ? undefined : { scope })
        .map(({ name, decision }) => [name, decision]),
    );

  it("shows a tool as allowed if any branch is", () => {
    const tools = listed(READ);
    expect(tools["run_query"]).toMatchObject(met("read", "base"));
    expect(tools["first"]).toMatchObject(met("read", "base"));
    expect(listed("base /a/x/read")["bound"]).toMatchObject(met("/a/x/read", "base"));
  });

  it("shows the decision of `otherwise` if no branch is allowed", () => {
    const tools = listed("base");
    expect(tools["run_query"]).toMatchObject(lacks("write"));
    expect(tools["first"]).toMatchObject(lacks("admin"));
    // the list names no scope without its value
    expect(tools["bound"]).toMatchObject({ code: "insufficient_scope", missing: ["admin"] });
  });

  it("leaves out a tool whose `otherwise` is denied, unless a case is allowed", () => {
    expect(listed(READ)).not.toHaveProperty("gated");
    const owner = { scope: READ, account_type: "owner" };
    expect(policy.toolsFor(owner).map(({ name }) => name)).toContain("gated");
  });

  it("leaves out hidden tools and those that a pattern denies", () => {
    expect(listed(ADMIN)).not.toHaveProperty("hidden");
    expect(listed(ADMIN)).not.toHaveProperty("drop_table");
  });

  it("asks a caller without a token to sign in", () => {
    expect(listed(undefined)["run_query"]).toMatchObject({ code: "unauthenticated" });
    expect(listed(undefined)).not.toHaveProperty("gated");
  });
});
