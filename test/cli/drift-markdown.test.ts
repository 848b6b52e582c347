import { marked, type Token, type Tokens } from "marked";
import { describe, expect, it } from "vitest";
import type { Drift } from "../../src/cli/drift/compare.js";
import { driftMarkdown } from "../../src/cli/drift/drift-markdown.js";
import type { DriftReport } from "../../src/cli/drift/drift-report.js";
import { driftLines } from "../../src/cli/drift/drift-text.js";
import { render } from "../../src/cli/terminal/output.js";
import { titled } from "../titled.js";

const NONE: Drift = { gone: [], unmapped: [], changed: [], renamed: [] };

const report = (drift: Partial<Drift>, parts: Partial<DriftReport> = {}): DriftReport => ({
  file: "shop.json",
  source: "mcp:https://shop.example.com/mcp",
  kind: "tool",
  count: 2,
  withoutRule: [],
  repeated: [],
  drift: { ...NONE, ...drift },
  isDrift: Object.keys(drift).length > 0,
  fingerprints: { file: "shop.fingerprints.json", state: "kept" },
  ...parts,
});

/** Returns the Markdown as the command line writes it. */
const markdownOf = (given: DriftReport) =>
  render({ kind: "document", text: driftMarkdown(given) }, false);

const linesOf = (given: DriftReport) => render({ kind: "lines", lines: driftLines(given) }, false);

function typesOf(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap((token) => {
    const within = "tokens" in token ? typesOf(token.tokens ?? []) : [];
    const { header = [], rows = [] } = token.type === "table" ? (token as Tokens.Table) : {};
    const cells = [...header, ...rows.flat()].flatMap((cell) => typesOf(cell.tokens));
    return [token.type, ...within, ...cells];
  });
}

function rowsOf(markdown: string): readonly (readonly string[])[] {
  const found = marked.lexer(markdown).find((token) => token.type === "table") as Tokens.Table;
  return found.rows.map((row) => row.map((cell) => cell.text));
}

const EVERY: Partial<Drift> = {
  gone: [
    { name: "one", isUnlisted: false },
    { name: "two", isUnlisted: true },
  ],
  unmapped: [
    { name: "three", isInternal: false, isUnnameable: false },
    { name: "four", isInternal: true, isUnnameable: false },
    { name: "nine", isInternal: false, isUnnameable: true },
  ],
  changed: [
    {
      name: "five",
      members: ["description", "inputSchema", "title"],
      isNew: false,
      rule: undefined,
    },
    { name: "six", members: [], isNew: true, rule: undefined },
  ],
  renamed: [{ from: "seven", to: "eight" }],
};

