import { describe, expect, it } from "vitest";
import { checkCounts } from "../../src/policy/counts.js";
import type { PolicyDefinition } from "../../src/policy/definition.js";
import { createReport } from "../../src/policy/report.js";
import type { FindingCase } from "../cases/finding-case.js";
import { titled } from "../titled.js";
import { findingsOf, policyWith } from "./findings-of.js";
import { alike, listOf, objectOf, scopesOf } from "./many.js";

type Parts = Partial<PolicyDefinition>;

const names = (count: number) => listOf(count, (index) => `s${index}`);
const OPEN = { public: true } as const;
const DENIED = { deny: "no" } as const;
const toolsOf = (count: number, suffix = "") => alike(count, (index) => `t${index}${suffix}`, OPEN);
const endpointsOf = (count: number, rest = "") =>
  alike(count, (index) => `GET /e${index}${rest}`, OPEN);

const COUNTS: readonly (readonly [within: Parts, beyond: Parts, path: string, message: string])[] =
  [
    [
      { scopes: scopesOf(50_000) },
      { scopes: { ...scopesOf(49_999), x: { replaces: ["y"] } } },
      "scopes",
      "50001 scope names (older names included): at most 50000 are allowed",
    ],
    [
      { tools: toolsOf(49_999), endpoints: endpointsOf(1) },
      { tools: toolsOf(49_999), endpoints: endpointsOf(2) },
      "",
      "50001 tools and endpoints: at most 50000 are allowed",
    ],
    [
      { tools: { ...toolsOf(10_000, "*"), ...toolsOf(5) } },
      { tools: { ...toolsOf(10_000, "*"), "x?": OPEN } },
      "tools",
      "10001 patterns of tool names: at most 10000 are allowed",
    ],
    [
      { endpoints: endpointsOf(500, "/a".repeat(999)) },
      { endpoints: { ...endpointsOf(500, "/a".repeat(999)), "GET /a": OPEN } },
      "endpoints",
      "500001 segments in the paths of all endpoints: at most 500000 are allowed",
    ],
  ];

describe("checkCounts", () => {
  const findingsIn = (parts: Parts) => {
    const report = createReport();
    const isSmall = checkCounts({ name: "n", version: "1", scopes: {}, ...parts }, report);
    expect(isSmall).toBe(report.findings.length === 0);
    return report.findings;
  };

  const counts = titled(
    COUNTS,
    ([, , , message]) => `accepts the maximum and reports one more: ${message}`,
  );
  it.each(counts)("%s", (_title, [within, beyond, path, message]) => {
    expect(findingsIn(within)).toEqual([]);
    expect(findingsIn(beyond)).toEqual([{ code: "too_large", path, message }]);
  });

  it("runs before anything is compiled", () => {
    const found = findingsOf(policyWith({ tools: { ...toolsOf(50_000), x: "unknown" } }));
    expect(found.map(({ code }) => code)).toEqual(["too_large"]);
  });
});

/** Returns a chain of scopes, each of which implies the next: n scopes have n × (n + 1) / 2 implications. */
const chainOf = (length: number, rest = "") =>
  objectOf(
    length,
    (index) => `/c${index}${rest}`,
    (index) => (index < length - 1 ? { implies: [`/c${index + 1}${rest}`] } : {}),
  );
/** A requirement with 1,024 alternatives of two scopes each. */
const SQUARE = {
  allOf: [{ anyOf: names(64).slice(0, 32) }, { anyOf: names(64).slice(32) }],
};
const squares = (count: number, key: (index: number) => string) => alike(count, key, SQUARE);
/** Returns templates that do not overlap, each with placeholders in different positions of 16 segments. */
const shapesOf = (count: number) =>
  scopesOf(
    count,
    (index) =>
      `/${listOf(16, (bit) => ((index >> bit) & 1 ? `{p${bit}}` : `l${index}`)).join("/")}`,
  );
