// The limits and defaults of a policy source, and of the line that a change logs.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadPolicy } from "scope-policy";
import { diffPolicies } from "scope-policy/analysis";
import { loadPolicySource, type PolicySourceOptions } from "scope-policy/policy-source";
import { afterEach, describe, expect, it, vi } from "vitest";
import { describeChange } from "../../src/policy-source/describe-change.js";
import { titled } from "../titled.js";
import { inDirectory, policyText, recording } from "./fixture.js";

afterEach(() => void vi.useRealTimers());

interface OptionLimit {
  readonly name: "interval" | "timeout" | "maxBytes";
  readonly limit: number;
}

const OPTION_LIMITS: readonly OptionLimit[] = [
  { name: "interval", limit: 86_400_000 },
  { name: "timeout", limit: 600_000 },
  { name: "maxBytes", limit: 1_073_741_824 },
];

describe("a policy source", () => {
  it.each(titled(OPTION_LIMITS, ({ name }) => name))(
    "accepts `%s` up to its limit only",
    (_title, { name, limit }) =>
      inDirectory(async (directory) => {
        const file = join(directory, "policy.json");
        await writeFile(file, policyText("1"));
        const source = await loadPolicySource(file, { [name]: limit });
        source.close();
        expect(source.policy.version).toBe("1");
        await expect(loadPolicySource(file, { [name]: limit + 1 })).rejects.toMatchObject({
          code: "ERR_OPTIONS_INVALID",
          findings: [{ path: name }],
        });
      }),
  );

  it("reads 4,194,304 bytes by default, and no byte more", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "policy.json");
      await writeFile(file, policyText("1").padEnd(4_194_304));
      const { options, faults } = recording();
      const source = await loadPolicySource(file, options);
      await writeFile(file, policyText("2").padEnd(4_194_305));
      expect(await source.refresh()).toBe(false);
      expect([source.policy.version, faults[0]?.code]).toEqual(["1", "too_large"]);
      source.close();
    }));

  it("waits 5,000 milliseconds for a response by default", async () => {
    vi.useFakeTimers();
    let result: unknown = "waiting";
    const loading = loadPolicySource("https://policy.example.com/", {
      fetch: () => new Promise<Response>(() => undefined),
    }).catch((error: unknown) => {
      result = error;
    });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(result).toBe("waiting");
    await vi.advanceTimersByTimeAsync(1);
    await loading;
    expect(result).toMatchObject({
      code: "ERR_POLICY_SOURCE",
      message: "no complete response within 5000 ms",
    });
  });

  it("asks a server every 30,000 milliseconds by default", async () => {
    vi.useFakeTimers();
    let count = 0;
    const fetch: NonNullable<PolicySourceOptions["fetch"]> = async () => {
      count += 1;
      return new Response(policyText("1"));
    };
    const source = await loadPolicySource("https://policy.example.com/", { fetch });
    await vi.advanceTimersByTimeAsync(29_999);
    expect(count).toBe(1);
    await vi.advanceTimersByTimeAsync(30_001);
    expect(count).toBe(3);
    source.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([count, vi.getTimerCount()]).toEqual([3, 0]);
  });

  it("reads a file every 2,000 milliseconds by default", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "policy.json");
      await writeFile(file, policyText("1"));
      const timers = vi.spyOn(globalThis, "setTimeout");
      const source = await loadPolicySource(file);
      source.close();
      const intervals = timers.mock.calls.map(([, milliseconds]) => milliseconds);
      timers.mockRestore();
      expect(intervals).toContain(2_000);
    }));
});

describe("the line of a change", () => {
  const shop = (version: string, scope: string, count: number) =>
    loadPolicy({
      name: "Shop",
      version,
      scopes: { "orders:read": "See orders", "orders:write": "Change orders" },
      tools: Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, scope])),
    });

  it.each([
    [10, "`t8`, `t9`"],
    [11, "`t8`, `t9` and 1 more"],
  ])("names at most 10 operations of a kind: %i", (count, end) => {
    const [before, after] = [shop("1", "orders:read", count), shop("2", "orders:write", count)];
    const line = describeChange({ before, after, diff: diffPolicies(before, after) });
    expect(line).toMatch(/^scope-policy: `Shop` changed from version `1` to `2` \(major\): /);
    expect(line.endsWith(end)).toBe(true);
  });

  it("names what the comparison could not prove", () => {
    const [before, after] = [shop("1", "orders:read", 1), shop("2", "orders:write", 1)];
    const diff = { ...diffPolicies(before, after), unproved: ["t0"] };
    expect(describeChange({ before, after, diff })).toMatch(/: `t0`; not proved: `t0`$/);
  });
});
