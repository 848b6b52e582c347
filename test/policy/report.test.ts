import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createReport, describeFindings, formatPath } from "../../src/policy/report.js";
import { declaredNames, nearest } from "../../src/policy/suggest.js";
import type { FindingCase } from "../cases/finding-case.js";
import { BOUNDARY_FINDINGS } from "../cases/findings-boundaries.js";
import { CONDITION_FINDINGS } from "../cases/findings-conditions.js";
import { MATCHING_FINDINGS } from "../cases/findings-matching.js";
import { RESTRICTED_FINDINGS } from "../cases/findings-restricted.js";
import { RULE_FINDINGS } from "../cases/findings-rules.js";
import { SCOPE_FINDINGS } from "../cases/findings-scopes.js";
import { SHAPE_FINDINGS } from "../cases/findings-shape.js";
import { runOften, tally } from "../often.js";
import { titled } from "../titled.js";
import { asFound, findingsOf, policyWith, sorted } from "./findings-of.js";

const TABLES: ReadonlyMap<string, readonly FindingCase[]> = new Map([
  ["scopes", SCOPE_FINDINGS],
  ["restricted scopes", RESTRICTED_FINDINGS],
  ["matching rules", MATCHING_FINDINGS],
  ["rules", RULE_FINDINGS],
  ["conditions", CONDITION_FINDINGS],
  ["boundaries", BOUNDARY_FINDINGS],
  ["shape", SHAPE_FINDINGS],
]);

