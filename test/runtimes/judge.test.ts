import { expect, it } from "vitest";
import { judge } from "../../scripts/runtimes/judge.mjs";
import type { TestResult } from "./run-files.js";

const passed: TestResult = { file: "a.test.ts", name: "group > passes", state: "passed" };
const failed: TestResult = {
  file: "a.test.ts",
  name: "group > fails",
  state: "failed",
  error: "e",
};
const unloaded: TestResult = { file: "b.test.ts", name: "", state: "failed", error: "no module" };
const known = (test: string, runtimes = ["deno"]) => [{ runtimes, test, reason: "a reason" }];
const findingsOf = (...args: Parameters<typeof judge>) => judge(...args).findings;

it("reports a failed test and a file that cannot be loaded, unless the failure is known", () => {
  const results = [passed, failed, unloaded];
  expect(judge({ id: "deno" }, results, {}, [])).toEqual({
    files: 2,
    passed: 1,
    known: 0,
    skipped: 0,
    findings: ["failed: a.test.ts > group > fails\n    e", "failed: b.test.ts\n    no module"],
  });
  const all = [...known("a.test.ts > group > fails"), ...known("b.test.ts")];
  expect(judge({ id: "deno" }, results, {}, all)).toMatchObject({ known: 2, findings: [] });
  expect(findingsOf({ id: "bun" }, results, {}, all)).toHaveLength(2);
  expect(findingsOf({ id: "deno" }, [failed], {}, known("a.test.ts > group > fail"))).toHaveLength(
    2,
  );
});

it("reports a known failure that passes or is gone", () => {
  expect(findingsOf({ id: "deno" }, [passed], {}, known("a.test.ts > group"))).toEqual([
    "a known failure passes: a.test.ts > group",
  ]);
  expect(findingsOf({ id: "deno" }, [passed], {}, known("a.test.ts > group", ["bun"]))).toEqual([]);
});

it("reports the entry of a whole file of which a test passes, since it would hide the failures of others", () => {
  const second: TestResult = { ...failed, name: "group > fails too" };
  expect(findingsOf({ id: "deno" }, [failed, second], {}, known("a.test.ts"))).toEqual([]);
  expect(findingsOf({ id: "deno" }, [failed, second, passed], {}, known("a.test.ts"))).toEqual([
    "a known failure passes: a.test.ts",
  ]);
});

it("reports answers that are not those of the reference, or missing", () => {
  const reference = { one: "1 aa", two: "1 bb" };
  const results = [{ ...passed, name: "one", answers: "1 ab" }];
  expect(findingsOf({ id: "deno" }, results, reference, [])).toEqual([
    "other answers: one: 1 ab instead of 1 aa",
    "other answers: two: none instead of 1 bb",
  ]);
});
