import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { listOf } from "../policy/many.js";
import { titled } from "../titled.js";
import { viewOf } from "./view-of.js";

describe("values on which granted scopes agree", () => {
  const policy = loadPolicy({
    name: "Agreement",
    version: "1",
    scopes: {
      "/x/{i}": {},
      "/z/{i}": {},
      "/y/{i}/{j}": {},
      "/w/{j}": {},
      a: {},
    },
    tools: {
      shared: { allOf: ["/x/{i}", "/z/{i}"] },
      chain: { allOf: ["/y/{i}/{j}", "/x/{i}", "/w/{j}"] },
      checked: { allOf: ["/x/{i}", "/w/{j}", "/z/{i}"] },
      either: { anyOf: [{ allOf: ["/x/{i}", "/z/{i}"] }, "a"] },
    },
  });

  it("are found by visiting one template after the other", () => {
    const ys = listOf(1_000, (index) => `/y/a${index}/b${index}`);
    const rest = ["/x/a998", "/w/b998", "/x/a3", "/w/b4"];
    expect(viewOf(policy, [...ys, ...rest], "chain")).toMatchObject({
      code: "allowed",
      scopes: ["/y/a998/b998", "/x/a998", "/w/b998"],
    });
    expect(viewOf(policy, [...ys, "/x/a3", "/w/b4"], "chain")).toBeUndefined();
  });

  it("are found by checking templates with known values first", () => {
    const held = [
      ...listOf(1_000, (index) => `/x/v${index}`),
      ...listOf(1_000, (index) => `/w/w${index}`),
      "/z/v999",
    ];
    expect(viewOf(policy, held, "checked")).toMatchObject({
      code: "allowed",
      scopes: ["/x/v999", "/w/w0", "/z/v999"],
    });
  });

  it("are not found if the bindings disagree, and another alternative is then used", () => {
    expect(viewOf(policy, ["/x/1", "/z/2"], "shared")).toBeUndefined();
    expect(viewOf(policy, ["/x/1", "/z/2"], "either")).toMatchObject({
      code: "insufficient_scope",
      missing: ["a"],
      accepted: [["a"]],
    });
  });
});

describe("a value that is safe in one form only", () => {
  const policy = loadPolicy({
    name: "Forms",
    version: "1",
    scopes: { "/p/{i}": {}, "d.{i}.read": {}, "{i}:read": {} },
    tools: {
      path: "/p/{i}",
      path_or_dot: { anyOf: ["/p/{i}", "d.{i}.read"] },
      path_and_dot: { allOf: ["/p/{i}", "d.{i}.read"] },
      path_or_colon: { anyOf: ["/p/{i}", "{i}:read"] },
    },
  });

  const VALUES: readonly (readonly [scope: string, tool: string, code: string | undefined])[] = [
    ["/p/a.b", "path", "allowed"],
    ["/p/a.b", "path_or_dot", "insufficient_scope"],
    ["/p/a.b /p/c", "path_or_dot", "allowed"],
    ["/p/a.b", "path_and_dot", undefined],
    ["/p/a.b d.c.read", "path_and_dot", undefined],
    ["/p/c d.c.read /p/a.b", "path_and_dot", "allowed"],
    ["/p/urn", "path", "allowed"],
    ["/p/urn", "path_or_colon", "insufficient_scope"],
  ];
  const values = titled(VALUES, ([scope, tool, code]) =>
    code === undefined
      ? `leaves the tool ${tool} out of the list for ${scope}`
      : `gives the tool ${tool} the decision ${code} for ${scope}`,
  );
  it.each(values)("%s", (_title, [scope, tool, code]) => {
    expect(viewOf(policy, scope.split(" "), tool)?.code).toBe(code);
    const calls = ["a.b", "c", "urn", "x"].map(
      (i) => policy.decideUntrusted({ scope }, tool, { i }).code,
    );
    expect(calls.includes("allowed")).toBe(code === "allowed");
  });
});

