import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { deciderOf } from "../../src/decision/gate-decider.js";
import { createViewer, toolListOf } from "../../src/decision/list-tools.js";
import { titled } from "../titled.js";

const policy = loadPolicy({
  name: "Tools",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["mentor"],
  scopes: { a: {}, b: {}, r: { reserved: true }, "/x/{i}": {}, "/y/{i}/{j}": {}, "/z/{k}": {} },
  tools: {
    zebra: "a",
    open: { public: true, enrichedBy: "b" },
    never: { deny: "no" },
    "list_*": "a",
    secret: { scope: "a", hidden: true },
    pro: { scope: "a", tier: "pro" },
    mentor: { scope: "a", accountTypes: ["mentor"] },
    internal: "r",
    bound: "/x/{i}",
    bound_or: { anyOf: ["/x/{i}", "b"] },
    two: { allOf: ["/x/{i}", { scope: "/y/{i}/{j}" }, "a"] },
    renamed: {
      allOf: [
        { scope: "/x/{i}", params: { i: "from" } },
        { scope: "/x/{i}", params: { i: "to" } },
      ],
    },
    three: { allOf: ["/z/{k}", "/x/{i}", "/y/{i}/{j}"] },
    bound_pro: { scope: "/x/{i}", tier: "pro" },
    list_denied: "a",
    list_d_bound: "/x/{i}",
    "list_d*": { deny: "by pattern" },
    any: { authenticated: true },
  },
  endpoints: { "GET /a": "a" },
});

const list = (token: unknown) =>
  policy.toolsFor(token as never).map(({ name, decision }) => `${name} ${decision.code}`);
const view = (token: unknown, tool: string) =>
  policy.toolsFor(token as never).find(({ name }) => name === tool)?.decision;

describe("toolsFor", () => {
  it("shows a tool as allowed where `when` compares the parameter of a placeholder", () => {
    const cases = loadPolicy({
      name: "Accounts",
      version: "1",
      scopes: { "/accounts/{accountID}/": {}, all: {} },
      tools: {
        show: {
          cases: [{ when: { accountID: "a" }, scope: "/accounts/{accountID}/" }],
          otherwise: "all",
          weakOtherwise: true,
        },
      },
    });
    const token = { scope: "/accounts/b/" };
    // a list has no arguments; no call with this token is allowed
    expect(cases.toolsFor(token).map(({ decision }) => decision.code)).toEqual(["allowed"]);
    expect(cases.decide(token, "show", { accountID: "b" }).code).toBe("insufficient_scope");
    expect(cases.decide(token, "show", { accountID: "a" }).code).toBe("binding_mismatch");
  });

  it("lists exact tools, in declared order, that are allowed or could become allowed", () => {
    expect(list({ scope: "a" })).toEqual([
      "zebra allowed",
      "open allowed",
      "pro upgrade_required",
      "bound insufficient_scope",
      "bound_or insufficient_scope",
      "two insufficient_scope",
      "renamed insufficient_scope",
      "three insufficient_scope",
      "bound_pro upgrade_required",
      "any allowed",
    ]);
  });

  it("lists the tools that a sign-in could open if there is no token", () => {
    expect(list(undefined)).toEqual([
      "zebra unauthenticated",
      "open allowed",
      "pro unauthenticated",
      "mentor unauthenticated",
      "internal unauthenticated",
      "bound unauthenticated",
      "bound_or unauthenticated",
      "two unauthenticated",
      "renamed unauthenticated",
      "three unauthenticated",
      "bound_pro unauthenticated",
      "any unauthenticated",
    ]);
  });

  it("lists reserved tools and tools for an account type to a token that can call them", () => {
    const token = { scope: "r a", first_party: true, account_type: "mentor" };
    expect(list(token)).toEqual(expect.arrayContaining(["internal allowed", "mentor allowed"]));
  });

  it.each([[null], [{}], [{ scope: " " }], [{ scope: ["a b"] }], ["a"]])(
    "lists nothing for the invalid token %j",
    (token) => {
      expect(list(token)).toEqual([]);
    },
  );

  it("has the decision of a call for each tool without parameters", () => {
    for (const token of [undefined, { scope: "a" }, { scope: "b", tier: "pro" }, { scope: "" }]) {
      for (const { name, decision } of policy.toolsFor(token)) {
        if (policy.operation(name).params.length > 0) continue;
        expect(decision).toEqual(policy.decideUntrusted(token, name));
      }
    }
  });

  it("returns a new list with the same content each time", () => {
    const token = { scope: "a /x/1" };
    const first = policy.toolsFor(token);
    first.pop();
    expect(policy.toolsFor(token)).toHaveLength(first.length + 1);
    expect(policy.toolsFor(token)).toEqual(policy.toolsFor({ ...token }));
  });
});

