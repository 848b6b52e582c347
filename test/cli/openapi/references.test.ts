import { describe, expect, it } from "vitest";
import { survey } from "../../../src/cli/openapi/references.js";

describe("the survey of a document", () => {
  const document = { a: { $ref: "#/b" }, b: [1, { $ref: "#/c" }], c: {} };

  it("counts every value, and finds the references in their order", () => {
    const { references, nodes } = survey(document, false);
    expect(references.map(({ ref }) => ref)).toEqual(["#/b", "#/c"]);
    expect(nodes).toBe(8);
  });

  it("stops above a number of values", () => {
    const list = Array.from({ length: 1_000 }, () => ({ $ref: "#/a" }));
    const { references, nodes } = survey(list, false, 10);
    expect(nodes).toBe(11);
    expect(references.length).toBeLessThan(10);
  });
});
