import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { policyJsonSchema } from "scope-policy";
import { describe, expect, it } from "vitest";
import { manifest } from "../../scripts/entries.mjs";
import { reportError } from "../../src/cli/main.js";
import { code, text } from "../../src/cli/terminal/markdown.js";
import { createScreen, type Line, render, styled } from "../../src/cli/terminal/output.js";
import { padTo, widthOf } from "../../src/cli/terminal/visible.js";
import { shorten, wrap } from "../../src/cli/terminal/wrap.js";
import { titled } from "../titled.js";
import { programPath } from "./program.js";
import { folderOf, ROOT, run, runIn } from "./run.js";
import { SMALL_JSON } from "./small-policy.js";

const COMMANDS = [
  "init",
  "check",
  "lint",
  "diff",
  "explain",
  "plan",
  "test",
  "matrix",
  "docs",
  "schema",
  "types",
  "token",
  "import",
  "export",
  "mcp",
];

/** A document with the endpoints of the small policy, and one that it does not have. */
const DOCUMENT_JSON = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Shop", version: "7" },
  paths: { "/orders": { get: { security: [] } }, "/ping": { get: { security: [] } } },
});

describe("the command line", () => {
  it("lists its commands and exit codes in the help", async () => {
    const { code: exit, out, err } = await run(["--help"]);
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    const [, list = ""] = /\nCommands:\n((?: {2}.*\n)+)/.exec(out) ?? [];
    const listed = [...list.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);
    expect(listed).toEqual([...COMMANDS, "help"]);
    for (const line of [
      "0  success",
      "1  the policy has findings, also of lint; diff: --fail-on is reached; test: a case fails",
      "2  wrong usage",
      "3  explain: the call is denied; plan: an operation cannot be reached",
      "4  check --against: the policy and the source differ",
    ]) {
      expect(out).toContain(`\n  ${line}`);
    }
    expect(out).toContain("--json");
  });

  it.each(COMMANDS)("prints the help of %s with an example", async (command) => {
    const { code: exit, out } = await run([command, "--help"]);
    expect(exit).toBe(0);
    expect(out).toContain(`\nExample:\n  scope-policy ${command}`);
    expect(out).toContain("--json");
    const [, options = ""] = /\nOptions:\n((?: .*\n)+)/.exec(out) ?? [];
    const flags = options.split("\n").filter((line) => /^ {2}-/.test(line));
    expect(flags.length).toBeGreaterThan(1);
    for (const flag of flags) expect(flag).toMatch(/^ {2}-\S.* {2,}\w/);
  });

  it("prints its version", async () => {
    expect(await run(["--version"])).toEqual({ code: 0, out: `${manifest.version}\n`, err: "" });
  });

  const INVALID_ARGUMENTS: readonly { readonly argv: readonly string[]; readonly says: string }[] =
    [
      { argv: ["chekc"], says: "unknown command 'chekc'" },
      { argv: ["check"], says: "missing required argument 'file'" },
      { argv: ["explain", "p.json"], says: "missing required argument 'tool'" },
      { argv: ["check", "p.json", "--jsno"], says: "unknown option '--jsno'" },
      { argv: ["schema", "too", "much"], says: "too many arguments" },
      { argv: ["docs", "none.json"], says: "cannot read `none.json`" },
      { argv: ["init", "--from", "none.json"], says: "cannot read `none.json`" },
      { argv: ["import", "raml", "a.raml"], says: "Allowed choices are openapi" },
      { argv: ["import", "openapi", "none.yaml"], says: "cannot read `none.yaml`" },
      { argv: ["export", "none.json", "--to", "cedar"], says: "cannot read `none.json`" },
      { argv: ["plan", "none.json", "whoami"], says: "cannot read `none.json`" },
      { argv: ["mcp", "p.json"], says: "too many arguments" },
      { argv: ["check", "p.json", "--root", "a"], says: "--root requires --against" },
      { argv: ["test"], says: "missing required argument 'file'" },
      { argv: ["test", "none.yaml"], says: "cannot read `none.yaml`" },
    ];

  it.each(titled(INVALID_ARGUMENTS, ({ argv }) => argv.join(" ")))(
    "rejects the arguments %s with exit code 2",
    async (_title, { argv, says }) => {
      const people = await run(argv);
      expect(people).toMatchObject({ code: 2, out: "" });
      expect(people.err).toContain(says);
      const programs = await run([...argv, "--json"]);
      expect(programs).toMatchObject({ code: 2, err: "" });
      const printed = JSON.parse(programs.out) as { error: { code: string; message: string } };
      expect(printed).toMatchObject({ ok: false, error: { code: "usage" } });
      expect(printed.error.message).toContain(says);
    },
  );

  it("prints its usage and returns exit code 2 without a command", async () => {
    const { code: exit, err } = await run([]);
    expect(exit).toBe(2);
    expect(err).toContain("Usage: scope-policy");
  });

  it("reports an unexpected error in one line", async () => {
    const io = { stdout: () => undefined, cwd: ROOT, colours: false, columns: 100 };
    let err = "";
    const { main } = await import("../../src/cli/main.js");
    const failing = {
      ...io,
      stdout: () => {
        throw new Error("the disk\nis full");
      },
      stderr: (words: string) => {
        err += words;
      },
    };
    expect(await main(["schema"], failing)).toBe(2);
    expect(err).toBe("error: the disk is full\n");
  });

  it("reports what was thrown and is not an error", () => {
    const complained: unknown[] = [];
    const screen = createScreen({
      stdout: () => undefined,
      stderr: (words) => complained.push(words),
      cwd: ROOT,
      colours: false,
      columns: 100,
    });
    expect(reportError("the disk\nis full", screen, false)).toBe(2);
    expect(complained).toEqual(["error: the disk is full\n"]);
  });

  it("prints the JSON Schema", async () => {
    const { code: exit, out } = await run(["schema"]);
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toEqual(policyJsonSchema());
    const folder = folderOf({});
    expect(await run(["schema", "--out", "s.json"], { cwd: folder })).toMatchObject({
      code: 0,
      out: "wrote s.json\n",
    });
    expect(readFileSync(join(folder, "s.json"), "utf8")).toBe(out);
  });

  it("prints JSON for every command with --json", async () => {
    const cases = "policy: p.json\ncases:\n  - { operation: whoami, expect: unauthenticated }\n";
    const files = { "p.json": SMALL_JSON, "api.json": DOCUMENT_JSON, "cases.yaml": cases };
    for (const argv of [
      ["check", "p.json"],
      ["diff", "p.json", "p.json"],
      ["lint", "p.json"],
      ["explain", "p.json", "whoami"],
      ["plan", "p.json", "whoami"],
      ["test", "cases.yaml"],
      ["test", "--init", "p.json"],
      ["matrix", "p.json"],
      ["docs", "p.json"],
      ["schema"],
      ["schema", "p.json"],
      ["types", "p.json"],
      ["init"],
      ["init", "--from", "api.json"],
      ["check", "p.json", "--against", "api.json"],
      ["import", "openapi", "api.json"],
      ["export", "p.json", "--to", "openapi"],
      ["export", "p.json", "--to", "keycloak"],
      ["export", "p.json", "--to", "cedar"],
    ]) {
      const { out, err } = await runIn(files, [...argv, "--json"], { colours: true });
      expect(err).toBe("");
      expect(JSON.parse(out)).toBeTypeOf("object");
    }
  });
});