describe("a list with hidden tools", () => {
  const DEFINITION = {
    name: "Hidden",
    version: "1",
    scopes: { a: {}, "/x/{i}": {}, "/y/{i}": {} },
    tools: {
      open: "a",
      secret: { scope: "a", hidden: true },
      never: { deny: "no", hidden: true },
      both: { allOf: ["/x/{i}", "/y/{i}"], hidden: true },
    },
    endpoints: { "GET /a": "a" },
  };

  it("has those too, and leaves out the same ones otherwise", () => {
    const namesOf = (token: unknown) =>
      toolListOf(loadPolicy(DEFINITION), token, true).views.map(({ name }) => name);
    expect(namesOf({ scope: "a" })).toEqual(["open", "secret", "both"]);
    expect(namesOf({ scope: "a /x/1 /y/2" })).toEqual(["open", "secret"]);
    expect(namesOf(null)).toEqual([]);
  });

  it("is of the policy that it is asked for", () => {
    const [first, other] = [
      loadPolicy(DEFINITION),
      loadPolicy({ ...DEFINITION, tools: { b: "a" } }),
    ];
    expect(toolListOf(first, { scope: "a" }, true).views).toHaveLength(3);
    expect(toolListOf(other, { scope: "a" }, true).views).toHaveLength(1);
  });

  it("has no decision for a token whose values of the templates differ", () => {
    const decider = deciderOf(loadPolicy(DEFINITION));
    const codeFor = (scope: string) => {
      const operation = decider.operations.get("both");
      return operation && createViewer(decider, { scope })(operation)?.code;
    };
    expect(["/x/1 /y/2", "/x/1", "/x/1 /y/1"].map(codeFor)).toEqual([
      undefined,
      "insufficient_scope",
      "allowed",
    ]);
  });
});

describe("a tool with parameters", () => {
  const CALLABLE: readonly (readonly [scope: string, tool: string, scopes: readonly string[]])[] = [
    ["/x/1", "bound", ["/x/1"]],
    ["/x/2 /x/1", "bound", ["/x/2"]],
    ["b", "bound_or", ["b"]],
    ["/x/1 b", "bound_or", ["/x/1"]],
    ["a /x/1 /y/1/2", "two", ["/x/1", "/y/1/2", "a"]],
    ["a /x/1 /x/3 /y/3/4", "two", ["/x/3", "/y/3/4", "a"]],
    ["/x/1", "renamed", ["/x/1"]],
  ];
  const callable = titled(
    CALLABLE,
    ([scope, tool, scopes]) => `is allowed with ${scope}: ${tool}, by ${scopes.join(" ")}`,
  );
  it.each(callable)("%s", (_title, [scope, tool, scopes]) => {
    expect(view({ scope }, tool)).toMatchObject({ code: "allowed", scopes });
  });

  const NOT_CALLABLE: readonly (readonly [
    scope: string,
    tool: string,
    code: string | undefined,
  ])[] = [
    ["", "bound", "insufficient_scope"],
    ["a /x/1 /y/2/1", "two", undefined], // for any value, one of the two templates is bound to another one
    ["/x/1 /y/2/1", "three", undefined],
    ["/x/1 /y/1/1", "three", "insufficient_scope"],
    ["a /x/1", "two", "insufficient_scope"],
    ["/x/1 /y/1/2", "two", "insufficient_scope"],
    ["/x/1", "bound_pro", "upgrade_required"],
  ];
  const notCallable = titled(NOT_CALLABLE, ([scope, tool, code]) => {
    const granted = scope === "" ? "the empty scope" : scope;
    return code === undefined
      ? `is left out with ${granted}: ${tool}`
      : `has the decision ${code} with ${granted}: ${tool}`;
  });
  it.each(notCallable)("%s", (_title, [scope, tool, code]) => {
    expect(view({ scope }, tool)?.code).toBe(code);
  });

  it.each<[scope: string, tool: string, decision: object | undefined]>([
    ["rare /x/1", "rare", { code: "allowed", scopes: ["rare", "/x/1"] }],
    ["/x/1", "rare", undefined],
    ["/x/1 /y/2/1", "pro", { code: "upgrade_required", tier: "pro" }],
    ["/x/1 /y/1/1", "pro", { code: "upgrade_required", tier: "pro" }],
  ])("is decided with %s by what consent cannot fix first: %s", (scope, tool, decision) => {
    const tools = loadPolicy({
      name: "Tools",
      version: "1",
      tiers: ["free", "pro"],
      scopes: { rare: { restricted: true }, "/x/{i}": {}, "/y/{i}/{j}": {} },
      tools: {
        rare: { allOf: ["rare", "/x/{i}"] },
        pro: { allOf: ["/x/{i}", "/y/{i}/{j}"], tier: "pro" },
      },
    }).toolsFor({ scope });
    const found = tools.find(({ name }) => name === tool)?.decision;
    if (decision === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(decision);
  });

  it("names only scopes whose values are known", () => {
    expect(view({ scope: "" }, "bound")).toEqual({
      allowed: false,
      code: "insufficient_scope",
      message: expect.any(String) as string,
      missing: [],
      scopes: [],
      accepted: [[]],
    });
    expect(view({ scope: "/x/1" }, "two")).toMatchObject({
      missing: ["a"],
      scopes: ["/x/1", "a"],
      accepted: [["/x/1", "a"]],
    });
    expect(view({ scope: "/y/1/2" }, "two")).toMatchObject({
      missing: ["/x/1", "a"],
      scopes: ["/x/1", "/y/1/2", "a"],
    });
    expect(JSON.stringify(policy.toolsFor({ scope: "" }))).not.toMatch(/[{]i[}]|undefined/);
  });

  it("is decided quickly for a token with hundreds of bindings", () => {
    const many = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, index) => `${prefix}${index}`).join(" ");
    const start = performance.now();
    expect(
      view(
        { scope: `a ${many("/x/v", 400)} ${many("/y/w", 400).replaceAll(/(\/w\d+)/g, "$1/z")}` },
        "two",
      ),
    ).toBeUndefined();
    expect(view({ scope: `a ${many("/x/v", 400)} /y/v7/z` }, "two")?.code).toBe("allowed");
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