const placeholders = (count: number) => `/${listOf(count, (at) => `{p${at}}`).join("/")}`;
const wide = (index: number) => `/w${index}${placeholders(32)}`;
/** Returns a hundred tools, each of which requires these templates of 32 placeholders. */
const wideTools = (count: number) => ({
  scopes: scopesOf(count, wide),
  tools: alike(100, (index) => `t${index}`, { allOf: listOf(count, wide) }),
});
const accountTypes = (count: number) => {
  const types = listOf(count, (index) => `a${index}`);
  return {
    accountTypes: types,
    scopes: { s: { accountTypes: types } },
    tools: { t: { scope: "s", accountTypes: types } },
  };
};
/** Returns templates of two kinds. Each of one kind would overlap each of the other if its literals were values. */
const crossing = (count: number) => ({
  ...scopesOf(count, (index) => `/{a}/l*${index}`),
  ...scopesOf(count, (index) => `/k*${index}/{b}`),
});
/** Returns 256 wildcards that all match each of some names. */
const wildcards = (count: number) => ({
  ...objectOf(
    256,
    (index) => `${[...index.toString(2).padStart(8, "0")].map((bit) => "a*"[+bit]).join(".")}.*`,
    () => ({ match: "wildcard" }),
  ),
  ...scopesOf(count, (index) => `${"a.".repeat(8)}n${index}`),
});
/** Returns names of 1,000 leaves below a chain of names, each of which covers all below it. */
const descendants = (depth: number) => ({
  ...objectOf(
    depth,
    (index) => listOf(index + 1, () => "a").join("."),
    () => ({ match: "parent" }),
  ),
  ...scopesOf(1_000, (index) => `${"a.".repeat(depth)}n${index}`),
});
/** Returns ten wildcards that all match each of some names. */
const stars = (count: number) => ({
  ...objectOf(
    10,
    (index) => `${"a.".repeat(index)}*`,
    () => ({ match: "wildcard" }),
  ),
  ...scopesOf(count, (index) => `${"a.".repeat(10)}n${index}`),
});
/** Returns a scope that covers paths below its own, and names of as many different depths. */
const depths = (count: number) => ({
  "files:/{path}": { match: "path-prefix" },
  ...scopesOf(count, (index) => `deep:${"/a".repeat(index + 1)}`),
});
/** Returns endpoints of two segments with literal text and a placeholder that have texts in common; the rest of their paths differs. */
const beside = (count: number) => ({
  ...alike(count, (index) => `GET /{a}:x/p${index}`, OPEN),
  ...alike(count, (index) => `GET /v{a}/q${index}`, OPEN),
});
/** Returns endpoints with literal text of as many different lengths before and after a placeholder. */
const lengths = (count: number) =>
  alike(
    count,
    (index) => {
      const start = index.toString(36).padStart(3, "0");
      return `GET /${start}${"x".repeat(index % 48)}{a}${"y".repeat(1 + Math.floor(index / 48))}`;
    },
    OPEN,
  );
const denying = (count: number) => ({
  ...alike(count, (index) => `*a${index}*b`, DENIED),
  ...alike(count, (index) => `${index}${"a".repeat(125)}`, OPEN),
});

interface Budget {
  readonly title: string;
  /** Parts of a policy that is accepted. */
  readonly within: FindingCase["policy"];
  /** Parts of a policy that is rejected. */
  readonly beyond: FindingCase["policy"];
  readonly path: string;
  readonly message: string;
}

