import { fileURLToPath } from "node:url";
import { lintPolicy } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { buildPolicy } from "../../catalogues/harness/build.js";
import { readCatalogue } from "../../catalogues/harness/catalogue.js";
import { LIBRARY } from "../../catalogues/harness/engine.js";
import { readSources } from "../../catalogues/harness/source.js";
import { createTally } from "../../catalogues/harness/tally.js";

const COPIES = fileURLToPath(new URL("../../catalogues/copies", import.meta.url));

describe("the catalogues of real providers", () => {
  it("have these findings, by code", async () => {
    const lines: string[] = [];
    for (const source of await readSources([COPIES])) {
      const tally = createTally();
      const built = buildPolicy(readCatalogue(source, tally), LIBRARY, tally);
      if (built === undefined) throw new Error(`${source.name} has no policy`);
      const counts = new Map<string, number>();
      for (const { code } of lintPolicy(built.policy))
        counts.set(code, (counts.get(code) ?? 0) + 1);
      const found = [...counts].map((pair) => pair.join(" ")).join(", ");
      lines.push(`${source.name}: ${found || "nothing"}`);
    }
    expect(lines.length).toBe(40);
    expect(lines.join("\n")).toMatchSnapshot();
  }, 600_000);
});