describe("a list with one tool whose values are costly to find", () => {
  it("has the values of the other tools", () => {
    const policy = loadPolicy({
      name: "Costly",
      version: "1",
      scopes: { "/x/{i}": {}, "/y/{j}/{i}": {}, "/q/{i}": {} },
      tools: { both: { allOf: ["/x/{i}", "/y/{j}/{i}"] }, one: "/q/{i}" },
    });
    const held = Array.from({ length: 400 }, (_, index) => `/x/v${index} /y/w${index}/z`).join(" ");
    const tools = policy.toolsFor({ scope: `${held} /q/1` });
    expect(tools.find(({ name }) => name === "one")?.decision.code).toBe("allowed");
  });
});

describe("tools that need the same values", () => {
  const policy = loadPolicy({
    name: "Alike",
    version: "1",
    scopes: { "/x/{i}": {}, "/y/{i}/{j}": {}, "d.{i}.read": {}, a: {} },
    tools: {
      straight: { allOf: ["/x/{i}", "/y/{i}/{j}"] },
      renamed: {
        allOf: ["/x/{i}", { scope: "/y/{i}/{j}", params: { j: "k" } }],
        params: { i: "m" },
      },
      crossed: { allOf: ["/x/{i}", { scope: "/y/{i}/{j}", params: { i: "j", j: "i" } }] },
      equal: { allOf: ["/x/{i}", { scope: "/y/{i}/{j}", params: { j: "i" } }] },
      later: { allOf: ["/y/{i}/{j}", "/x/{i}"] },
      other_places: {
        anyOf: [
          { allOf: ["a", { scope: "/x/{i}", params: { i: "z" } }] },
          { allOf: ["/x/{i}", "/y/{i}/{j}"] },
        ],
      },
      dotless: { anyOf: [{ allOf: ["/x/{i}", "/y/{i}/{j}"] }, "d.{i}.read"] },
    },
  });

  it("are listed with values that each of them accepts", () => {
    const scope = ["/x/p.1", "/x/2", "/y/p.1/2", "/y/2/3", "/y/4/4"];
    const shown = policy
      .toolsFor({ scope })
      .map(({ name, decision }) => [name, decision.allowed && decision.scopes]);
    expect(shown).toEqual([
      ["straight", ["/x/p.1", "/y/p.1/2"]],
      ["renamed", ["/x/p.1", "/y/p.1/2"]],
      ["crossed", ["/x/2", "/y/p.1/2"]],
      ["later", ["/y/p.1/2", "/x/p.1"]],
      ["other_places", ["/x/p.1", "/y/p.1/2"]],
      ["dotless", ["/x/2", "/y/2/3"]],
    ]);
  });
});

describe("a list with many tools whose values are costly to find", () => {
  const count = 40;
  const both = (index: number) => ({ allOf: [`/x${index}/{i}`, `/y${index}/{j}/{i}`] });
  const policy = loadPolicy({
    name: "Costly",
    version: "1",
    scopes: Object.fromEntries([
      ...listOf(count, (index) => [`/x${index}/{i}`, {}] as const),
      ...listOf(count, (index) => [`/y${index}/{j}/{i}`, {}] as const),
      ...listOf(20, (index) => [`/z${index}/{i}`, {}] as const),
    ]),
    tools: {
      ...Object.fromEntries(listOf(count, (index) => [`costly_${index}`, both(index)])),
      deep: { allOf: listOf(20, (index) => `/z${index}/{i}`) },
      last: { allOf: ["/x0/{i}", "/z0/{i}"] },
    },
  });
  // each tool would visit 45 times 45 values
  const bound = listOf(count, (index) =>
    listOf(45, (value) => [`/x${index}/a${value}`, `/y${index}/b${value}/none`]).flat(),
  ).flat();

  it("has the values of the other tools if these agree early", () => {
    const zs = listOf(20, (index) => [`/z${index}/v${index}`, `/z${index}/a5`]).flat();
    const shown = policy.toolsFor({ scope: [...bound, ...zs] });
    expect(shown.map(({ name, decision }) => [name, decision.code])).toEqual([
      ["deep", "allowed"],
      ["last", "allowed"],
    ]);
  });

  it("leaves out a tool with twenty templates that almost agree", () => {
    const zs = listOf(20, (index) =>
      listOf(20, (value) => `/z${index}/${index < 19 ? "v" : "w"}${value}`),
    ).flat();
    expect(policy.toolsFor({ scope: [...bound, ...zs] })).toEqual([]);
  });
});

