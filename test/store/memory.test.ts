import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { bundleProgram } from "./bundle.js";
import type { MemoryResult } from "./faults/memory.js";

describe("the list of revocations in memory", () => {
  it("takes less than 500 bytes for each rule, as the pages about limits and scaling promise", async () => {
    const { path, remove } = await bundleProgram("test/store/memory-program.ts");
    const output = execFileSync(process.execPath, [path], { encoding: "utf8" });
    remove();
    const { bytesPerRule } = JSON.parse(output) as MemoryResult;
    expect(bytesPerRule).toBeGreaterThan(100);
    expect(bytesPerRule).toBeLessThan(500);
  });
});
