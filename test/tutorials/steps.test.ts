import { describe, expect, it } from "vitest";
import { changed, fencedOf, filesBySection, stepsOf } from "../../scripts/tutorial-steps.mjs";

const fence = "```";
const block = (info: string, ...lines: readonly string[]) =>
  [fence + info, ...lines, fence, ""].join("\n");

const PAGE = [
  "# A page\n",
  block("jsonc", "// package.json", "{}"),
  block("ts", "// main.ts", "const a = 1;", "console.log(a);"),
  block("sh", "npm install", "npx tsx main.ts"),
  block("text output", "1"),
  block("diff main.ts", "- const a = 1;", "+ const a = 2;"),
  block("sh server", "npx tsx main.ts"),
  block("sh fails", "npx tsc"),
].join("\n");

describe("the steps of a tutorial", () => {
  const steps = stepsOf(fencedOf(PAGE));

  it("are its files, its commands with their output, and its changes, in their order", () => {
    expect(steps).toMatchObject([
      { kind: "file", name: "package.json", text: "{}\n" },
      { kind: "file", name: "main.ts", text: "// main.ts\nconst a = 1;\nconsole.log(a);\n" },
      { kind: "run", commands: ["npm install", "npx tsx main.ts"], output: { code: "1" } },
      { kind: "diff", name: "main.ts", before: "const a = 1;\n", after: "const a = 2;\n" },
      { kind: "run", isServer: true, fails: false },
      { kind: "run", isServer: false, fails: true },
    ]);
  });

  it("have the line of their block", () => {
    expect(steps.map(({ line }) => line)).toEqual([3, 8, 14, 23, 28, 32]);
  });

  it.each([
    ["an output of no command", block("text output", "1"), "line 1: output of no command"],
    ["a file without a name", block("ts", "const a = 1;"), "line 1: a block `ts` is not a step"],
    ["another language", block("html", "<p>"), "line 1: a block `html` is not a step"],
  ])("cannot be %s", (_, page, message) => {
    expect(() => stepsOf(fencedOf(page))).toThrow(message);
  });
});

describe("a change of a file", () => {
  const step = { kind: "diff", name: "a.ts", before: "x\n", after: "y\n", line: 7 } as const;

  it("replaces the lines", () => {
    expect(changed("w\nx\nz\n", step)).toBe("w\ny\nz\n");
  });

  it.each([
    ["are absent", "w\n", 0],
    ["occur twice", "x\nx\n", 2],
  ])("is refused if the lines %s", (_, text, times) => {
    expect(() => changed(text, step)).toThrow(
      `line 7: the lines to change are in a.ts ${times} times`,
    );
  });
});

it("a section has the files of the sections before it, with its own changes", () => {
  const blocks = fencedOf(PAGE).map((fenced, index) => ({
    ...fenced,
    section: index < 4 ? "first" : "second",
  }));
  const files = filesBySection(blocks);
  expect(files.get("first")?.get("main.ts")).toContain("a = 1");
  expect(files.get("second")?.get("main.ts")).toContain("a = 2");
  expect(files.get("second")?.get("package.json")).toBe("{}\n");
});
