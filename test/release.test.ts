import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { manifest, root } from "../scripts/entries.mjs";
import { isRelative, linksOf } from "../scripts/links.mjs";
import { addressOf } from "../scripts/repository.mjs";

const ADDRESS = "https://github.com/owner/name";
const COPIED = ["package.json", "README.md", "CHANGELOG.md", "docs", "scripts", ".changeset"];

/** A copy of what a release reads, in a folder of its own. */
let copy: string;
const read = (path: string) => readFileSync(join(copy, path), "utf8");
const write = (path: string, text: string) => writeFileSync(join(copy, path), text);
const node = (...args: readonly string[]) =>
  spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8" });
const setRepository = (repository: unknown) =>
  write("package.json", JSON.stringify({ ...manifest, repository }, null, 2));

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), "release-"));
  const isWanted = (path: string) => !/docs[\\/](?:api|pictures)(?:[\\/]|$)/.test(path);
  for (const path of COPIED)
    cpSync(join(root, path), join(copy, path), { recursive: true, filter: isWanted });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

describe("the address of the repository", () => {
  it.each([
    ["", undefined],
    [undefined, undefined],
    [{}, undefined],
    ["name", undefined],
    ["http://github.com/owner/name", undefined],
    [ADDRESS, ADDRESS],
    [`git+${ADDRESS}.git`, ADDRESS],
    ["github:owner/name", ADDRESS],
    [{ type: "git", url: `${ADDRESS}/` }, ADDRESS],
  ])("of %j is %j", (field, address) => {
    expect(addressOf(field)).toBe(address);
  });
});

describe("npm run release:check", () => {
  it("exits with 1 and names what to set if the repository and the version are missing", () => {
    setRepository("");
    const { status, stderr } = node("scripts/release-check.mjs");
    expect(status).toBe(1);
    expect(stderr).toContain("package.json: set `repository`");
    expect(stderr).toContain("package.json: `version` has no section in CHANGELOG.md");
  });

  it("exits with 0 for a repository and a version that CHANGELOG.md describes", () => {
    write("package.json", JSON.stringify({ ...manifest, repository: ADDRESS, version: "9.8.7" }));
    write("CHANGELOG.md", `${read("CHANGELOG.md")}\n## 9.8.7\n`);
    expect(node("scripts/release-check.mjs")).toMatchObject({ status: 0, stderr: "" });
  });
});

it("SECURITY.md names a test that exists for every guarantee", () => {
  const guarantees = readFileSync(join(root, "SECURITY.md"), "utf8")
    .split("| guarantee | tested in |")[1]
    ?.split("\n\n")[0]
    ?.split("\n")
    .slice(2);
  const tests = guarantees?.map((row) =>
    [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path = ""]) => path),
  );
  expect(tests?.length).toBeGreaterThan(10);
  expect(tests?.filter((paths) => paths.length === 0)).toEqual([]);
  expect(tests?.flat().filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

describe("before npm packs", () => {
  it("links of README.md become absolute, the fields of package.json are filled, and both are restored", () => {
    setRepository(ADDRESS);
    const before = { readme: read("README.md"), manifest: read("package.json") };
    expect(node("scripts/prepack.mjs").status).toBe(0);
    const at = (kind: string) => `${ADDRESS}/${kind}/v${manifest.version}`;
    expect(read("README.md")).toContain(`](${at("blob")}/docs/policy.md)`);
    expect(read("README.md")).toContain(`src="${at("raw")}/docs/pictures/localisation-light.png"`);
    expect(read("README.md")).not.toMatch(/\]\((docs|examples)\//);
    expect(JSON.parse(read("package.json"))).toMatchObject({
      repository: { type: "git", url: `git+${ADDRESS}.git` },
      homepage: `${ADDRESS}#readme`,
      bugs: `${ADDRESS}/issues`,
    });

    expect(node("scripts/prepack.mjs", "--restore").status).toBe(0);
    expect({ readme: read("README.md"), manifest: read("package.json") }).toEqual(before);
    expect(existsSync(join(copy, ".cache/prepack"))).toBe(false);
  });

  it("a run that was cut short does not become the original", () => {
    setRepository(ADDRESS);
    const readme = read("README.md");
    node("scripts/prepack.mjs");
    node("scripts/prepack.mjs");
    node("scripts/prepack.mjs", "--restore");
    expect(read("README.md")).toBe(readme);
  });

  it("nothing changes while there is no repository", () => {
    setRepository("");
    const before = { readme: read("README.md"), manifest: read("package.json") };
    expect(node("scripts/prepack.mjs").status).toBe(0);
    expect({ readme: read("README.md"), manifest: read("package.json") }).toEqual(before);
  });
});

it("README.md leads to no file that is missing in the package, which has no address of a repository", () => {
  const shipped = new Set(manifest.files);
  const targets = linksOf(readFileSync(join(root, "README.md"), "utf8")).map(
    ({ target }) => target,
  );
  const files = targets.filter(isRelative).map((target) => target.split("#")[0] ?? "");
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !shipped.has(file))).toEqual([]);
});

describe("npm run version", () => {
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.example", ...args], {
      cwd: copy,
    });

  /** Writes changesets, commits them, and runs both commands of the script `version` that write CHANGELOG.md. */
  function release(changesets: Readonly<Record<string, string>>): string {
    for (const name of readdirSync(join(copy, ".changeset")).filter((each) => each.endsWith(".md")))
      rmSync(join(copy, ".changeset", name));
    for (const [name, text] of Object.entries(changesets))
      write(`.changeset/${name}.md`, `---\n"scope-policy": minor\n---\n\n${text}\n`);
    git("add", "-A", ":!node_modules");
    git("commit", "-q", "-m", "x");
    const changeset = join(root, "node_modules/@changesets/cli/bin.js");
    expect(node(changeset, "version")).toMatchObject({ status: 0 });
    expect(node("scripts/changelog.mjs")).toMatchObject({ status: 0, stderr: "" });
    return read("CHANGELOG.md");
  }

  it("keeps the preface on top, lists decisions first, and links commits once there is a repository", () => {
    git("init", "-q", "-b", "main");
    setRepository("");
    const preface = /<!-- preface -->[\s\S]*<!-- \/preface -->/.exec(read("CHANGELOG.md"))?.[0];
    const first = release({
      a: "A gate for Koa.",
      b: "★ A narrower reading.\n\nIn two paragraphs.",
    });
    const entries =
      "### ★ Decisions and responses\n\n- ★ A narrower reading.\n\n  In two paragraphs.\n\n### Everything else\n\n- A gate for Koa.\n";
    expect(first).toBe(`# scope-policy\n\n${preface}\n\n## 0.1.0\n\n${entries}`);

    const { version } = JSON.parse(read("package.json")) as { version: string };
    write("package.json", JSON.stringify({ ...manifest, version, repository: ADDRESS }));
    const second = release({ c: "A gate for Nest." });
    const commit = git("rev-parse", "--short=7", "HEAD").toString().trim();
    const [heading, newest, older] = second.split(/^(?=## )/m);
    expect(heading).toBe(`# scope-policy\n\n${preface}\n\n`);
    expect(newest).toBe(
      `## 0.2.0\n\n### Everything else\n\n- [\`${commit}\`](${ADDRESS}/commit/${commit}) A gate for Nest.\n\n`,
    );
    expect(older).toBe(`## 0.1.0\n\n${entries}`);
  });
});
