import { readFileSync } from "node:fs";
import { loadPolicy, PolicyError } from "scope-policy";
import { lintPolicy } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { LINT_CODES } from "../../../src/policy/lint-codes.js";
import { withPollution } from "../../sweep/with-pollution.js";
import { titled } from "../../titled.js";
import { OPERATION_CASES } from "./cases-operations.js";
import { PROVIDER_CASES } from "./cases-providers.js";
import { SCOPE_CASES } from "./cases-scopes.js";
import type { LintCase, Parts } from "./lint-case.js";

const CASES: readonly LintCase[] = [...SCOPE_CASES, ...OPERATION_CASES, ...PROVIDER_CASES];

function policyOf(parts: Parts) {
  return loadPolicy({ name: "Shop", version: "1", scopes: {}, ...parts });
}

/** Returns the error of the program that a call throws. */
function caught(call: () => unknown): PolicyError {
  try {
    call();
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the rules of lint", () => {
  it.each(titled(CASES, ({ code, title }) => `${code}: ${title}`))("%s", (_title, one) => {
    const { code, policy, paths, says, fixes, options } = one;
    const findingsIn = (parts: Parts) =>
      lintPolicy(policyOf(parts), options).filter((finding) => finding.code === code);
    const pathsIn = (parts: Parts) => findingsIn(parts).map(({ path }) => path);
    const found = findingsIn(policy);
    expect(found.map(({ path }) => path)).toEqual(paths);
    if (fixes !== undefined) expect(found.map(({ fix }) => fix)).toEqual(fixes);
    const [first] = found;
    expect(first?.message).toContain(says);
    expect(first?.page).toBe(`docs/lint.md#${code}`);
    expect(first?.fix).toMatch(/^[a-z].*[^.]$/);
    expect(pathsIn(one.near)).toEqual([]);
    expect(pathsIn(one.fixed)).toEqual([]);
  });

  it("each have a case, and a section in the page", () => {
    const page = readFileSync("docs/lint.md", "utf8");
    const headings = [...page.matchAll(/^### `?(\w+)`?$/gm)].map(([, code]) => code);
    expect(new Set(CASES.map(({ code }) => code))).toEqual(new Set(LINT_CODES));
    expect(headings).toEqual([...LINT_CODES, "lint_not_needed"]);
  });
});

describe("accepted findings", () => {
  const parts = { scopes: { "a:read": "A", "a:write": "B" }, endpoints: { "GET /a": "a:read" } };
  const accepted = { code: "unused_scope", path: 'scopes["a:write"]', reason: "For later." };

  it("are omitted", () => {
    expect(lintPolicy(policyOf({ ...parts, lint: [accepted] }))).toEqual([]);
  });

  it("are omitted by code and place, so that another place is a finding", () => {
    const policy = policyOf({ ...parts, lint: [{ ...accepted, path: "scopes['a:write']" }] });
    expect(lintPolicy(policy).map(({ code, path, fix }) => [code, path, fix])).toEqual([
      ["unused_scope", 'scopes["a:write"]', expect.any(String)],
      ["lint_not_needed", "lint[0]", 'remove the entry, or write the path `scopes["a:write"]`'],
    ]);
  });

  it("that do not occur are findings", () => {
    const stale = { ...accepted, path: "scopes.b", code: "warned_default" };
    expect(lintPolicy(policyOf({ ...parts, lint: [accepted, stale] }))).toEqual([
      {
        code: "lint_not_needed",
        path: "lint[1]",
        message: "`warned_default` does not occur at `scopes.b`",
        fix: "remove the entry",
        page: "docs/lint.md#lint_not_needed",
      },
    ]);
  });

  it("that do not occur are not taken for a finding with another code", () => {
    const policy = policyOf({ ...parts, lint: [{ ...accepted, code: "warned_default" }] });
    expect(lintPolicy(policy).map(({ code, fix }) => [code, fix])).toEqual([
      ["unused_scope", expect.any(String)],
      ["lint_not_needed", "remove the entry"],
    ]);
  });

  it("that need an option which is not given are not findings", () => {
    const lint = [
      { code: "provider_scope_name", path: "scopes.x", reason: "Cognito is for tests." },
      { code: "unneeded_trust_claim", path: "trustClaims[0]", reason: "Shared options." },
      accepted,
    ];
    const policy = policyOf({ ...parts, lint });
    expect(lintPolicy(policy)).toEqual([]);
    const codes = (options: object) => lintPolicy(policy, options).map(({ path }) => path);
    expect(codes({ for: "okta" })).toEqual(["lint[0]"]);
    expect(codes({ trustClaims: [] })).toEqual(["lint[1]"]);
  });
});

describe("lintPolicy", () => {
  it("rejects values that are not policies, and all invalid options at once", () => {
    expect(caught(() => lintPolicy({} as never)).code).toBe("ERR_POLICY_UNKNOWN");
    const policy = policyOf({});
    const wrong = { for: "aws", tools: "list", trustClaims: ["tier", "__proto__"], fro: "okta" };
    const error = caught(() => lintPolicy(policy, wrong as never));
    expect(error.code).toBe("ERR_OPTIONS_INVALID");
    expect(error.findings.map(({ path, suggestion }) => [path, suggestion])).toEqual([
      ["for", undefined],
      ["tools", undefined],
      ["trustClaims", undefined],
      ["fro", "for"],
    ]);
    expect(caught(() => lintPolicy(policy, { trustClaims: "tier" } as never)).code).toBe(
      "ERR_OPTIONS_INVALID",
    );
  });

  it("finds nothing in an empty policy, and returns the same for the same policy", () => {
    expect(lintPolicy(policyOf({}))).toEqual([]);
    const policy = policyOf({ scopes: { b: "", a: {} }, tools: { x: "a" } });
    expect(lintPolicy(policy)).toEqual(lintPolicy(policy));
  });

  it("reads names of the language as names", () => {
    const policy = policyOf({
      scopes: { constructor: "C", toString: "T" },
      tools: { constructor: "constructor", valueOf: { deny: "No" } },
      lint: [{ code: "unused_scope", path: "scopes.toString", reason: "A test." }],
    });
    expect(lintPolicy(policy).map(({ code }) => code)).toEqual(["no_first_scopes"]);
  });

  it("takes no inherited member for a denial", async () => {
    const policy = policyOf({
      scopes: { a: "A" },
      tools: { drop: "a", "d*": { deny: "No" } },
      endpoints: { "GET /x": "a", "GET /{path*}": { deny: "No" } },
    });
    const found = lintPolicy(policy);
    expect(found.filter(({ code }) => code === "shadowed_rule")).toHaveLength(2);
    const again = await withPollution(["deny"], "No", async () => lintPolicy(policy));
    expect(again).toEqual(found);
  });

  it("escapes invisible characters of the policy in messages", () => {
    const policy = policyOf({
      scopes: { a: { description: "A", locales: { "de\u202E": { description: "B" } } }, b: "B" },
      endpoints: { "GET /a": "a", "GET /b": "b" },
    });
    const text = JSON.stringify(lintPolicy(policy).map(({ message, fix }) => [message, fix]));
    expect(text).not.toContain("\u202E");
    expect(text).toContain("u{202e}");
  });

  it("compares patterns within its budget only", () => {
    const name = (index: number) => `a${index}${"x".repeat(110)}`;
    const tools = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`${name(index)}*`, { deny: "No" }]),
    );
    const open = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`b${name(index)}*`, { authenticated: true }]),
    );
    const found = lintPolicy(policyOf({ tools: { ...tools, ...open } }));
    const patterns = found.filter(({ code }) => code === "unmatched_pattern");
    // MAX_PATTERN_STEPS (5,000,000 steps) are enough for some of the patterns
    expect(patterns.length).toBeGreaterThan(0);
    expect(patterns.length).toBeLessThan(40);
  });

  it("compares alternatives up to MAX_ALTERNATIVE_STEPS (5,000,000), and reports no others", () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `s${index}:read`);
    const rule = { anyOf: [...names.slice(0, -1), { allOf: names.slice(0, 2) }] };
    const tools = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`t${index}`, rule]));
    const scopes = Object.fromEntries(names.map((name) => [name, {}]));
    const found = lintPolicy(policyOf({ scopes, tools })).filter(
      ({ code }) => code === "shadowed_rule",
    );
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(9);
  });
});
