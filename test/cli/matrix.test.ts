import { readFileSync } from "node:fs";
import { join } from "node:path";
import { marked, type Tokens } from "marked";
import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { matrixOf, needsText } from "../../src/cli/matrix-model.js";
import { EXAMPLES, folderOf, run, runIn } from "./run.js";
import { SMALL, SMALL_JSON } from "./small-policy.js";

/** Rows and cells of the small policy: `all`, `any`, `more`, `via`, with `+` where the scope alone is not enough. */
const CELLS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  list_orders: { "orders:read": "all", "orders:write": "via", "mcp:tools": "all+" },
  get_stock: { "orders:write": "any", "stock:read": "any", "mcp:tools": "all+" },
  restock: {
    "orders:write": "any+",
    "stock:read": "all+",
    "mcp:tools": "all+",
    "shop:write": "any+",
  },
  buy_ad: { "mcp:tools": "all+", "ads:write": "all" },
  rename_shop: { "mcp:tools": "all+", "shop:write": "all" },
  wipe: { "mcp:tools": "all+", root: "all" },
  transfer: { "mcp:tools": "all+", "/accounts/{id}/": "all" },
  search: { "stock:read": "more" },
  whoami: { "mcp:tools": "all" },
  close_shop: {},
  secret: { "stock:read": "all", "mcp:tools": "all+" },
  "export_*": { "orders:read": "all", "orders:write": "via", "mcp:tools": "all+" },
  "*_all": { "stock:read": "all", "mcp:tools": "all+" },
  "drop_*": {},
  drop_index: {},
  "GET /orders": { "orders:read": "all", "orders:write": "via" },
  "GET /accounts/{id}": { "/accounts/{id}/": "all" },
  "GET /me": {},
};

const NEEDS: Readonly<Record<string, string>> = {
  restock: "stock:read and (orders:write or shop:write)",
  transfer: "/accounts/{id}/",
  search: "nothing: open to everybody",
  whoami: "any valid token",
  close_shop: "never: Only by letter.",
  drop_index: "never: Never drop.",
};

const GATES: Readonly<Record<string, readonly string[]>> = {
  restock: ["seller accounts, with stock:read and shop:write"],
  buy_ad: ["pro plan"],
  rename_shop: ["seller accounts"],
  wipe: ["clients of Shop itself (reserved)"],
  "export_*": ["pro plan"],
};

describe("the matrix", () => {
  const { policy, tools, endpoints } = matrixOf(loadPolicy(SMALL));
  const rows = [...tools.rows, ...endpoints.rows];

  it("has the cells, decided and not guessed", () => {
    const cells = new Map(
      rows.map((row) => {
        const shown = [...row.cells].map(
          ([id, cell]) => [policy.scopes[id]?.name, cell.mark + (cell.alone ? "" : "+")] as const,
        );
        return [row.name, Object.fromEntries(shown)] as const;
      }),
    );
    expect(Object.fromEntries(cells)).toEqual(CELLS);
  });

  it("has a column for each scope that an operation has to do with, and no other", () => {
    expect(tools.columns.map(({ name }) => name)).not.toContain("openid");
    expect(endpoints.columns.map(({ name }) => name)).toEqual([
      "orders:read",
      "orders:write",
      "/accounts/{id}/",
    ]);
  });

  it("tells needs, gates and renamed parameters", () => {
    for (const row of rows) {
      if (Object.hasOwn(NEEDS, row.name)) expect(needsText(row)).toBe(NEEDS[row.name]);
      expect(row.gates).toEqual(GATES[row.name] ?? []);
      expect(row.renamings).toEqual(row.name === "transfer" ? ["{id} is the parameter from"] : []);
    }
  });

  it("says which of many ways in has a gate, and how many more", () => {
    const scopes = Object.fromEntries(
      ["a", "b", "c", "d", "e"].map((name) => [name, { tier: name === "a" ? "free" : "pro" }]),
    );
    const wide = loadPolicy({
      name: "W",
      version: "1",
      tiers: ["free", "pro"],
      scopes,
      tools: { t: { anyOf: Object.keys(scopes) } },
    });
    expect(matrixOf(wide).tools.rows[0]?.gates).toEqual([
      "free plan or above, with a",
      "pro plan, with b or c or d or 1 more",
    ]);
  });
});

