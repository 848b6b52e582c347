import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { PolicyError } from "../../src/errors.js";
import { MAX_ALTERNATIVES } from "../../src/policy/requirement-size.js";
import { titled } from "../titled.js";

const names = (count: number, prefix = "s") =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const declare = (list: readonly string[]) => Object.fromEntries(list.map((name) => [name, {}]));
const policyOf = (parts: object) => loadPolicy({ name: "n", version: "1", scopes: {}, ...parts });
const refusal = (parts: object): PolicyError => {
  try {
    policyOf(parts);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("large rules", () => {
  const hundred = names(100);
  const fourteen = names(14);

  it("can have a hundred alternatives", () => {
    const policy = policyOf({ scopes: declare(hundred), tools: { t: { anyOf: hundred } } });
    for (const scope of hundred) {
      expect(policy.decideUntrusted({ scope }, "t")).toMatchObject({
        code: "allowed",
        scopes: [scope],
      });
    }
    expect(policy.decideUntrusted({ scope: "s99 s7" }, "t")).toMatchObject({ scopes: ["s7"] });
    expect(policy.decideUntrusted({ scope: "" }, "t")).toMatchObject({
      missing: ["s0"],
      scopes: ["s0"],
      accepted: hundred.map((scope) => [scope]),
    });
  });

  it("can require fourteen scopes", () => {
    const policy = policyOf({ scopes: declare(fourteen), tools: { t: { allOf: fourteen } } });
    expect(policy.decideUntrusted({ scope: [...fourteen].reverse() }, "t")).toMatchObject({
      code: "allowed",
      scopes: fourteen,
    });
    for (const [index, missing] of fourteen.entries()) {
      const scope = fourteen.filter((_, at) => at !== index).join(" ");
      expect(policy.decideUntrusted({ scope }, "t")).toMatchObject({
        missing: [missing],
        scopes: fourteen,
      });
    }
  });

  // an all-of of several any-ofs: their sizes multiply
  const SIZES: readonly (readonly [sizes: readonly number[], total: number])[] = [
    [[1_024], 1_024],
    [[2, 2, 2, 2, 2, 2, 2, 2, 2, 2], 1_024],
    [[32, 32], 1_024],
    [[1_025], 1_025],
    [[5, 205], 1_025],
    [[2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], 2_048],
    [[100, 100], 10_000],
  ];
  const sizes = titled(
    SIZES,
    ([list, total]) =>
      `with groups of ${list.join(", ")} have ${total} alternatives and are ` +
      (total <= 1_024 ? "accepted" : "rejected"),
  );
  it.each(sizes)("%s", (_title, [sizes, total]) => {
    const groups = sizes.map((size, at) => names(size, `g${at}x`));
    const parts = {
      scopes: declare(groups.flat()),
      tools: { t: { allOf: groups.map((anyOf) => ({ anyOf })) } },
    };
    expect(MAX_ALTERNATIVES).toBe(1_024);
    if (total <= MAX_ALTERNATIVES) {
      const last = groups.map((group) => group.at(-1) ?? "");
      const policy = policyOf(parts);
      expect(policy.decideUntrusted({ scope: last }, "t")).toMatchObject({
        code: "allowed",
        scopes: last,
      });
      const denied = policy.decideUntrusted({ scope: "" }, "t");
      expect(denied).toMatchObject({ scopes: groups.map((group) => group[0]) });
      expect("accepted" in denied && denied.accepted.length).toBe(total);
    } else {
      const { findings } = refusal(parts);
      expect(findings).toEqual([
        {
          code: "too_many_alternatives",
          path: "tools.t",
          message: expect.stringContaining(
            `${total} alternatives: at most 1024 are allowed`,
          ) as unknown,
        },
      ]);
    }
  });

  it("with far too many alternatives are rejected at once", () => {
    const anyOf = names(100);
    const allOf = Array.from({ length: 500 }, (_, index) => ({
      anyOf,
      params: { x: `p${index}` },
    }));
    const start = performance.now();
    const { findings } = refusal({ scopes: declare(anyOf), tools: { t: { allOf } } });
    expect(findings.map(({ code, path }) => `${code} ${path}`)).toEqual([
      "too_many_alternatives tools.t",
    ]);
    expect(findings[0]?.message).toMatch(/^far too many alternatives/);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe("the alternative that is chosen", () => {
  const policy = policyOf({
    tiers: ["free", "pro"],
    scopes: {
      ...declare(["a", "b", "c", "d", "base", "off"]),
      w: { implies: ["a"] },
      "/x/{i}": {},
      "/y/{j}": {},
    },
    baseline: ["base"],
    tools: {
      t: { anyOf: [{ allOf: ["a", "b"] }, { allOf: ["b", "c"] }, "d"] },
      gated: { anyOf: [{ scope: "a", tier: "pro" }, { allOf: ["b", "c"] }] },
      mixed: { anyOf: [{ allOf: ["/x/{i}", "a"] }, { allOf: ["/x/{i}", "/y/{j}"] }] },
      same: { allOf: ["a", { anyOf: ["a", "b"] }] },
      own: { allOf: ["base", "a"] },
    },
  });

  const CHOICES: readonly (readonly [
    scope: string,
    tool: string,
    missing: string[],
    scopes: string[],
  ])[] = [
    ["", "t", ["d", "base"], ["d", "base"]],
    ["base", "t", ["d"], ["d", "base"]],
    ["base a", "t", ["b"], ["a", "b", "base"]],
    ["base c", "t", ["b"], ["b", "c", "base"]],
    ["base b", "t", ["a"], ["a", "b", "base"]],
    ["a b", "t", ["base"], ["a", "b", "base"]],
    ["base w", "t", ["b"], ["a", "b", "base"]],
    ["d", "t", ["base"], ["d", "base"]],
    ["base a", "gated", ["b", "c"], ["b", "c", "base"]],
    ["", "mixed", ["/x/1", "a", "base"], ["/x/1", "a", "base"]],
    ["/y/2 base", "mixed", ["/x/1"], ["/x/1", "/y/2", "base"]],
    ["/x/1 base", "mixed", ["a"], ["/x/1", "a", "base"]],
    ["", "same", ["a", "base"], ["a", "base"]],
    ["a", "own", ["base"], ["base", "a"]],
  ];
  const choices = titled(
    CHOICES,
    ([scope, tool, missing, scopes]) =>
      `for the tool ${tool} and ${scope === "" ? "the empty scope" : scope} is ${scopes.join(" ")}, of which ${missing.join(" ")} is missing`,
  );
  it.each(choices)("%s", (_title, [scope, tool, missing, scopes]) => {
    const params = { i: "1", j: "2" };
    expect(policy.decideUntrusted({ scope }, tool, params)).toMatchObject({
      code: "insufficient_scope",
      missing,
      scopes,
    });
    // the missing scopes are enough, and fewer are not
    const granted = [scope, ...missing].filter((text) => text !== "").join(" ");
    expect(policy.decideUntrusted({ scope: granted }, tool, params).code).toBe("allowed");
    for (const left of missing) {
      const less = granted
        .split(" ")
        .filter((text) => text !== left)
        .join(" ");
      expect(policy.decideUntrusted({ scope: less }, tool, params).code).toBe("insufficient_scope");
    }
  });

  it("is one of the accepted alternatives, which are those that consent can give, in declared order", () => {
    expect(policy.decideUntrusted({ scope: "a" }, "gated")).toMatchObject({
      accepted: [["b", "c", "base"]],
    });
    expect(policy.decideUntrusted({ scope: "a", tier: "pro" }, "gated")).toMatchObject({
      missing: ["base"],
      accepted: [
        ["a", "base"],
        ["b", "c", "base"],
      ],
    });
  });
});

describe("a binding mismatch", () => {
  const policy = policyOf({
    tiers: ["free", "pro"],
    scopes: {
      "/x/{i}": {},
      "/y/{i}/{j}": {},
      "u:{i}": { replaces: ["/old/{i}"] },
      a: {},
      b: { reserved: true },
    },
    tools: {
      pair: { scope: "/y/{i}/{j}", params: { i: "first", j: "second" } },
      two: { anyOf: [{ allOf: ["/x/{i}", "a"] }, { scope: "/x/{i}", params: { i: "k" } }] },
      new: { anyOf: ["u:{i}", { scope: "u:{i}", params: { i: "k" } }] },
      pro: {
        anyOf: [
          { scope: "/x/{i}", tier: "pro" },
          { scope: "/x/{i}", params: { i: "k" } },
        ],
      },
    },
  });

  const MISMATCHES: readonly (readonly [
    scope: string,
    tool: string,
    params: object,
    param: string,
  ])[] = [
    ["/y/1/2", "pair", { first: "3", second: "2" }, "first"],
    ["/y/1/2", "pair", { first: "1", second: "3" }, "second"],
    ["/y/1/2 /y/3/4", "pair", { first: "1", second: "4" }, "second"],
    ["/x/1", "two", { i: "2", k: "3" }, "i"],
    ["/x/1", "pro", { i: "2", k: "3" }, "k"],
    // no call can use the value of the older name, which contains the separator of the new one
    ["/old/a:b", "new", { i: "a", k: "b" }, "i"],
  ];
  const mismatches = titled(
    MISMATCHES,
    ([scope, tool, params, param]) =>
      `of ${scope} for the tool ${tool} with ${JSON.stringify(params)} names the parameter ${param}`,
  );
  it.each(mismatches)("%s", (_title, [scope, tool, params, param]) => {
    const decision = policy.decideUntrusted({ scope }, tool, params);
    expect(decision).toMatchObject({ code: "binding_mismatch", param });
    expect("message" in decision && decision.message).toBe(
      `the token is bound to another value of \`${param}\``,
    );
  });

  it("is not returned if consent can give another alternative", () => {
    expect(policy.decideUntrusted({ scope: "/x/1" }, "two", { i: "1", k: "3" })).toMatchObject({
      code: "insufficient_scope",
      missing: ["a"],
      accepted: [["/x/1", "a"]],
    });
  });
});