describe("the program", () => {
  const start = (argv: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    spawnSync(process.execPath, [programPath(), ...argv], {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, ...environment },
    });

  it("exits with the code of the command and uses no colours in a pipe", () => {
    const { status, stdout, stderr } = start([
      "explain",
      "examples/loopwise/policy.ts",
      "list_courses",
    ]);
    expect({ status, stderr }).toEqual({ status: 3, stderr: "" });
    expect(stdout).toMatch(/^NO: list_courses requires a scope/);
  });

  it("exits without an error when the reader closes the pipe", () => {
    const command = `"${process.execPath}" "${programPath()}" matrix examples/movementors/policy.ts --format html | head -c 10; echo " \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: ROOT, encoding: "utf8" });
    expect({ stdout, stderr }).toEqual({ stdout: "<!doctype  0\n", stderr: "" });
  });
});

describe("output for people", () => {
  const ESC = "\u001B";
  const CASES: readonly {
    readonly title: string;
    readonly from: Line;
    readonly colours: boolean;
    readonly to: string;
  }[] = [
    { title: "keeps plain text", from: "a é 漢 \u{1F600}", colours: true, to: "a é 漢 \u{1F600}" },
    {
      title: "keeps the program's own colours",
      from: styled("bold", styled("red", "a")),
      colours: true,
      to: `${ESC}[1m${ESC}[31ma${ESC}[39m${ESC}[22m`,
    },
    {
      title: "drops the program's colours if colours are off",
      from: styled("red", "a"),
      colours: false,
      to: "a",
    },
    {
      title: "escapes a colour sequence of the policy",
      from: [styled("red", `${ESC}[31ma`), `${ESC}[39m`],
      colours: true,
      to: `${ESC}[31m\\u{1b}[31ma${ESC}[39m\\u{1b}[39m`,
    },
    {
      title: "escapes other control sequences",
      from: `${ESC}[2J${ESC}]0;x\u0007`,
      colours: true,
      to: "\\u{1b}[2J\\u{1b}]0;x\\u{7}",
    },
    {
      title: "escapes line breaks, tabs and C1 controls",
      from: "a\n\r\tb\u009B",
      colours: false,
      to: "a\\u{a}\\u{d}\\u{9}b\\u{9b}",
    },
    {
      title: "escapes marks that change the text direction",
      from: "a\u202Eb\u2066\u061C",
      colours: false,
      to: "a\\u{202e}b\\u{2066}\\u{61c}",
    },
    { title: "escapes a lone surrogate", from: "a\uD800", colours: false, to: "a\\u{d800}" },
  ];

  it.each(titled(CASES))("%s", (_title, { from, colours, to }) => {
    expect(render({ kind: "lines", lines: [from] }, colours)).toBe(`${to}\n`);
  });

  it("keeps the line breaks of a document and escapes its invisible characters", () => {
    const text = "# a\n\nb\u202Ec\r\n";
    expect(render({ kind: "document", text }, true)).toBe("# a\n\nb\\u{202e}c\\u{d}\n");
  });

  it("escapes every invisible character of JSON without a change of the parsed value", () => {
    const data = { "\u202E": ["a\u009B\u{E0001}\u007F漢\n", "\u{1F600}"] };
    const json = render({ kind: "json", data }, true);
    expect(JSON.parse(json)).toEqual(data);
    expect(json).toContain('"\\u202e"');
    expect(json).toContain('"a\\u009b\\udb40\\udc01\\u007f漢\\n"');
    expect(json).toContain("\u{1F600}");
  });

  it("breaks lines between words", () => {
    expect(wrap("  one two three", 9, "    ")).toEqual(["  one two", "    three"]);
    expect(wrap("averylongword b", 5, " ")).toEqual(["averylongword", " b"]);
    expect(wrap("", 5, " ")).toEqual([""]);
    expect(wrap("one\ntwo\r\n\tthree", 7, "")).toEqual(["one two", "three"]);
  });

  const WIDTHS: readonly { readonly text: string; readonly width: number }[] = [
    { text: "abc", width: 3 },
    { text: "漢字", width: 4 },
    { text: "ｶﾅ", width: 2 },
    { text: "ＡＢ", width: 4 },
    { text: "한국", width: 4 },
    { text: "\u{1F600}", width: 2 },
    { text: "❤\uFE0F", width: 2 },
    { text: "e\u0301", width: 1 },
    { text: "ก\u0E49", width: 1 },
    { text: "שָׁ", width: 1 },
  ];

  it.each(titled(WIDTHS, ({ text, width }) => `${width} for ${text}`))(
    "has a width of %s",
    (_title, { text, width }) => {
      expect(widthOf(text)).toBe(width);
      expect(padTo(text, 8)).toBe(text + " ".repeat(8 - width));
    },
  );

  it("breaks lines by columns, not by characters", () => {
    expect(wrap("漢字 漢字 ab", 9, "")).toEqual(["漢字 漢字", "ab"]);
    expect(wrap("漢字 漢字 ab", 8, "")).toEqual(["漢字", "漢字 ab"]);
    expect(wrap("e\u0301e\u0301e\u0301 abc", 7, "")).toEqual(["\u00E9\u00E9\u00E9 abc"]);
  });

  it("cuts long texts between words", () => {
    expect(shorten("one two", 7)).toBe("one two");
    expect(shorten("one, two three", 9)).toBe("one, two …");
    expect(shorten("one, two", 6)).toBe("one …");
    expect(shorten("averylongword", 5)).toBe("avery …");
  });

  it("escapes markup in Markdown", () => {
    expect(text("- a\n* b")).toBe("\\- a \\* b");
    expect(text("12. a")).toBe("12\\. a");
    expect(code("a`b")).toBe("``a`b``");
    expect(code("`")).toBe("`` ` ``");
  });
});