describe("matrix", () => {
  it("names the scopes at the top where there is room", async () => {
    const file = {
      name: "N",
      version: "1",
      scopes: { a: "", b: "" },
      tools: { t: { anyOf: ["a", "b"] }, u: { deny: "no" } },
    };
    expect(await runIn({ "p.json": JSON.stringify(file) }, ["matrix", "p.json"])).toEqual({
      code: 0,
      err: "",
      out: `N, version 1

Tools: 2, by 2 scopes
┌──────┬─────┬─────┐
│ Tool │ a   │ b   │
├──────┼─────┼─────┤
│ t    │ any │ any │
└──────┴─────┴─────┘

Legend
  any  one of several scopes, each of which is enough

Gates, denials and what needs no scope
  u  never: no
`,
    });
  });

  it("numbers the scopes where there is none, and cuts the table where even that is too wide", async () => {
    const { out } = await runIn({ "p.json": SMALL_JSON }, ["matrix", "p.json"], { columns: 42 });
    const lines = out.split("\n");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(42);
    expect(lines).toContain("│ Tool        │ 1 │ 2  │ 3  │ 4  │ 5 │");
    expect(lines).toContain("│ Tool        │ 6  │ 7 │ 8 │");
    expect(lines).toContain("  4  mcp:tools");
    expect(lines).toContain("│ restock     │   │ o+ │ A+ │ A+ │   │");
    expect(lines).toContain("  A+  always needed, together with others");
  });

  it.each(EXAMPLES)("is no wider than the terminal: %s", async (file) => {
    for (const columns of [60, 100, 160]) {
      const { code, out } = await run(["matrix", file], { columns });
      expect(code).toBe(0);
      for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it.each(EXAMPLES)("names every tool, endpoint and scope in every format: %s", async (file) => {
    const json = await run(["matrix", file, "--json"]);
    const { tools, endpoints } = JSON.parse(json.out) as Record<
      "tools" | "endpoints",
      { name: string; cells: { scope: string }[] }[]
    >;
    const names = [...tools, ...endpoints].flatMap(({ name, cells }) => [
      name,
      ...cells.map(({ scope }) => scope),
    ]);
    expect(names.length).toBeGreaterThan(30);
    for (const format of ["table", "markdown", "html"]) {
      const { code, out, err } = await run(["matrix", file, "--format", format], { columns: 500 });
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(names.filter((name) => !out.includes(name))).toEqual([]);
    }
  });

  it("is Markdown of two tables whose cells stand in their columns", async () => {
    const { out } = await runIn({ "p.json": SMALL_JSON }, [
      "matrix",
      "p.json",
      "--format",
      "markdown",
    ]);
    const tables = marked
      .lexer(out)
      .filter((token): token is Tokens.Table => token.type === "table");
    expect(tables).toHaveLength(2);
    expect(tables[0]?.header.map(({ text }) => text)).toEqual([
      "Tool",
      "Needs",
      "Gates",
      ..."orders:read orders:write stock:read mcp:tools ads:write shop:write root /accounts/{id}/"
        .split(" ")
        .map((name) => `\`${name}\``),
    ]);
    expect(out).toContain(
      "| `restock` | `stock:read` and (`orders:write` or `shop:write`) | seller accounts, with stock:read and shop:write |  | any + | all + | all + |  | any + |  |  |",
    );
    expect(out).toContain("Every tool that is not public needs `mcp:tools` as well.");
    expect(out.endsWith("needed\n")).toBe(true);
  });

  it("writes a file, without colours", async () => {
    const folder = folderOf({ "p.json": SMALL_JSON });
    const ran = await run(["matrix", "p.json", "--out", "m.txt"], { cwd: folder, colours: true });
    expect(ran).toEqual({ code: 0, out: "wrote m.txt\n", err: "" });
    const written = readFileSync(join(folder, "m.txt"), "utf8");
    expect(written).toContain("│ list_orders │ A │");
    expect(written).not.toContain("\u001B");
    const shown = await run(["matrix", "p.json"], { cwd: folder, colours: true });
    expect(shown.out).toContain("\u001B[1mShop\u001B[22m");
  });

  it("writes the page and tells programs where", async () => {
    const folder = folderOf({ "p.json": SMALL_JSON });
    const ran = await run(["matrix", "p.json", "--format", "html", "--out", "m.html", "--json"], {
      cwd: folder,
    });
    expect(JSON.parse(ran.out)).toEqual({ written: "m.html" });
    expect(readFileSync(join(folder, "m.html"), "utf8")).toMatch(/^<!doctype html>/);
  });

  const MISUSED: readonly { readonly argv: readonly string[]; readonly says: string }[] = [
    { argv: ["--format", "pdf"], says: "Allowed choices are table, markdown, html, json" },
    { argv: ["--format", "html", "--json"], says: "--json and --format html exclude each other" },
    { argv: ["--out", "none/m.txt"], says: "cannot write `none/m.txt`" },
  ];

  it.each(MISUSED)("refuses $argv", async ({ argv, says }) => {
    const ran = await runIn({ "p.json": SMALL_JSON }, ["matrix", "p.json", ...argv]);
    expect(ran.code).toBe(2);
    expect(ran.out + ran.err).toContain(says);
  });

  it("is short for a policy that holds nothing", async () => {
    const file = '{ "name": "N", "version": "1", "scopes": {} }';
    expect(await runIn({ "p.json": file }, ["matrix", "p.json"])).toEqual({
      code: 0,
      out: "N, version 1\n",
      err: "",
    });
  });
});
