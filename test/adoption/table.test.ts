import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../scripts/entries.mjs";
import { PROJECTS } from "./projects.mjs";
import { HELPERS } from "./runner.mjs";
import { CASES, LINES } from "./table.mjs";
import { readTable, worksWithRows } from "./works-with.mjs";

const read = (path: string) => readFileSync(join(root, path), "utf8");

describe("the cases of npm run adoption", () => {
  it("try every need of the list, and no other", () => {
    const tried = new Set(CASES.flatMap(({ lines }) => lines));
    expect([...tried].sort((a, b) => a - b)).toEqual(
      Array.from({ length: LINES }, (_, index) => index + 1),
    );
  });

  it("are the files of the folder, except what they share", () => {
    const files = readdirSync(join(import.meta.dirname, "cases"));
    expect(files.sort()).toEqual([...new Set(CASES.map(({ file }) => file)), ...HELPERS].sort());
  });

  it("start with the number of the first need that they try", () => {
    const wrong = CASES.filter(({ file, lines }) => Number(file.slice(0, 2)) !== lines[0]);
    expect(wrong).toEqual([]);
  });

  it("use every project, with one exact version for each package", () => {
    expect([...new Set(CASES.map(({ project }) => project))].sort()).toEqual(
      Object.keys(PROJECTS).sort(),
    );
    for (const [name, version] of Object.values(PROJECTS).flatMap(Object.entries))
      expect(`${name}: ${version}`).toMatch(/: (npm:.+@)?\d+\.\d+\.\d+$/);
  });

  it("import nothing from the sources of this project", () => {
    const folder = "test/adoption/cases";
    const imports = readdirSync(join(root, folder)).flatMap((file) =>
      [...read(join(folder, file)).matchAll(/from "(\.[^"]+)"/g)].map(([, path = ""]) => path),
    );
    const shared = new Set([...HELPERS.map((file) => `./${file}`)]);
    const inText = /^\.\/(policy|scopes|tools)\.js$/; // in programs that a case writes
    expect(imports.filter((path) => !shared.has(path) && !inText.test(path))).toEqual([]);
  });
});

describe("docs/works-with.md", () => {
  it("has a row for every package whose combination a case proves, with the version that it pins", () => {
    const rows = readTable(read("docs/works-with.md"));
    expect(rows.map(({ name, version, tried }) => ({ name, version, tried }))).toEqual(
      worksWithRows().map(({ name, version, tried }) => ({ name, version, tried })),
    );
  });

  it("has a result in every row", () => {
    for (const { result } of readTable(read("docs/works-with.md")))
      expect(result).toMatch(/^(works|fails)/);
  });
});
