// Tokens with thousands of bound scopes. These tests are slow: those of `infer-bindings.test.ts` are not.

import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { listOf } from "../policy/many.js";
import { viewOf } from "./view-of.js";

describe("values on which granted scopes agree", () => {
  const policy = loadPolicy({
    name: "Agreement",
    version: "1",
    scopes: {
      "/x/{i}": {},
      "/z/{i}": {},
      "/w/{j}": {},
      "/both/{i}/{j}": { implies: ["/x/{i}", "/w/{j}"] },
    },
    tools: {
      shared: { allOf: ["/x/{i}", "/z/{i}"] },
      implied: { allOf: ["/x/{i}", { scope: "/w/{j}", params: { j: "i" } }] },
    },
  });

  it("are found among thousands of bindings of two templates, wherever they are", () => {
    for (const at of [0, 1_000, 1_999]) {
      const xs = listOf(2_000, (index) => `/x/v${index}`);
      const zs = listOf(2_000, (index) => (index === at ? `/z/v${1_999 - at}` : `/z/w${index}`));
      expect(viewOf(policy, [...xs, ...zs], "shared")).toMatchObject({
        code: "allowed",
        scopes: [`/x/v${1_999 - at}`, `/z/v${1_999 - at}`],
      });
    }
  });

  it("are found among 5,000 bindings that 2,500 scopes imply", () => {
    const held = listOf(2_500, (index) => `/both/v${index}/${index === 0 ? "v2499" : `w${index}`}`);
    expect(viewOf(policy, held, "implied")).toMatchObject({
      code: "allowed",
      scopes: ["/x/v2499", "/w/v2499"],
    });
    const start = performance.now();
    expect(viewOf(policy, held.slice(0, -1), "implied")).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe("a list of tools with many alternatives", () => {
  const templates = listOf(20, (index) => `/s${index}/{i}`);
  const pairs = templates.flatMap((left, at) =>
    templates.slice(at + 1).map((right) => ({ allOf: [left, right] })),
  );
  const policy = loadPolicy({
    name: "Many",
    version: "1",
    scopes: Object.fromEntries(templates.map((name) => [name, {}])),
    tools: Object.fromEntries(
      listOf(100, (tool) => [`tool_${tool}`, { anyOf: pairs.slice(0, 100) }]),
    ),
  });

  it("is returned quickly if 2,000 bindings never agree, or only the last ones do", () => {
    const odds = listOf(2_000, (index) => `/s${index % 20}/v${index}`);
    const start = performance.now();
    expect(policy.toolsFor({ scope: odds })).toEqual([]);
    expect(performance.now() - start).toBeLessThan(10_000);
    const found = policy.toolsFor({ scope: [...odds.slice(0, 20), "/s0/last", "/s1/last"] });
    expect(found.map(({ decision }) => decision.code)).toEqual(listOf(100, () => "allowed"));
  });

  it("is returned quickly if thousands of bindings agree in pairs but never all", () => {
    const letters = listOf(100, (index) => `s${index}`);
    const circle = ["/a/{i}/{j}", "/b/{j}/{k}", "/c/{k}/{i}"];
    const circles = loadPolicy({
      name: "Circles",
      version: "1",
      scopes: Object.fromEntries([...circle, ...letters].map((name) => [name, {}])),
      tools: Object.fromEntries(
        listOf(100, (tool) => `tool_${tool}`).map((name) => [
          name,
          { anyOf: letters.map((letter) => ({ allOf: [...circle, letter] })) },
        ]),
      ),
    });
    const scope = listOf(700, (index) => [
      `/a/i${index}/j`,
      `/b/j/k${index}`,
      `/c/k${index}/none`,
    ]).flat();
    const start = performance.now();
    expect(circles.toolsFor({ scope })).toEqual([]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("is returned quickly if one template has all the bindings", () => {
    const token = { scope: listOf(2_000, (index) => `/s0/v${index}`) };
    const start = performance.now();
    const views = policy.toolsFor(token);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(views).toHaveLength(100);
    expect(views[0]?.decision).toMatchObject({ code: "insufficient_scope" });
  });
});
