import { describe, expect, it } from "vitest";
import { EXAMPLES, run, runIn } from "./run.js";
import { SMALL_JSON } from "./small-policy.js";

const WRONG = `{
  "name": "Shop",
  "version": "1",
  "scopes": { "orders:read": "Read orders", "orders:write": { "resreved": true } },
  "tools": {
    "list_orders": { "anyOf": ["orders:raed", "orders:write"] }
  }
}
`;

const WRONG_SHOWN = `p.json:4:63  error  unknown option \`resreved\`  unknown_key
    at scopes["orders:write"].resreved
    did you mean \`reserved\`?
    4 |   "scopes": { "orders:read": "Read orders", "orders:write": { "resreved": true } },
      |                                                               ^^^^^^^^^^

p.json:6:32  error  undeclared scope \`orders:raed\`  unknown_scope
    at tools.list_orders.anyOf[0]
    did you mean \`orders:read\`?
    6 |     "list_orders": { "anyOf": ["orders:raed", "orders:write"] }
      |                                ^^^^^^^^^^^^^

p.json: 2 findings
`;

describe("check", () => {
  it("prints every finding with its position, source line and suggestion", async () => {
    expect(await runIn({ "p.json": WRONG }, ["check", "p.json"])).toEqual({
      code: 1,
      out: WRONG_SHOWN,
      err: "",
    });
  });

  it("prints findings in the order of the file, not in the order of their discovery", async () => {
    const text = `{
  "tools": { "t": "a", "u": ["a", "b"] },
  "endpoints": { "GET /x/": "a" },
  "bundles": { "b": ["c"] },
  "baseline": ["d"], "teirs": ["free"],
  "scopes": { "b": { "tier": "gold" } }
}`;
    const { out } = await runIn({ "p.json": text }, ["check", "p.json"]);
    const places = [...out.matchAll(/^p\.json:(\d+):(\d+)/gm)].map(([, line, column]) => [
      Number(line),
      Number(column),
    ]);
    // the missing name and version are at the start of the policy
    expect(places.map(([line]) => line)).toEqual([1, 1, 2, 2, 3, 3, 4, 5, 5, 6]);
    expect(places).toEqual(places.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d));
    const { out: json } = await runIn({ "p.json": text }, ["check", "p.json", "--json"]);
    const { files } = JSON.parse(json) as {
      files: { findings: { line: number; column: number }[] }[];
    };
    expect(files[0]?.findings.map(({ line, column }) => [line, column])).toEqual(places);
  });

  it("prints the number of findings that are not listed last", async () => {
    const tools = Object.fromEntries(
      Array.from({ length: 1_100 }, (_, index) => [`t${index}`, "b"]),
    );
    const text = JSON.stringify({ name: "N", version: "1", scopes: { a: "" }, tools });
    const { out } = await runIn({ "p.json": text }, ["check", "p.json"]);
    const last = out
      .trimEnd()
      .split("\n")
      .filter((line) => line.startsWith("p.json:1:"))
      .at(-1);
    expect(last).toContain("which are not listed  more_findings");
  });

  it("prints the same positions for a TypeScript module", async () => {
    const source = `import { definePolicy } from "scope-policy";\nexport const policy = definePolicy(${WRONG.trimEnd()} as never);\n`;
    const { code, out } = await runIn({ "p.ts": source }, ["check", "p.ts"]);
    expect(code).toBe(1);
    expect(out).toContain("p.ts:5:63  error  unknown option `resreved`");
    expect(out).toContain("p.ts:7:32  error  undeclared scope `orders:raed`");
  });

  it("counts the entries of a policy without findings", async () => {
    expect(await runIn({ "p.json": SMALL_JSON }, ["check", "p.json"])).toMatchObject({
      code: 0,
      out: "ok  p.json: 9 scopes, 12 tools, 3 endpoints, 3 patterns, 2 bundles, 2 denials\n",
    });
  });

  const WITHOUT_FIRST = { name: "N", version: "1", scopes: { a: "A" }, tools: { t: "a" } };

  it("warns of tools without a scope that clients ask for first, and exits with 0", async () => {
    const text = JSON.stringify(WITHOUT_FIRST);
    const { code, out, err } = await runIn({ "p.json": text }, ["check", "p.json"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ok {2}p\.json/);
    expect(err).toMatch(/^p\.json:1:1 {2}warning {2}no scope is in `baseline`.*no_first_scopes\n/);
    expect(err).toMatch(/\nscope-policy lint p\.json tells how to fix each of them\n$/);
    const json = await runIn({ "p.json": text }, ["check", "p.json", "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({
      ok: true,
      files: [
        { warnings: [{ code: "no_first_scopes", line: 1, page: "docs/lint.md#no_first_scopes" }] },
      ],
    });
  });

  it.each<[what: string, more: object]>([
    ["a baseline", { baseline: ["a"] }],
    ["default scopes", { defaultScopes: ["a"] }],
    ["a scope that is on by default", { scopes: { a: { description: "A", default: "on" } } }],
    ["endpoints", { endpoints: { "GET /a": "a" } }],
    ["public tools only", { scopes: {}, tools: { t: { public: true } } }],
  ])("does not warn of a policy with %s", async (_what, more) => {
    const text = JSON.stringify({ ...WITHOUT_FIRST, ...more });
    const { code, err } = await runIn({ "p.json": text }, ["check", "p.json"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  it("reports no findings for the examples", async () => {
    const { code, out, err } = await run(["check", ...EXAMPLES]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n")).toEqual([
      "ok  examples/loopwise/policy.ts: 33 scopes, 33 tools, 0 endpoints, 0 patterns, 0 bundles, 0 denials",
      "ok  examples/movementors/policy.ts: 21 scopes, 35 tools, 0 endpoints, 0 patterns, 3 bundles, 5 denials",
      "ok  examples/moov/policy.ts: 11 scopes, 23 tools, 4 endpoints, 0 patterns, 0 bundles, 0 denials",
      "ok  examples/localisation/policy.ts: 13 scopes, 15 tools, 7 endpoints, 0 patterns, 0 bundles, 0 denials",
      "",
    ]);
  });

  it("reports each file separately and returns the worst exit code", async () => {
    const files = { "good.json": SMALL_JSON, "bad.json": WRONG };
    const some = await runIn(files, ["check", "good.json", "bad.json"]);
    expect(some.code).toBe(1);
    expect(some.out).toMatch(/^ok {2}good\.json: .*\nbad\.json:4:63 /);
    const all = await runIn(files, ["check", "bad.json", "none.json", "good.json"]);
    expect(all.code).toBe(2);
    expect(all.err).toMatch(/^error: cannot read `none\.json`: the file does not exist\n/);
    expect(all.out).toContain("bad.json: 2 findings\nok  good.json");
  });

  it("prints counts, findings and errors with --json", async () => {
    const files = { "good.json": SMALL_JSON, "bad.json": WRONG };
    const { code, out, err } = await runIn(files, [
      "check",
      "good.json",
      "bad.json",
      "none.json",
      "--json",
    ]);
    expect({ code, err }).toEqual({ code: 2, err: "" });
    expect(JSON.parse(out)).toEqual({
      ok: false,
      files: [
        {
          file: "good.json",
          ok: true,
          counts: { scopes: 9, tools: 12, endpoints: 3, patterns: 3, bundles: 2, denials: 2 },
          findings: [],
          warnings: expect.arrayContaining([
            expect.objectContaining({ code: "mixed_any_of", line: 71, column: 16 }),
          ]) as unknown,
        },
        {
          file: "bad.json",
          ok: false,
          findings: [
            {
              code: "unknown_key",
              path: 'scopes["orders:write"].resreved',
              message: "unknown option `resreved`",
              suggestion: "reserved",
              line: 4,
              column: 63,
              endLine: 4,
              endColumn: 73,
            },
            {
              code: "unknown_scope",
              path: "tools.list_orders.anyOf[0]",
              message: "undeclared scope `orders:raed`",
              suggestion: "orders:read",
              line: 6,
              column: 32,
              endLine: 6,
              endColumn: 45,
            },
          ],
        },
        { file: "none.json", ok: false, error: "cannot read `none.json`: the file does not exist" },
      ],
    });
  });

  it("uses colours only on a terminal", async () => {
    const files = { "p.json": WRONG, "good.json": SMALL_JSON };
    const { out } = await runIn(files, ["check", "p.json", "good.json"], { colours: true });
    expect(out).toContain("\u001B[31merror\u001B[39m");
    expect(out).toContain("\u001B[32mok\u001B[39m");
    const bare = await runIn(files, ["check", "p.json", "good.json"]);
    expect(bare.out).not.toContain("\u001B");
    expect(out.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g"), "")).toBe(
      bare.out,
    );
  });

  it("escapes text of a policy that would control the terminal", async () => {
    const hostile = JSON.stringify({
      name: "x",
      version: "1",
      scopes: {},
      tools: { "a\u001B[8m\u202Eb\u0007": {} },
    });
    for (const colours of [true, false]) {
      const { out } = await runIn(
        { "p.json": hostile.replaceAll("\\u001b", "\\u001B") },
        ["check", "p.json"],
        { colours },
      );
      expect(out).not.toContain("\u001B[8m");
      expect(out).not.toContain("\u202E");
      expect(out).toContain("u{202e}");
    }
  });

  it("prints only the part of a very long line around the position", async () => {
    const line = `{"name":"x","version":"1","scopes":{${'"a":"1",'.repeat(400)}"b":{"resreved":true}}}`;
    const { out } = await runIn({ "p.json": line }, ["check", "p.json"], { columns: 60 });
    const frame = out
      .split("\n")
      .filter((text) => text.includes(" | "))
      .slice(-2);
    for (const text of frame) expect(text.length).toBeLessThanOrEqual(60);
    expect(frame[1]?.indexOf("^")).toBe(frame[0]?.indexOf('"resreved"'));
  });

  it("marks only the start of a value that spans several lines", async () => {
    const source = '{ "name": "x", "version": "1", "scopes": {}, "tools": { "a": {\n\n} } }';
    const { out } = await runIn({ "p.json": source }, ["check", "p.json"]);
    expect(out).toContain(`p.json:1:62  error  missing requirement`);
    expect(out).toContain(`|${" ".repeat(62)}^\n`);
  });

  it("keeps the mark under its position after a tab", async () => {
    const source = '{ "name": "x", "version": "1", "scopes": {},\n\t"tools": 1 }';
    const { out } = await runIn({ "p.json": source }, ["check", "p.json"]);
    expect(out).toContain('    2 |  "tools": 1 }\n      |           ^\n');
  });
});
