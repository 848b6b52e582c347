import { describe, expect, it } from "vitest";
import { haveCommonName, namesFor } from "../../../src/analysis/lint/globs.js";
import { patternMatcher } from "../../../src/policy/pattern.js";
import { everyText } from "../../every-text.js";

/** Every name of up to six letters. */
const NAMES = everyText("abc", 6);
/** Every valid pattern of up to three characters. */
const GLOBS = everyText("ab*?", 3).filter(
  (glob) => !glob.includes("**") && glob.split("*").length <= 3,
);

describe("patterns that are compared with each other", () => {
  const namesOf = new Map(GLOBS.map((glob) => [glob, new Set(NAMES.filter(patternMatcher(glob)))]));

  it("have a common name exactly if some name matches both", () => {
    const wrong = GLOBS.flatMap((one) =>
      GLOBS.flatMap((other) => {
        const common = [...(namesOf.get(one) ?? [])].some((name) => namesOf.get(other)?.has(name));
        return haveCommonName(one, other) === common ? [] : `${one} ${other}`;
      }),
    );
    expect(wrong).toEqual([]);
  });

  it("cover each other exactly if every name of one matches the other", () => {
    const wrong = GLOBS.flatMap((narrow) =>
      GLOBS.flatMap((wide) => {
        const all = [...(namesOf.get(narrow) ?? [])].every((name) => namesOf.get(wide)?.has(name));
        const found = namesFor(narrow).every(patternMatcher(wide));
        return found === all ? [] : `${narrow} ${wide}`;
      }),
    );
    expect(wrong).toEqual([]);
  });
});
