import { expect, it } from "vitest";
import { quote } from "../../../src/cli/export/cedar-text.js";

it("writes quotes and backslashes in a literal of Cedar with a backslash", () => {
  expect(quote('a "b" \\c')).toBe('"a \\"b\\" \\\\c"');
});