describe("drift as Markdown", () => {
  it("is a table with a row for each difference", () => {
    expect(
      markdownOf(report(EVERY)),
    ).toBe(`### Policy drift: \`shop.json\` and \`mcp:https://shop.example.com/mcp\`

2 gone, 3 unmapped, 2 changed, 1 renamed

| state | operation | difference |
| --- | --- | --- |
| gone | \`one\` | not listed by the server |
| gone | \`two\` | not listed for this token: a gate with this policy lists it only for some clients or account types, so check with a token of one of them |
| unmapped | \`three\` | not in the policy: gates deny it |
| unmapped | \`four\` | \\\`internal\\\` in the policy: gates deny it |
| unmapped | \`nine\` | no policy can have this name: gates deny it |
| changed | \`five\` | \`description\`, \`inputSchema\` and \`title\` changed |
| changed | \`six\` | no fingerprint of it is kept |
| renamed | \`seven\` | is now \`eight\`, with the same fingerprint |

after a review, --update keeps the new fingerprints in shop.fingerprints.json
`);
  });

  it("names both rules of an endpoint", () => {
    const rule = {
      policy: [{ scope: "a_b" }, { text: ", or " }, { scope: "c|d" }],
      source: [{ text: "any token" }],
    };
    const changed = [
      { name: "GET /a|b", members: ["security"], isNew: false, rule },
      { name: "GET /c", members: [], isNew: false, rule },
    ];
    const given = report({ changed }, { kind: "endpoint", withoutRule: ["GET /a|b"] });
    const both = "the document asks for any token, the policy for `a_b`, or `c|d`";
    expect(rowsOf(markdownOf(given))).toEqual([
      ["changed", "`GET /a|b`", `\`security\` changed; ${both}`],
      ["changed", "`GET /c`", both],
    ]);
    expect(markdownOf(given)).toContain("\n\nthe document has no rule to compare for `GET /a|b`\n");
    const unmapped = [{ name: "PURGE /c", isInternal: false, isUnnameable: true }];
    expect(rowsOf(markdownOf(report({ unmapped }, { kind: "endpoint" })))).toEqual([
      ["unmapped", "`PURGE /c`", "no policy can have this method or path: gates deny it"],
    ]);
  });

  it("without drift, states in how many operations both agree", () => {
    const fingerprints = { file: "f.json", state: "written" } as const;
    expect(markdownOf(report({}, { count: 1, kind: "endpoint", fingerprints }))).toBe(
      "### No policy drift: `shop.json` and `mcp:https://shop.example.com/mcp`\n\n1 endpoint agrees\n\n" +
        "wrote f.json: 1 endpoint as reviewed\n",
    );
  });

  it("leaves out the rows for which a comment has no room", () => {
    const unmapped = Array.from({ length: 1_000 }, (_, at) => ({
      name: `${"|".repeat(500)}${at}`,
      isInternal: false,
      isUnnameable: true,
    }));
    const markdown = markdownOf(report({ unmapped }));
    const count = rowsOf(markdown).length;
    expect(count).toBeGreaterThan(100);
    expect(markdown).toContain(`\n\n${1_000 - count} more: \`--json\` lists all.\n`);
    expect(markdown.length).toBeLessThan(65_536);
  });

  const HOSTILE = [
    "x | y |\n| --- |",
    "`</code><script>alert(1)</script>",
    "``` ```",
    "<img src=x onerror=alert(1)>",
    "[link](javascript:alert(1)) ![image](https://evil.example)",
    "# heading\n\n- item",
    "@everyone **bold** ~~gone~~ &lt;",
    "\u202e\u0007\u001b[31mred",
    "   ",
    "\\",
    "\\|",
    "http://evil.example www.evil.example",
  ];

  it.each(titled(HOSTILE, (name) => JSON.stringify(name)))("no name is markup: %s", (_, name) => {
    const rule = { policy: [{ text: "any token" }], source: [{ scope: name }] };
    const drift = {
      gone: [{ name, isUnlisted: false }],
      unmapped: [{ name, isInternal: false, isUnnameable: true }],
      changed: [{ name, members: [name], isNew: false, rule }],
      renamed: [{ from: name, to: name }],
    };
    const given = report(drift, { repeated: [name] });
    const markdown = markdownOf(given);
    const types = new Set(typesOf(marked.lexer(markdown)));
    for (const type of ["html", "image", "link", "list", "strong", "em", "del", "code"]) {
      expect(types).not.toContain(type);
    }
    expect(rowsOf(markdown)).toHaveLength(4);
    expect(markdown.match(/^#/gm)).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
    expect(markdown + linesOf(given)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(linesOf(given).trimEnd().split("\n")).toHaveLength(7);
  });

  it("names some of the tools that a server lists several times", () => {
    const repeated = ["a_b", "c|d", "e", "f", "g"];
    const remark = "the server lists several tools of one name: `a_b`, `c|d`, `e` and 2 more\n";
    expect(markdownOf(report({}, { repeated }))).toContain(`\n\n${remark}`);
    expect(linesOf(report({}, { repeated }))).toContain(`\n${remark}`);
  });

  it("cuts long names and rules", () => {
    const long = "x".repeat(100_000);
    const rule = { policy: [{ scope: long }], source: [{ scope: long }] };
    const given = report({ changed: [{ name: long, members: [long], isNew: false, rule }] });
    expect(linesOf(given).length).toBeLessThan(2_000);
    expect(markdownOf(given).length).toBeLessThan(2_000);
  });
});
