import { describe, expect, it } from "vitest";
import { measureMemory } from "./faults/memory.js";

describe("the list of revocations in memory", () => {
  it("takes less than 500 bytes for each rule, as the pages about limits and scaling promise", () => {
    const { bytesPerRule } = measureMemory(20_000, 1_000);
    expect(bytesPerRule).toBeGreaterThan(100);
    expect(bytesPerRule).toBeLessThan(500);
  });
});
