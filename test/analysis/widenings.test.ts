import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { widenings } from "../../src/analysis/diff/widenings.js";
import { titled } from "../titled.js";

const policyOf = (rule: unknown) =>
  loadPolicy({ name: "School", version: "1", scopes: { a: {}, b: {}, c: {} }, tools: { t: rule } });

describe("the widenings between two policies", () => {
  const rows: readonly {
    readonly title: string;
    readonly rules: readonly [before: unknown, after: unknown];
    /** The scopes of the tokens that show them; `undefined` for no credentials. */
    readonly scopes: readonly (string | undefined)[];
  }[] = [
    {
      title: "are one for each alternative",
      rules: ["a", { anyOf: ["a", "b", "c"] }],
      scopes: ["b", "c"],
    },
    {
      title: "are one for a call without credentials",
      rules: ["a", { public: true }],
      scopes: [undefined],
    },
    {
      title: "are one for each scope of additional detail",
      rules: ["a", { scope: "a", enrichedBy: ["b", "c"] }],
      scopes: ["a b", "a c"],
    },
  ];
  it.each(titled(rows))("%s", (_title, { rules: [before, after], scopes }) => {
    const { found, unproved } = widenings(policyOf(before), policyOf(after), new Set());
    expect(found.map(({ token }) => token?.scope)).toEqual(scopes);
    expect(unproved).toEqual([]);
  });
});
