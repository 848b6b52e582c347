import fc from "fast-check";
import { expect, it } from "vitest";
import { parseFindingPath } from "../../src/cli/policy-file/finding-path.js";
import { formatPath } from "../../src/policy/report.js";
import { titled } from "../titled.js";

const step = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("a", "$", "_", "a.b", "1", "[0]", '"', "\\", "__proto__", "", "courses:read"),
  fc.nat({ max: 999_999_999 }),
);

it("parses every path that a finding can have", () => {
  fc.assert(
    fc.property(fc.array(step), (path) => {
      expect(parseFindingPath(formatPath(path))).toEqual(path);
    }),
    { numRuns: 1_000 },
  );
});

const torn: readonly { readonly text: string; readonly steps: readonly (string | number)[] }[] = [
  { text: "", steps: [] },
  { text: "tools.x..y", steps: ["tools", "x"] },
  { text: "tools[x]", steps: ["tools"] },
  { text: 'tools["x', steps: ["tools"] },
  { text: 'tools["\\q"].a', steps: ["tools"] },
  { text: "a b", steps: ["a"] },
  { text: "[99999999999]", steps: [] },
];

it.each(titled(torn, ({ text }) => text))(
  "parses `%s` up to the first character that is not part of a path",
  (_title, { text, steps }) => {
    expect(parseFindingPath(text)).toEqual(steps);
  },
);

it("terminates for any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(parseFindingPath(text).length).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 1_000 },
  );
});
