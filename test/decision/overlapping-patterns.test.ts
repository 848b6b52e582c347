import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import type { RequirementOptions } from "../../src/policy/definition.js";
import { titled } from "../titled.js";

const names = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const declare = (list: readonly string[]) => Object.fromEntries(list.map((name) => [name, {}]));

describe("two patterns of a hundred alternatives each", () => {
  const left = names(100, "s");
  const right = names(100, "t");
  const policy = loadPolicy({
    name: "Two",
    version: "1",
    scopes: declare([...left, ...right, "u"]),
    tools: {
      "read_*": { anyOf: left },
      "*_all": { anyOf: right },
      "same_*": { anyOf: left },
      "*_same": { anyOf: [...left].reverse() },
      "wide_*": { anyOf: [{ allOf: ["s0", "s1", "s2"] }, { allOf: ["s3", "u"] }, "s4"] },
      "*_wide": { anyOf: ["t0", { allOf: ["s3", "u"] }, { allOf: ["t1", "t2"] }] },
    },
  });

  const MISSING: readonly (readonly [
    scope: string,
    tool: string,
    missing: readonly string[],
    scopes: readonly string[],
  ])[] = [
    ["", "read_all", ["s0", "t0"], ["s0", "t0"]],
    ["s0", "read_all", ["t0"], ["s0", "t0"]],
    ["s39", "read_all", ["t0"], ["s39", "t0"]],
    ["s99", "read_all", ["t0"], ["s99", "t0"]],
    ["s98 s99", "read_all", ["t0"], ["s98", "t0"]],
    ["t0", "read_all", ["s0"], ["s0", "t0"]],
    ["t99", "read_all", ["s0"], ["s0", "t99"]],
    ["u", "read_all", ["s0", "t0"], ["s0", "t0"]],
    ["", "same_same", ["s0"], ["s0"]],
    ["u", "wide_wide", ["s3"], ["s3", "u"]],
    ["", "wide_wide", ["s3", "u"], ["s3", "u"]],
    ["s4", "wide_wide", ["t0"], ["s4", "t0"]],
  ];
  const denials = titled(
    MISSING,
    ([scope, tool, missing, scopes]) =>
      `deny ${tool} to ${scope === "" ? "the empty scope" : scope} with ${missing.join(" ")} missing of ${scopes.join(" ")}`,
  );
  it.each(denials)("%s", (_title, [scope, tool, missing, scopes]) => {
    expect(policy.decideUntrusted({ scope }, tool)).toMatchObject({
      code: "insufficient_scope",
      missing,
      scopes,
    });
    const granted = [...scope.split(" "), ...missing].filter((text) => text !== "").join(" ");
    expect(policy.decideUntrusted({ scope: granted }, tool).code).toBe("allowed");
  });

  it("list the first 1,024 accepted combinations in declared order", () => {
    const decision = policy.decideUntrusted({ scope: "" }, "read_all");
    const accepted = decision.code === "insufficient_scope" ? decision.accepted : [];
    expect(accepted.length).toBe(1_024);
    expect(accepted.slice(0, 2)).toEqual([
      ["s0", "t0"],
      ["s0", "t1"],
    ]);
    expect(accepted[1_023]).toEqual(["s10", "t23"]);
    const wide = policy.decideUntrusted({ scope: "" }, "wide_wide");
    expect(wide.code === "insufficient_scope" && wide.accepted).toHaveLength(9);
  });

  it("allow a token with any alternative of each", () => {
    expect(policy.decideUntrusted({ scope: "t77 s88" }, "read_all")).toMatchObject({
      code: "allowed",
      scopes: ["s88", "t77"],
    });
  });
});

describe("a hundred patterns of forty alternatives", () => {
  const anyOf = names(40, "s");
  const stars = names(100, "").map((_, index) => `${"a".repeat(index + 1)}*`);
  const policy = loadPolicy({
    name: "Hundred",
    version: "1",
    scopes: declare([...anyOf, "t"]),
    tools: Object.fromEntries(
      stars.map((pattern, index) => [
        pattern,
        { anyOf: index % 2 === 0 ? anyOf : [...anyOf].reverse() },
      ]),
    ),
  });
  const tool = "a".repeat(100);

  it("deny quickly, with missing scopes that are enough", () => {
    // a search through all combinations would never end
    for (let round = 0; round < 10; round += 1) {
      expect(policy.decideUntrusted({ scope: `t x${round}` }, tool).code).toBe(
        "insufficient_scope",
      );
    }
    const decision = policy.decideUntrusted({ scope: "t" }, tool);
    const missing = decision.code === "insufficient_scope" ? decision.missing : [];
    expect(missing.length).toBeGreaterThan(0);
    expect(policy.decideUntrusted({ scope: ["t", ...missing] }, tool).code).toBe("allowed");
  });

  it("are met by one scope that all of them name", () => {
    expect(policy.decideUntrusted({ scope: "s7" }, tool)).toMatchObject({
      code: "allowed",
      scopes: ["s7"],
    });
  });
});

type Alternatives = NonNullable<RequirementOptions["anyOf"]>;

/** Returns alternatives that have some scopes in common. */
const wide = (count: number, common: number, prefix: string): Alternatives =>
  names(count, prefix).map((name) => ({ allOf: [name, ...names(common, "w")] }));

const FAR: readonly {
  readonly title: string;
  readonly left: Alternatives;
  readonly right: Alternatives;
  readonly missing: readonly string[];
}[] = [
  {
    title: "one scope that both share",
    left: [...names(99, "s"), "z"],
    right: [...names(99, "t"), "z"],
    missing: ["z"],
  },
  {
    title: "one scope that both share, of 512 alternatives",
    left: [...names(255, "s"), "z"],
    right: [...names(255, "t"), "z"],
    missing: ["z"],
  },
  {
    title: "two scopes that both share, where each alternative has two",
    left: [...wide(99, 1, "s"), { allOf: ["y", "z"] }],
    right: [...wide(99, 1, "t"), { allOf: ["y", "z"] }],
    missing: ["y", "z"],
  },
  {
    title: "the smallest alternative of each, of more than 512 alternatives",
    left: [...wide(300, 20, "s"), "y"],
    right: [...wide(300, 20, "t"), "z"],
    missing: ["y", "z"],
  },
  {
    title: "the first alternative of each, where they have too many scopes to look at all of them",
    left: [...wide(128, 100, "s"), "z"],
    right: [...wide(128, 100, "t"), "z"],
    missing: ["s0", ...names(100, "w"), "t0"],
  },
];

describe("the missing scopes of two patterns with more combinations than are listed", () => {
  it.each(titled(FAR))("are %s", (_title, { left, right, missing }) => {
    const scopes = [...names(300, "s"), ...names(300, "t"), ...names(100, "w"), "y", "z"];
    const policy = loadPolicy({
      name: "Far",
      version: "1",
      scopes: declare(scopes),
      tools: { "read_*": { anyOf: left }, "*_all": { anyOf: right } },
    });
    expect(policy.decide({ scope: "" }, "read_all")).toMatchObject({ missing, scopes: missing });
  });
});
