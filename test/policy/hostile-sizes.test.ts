import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { HOSTILE, type LoadResult } from "./hostile-sizes.js";

const CODES: Readonly<Record<keyof typeof HOSTILE, readonly string[]>> = {
  "800 tools of 1,024 alternatives": ["too_large"],
  "one alternative of 60,000 scopes": ["too_large"],
  "a baseline of 20,000 scopes for 20,000 tools": ["too_large"],
  "3,000 scopes that overlap with a template": ["overlap", "more_findings"],
  "two times 10,000 templates that nearly overlap": ["too_large"],
  "800 tools and 800 denying patterns": ["too_large"],
  "a chain of 20,000 implications": ["too_large"],
  "20,000 cycles of up to 20,000 scopes": ["implication_cycle", "more_findings"],
  "20,000 unknown scopes next to 10,000 older ones": ["unknown_scope", "more_findings"],
  "50,000 account types, three times": ["too_large"],
  "a name of 8,000,000 characters with 1,000 errors": [
    "tool_name",
    "unknown_scope",
    "more_findings",
  ],
  "100,000 numbers, 60 levels deep": ["invalid_type", "more_findings"],
  "16,000,000 brackets": ["too_large"],
  "16,000,000 characters of lists": ["too_large"],
  "a path of 4,000,000 segments": ["too_large"],
};

describe("a policy of an untrusted author that is too large", () => {
  // runs in a separate process, because without limits most of these crash the process that loads them
  const program = [
    "--max-old-space-size=400",
    "scripts/run.mjs",
    "test/policy/hostile-sizes-main.ts",
  ];
  const output = execFileSync(process.execPath, program, {
    encoding: "utf8",
    timeout: 120_000,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const outcomes = JSON.parse(output) as readonly LoadResult[];

  it.each(titled(outcomes))(
    "is rejected with a bounded number of findings: %s",
    (_title, outcome) => {
      expect(outcome.codes).toEqual(CODES[outcome.title]);
      expect(outcome.findings).toBeLessThanOrEqual(1_001);
      expect(outcome.message).toBeLessThan(2_500_000);
    },
  );

  it("has a row in the table of expected codes", () => {
    expect(outcomes.map(({ title }) => title)).toEqual(Object.keys(HOSTILE));
  });

  it("has a last finding that counts the others", () => {
    const lastOf = (title: string) => outcomes.find((one) => one.title === title)?.last;
    expect(lastOf("20,000 cycles of up to 20,000 scopes")).toBe(
      "and 19001 further findings, which are not listed",
    );
    expect(lastOf("3,000 scopes that overlap with a template")).toBe(
      "and further findings, which are not listed",
    );
  });
});