const BUDGETS: readonly Budget[] = [
  {
    title: "the length of a path",
    within: { endpoints: { [`GET /${"a".repeat(8_191)}`]: OPEN } },
    beyond: { endpoints: { [`GET /${"a".repeat(8_192)}`]: OPEN } },
    path: `endpoints["GET /${"a".repeat(8_192)}"]`,
    message: "a path of 8193 characters: at most 8192 are allowed in a request",
  },
  {
    title: "the length of a scope",
    within: { scopes: { ["a".repeat(1_024)]: {} } },
    beyond: { scopes: { ["a".repeat(1_025)]: {} } },
    path: `scopes.${"a".repeat(1_025)}`,
    message: "a scope of 1025 characters: at most 1024 are allowed",
  },
  {
    title: "the steps of the comparison of names by their matching rules",
    within: { scopes: wildcards(400) },
    beyond: { scopes: wildcards(800) },
    path: "scopes",
    message: "comparing names by `match` takes more than 1000000 steps",
  },
  {
    title: "the steps of the comparison of names with those above them",
    within: { scopes: descendants(140) },
    beyond: { scopes: descendants(170) },
    path: "scopes",
    message: "comparing names by `match` takes more than 1000000 steps",
  },
  {
    title: "the steps of the comparison of names with wildcards of one segment",
    within: { scopes: stars(14_000) },
    beyond: { scopes: stars(15_000) },
    path: "scopes",
    message: "comparing names by `match` takes more than 1000000 steps",
  },
  {
    title: "the depths of names beside a scope for a path",
    within: { scopes: depths(50) },
    beyond: { scopes: depths(480) },
    path: "scopes",
    message: "checking them for overlaps takes more than 5000000 steps",
  },
  {
    title: "endpoints with segments of literal text and a placeholder that have texts in common",
    within: { endpoints: beside(2_200) },
    beyond: { endpoints: beside(2_240) },
    path: "endpoints",
    message: "comparing segments with literal text and placeholders takes more than 5000000 steps",
  },
  {
    title: "the lengths of literal text beside placeholders of endpoints",
    within: { endpoints: lengths(890) },
    beyond: { endpoints: lengths(920) },
    path: "endpoints",
    message: "comparing segments with literal text and placeholders takes more than 5000000 steps",
  },
  {
    title: "the length of an older name",
    within: { scopes: { a: { replaces: ["b".repeat(1_024)] } } },
    beyond: { scopes: { a: { replaces: ["b".repeat(1_025)] } } },
    path: "scopes.a.replaces[0]",
    message: "a scope of 1025 characters: at most 1024 are allowed",
  },
  {
    title: "the placeholders of a scope",
    within: { scopes: { [placeholders(32)]: {} } },
    beyond: { scopes: { [placeholders(33)]: {} } },
    path: `scopes["${placeholders(33)}"]`,
    message: "a scope with 33 placeholders: at most 32 are allowed",
  },
  {
    title: "implications of plain scopes",
    within: { scopes: chainOf(1_413) },
    beyond: { scopes: chainOf(1_414) },
    path: 'scopes["/c1386"].implies',
    message: "imply more than 1000000 scopes, directly or indirectly",
  },
  {
    title: "implications of templates",
    within: { scopes: chainOf(500, "/{a}") },
    beyond: { scopes: chainOf(2_000, "/{a}") },
    path: 'scopes["/c585/{a}"].implies',
    message: "imply more than 1000000 scopes, directly or indirectly",
  },
  {
    title: "scopes in the alternatives of one operation",
    within: { scopes: scopesOf(32_768), tools: { t: { allOf: names(32_768) } } },
    beyond: { scopes: scopesOf(10), tools: { t: { allOf: names(32_769) } } },
    path: "tools.t",
    message: "the alternatives name 32769 scopes in total: at most 32768 are allowed",
  },
  {
    title: "scopes in the alternatives of one operation, including the baseline,",
    within: { scopes: scopesOf(64), baseline: names(30), tools: { t: SQUARE } },
    beyond: { scopes: scopesOf(64), baseline: names(31), tools: { t: SQUARE } },
    path: "tools.t",
    message: "the alternatives name 33792 scopes in total: at most 32768 are allowed",
  },
  {
    title: "scopes in the alternatives of all operations",
    within: { scopes: scopesOf(64), tools: squares(244, (index) => `t${index}`) },
    beyond: {
      scopes: scopesOf(64),
      tools: { small: "s0", ...squares(200, (index) => `t${index}`) },
      endpoints: squares(45, (index) => `GET /e${index}`),
    },
    path: "tools.t0",
    message:
      "the alternatives of all tools and endpoints name 501761 scopes in total: at most 500000 are allowed (this one names the most: 2048)",
  },
  {
    title: "the baseline of all tools",
    within: {
      scopes: scopesOf(500),
      baseline: names(500),
      tools: {
        ...alike(1_000, (index) => `t${index}`, { authenticated: true }),
        denied: DENIED,
        open: OPEN,
      },
      endpoints: { "GET /a": { authenticated: true } },
    },
    beyond: {
      scopes: scopesOf(500),
      baseline: names(500),
      tools: alike(1_001, (index) => `t${index}`, { authenticated: true }),
    },
    path: "tools.t0",
    message:
      "name 500500 scopes in total: at most 500000 are allowed (this one names the most: 500)",
  },
  {
    title: "placeholders that parameters fill",
    within: wideTools(78),
    beyond: wideTools(79),
    path: "",
    message:
      "the parameters of all tools and endpoints fill more than 250000 placeholders in total",
  },
  {
    title: "comparisons of account types",
    within: accountTypes(3_162),
    beyond: accountTypes(3_163),
    path: "accountTypes",
    message: "takes more than 10000000 comparisons",
  },
  {
    title: "shapes of templates",
    within: { scopes: shapesOf(550) },
    beyond: { scopes: shapesOf(570) },
    path: "scopes",
    message: "checking them for overlaps takes more than 5000000 steps",
  },
  {
    title: "templates that nearly overlap",
    within: { scopes: crossing(1_500) },
    beyond: { scopes: crossing(1_600) },
    path: "scopes",
    message: "checking them for overlaps takes more than 5000000 steps",
  },
  {
    title: "tools and denying patterns (MAX_PATTERN_STEPS)",
    within: { tools: denying(240) },
    beyond: { tools: denying(260) },
    path: "tools",
    message: "comparing 260 tools with 260 denying patterns takes up to 1102433800 steps",
  },
];

describe("the limit of", () => {
  it.each(titled(BUDGETS))("%s is exact", (_title, { within, beyond, path, message }) => {
    expect(findingsOf(policyWith(within))).toEqual([]);
    expect(findingsOf(policyWith(beyond))).toEqual([
      { code: "too_large", path, message: expect.stringContaining(message) as unknown },
    ]);
  });
});

describe("a policy that is too large", () => {
  it("is still checked for other findings", () => {
    const tools = squares(245, (index) => `t${index}`);
    const wrong = { allOf: ["nope", { anyOf: ["s0", "s0"] }], params: { x: "y" } };
    const found = findingsOf(policyWith({ scopes: scopesOf(64), tools: { ...tools, wrong } }));
    expect(found.map(({ code, path }) => [code, path])).toEqual([
      ["too_large", "tools.t0"],
      ["unknown_scope", "tools.wrong.allOf[0]"],
      ["duplicate", "tools.wrong.allOf[1].anyOf[1]"],
    ]);
  });
});