describe.each([...TABLES])("the findings of %s", (_, cases) => {
  it.each(titled(cases))("are as listed for %s", (_title, { policy, finds }) => {
    const found = findingsOf(policyWith(policy));
    expect(sorted(found.map((one) => asFound(one, finds)))).toEqual(sorted(finds));
  });

  const refused = cases.filter(({ finds }) => finds.length > 0);
  it.each(titled(refused))(
    "are lower-case lines without a full stop for %s",
    (_title, { policy }) => {
      for (const { message, code } of findingsOf(policyWith(policy))) {
        expect(message).toMatch(/^(?:[a-z0-9`]|HEAD)[^\n]*[^.\n]$/);
        expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
      }
    },
  );
});

describe("a policy without its required members", () => {
  it("has a finding for each of them, and none for the rules that name its scopes", () => {
    expect(
      findingsOf({ tools: { t: "a" } }).map(({ code, path, message }) => [code, path, message]),
    ).toEqual([
      ["missing_key", "name", "`name` is missing"],
      ["missing_key", "version", "`version` is missing"],
      ["missing_key", "scopes", "`scopes` is missing"],
    ]);
  });
});

describe("formatPath", () => {
  const PATHS: readonly (readonly [path: readonly (string | number)[], text: string])[] = [
    [[], ""],
    [["tools", "get_settings", "anyOf", 0], "tools.get_settings.anyOf[0]"],
    [["scopes", "courses:read", "reserved"], 'scopes["courses:read"].reserved'],
    [["scopes", ""], 'scopes[""]'],
    [["scopes", 'a"b\n'], 'scopes["a\\"b\\n"]'],
    [["endpoints", "GET /a", "allOf", 1, "tier"], 'endpoints["GET /a"].allOf[1].tier'],
    [["tools", "1"], 'tools["1"]'],
    [["a b"], '["a b"]'],
    [["scopes", "constructor"], "scopes.constructor"],
  ];
  it.each(PATHS)("formats %j as %s", (path, text) => {
    expect(formatPath(path)).toBe(text);
  });
});

describe("the declared names in a message", () => {
  const names = (count: number) =>
    new Set(Array.from({ length: count }, (_, index) => `n${index}`));

  it.each([
    [0, "the policy declares no tiers"],
    [1, "the policy declares `n0`"],
    [2, "the policy declares `n0`, `n1`"],
    [10, "the policy declares `n0`, `n1`, `n2`, `n3`, `n4`, `n5`, `n6`, `n7`, `n8`, `n9`"],
    [
      11,
      "the policy declares `n0`, `n1`, `n2`, `n3`, `n4`, `n5`, `n6`, `n7`, `n8`, `n9` and 1 more",
    ],
  ])("of %i", (count, text) => {
    expect(declaredNames("tiers", names(count))).toBe(text);
  });
});

describe("nearest", () => {
  const CANDIDATES = ["courses:read", "courses:write", "openid", "a", "toString"];
  const MEANT: readonly (readonly [name: string, meant: string | undefined, why: string])[] = [
    ["courses:raed", "courses:read", "adjacent letters are swapped"],
    ["Courses:Read", "courses:read", "letter case is ignored"],
    ["cuorses:wriet", "courses:write", "adjacent letters are swapped twice"],
    ["course:read", "courses:read", "a letter is missing"],
    ["ccourses:read", "courses:read", "a letter is added"],
    ["opemid", "openid", "a letter is replaced"],
    ["b", undefined, "any other name is equally near to one letter"],
    ["opnid", "openid", "a letter is missing in a short name"],
    ["xyz", undefined, "no candidate is near"],
    ["constructor", undefined, "it is a member of Object.prototype"],
    [`courses:read${"x".repeat(128)}`, undefined, "it is too long to be compared"],
  ];
  it.each(
    titled(MEANT, ([name, meant, why]) => `${meant ?? "nothing"} for ${name}, because ${why}`),
  )("returns %s", (_title, [name, meant]) => {
    expect(nearest(name, CANDIDATES)).toBe(meant);
  });

  it("compares names of up to 128 characters", () => {
    const declared = ["a".repeat(130)];
    expect(nearest("a".repeat(128), declared)).toBe(declared[0]);
    expect(nearest("a".repeat(129), declared)).toBeUndefined();
  });

  it("returns the first of equally near candidates, at a distance of at most a third of the name", () => {
    expect(nearest("bat", ["cat", "hat"])).toBe("cat");
    expect(nearest("abcdef", ["abcxyz"])).toBeUndefined();
    expect(nearest("abcdef", ["abcdxy"])).toBe("abcdxy");
  });
});

describe("the steps of a search for the nearest name", () => {
  const COSTS: readonly (readonly [
    name: string,
    candidates: readonly string[],
    steps: number,
    meant: string | undefined,
    why: string,
  ])[] = [
    ["x".repeat(129), ["x"], 0, undefined, "a name that is too long is not compared"],
    ["abcdef", [], 0, undefined, "there is no candidate"],
    ["abcdef", ["abc", "abcdefghi"], 2, undefined, "other lengths are not compared"],
    ["abcdef", ["abcdef"], 1 + 6 * 6, "abcdef", "each letter is compared with each"],
    ["abcdef", ["abcdxy", "abcdex"], 2 + 2 * 6 * 6, "abcdex", "each candidate is compared"],
    ["abcdef", ["abcdex", "abcdxye"], 2 + 6 * 6, "abcdex", "a length would be no nearer"],
    ["abcdefghi", ["zzzzzzzzz"], 1 + 5 * 9, undefined, "it ends after two rows that are too far"],
    ["abcdefghi", ["zzzzzzz"], 1 + 5 * 7, undefined, "it does so for a shorter candidate, too"],
    ["abcdefghi", ["zzzzefghi"], 1 + 5 * 9, undefined, "four other letters are too many"],
    ["abcdefghi", ["zzzbcdefghi"], 1 + 9 * 11, "zzzbcdefghi", "three letters are near enough"],
  ];
  it.each(
    titled(
      COSTS,
      ([name, candidates, steps, , why]) =>
        `${steps} for ${name} and ${candidates.join(", ")}, because ${why}`,
    ),
  )("are %s", (_title, [name, candidates, steps, meant]) => {
    const budget = { left: 1_000 };
    expect(nearest(name, candidates, budget)).toBe(meant);
    expect(budget.left).toBe(1_000 - steps);
  });

  it("are one for each candidate, without which it returns nothing", () => {
    expect(nearest("abcdef", ["abcdex", "x"], { left: 38 })).toBe("abcdex");
    expect(nearest("abcdef", ["abcdex", "x"], { left: 37 })).toBeUndefined();
    expect(nearest("abcdef", ["abcdex"], { left: 0 })).toBeUndefined();
  });
});

/** Returns the number of edits and swaps of adjacent letters between two texts, computed by the definition. */
function naiveDistance(left: string, right: string): number {
  if (left === "" || right === "") return left.length + right.length;
  const last = left.at(-1) === right.at(-1) ? 0 : 1;
  const ways = [
    naiveDistance(left.slice(0, -1), right) + 1,
    naiveDistance(left, right.slice(0, -1)) + 1,
    naiveDistance(left.slice(0, -1), right.slice(0, -1)) + last,
  ];
  const isSwap = left.at(-1) === right.at(-2) && left.at(-2) === right.at(-1);
  if (left.length > 1 && right.length > 1 && isSwap)
    ways.push(naiveDistance(left.slice(0, -2), right.slice(0, -2)) + 1);
  return Math.min(...ways);
}

describe("nearest and a search by the definition of distance", () => {
  it("return the same candidate", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 2, maxLength: 6 });
    const suggested = tally("a candidate that is near", 101);
    runOften([suggested], () =>
      fc.assert(
        fc.property(text, fc.array(text, { maxLength: 4 }), (name, candidates) => {
          const most = Math.max(1, Math.floor(name.length / 3));
          const near = candidates.map((candidate) => naiveDistance(name, candidate));
          const least = Math.min(...near);
          const meant = least <= most ? candidates[near.indexOf(least)] : undefined;
          expect(nearest(name, candidates)).toBe(meant);
          if (meant !== undefined) suggested.count += 1;
        }),
        { numRuns: 1_000 },
      ),
    );
  });
});

describe("a report", () => {
  it("has frozen findings in the order of their discovery, with a suggestion only if there is one", () => {
    const report = createReport();
    report.add("a", ["tools"], "first");
    report.add("b", [], "second", () => "meant");
    expect(report.findings).toStrictEqual([
      { code: "a", path: "tools", message: "first" },
      { code: "b", path: "", message: "second", suggestion: "meant" },
    ]);
    expect(report.findings.every((finding) => Object.isFrozen(finding))).toBe(true);
  });

  it("is described by the number of findings and a line for each, with its place and suggestion", () => {
    const report = createReport();
    report.add("a", ["tools", "t"], "undeclared scope `x`", () => "y");
    expect(describeFindings(report.findings)).toBe(
      "1 finding in the policy\n  tools.t: undeclared scope `x`; did you mean `y`?",
    );
    report.add("b", [], "not JSON");
    expect(describeFindings(report.findings)).toBe(
      "2 findings in the policy\n  tools.t: undeclared scope `x`; did you mean `y`?\n  not JSON",
    );
  });

  it("lists a thousand findings and counts the others", () => {
    const report = createReport();
    for (let index = 0; index < 1_000; index += 1) report.add("a", [index], "message");
    expect(report.isFull).toBe(true);
    expect(report.close()).toHaveLength(1_000);
    expect(describeFindings(report.close())).toMatch(/^1000 findings in the policy\n/);
    report.add("a", [], "message");
    report.add("b", [], "message");
    expect(report.close()).toHaveLength(1_001);
    expect(report.close().at(-1)).toStrictEqual({
      code: "more_findings",
      path: "",
      message: "and 2 further findings, which are not listed",
    });
    expect(describeFindings(report.close())).toMatch(
      /^more than 1000 findings in the policy\n(?:.*\n)* {2}and 2 further findings/,
    );
  });

  const STOPPED: readonly (readonly [added: number, message: string])[] = [
    [999, "and further findings, which are not listed"],
    [1_000, "and further findings, which are not listed"],
    [1_007, "and more than 7 further findings, which are not listed"],
  ];
  it.each(STOPPED)("of a search that stopped after %d findings ends with: %s", (added, message) => {
    const report = createReport();
    for (let index = 0; index < added; index += 1) report.add("a", [], "message");
    expect(report.isFull).toBe(added >= 1_000);
    report.stop();
    expect(report.close().at(-1)?.message).toBe(message);
  });

  it("counts the length of a message after control characters are escaped", () => {
    const report = createReport();
    report.add("a", [], `undeclared \`${"\u0007".repeat(10)}${"x".repeat(20_000)}\``);
    report.add("b", [], "\u0007".repeat(1_024));
    const [first, second] = report.close();
    expect(first?.message).toMatch(/^undeclared `(?:\\u\{7\}){10}x+…$/);
    expect([first?.message.length, second?.message.length]).toEqual([1_024, 1_024]);
  });

  it("truncates messages, paths and lines that are too long", () => {
    const report = createReport();
    const long = "x".repeat(20_000);
    report.add("a", ["tools", long, "anyOf", 0], `undeclared \`${long}\``);
    report.add("b", ["tools", " ".repeat(20_000)], "b".repeat(1_024));
    const [first, second] = report.findings;
    expect(first?.message).toHaveLength(1_024);
    expect(first?.message).toMatch(/^undeclared `x+…$/);
    expect(first?.path).toHaveLength(10_000);
    expect(first?.path).toMatch(/^tools\["x+…$/);
    expect(second?.path).toHaveLength(10_000);
    expect(second?.message).toBe("b".repeat(1_024));
    const [, one, other] = describeFindings(report.findings).split("\n");
    expect(one).toHaveLength("  ".length + 1_024 + ": ".length + 1_024);
    expect(other).toBe(`  ${second?.path.slice(0, 1_023)}…: ${"b".repeat(1_024)}`);
  });

  it("marks that a path is cut off, also where a step ends at the most characters", () => {
    const name = "x".repeat(10_000);
    expect(formatPath([name])).toBe(name);
    expect(formatPath([name, 0])).toBe(`${name.slice(1)}…`);
  });

  it("has suggestions for at most a hundred findings, within 20,000,000 steps", () => {
    const report = createReport();
    const declared = Array.from({ length: 100 }, (_, index) => `${"ab".repeat(60)}${index}`);
    for (let index = 0; index < 200; index += 1) {
      report.add("a", [], "message", (suggest) => suggest(`${"ba".repeat(60)}x${index}`, declared));
    }
    const few = report.findings.filter(({ suggestion }) => suggestion !== undefined).length;
    expect(few).toBeGreaterThan(0);
    expect(few).toBeLessThan(100);
    const names = createReport();
    for (let index = 0; index < 200; index += 1) {
      names.add("a", [], "message", (suggest) => suggest(`courses:raed`, ["courses:read"]));
    }
    const many = names.findings.filter(({ suggestion }) => suggestion !== undefined).length;
    expect(many).toBe(100);
  });
});
