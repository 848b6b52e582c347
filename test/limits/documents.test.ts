import { describe, expect, it } from "vitest";
import { createBudget, LIMITS } from "../../src/cli/openapi/limits.js";
import { parseText } from "../../src/cli/openapi/parse-text.js";
import { resolveRef } from "../../src/cli/openapi/resolve-ref.js";
import { findingsOf, loadIn, SMALL } from "../cli/openapi/load.js";

const codeOf = (text: string) => {
  const outcome = parseText("a.json", text, createBudget());
  return outcome.ok ? "ok" : outcome.fault.code;
};

describe("limits of an OpenAPI document", () => {
  it("depth: a document is nested 256 levels deep at most", () => {
    const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
    expect(codeOf(nested(256))).toBe("ok");
    expect(codeOf(nested(257))).toBe("too_deep");
  });

  it("nodes: a document has some 600,000 values at most", () => {
    const values = (count: number) => `[${"1,".repeat(count - 1)}1]`;
    expect(codeOf(values(600_000))).toBe("ok");
    expect(codeOf(values(600_002))).toBe("too_large");
  });

  it("hops: a chain has 32 references at most", () => {
    const chain = (length: number) => ({
      ...Object.fromEntries(
        Array.from({ length }, (_, index) => [`r${index}`, { $ref: `#/r${index + 1}` }]),
      ),
      [`r${length}`]: "the end",
    });
    expect(resolveRef(chain(32), { $ref: "#/r1" })).toMatchObject({ value: "the end" });
    expect(resolveRef(chain(33), { $ref: "#/r0" })).toMatchObject({ ok: false });
  });

  it("findings: 20 of the faults of a document are reported", async () => {
    const broken = Object.fromEntries(
      Array.from({ length: 25 }, (_, index) => [`/p${index}`, { $ref: `#/none${index}` }]),
    );
    expect(findingsOf(await loadIn({ "a.json": { ...SMALL, paths: broken } }))).toHaveLength(20);
  });

  // test/cli/openapi/hostile.test.ts tries documents beyond these
  it.each([
    ["yamlTokens", 700_000],
    ["pointers", 64_000_000],
    ["comparisons", 20_000_000],
    ["references", 60_000],
    ["rounds", 5_000_000],
    ["timeout", 10_000],
  ] as const)("%s: the limit of the page is that of the source", (name, value) => {
    expect(LIMITS[name]).toBe(value);
  });
});
