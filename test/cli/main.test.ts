import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { policyJsonSchema } from "scope-policy";
import { describe, expect, it } from "vitest";
import { manifest } from "../../scripts/entries.mjs";
import { code, text } from "../../src/cli/markdown.js";
import { type Line, rendered, styled } from "../../src/cli/output.js";
import { padTo, widthOf } from "../../src/cli/visible.js";
import { shorten, wrap } from "../../src/cli/wrap.js";
import { folderOf, ROOT, run, runIn } from "./run.js";
import { SMALL_JSON } from "./small-policy.js";

const COMMANDS = ["check", "explain", "matrix", "docs", "schema"];

describe("the command line", () => {
  it("tells its commands and exit codes", async () => {
    const { code: exit, out, err } = await run(["--help"]);
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    for (const command of COMMANDS) expect(out).toContain(`\n  ${command} `);
    for (const line of [
      "0  fine",
      "1  the policy has findings",
      "2  wrong usage",
      "3  what was explained is refused",
    ]) {
      expect(out).toContain(`\n  ${line}`);
    }
    expect(out).toContain("--json");
  });

  it.each(COMMANDS)("tells how %s is used, with an example", async (command) => {
    const { code: exit, out } = await run([command, "--help"]);
    expect(exit).toBe(0);
    expect(out).toContain(`\nExample:\n  scope-policy ${command}`);
    expect(out).toContain("--json");
  });

  it("tells its version", async () => {
    expect(await run(["--version"])).toEqual({ code: 0, out: `${manifest.version}\n`, err: "" });
  });

  const MISUSED: readonly { readonly argv: readonly string[]; readonly says: string }[] = [
    { argv: ["chekc"], says: "unknown command 'chekc'" },
    { argv: ["check"], says: "missing required argument 'file'" },
    { argv: ["explain", "p.json"], says: "missing required argument 'tool'" },
    { argv: ["check", "p.json", "--jsno"], says: "unknown option '--jsno'" },
    { argv: ["schema", "too", "much"], says: "too many arguments" },
    { argv: ["docs", "none.json"], says: "cannot read `none.json`" },
  ];

  it.each(MISUSED)("refuses $argv with exit code 2", async ({ argv, says }) => {
    const people = await run(argv);
    expect(people).toMatchObject({ code: 2, out: "" });
    expect(people.err).toContain(says);
    const programs = await run([...argv, "--json"]);
    expect(programs).toMatchObject({ code: 2, err: "" });
    const told = JSON.parse(programs.out) as { error: { code: string; message: string } };
    expect(told).toMatchObject({ ok: false, error: { code: "usage" } });
    expect(told.error.message).toContain(says);
  });

  it("says how it is used where no command is given", async () => {
    const { code: exit, err } = await run([]);
    expect(exit).toBe(2);
    expect(err).toContain("Usage: scope-policy");
  });

  it("tells what nobody foresaw in one line", async () => {
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

  it("gives data for every command", async () => {
    const files = { "p.json": SMALL_JSON };
    for (const argv of [
      ["check", "p.json"],
      ["explain", "p.json", "whoami"],
      ["matrix", "p.json"],
      ["docs", "p.json"],
      ["schema"],
    ]) {
      const { out, err } = await runIn(files, [...argv, "--json"], { colours: true });
      expect(err).toBe("");
      expect(JSON.parse(out)).toBeTypeOf("object");
    }
  });
});

describe("the program", () => {
  const start = (argv: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    spawnSync(process.execPath, ["scripts/run.mjs", "src/cli.ts", ...argv], {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, ...environment },
    });

  it("ends with the exit code of the command, without colours in a pipe", () => {
    const { status, stdout, stderr } = start([
      "explain",
      "examples/loopwise/policy.ts",
      "list_courses",
    ]);
    expect({ status, stderr }).toEqual({ status: 3, stderr: "" });
    expect(stdout).toMatch(/^NO: list_courses needs a permission/);
  });

  it("ends in peace where the reader goes away", () => {
    const command = `"${process.execPath}" scripts/run.mjs src/cli.ts matrix examples/movementors/policy.ts --format html | head -c 10; echo " \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: ROOT, encoding: "utf8" });
    expect({ stdout, stderr }).toEqual({ stdout: "<!doctype  0\n", stderr: "" });
  });
});

describe("text for people", () => {
  const ESC = "\u001B";
  const CASES: readonly {
    readonly title: string;
    readonly from: Line;
    readonly colours: boolean;
    readonly to: string;
  }[] = [
    { title: "plain words", from: "a é 漢 \u{1F600}", colours: true, to: "a é 漢 \u{1F600}" },
    {
      title: "the program's own colours",
      from: styled("bold", styled("red", "a")),
      colours: true,
      to: `${ESC}[1m${ESC}[31ma${ESC}[39m${ESC}[22m`,
    },
    { title: "no colours", from: styled("red", "a"), colours: false, to: "a" },
    {
      title: "a colour of the policy",
      from: [styled("red", `${ESC}[31ma`), `${ESC}[39m`],
      colours: true,
      to: `${ESC}[31m\\u{1B}[31ma${ESC}[39m\\u{1B}[39m`,
    },
    {
      title: "another sequence",
      from: `${ESC}[2J${ESC}]0;x\u0007`,
      colours: true,
      to: "\\u{1B}[2J\\u{1B}]0;x\\u{7}",
    },
    {
      title: "a line break, a carriage return, a tab, C1",
      from: "a\n\r\tb\u009B",
      colours: false,
      to: "a\\u{A}\\u{D}\\u{9}b\\u{9B}",
    },
    {
      title: "text that is turned round",
      from: "a\u202Eb\u2066\u061C",
      colours: false,
      to: "a\\u{202E}b\\u{2066}\\u{61C}",
    },
    { title: "half a character", from: "a\uD800", colours: false, to: "a\\u{D800}" },
  ];

  it.each(CASES)("passes on or shows $title", ({ from, colours, to }) => {
    expect(rendered({ kind: "lines", lines: [from] }, colours)).toBe(`${to}\n`);
  });

  it("keeps the line breaks of a document, and shows what it hides", () => {
    const text = "# a\n\nb\u202Ec\r\n";
    expect(rendered({ kind: "document", text }, true)).toBe("# a\n\nb\\u{202E}c\\u{D}\n");
  });

  it("is JSON of the same value, with every invisible character as an escape", () => {
    const data = { "\u202E": ["a\u009B\u{E0001}\u007F漢\n", "\u{1F600}"] };
    const json = rendered({ kind: "json", data }, true);
    expect(JSON.parse(json)).toEqual(data);
    expect(json).toContain('"\\u202e"');
    expect(json).toContain('"a\\u009b\\udb40\\udc01\\u007f漢\\n"');
    expect(json).toContain("\u{1F600}");
  });

  it("is broken between words", () => {
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

  it.each(WIDTHS)("takes $width columns for $text", ({ text, width }) => {
    expect(widthOf(text)).toBe(width);
    expect(padTo(text, 8)).toBe(text + " ".repeat(8 - width));
  });

  it("is broken by columns, not by characters", () => {
    expect(wrap("漢字 漢字 ab", 9, "")).toEqual(["漢字 漢字", "ab"]);
    expect(wrap("漢字 漢字 ab", 8, "")).toEqual(["漢字", "漢字 ab"]);
    expect(wrap("e\u0301e\u0301e\u0301 abc", 7, "")).toEqual(["\u00E9\u00E9\u00E9 abc"]);
  });

  it("is cut between words", () => {
    expect(shorten("one two", 7)).toBe("one two");
    expect(shorten("one, two three", 9)).toBe("one, two …");
    expect(shorten("one, two", 6)).toBe("one …");
    expect(shorten("averylongword", 5)).toBe("avery …");
  });

  it("is no markup in Markdown", () => {
    expect(text("- a\n* b")).toBe("\\- a \\* b");
    expect(text("12. a")).toBe("12\\. a");
    expect(code("a`b")).toBe("``a`b``");
    expect(code("`")).toBe("`` ` ``");
  });
});
