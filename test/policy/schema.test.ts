import { loadPolicy, PolicyError } from "scope-policy";
import { describe, expect, it } from "vitest";
import { policyJsonSchema } from "../../src/policy/json-schema.js";
import { createReport } from "../../src/policy/report.js";
import { checkShape } from "../../src/policy/schema.js";
import { policyWith } from "./findings-of.js";

describe("policyJsonSchema", () => {
  const schema = JSON.parse(JSON.stringify(policyJsonSchema())) as {
    readonly required: readonly string[];
    readonly properties: Readonly<Record<string, unknown>>;
    readonly additionalProperties: unknown;
    readonly $schema: string;
  };

  it("is JSON Schema, draft 2020-12", () => {
    expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
  });

  it("requires a name, a version and scopes, and has exactly the options of a policy", () => {
    expect([...schema.required].sort()).toEqual(["name", "scopes", "version"]);
    expect(Object.keys(schema.properties).sort()).toEqual([
      "$schema",
      "accountTypes",
      "baseline",
      "boundaries",
      "bundles",
      "defaultScopes",
      "endpoints",
      "entitlements",
      "language",
      "lint",
      "locales",
      "name",
      "notCovered",
      "scopes",
      "tiers",
      "tools",
      "version",
    ]);
    expect(schema.additionalProperties).toBe(false);
  });

  it("is a new object each time", () => {
    expect(policyJsonSchema()).toEqual(policyJsonSchema());
    expect(policyJsonSchema()).not.toBe(policyJsonSchema());
  });

  it("has only references that resolve", () => {
    const text = JSON.stringify(schema);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? "");
    expect(references.length).toBeGreaterThan(2);
    for (const path of references) {
      const target = path
        .split("/")
        .reduce<unknown>((holder, key) => (holder as Record<string, unknown>)[key], schema);
      expect(target).toBeTypeOf("object");
    }
  });
});

describe("checkShape", () => {
  it("returns valid data unchanged", () => {
    const report = createReport();
    const data = policyWith({ scopes: { a: "A" }, tools: { t: "a" } });
    expect(checkShape(data, report)).toBe(data);
    expect(report.findings).toEqual([]);
  });

  it("removes invalid parts, so that the rest can be checked", () => {
    const report = createReport();
    const data = policyWith({
      extra: 1,
      scopes: { a: 5, b: { tier: 1, title: "B" } },
      tools: { t: 5, u: { anyOf: ["a", 5] }, v: { scope: "a", extra: 1 } },
    });
    expect(checkShape(data, report)).toEqual({
      name: "Loopwise",
      version: "1",
      scopes: { a: {}, b: { title: "B" } },
      tools: { u: { anyOf: ["a", undefined] }, v: { scope: "a" } },
    });
    expect(report.findings).toHaveLength(6);
  });

  it("returns an empty policy for data with more findings than a report lists", () => {
    const report = createReport();
    const data = policyWith({
      scopes: { a: "A" },
      baseline: Array.from({ length: 1_001 }, () => 5),
    });
    expect(checkShape(data, report)).toEqual({ name: "", version: "", scopes: {} });
    expect(report.close()).toHaveLength(1_001);
    expect(report.close().at(-1)?.message).toBe("and further findings, which are not listed");
  });

  it("has one finding for data on which the schema throws", () => {
    const report = createReport();
    const data = Object.defineProperty(policyWith({}), "tools", {
      enumerable: true,
      get: () => {
        throw new RangeError("Maximum call stack size exceeded");
      },
    });
    expect(checkShape(data, report)).toEqual({ name: "", version: "", scopes: {} });
    expect(report.findings).toEqual([
      { code: "too_large", path: "", message: "too many invalid values: they are not listed" },
    ]);
  });

  it("rejects 190,000 invalid values of a list with findings, not with another error", () => {
    const baseline = Array.from({ length: 190_000 }, () => 5);
    expect(() => loadPolicy(policyWith({ baseline }))).toThrow(PolicyError);
  });

  it.each([[null], [undefined], [1], ["text"], [[]], [true]])(
    "returns an object without members for %j",
    (data) => {
      const report = createReport();
      expect(checkShape(data, report)).toEqual({});
      expect(report.findings.map(({ code, path }) => [code, path])).toEqual([["invalid_type", ""]]);
    },
  );
});