describe("the steps of a search", () => {
  const policy = loadPolicy({
    name: "Steps",
    version: "1",
    scopes: {
      "/x/{i}": {},
      "/y/{j}": {},
      "/z/{i}/{j}": {},
      ...Object.fromEntries(listOf(80, (index) => [`/t${index}/{i}`, {}])),
    },
    tools: {
      pair: { allOf: ["/x/{i}", "/y/{j}", "/z/{i}/{j}"] },
      few: { allOf: listOf(5, (index) => `/t${index}/{i}`) },
      many: { allOf: listOf(80, (index) => `/t${index}/{i}`) },
    },
  });

  it("are 10,100 for one search", () => {
    // each value of the first template is tried with each of the second, and the last pair agrees
    const codeOf = (xs: number, ys: number) => {
      const values = [...listOf(xs, (at) => `/x/v${at}`), ...listOf(ys, (at) => `/y/v${at}`)];
      return viewOf(policy, [...values, `/z/v${xs - 1}/v${ys - 1}`], "pair")?.code;
    };
    expect(codeOf(100, 100)).toBe("allowed");
    expect(codeOf(100, 101)).toBeUndefined();
  });

  it("are used up sooner by an alternative of many templates", () => {
    const scope = [
      ...listOf(2_000, (value) => `/t0/v${value}`),
      ...listOf(79, (index) => `/t${index + 1}/v1999`),
    ];
    expect(viewOf(policy, scope, "few")?.code).toBe("allowed");
    expect(viewOf(policy, scope, "many")).toBeUndefined();
    expect(viewOf(policy, scope.slice(1_100), "many")?.code).toBe("allowed");
  });
});

describe("values of placeholders in different places", () => {
  const policy = loadPolicy({
    name: "Places",
    version: "1",
    scopes: { "s:{x}:read": {}, "{x}:read": {} },
    tools: { t: { anyOf: ["s:{x}:read", "{x}:read"] }, u: "s:{x}:read" },
  });

  it("are checked for each place that accepts different values", () => {
    const token = { scope: "s:urn:read" };
    expect(policy.decideUntrusted(token, "t", { x: "urn" }).code).toBe("invalid_params");
    expect(policy.decideUntrusted(token, "u", { x: "urn" }).code).toBe("allowed");
    expect(policy.toolsFor(token).map(({ name, decision }) => [name, decision.code])).toEqual([
      ["t", "insufficient_scope"],
      ["u", "allowed"],
    ]);
  });
});

describe("values of a scope that another one implies", () => {
  const policy = loadPolicy({
    name: "Implied",
    version: "1",
    scopes: { "/p/{i}": { implies: ["d.{i}.read"] }, "d.{i}.read": {} },
    tools: { dot: "d.{i}.read" },
  });

  it("are not found if the implied scope accepts none of them", () => {
    expect(viewOf(policy, ["/p/a"], "dot")).toMatchObject({
      code: "allowed",
      scopes: ["d.a.read"],
    });
    expect(viewOf(policy, ["/p/a.b"], "dot")).toBeUndefined();
  });
});

describe("a list of scopes", () => {
  it("is read once for a list of tools", () => {
    let reads = 0;
    const scope = new Proxy(["a", "b"], {
      get: (list, key) => {
        if (key === "0") reads += 1;
        return Reflect.get(list, key) as unknown;
      },
    });
    const tools = Object.fromEntries(listOf(10, (index) => [`t${index}`, "a"]));
    const policy = loadPolicy({ name: "Once", version: "1", scopes: { a: {}, b: {} }, tools });
    expect(policy.toolsFor({ scope })).toHaveLength(10);
    expect(reads).toBe(1);
  });
});
