import { afterEach, expect, it, vi } from "vitest";
import { createReportOnly } from "../../src/adapters/report-only.js";

const HOUR = 3_600_000;
afterEach(() => void vi.restoreAllMocks());

const decided = (code: "allowed" | "denied" | "insufficient_scope" | "invalid_params") => ({
  allowed: code === "allowed",
  code,
});

/** Creates a counter, with a timer that the test runs and the lines that are logged. */
function create() {
  const log = vi.spyOn(console, "error").mockReturnValue(undefined);
  const timer = vi.spyOn(globalThis, "setInterval").mockReturnValue(0 as never);
  const counter = createReportOnly((name) => name !== "x");
  const [run, interval] = timer.mock.calls[0] as [() => void, number];
  return { counter, run, interval, lines: () => log.mock.calls.map(([line]) => String(line)) };
}

const admit = (
  { counter }: ReturnType<typeof create>,
  operation: string,
  code: Parameters<typeof decided>[0],
) => counter.mayContinue(operation, { decision: decided(code) as never });

it("a gate that only reports lets every call continue but those of denied operations", () => {
  const made = create();
  const codes = ["allowed", "insufficient_scope", "denied"] as const;
  expect(codes.map((code) => admit(made, "a", code))).toEqual([true, true, false]);
});

it("a gate that only reports counts calls by operation and code, those of unknown names together", () => {
  const made = create();
  expect(made.counter.report()).toEqual({});
  admit(made, "a", "allowed");
  admit(made, "a", "allowed");
  admit(made, "a", "denied");
  admit(made, "x", "allowed");
  expect(made.counter.report()).toEqual({ a: { allowed: 2, denied: 1 }, unknown: { allowed: 1 } });
});

it("a gate that only reports counts a revised decision in the place of the first one", () => {
  const made = create();
  admit(made, "a", "allowed");
  admit(made, "a", "allowed");
  made.counter.revise("a", decided("allowed"), decided("invalid_params"));
  expect(made.counter.report()).toEqual({ a: { allowed: 1, invalid_params: 1 } });
  made.counter.revise("a", decided("allowed"), decided("invalid_params"));
  expect(made.counter.report()).toEqual({ a: { invalid_params: 2 } });
});

it("a gate that only reports logs so at the start, and each hour how many calls it would have refused", () => {
  const made = create();
  expect(made.interval).toBe(HOUR);
  admit(made, "a", "allowed");
  admit(made, "a", "allowed");
  admit(made, "x", "insufficient_scope");
  made.counter.revise("a", decided("allowed"), decided("invalid_params"));
  made.run();
  expect(made.lines()).toEqual([
    "scope-policy: a gate only reports: it refuses no call but those of denied operations (`dangerouslyReportOnly`)",
    "scope-policy: a gate only reports: it would have refused 2 of 3 calls since it started (`dangerouslyReportOnly`)",
  ]);
});
