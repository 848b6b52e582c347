import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "examples");

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const read = (path: string) => readFileSync(join(root, path), "utf8");
const manifestOf = (path: string) => JSON.parse(read(path)) as Manifest;

const programs = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.includes("node_modules"))
  .map((path) => join("examples", path));
const examples = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
  .map(({ name }) => name);

/** Returns what a program imports. */
function importsOf(path: string): readonly string[] {
  const imports = read(path).matchAll(/(?:\bfrom |\bimport\(|^import )"([^"]+)"/gm);
  return [...imports].map(([, name = ""]) => name);
}

/** Returns the package of an import such as `@scope/name/part`. */
const packageOf = (specifier: string) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

describe("a copy of the folder `examples`", () => {
  it("has every file that a program imports", () => {
    expect(programs.length).toBeGreaterThan(30);
    const outside = programs.flatMap((path) =>
      importsOf(path)
        .filter((name) => name.startsWith("."))
        .filter((name) => relative(folder, resolve(root, dirname(path), name)).startsWith(".."))
        .map((name) => `${path}: ${name}`),
    );
    expect(outside).toEqual([]);
  });

  it("installs exactly the packages that the programs import", () => {
    const imported = programs.flatMap((path) =>
      importsOf(path).filter((name) => !name.startsWith(".") && !isBuiltin(name)),
    );
    const { dependencies } = manifestOf("examples/package.json");
    expect(Object.keys(dependencies)).toEqual([...new Set(imported.map(packageOf))].sort());
  });

  it("installs the versions that the tests of this repository use", () => {
    const { dependencies } = manifestOf("examples/package.json");
    const own = manifestOf("package.json");
    const versions = { ...own.devDependencies, ...own.dependencies, "scope-policy": "latest" };
    expect(versions).toMatchObject(dependencies);
  });
});

describe("the README of an example", () => {
  it.each(titled(examples, (name) => name))(
    "%s has what it shows, how to run it, and what to change",
    (_, name) => {
      const text = read(`examples/${name}/README.md`);
      const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual(["What it shows", "Run it", "What to change first"]);
      const copying = /```sh\n(git clone [\s\S]*?npm install\n)/;
      expect(copying.exec(text)?.[1]).toBe(copying.exec(read("docs/examples.md"))?.[1]);
    },
  );

  it("is listed on the page of the examples", () => {
    const listed = [...read("docs/examples.md").matchAll(/\.\.\/examples\/([\w-]+)\/README\.md/g)];
    expect(listed.map(([, name]) => name).sort()).toEqual([...examples].sort());
  });
});
