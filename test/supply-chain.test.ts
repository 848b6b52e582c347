import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { claimFaults, guaranteesOf } from "../scripts/claims.mjs";
import { isAllowed, licenceFaults } from "../scripts/licences.mjs";
import { partOf } from "../scripts/sbom.mjs";
import type { Claim } from "./claims.js";
import { titled } from "./titled.js";

const WORKFLOWS = readdirSync(".github/workflows").map((name) => `.github/workflows/${name}`);
const ACTIONS = [...WORKFLOWS, "action.yml"];

/** What each workflow may write, by its name; others nothing. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  "release.yml": ["id-token"],
  "site.yml": ["pages", "id-token"],
};

describe("a workflow", () => {
  it.each(ACTIONS)("pins each action by commit, with the version as a comment: %s", (path) => {
    const uses = [...readFileSync(path, "utf8").matchAll(/\buses: *(.*)$/gm)];
    for (const [, action] of uses) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it.each(WORKFLOWS)("may write nothing but what its publication needs: %s", (path) => {
    const text = readFileSync(path, "utf8");
    const granted = [...text.matchAll(/^ *([\w-]+): write\b/gm)].map(([, name]) => name);
    expect(granted).toEqual(WRITES[basename(path)] ?? []);
    expect(text).toMatch(/^permissions:/m);
    expect(text.match(/persist-credentials: false/g)).toHaveLength(
      text.match(/actions\/checkout@/g)?.length ?? 0,
    );
  });

  it.each(WORKFLOWS)("names the browser of every run of `.ci/run`: %s", (path) => {
    const steps = readFileSync(path, "utf8").split(/^ *- (?=\w+:)/m);
    const runs = steps.filter((step) => /^run: \.ci\/run$/m.test(step));
    for (const step of runs) expect(step).toMatch(/^ *CHROMIUM: \/usr\/bin\/google-chrome\b/m);
    // a step that runs it in another form would not be checked
    expect(runs).toHaveLength(steps.filter((step) => step.includes(".ci/run")).length);
  });

  it.each(WORKFLOWS)("runs each package of npm in an exact version: %s", (path) => {
    const packages = [...readFileSync(path, "utf8").matchAll(/\bnpx -y (\S+)/g)];
    for (const [, name] of packages) expect(name).toMatch(/^[\w@/-]+@\d+\.\d+\.\d+$/);
  });
});

const ALLOWED = new Set(["MIT", "ISC"]);

describe("a licence", () => {
  it.each(
    titled([
      { title: "MIT", is: true },
      { title: "MIT AND ISC", is: true },
      { title: "(MIT OR GPL-3.0-only)", is: true },
      { title: "MIT AND GPL-3.0-only", is: false },
      { title: "GPL-3.0-only", is: false },
      { title: "(MIT AND (ISC OR MIT))", is: false },
      { title: "", is: false },
    ]),
  )("is in the list or not: %s", (title, { is }) => {
    expect(isAllowed(title, ALLOWED)).toBe(is);
  });

  it("is reported for a shipped package that only a tool may have, and for a tool without a licence", () => {
    const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
      readonly packages: Record<string, { license?: string }>;
    };
    const changed = {
      ...packages,
      "node_modules/zod": { license: "MPL-2.0" },
      "node_modules/vitest": { license: "MPL-2.0" },
      "node_modules/a": {},
    };
    expect(licenceFaults(changed)).toEqual([
      "node_modules/zod: the licence `MPL-2.0` is not in the list of what is shipped",
      "node_modules/a: the licence `none` is not in the list of tools",
    ]);
  });
});

describe("the bill of materials", () => {
  const component = (name: string) => ({ "bom-ref": `${name}@1`, name });
  const bill = {
    metadata: { component: component("own") },
    components: ["a", "b", "tool", "c"].map(component),
    dependencies: [
      { ref: "own@1", dependsOn: ["a@1", "tool@1"] },
      { ref: "a@1", dependsOn: ["b@1"] },
      { ref: "b@1", dependsOn: ["a@1"] },
      { ref: "tool@1", dependsOn: ["c@1"] },
    ],
  };

  it("has what the named packages need, and nothing that only tools need", () => {
    const part = partOf(bill, new Set(["a"]));
    expect(part.components.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(part.dependencies[0]).toEqual({ ref: "own@1", dependsOn: ["a@1"] });
  });

  it("is not written without a package that it must have", () => {
    expect(() => partOf(bill, new Set(["a", "z"]))).toThrow("the bill has no z");
  });
});

describe("a guarantee of SECURITY.md", () => {
  const claim: Claim = {
    test: "test/a.test.ts",
    title: "is so",
    file: "src/a.ts",
    text: "check();",
    replacement: "",
  };
  const files = new Map([
    ["test/a.test.ts", 'it("is so", () => {})'],
    ["src/a.ts", "check();"],
  ]);
  const faultsOf = (document: string, claims: readonly Claim[]) =>
    claimFaults(guaranteesOf(document), claims, (path: string) => files.get(path));

  it("has no fault with a test and a change of the source", () => {
    expect(faultsOf('| It is so. | `test/a.test.ts`: "is so" |', [claim])).toEqual([]);
  });

  it("is reported without a title, with one that is missing, and without a change that fits", () => {
    expect(faultsOf("| It is so. | `test/a.test.ts` |", [])).toEqual([
      'SECURITY.md: no test with a title for "It is so."',
    ]);
    expect(faultsOf('| It is so. | `test/a.test.ts`: "is not" |', [])).toEqual([
      'SECURITY.md: test/a.test.ts has no "is not"',
      'test/claims.ts: no change for test/a.test.ts: "is not"',
    ]);
    expect(
      faultsOf('| It is so. | `test/a.test.ts`: "is so" |', [{ ...claim, text: "gone" }]),
    ).toEqual(["test/claims.ts: src/a.ts must have exactly once: gone"]);
    expect(faultsOf("", [claim])).toEqual(['SECURITY.md: does not name test/a.test.ts: "is so"']);
  });
});
