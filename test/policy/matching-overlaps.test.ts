// The names by which the overlaps of names with a matching rule are found.

import { describe, expect, it } from "vitest";
import { templateOf } from "../../src/policy/matched-names.js";
import { spreadNames } from "../../src/policy/matching-overlaps.js";
import type { NamedScope } from "../../src/policy/scope-lookup.js";
import { parseText } from "../grammar/compiled.js";

const named = (text: string, matching: NamedScope["matching"], scope: number): NamedScope => ({
  scope,
  declared: scope,
  template: templateOf(parseText(text), matching),
  text,
  matching,
  values: [],
  old: false,
});
const spread = (names: readonly NamedScope[], left: number) => {
  const steps = { left };
  const texts = spreadNames(names, steps).map(
    ({ scope, template }) => `${scope} ${template.literals.join("{}")}`,
  );
  return { texts, used: left - steps.left };
};

describe("the names that stand for those with a rule", () => {
  const names = [named("files:/{path}", "path-prefix", 0), named("deep:/a/b", "exact", 1)];
  const texts = ["1 deep:/a/b", "0 files:/", "0 files:/{}", "0 files:/{}/{}"];

  it("take 50 steps for each of their segments", () => {
    expect(spread(names, 1_000)).toEqual({ texts, used: 50 * (2 + 2 + 3) });
  });

  it("are none if they take more steps than are left", () => {
    expect(spread(names, 350).texts).toEqual(texts);
    expect(spread(names, 349).texts).toEqual([]);
  });

  it("are the names themselves without a rule, and take no steps", () => {
    const plain = [named("a:{id}", "exact", 0), named("a:b", "parent", 1)];
    expect(spread(plain, 10)).toEqual({ texts: ["0 a:{}", "1 a:b"], used: 0 });
  });
});
