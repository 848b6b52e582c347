import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OPTION_SURFACES, SURFACES } from "./surfaces.js";

const ROOT = join(import.meta.dirname, "..", "..");

const CELLS = Object.entries(OPTION_SURFACES).flatMap(([option, row]) =>
  SURFACES.map((surface) => [option, surface, row[surface]] as const),
);

describe("the table of options and surfaces", () => {
  it.each(Object.entries(OPTION_SURFACES))(
    "has each surface for %s, and no other",
    (_option, row) => {
      expect(Object.keys(row).sort()).toEqual([...SURFACES].sort());
    },
  );

  it.each(CELLS)("names a test of `%s` on %s, or a reason", (_option, _surface, cell) => {
    if ("notApplicable" in cell) {
      expect(cell.notApplicable).toMatch(/^[a-z`].{20,}[^.]$/);
      return;
    }
    const [file, title] = cell;
    const path = join(ROOT, file);
    expect(file).toMatch(/^test\/.+\.ts$/);
    expect(existsSync(path), file).toBe(true);
    // a title is a whole text of the file: a part of a longer one would find any test
    const titles = [`"${title}"`, `\`${title}\``, `'${title}'`];
    const source = readFileSync(path, "utf8");
    expect(
      titles.some((text) => source.includes(text)),
      title,
    ).toBe(true);
  });
});
