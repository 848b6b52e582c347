import { expect, it } from "vitest";
import { callAll, differing, linesOf, polluted } from "./pollute.js";
import { namesIn, recordOf } from "./record.js";
import { newScene } from "./scene.js";

it("probe", { timeout: 3_000_000 }, async () => {
  const realNow = Date.now;
  Date.now = () => 1_800_000_000_000;
  try {
    await callAll();
    const ready = newScene();
    const t = performance.now();
    const first = await callAll();
    process.stderr.write(`ms ${performance.now() - t} ${first.length}\n`);
    const clean = linesOf(first);
    expect(differing(clean, linesOf(await callAll(ready)))).toEqual([]);
    const names = [...namesIn(recordOf(first))].filter((n) => /^[A-Za-z_$][\w$]*$/.test(n) && !(n in {}));
    const extra = "challenge literal segments endpoint tool public params isPublic enriched fault refusal answer token shown asked trustClaims auditDenialsOnly credentialsFirst protocolVersion authorization arguments requestId anonymous values writable options headers body statusText isPattern disclosure quick plain denial alternatives source uses bound literals granted strict prefix stack regexp method config".split(" ");
    const said = new Set<string>();
    const all = process.env["NAMES"]?.split(" ") ?? [...new Set([...extra, ...names])];
    process.stderr.write(`names ${all.length}\n`);
    for (const name of all) {
      for (const [i, value] of [true, "x", { a: 1 }, () => true].entries()) {
        for (const scene of [undefined, ready]) {
          const seen = linesOf(await polluted([name], value, () => callAll(scene)));
          const titles = differing(clean, seen).filter((t) => t !== "policyJsonSchema");
          if (titles.length === 0) continue;
          const [title = ""] = titles;
          const at = clean.get(title)?.findIndex((line, i) => line !== seen.get(title)?.[i]) ?? 0;
          const [a = "", b = ""] = [clean.get(title)?.[at], seen.get(title)?.[at]];
          let j = 0;
          while (a[j] === b[j] && j < a.length) j++;
          const key = `${name} ${titles.join(",")}`;
          if (said.has(key)) continue;
          said.add(key);
          process.stderr.write(`DIFF ${name} ${i} ${scene ? "ready" : "new"} ${titles.slice(0, 8).join(",")} :: ${a.slice(Math.max(0, j - 60), j + 80)} ===> ${b.slice(Math.max(0, j - 60), j + 120)}\n`);
        }
      }
    }
  } finally {
    Date.now = realNow;
  }
});
