import { droppedScopes, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { alike, listOf, scopesOf } from "../policy/many.js";
import { titled } from "../titled.js";
import { CONSENT_GROWTH } from "./consent-rows.js";
import {
  MAX_CAPPED,
  MAX_EQUAL,
  MAX_FAR,
  MAX_GROWTH,
  measure,
  measureEqual,
  measureLimit,
} from "./measure.js";
import { POLICY_GROWTH, POLICY_LIMITS } from "./policy-rows.js";
import { REQUEST_GROWTH, REQUEST_LIMITS } from "./request-rows.js";

const GROWTH = [...POLICY_GROWTH, ...REQUEST_GROWTH, ...CONSENT_GROWTH];

describe("twice the input takes at most three times as long for", () => {
  it.each(titled(GROWTH))("%s", (_title, row) => {
    const { kind, n, ratio, far, times } = measure(row);
    if (process.env["COST_LOG"] !== undefined) console.log(row.title, kind, n, ratio, far, times);
    if (kind === "growth") {
      expect(ratio, `${n} and ${2 * n} of them took ${times}`).toBeLessThanOrEqual(MAX_GROWTH);
      expect(far ?? 0, `${8 * n} of them, times as long as ${n}`).toBeLessThanOrEqual(MAX_FAR);
    } else {
      const what = `the calibration and ${n} of them (${row.most?.[1]}) took ${times}`;
      expect(ratio, what).toBeLessThanOrEqual(MAX_CAPPED);
    }
  });
});

describe("the largest input that a limit allows takes a bounded time", () => {
  it.each(
    titled([...POLICY_LIMITS, ...REQUEST_LIMITS], ({ limit, title }) => `${limit}: ${title}`),
  )("%s", (_title, row) => {
    const { ratio, times } = measureLimit(row);
    if (process.env["COST_LOG"] !== undefined) console.log(row.title, ratio, times);
    expect(ratio, `the calibration and this took ${times}`).toBeLessThanOrEqual(row.most);
  });
});

describe("a token takes at most twice as long with 10,000 templates as with 10 of them", () => {
  const KINDS: readonly (readonly [
    title: string,
    template: (index: number) => string,
    match?: "path-prefix" | "smart" | "registry",
  ])[] = [
    ["literals before the placeholder", (index) => `/p${index}/{id}/read`],
    ["literals after the placeholder", (index) => `/accounts/{id}/p${index}`],
    ["literals before the placeholder, in its segment", (index) => `user${index}/{id}.read`],
    ["literals after the placeholder, in its segment", (index) => `/accounts/{id}.p${index}`],
    ["literals between placeholders, in their segment", (index) => `a:{x}-p${index}-{y}`],
    ["paths", (index) => `p${index}:/{id}`, "path-prefix"],
    ["letters", (index) => `p${index}/{id}.r`, "smart"],
    ["actions", (index) => `p${index}:{id}:pull`, "registry"],
    [
      "literals on both sides, in turn",
      (index) => (index % 2 ? `/p${index}/{id}/r` : `/{id}/p${index}/w`),
    ],
  ];
  it.each(titled(KINDS, ([title]) => title))("%s", (_title, [, template, match = "exact"]) => {
    const texts = listOf(10, (index) => template(index + 100).replace(/\{x\}|\{id\}/, "{}"));
    const runOf = (count: number) => {
      const scopes = alike(count, (index) => template(index + 100), { match });
      const policy = loadPolicy({ name: "Cost", version: "1", scopes });
      let number = 0;
      return () => {
        let found = 0;
        for (let round = 0; round < 2_000; round += 1) {
          number += 1;
          // each text is new, so that no cache has it
          const tokens = texts.map((text) => text.replace("{}", `v${number}`).replace("{y}", "w"));
          found += policy.expand(tokens).length;
        }
        if (found !== 20_000) throw new Error(`${found} scopes were found`);
      };
    };
    const { ratio, times } = measureEqual(runOf(10), runOf(10_000));
    if (process.env["COST_LOG"] !== undefined) console.log(template(0), ratio, times);
    expect(ratio, `10 and 10,000 templates took ${times}`).toBeLessThanOrEqual(MAX_EQUAL);
  });
});

describe("droppedScopes", () => {
  it("returns at most 256 entries for 4,000 unknown scopes", () => {
    const policy = loadPolicy({ name: "Cost", version: "1", scopes: scopesOf(10) });
    const client = { client_id: "app", redirect_uri: "https://app.example/cb" };
    const requested = listOf(4_000, (index) => `x${index}`);
    const dropped = droppedScopes(policy, { client, requested });
    expect(dropped.length).toBeGreaterThan(0);
    expect(dropped.length).toBeLessThanOrEqual(256);
  });
});
