import { readFileSync } from "node:fs";
import { join } from "node:path";
import { marked, type Tokens } from "marked";
import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { matrixOf, needsText } from "../../src/cli/matrix/matrix-model.js";
import { titled } from "../titled.js";
import { EXAMPLES, folderOf, run, runIn } from "./run.js";
import { SMALL, SMALL_JSON } from "./small-policy.js";

/** Rows and cells of the small policy: `all`, `any`, `more`, `via`, with `+` if the scope alone is not sufficient. */
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
  search: "nothing: public",
  whoami: "any valid token",
  close_shop: "never: Only by letter.",
  drop_index: "never: Never drop.",
};

const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  restock: ["seller accounts, with stock:read and shop:write"],
  buy_ad: ["pro tier"],
  rename_shop: ["seller accounts"],
  wipe: ["first-party clients of Shop (reserved)"],
  "export_*": ["pro tier"],
};

describe("the matrix model", () => {
  const { policy, tools, endpoints } = matrixOf(loadPolicy(SMALL));
  const rows = [...tools.rows, ...endpoints.rows];

  it("has the cells that the decisions of the policy give", () => {
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

  it("shows that a scope alone is sufficient, whatever follows its placeholder", () => {
    const scopes = { "a:{id}x": {}, "b:{id}y": {} };
    const tools = { first: "a:{id}x", second: "b:{id}y" };
    const { rows } = matrixOf(loadPolicy({ name: "P", version: "1", scopes, tools })).tools;
    expect(rows.map(({ cells }) => [...cells])).toEqual([
      [[0, { mark: "all", alone: true }]],
      [[1, { mark: "all", alone: true }]],
    ]);
  });

  it("shows that a scope alone adds detail, if it and the operation are for different account types", () => {
    const shop = loadPolicy({
      name: "P",
      version: "1",
      accountTypes: ["buyer", "seller"],
      scopes: { a: { accountTypes: ["buyer"] } },
      tools: { t: { authenticated: true, accountTypes: ["seller"], enrichedBy: "a" } },
    });
    const [row] = matrixOf(shop).tools.rows;
    expect(row?.cells).toEqual(new Map([[0, { mark: "more", alone: true }]]));
  });

  it("has a column for each scope that an operation uses, and no other", () => {
    expect(tools.columns.map(({ name }) => name)).not.toContain("openid");
    expect(endpoints.columns.map(({ name }) => name)).toEqual([
      "orders:read",
      "orders:write",
      "/accounts/{id}/",
    ]);
  });

  it("has the requirement, conditions and renamed parameters of each row", () => {
    for (const row of rows) {
      if (Object.hasOwn(NEEDS, row.name)) expect(needsText(row)).toBe(NEEDS[row.name]);
      expect(row.gates).toEqual(CONDITIONS[row.name] ?? []);
      expect(row.renamings).toEqual(row.name === "transfer" ? ["{id} is the parameter from"] : []);
    }
  });

  it("names the first three alternatives that have a condition, and counts the rest", () => {
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
      "free tier or above, with a",
      "pro tier, with b or c or d or 1 more",
    ]);
  });
});

describe("matrix", () => {
  it("heads the columns with the names of the scopes if they fit", async () => {
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
  any  one of several scopes, each of which is sufficient

Conditions, denials and other notes
  u  never: no
`,
    });
  });

  it("numbers the columns if the names do not fit, and splits the table if the numbers do not fit", async () => {
    const { out } = await runIn({ "p.json": SMALL_JSON }, ["matrix", "p.json"], { columns: 42 });
    const lines = out.split("\n");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(42);
    expect(lines).toContain("│ Tool        │ 1 │ 2  │ 3  │ 4  │ 5 │");
    expect(lines).toContain("│ Tool        │ 6  │ 7 │ 8 │");
    expect(lines).toContain("  4  mcp:tools");
    expect(lines).toContain("│ restock     │   │ o+ │ A+ │ A+ │   │");
    expect(out).toContain("\n  A+  always required, together with\n      others\n");
  });

  it.each(EXAMPLES)("fits the width of the terminal: %s", async (file) => {
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

  it("prints Markdown of two tables with each cell in its column", async () => {
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
      "Requires",
      "Conditions",
      ..."orders:read orders:write stock:read mcp:tools ads:write shop:write root /accounts/{id}/"
        .split(" ")
        .map((name) => `\`${name}\``),
    ]);
    expect(out).toContain(
      "| `restock` | `stock:read` and (`orders:write` or `shop:write`) | seller accounts, with stock:read and shop:write |  | any + | all + | all + |  | any + |  |  |",
    );
    expect(out.split("\n\n").slice(0, 3)).toEqual([
      "# Shop: tools by scopes",
      "Version 7.",
      "Every tool that is not public also requires `mcp:tools`.",
    ]);
    expect(out.endsWith("implies a required scope\n")).toBe(true);
  });

  it("writes a file without colours", async () => {
    const folder = folderOf({ "p.json": SMALL_JSON });
    const ran = await run(["matrix", "p.json", "--out", "m.txt"], { cwd: folder, colours: true });
    expect(ran).toEqual({ code: 0, out: "wrote m.txt\n", err: "" });
    const written = readFileSync(join(folder, "m.txt"), "utf8");
    expect(written).toContain("│ list_orders │ A │");
    expect(written).not.toContain("\u001B");
    const shown = await run(["matrix", "p.json"], { cwd: folder, colours: true });
    expect(shown.out).toContain("\u001B[1mShop\u001B[22m");
  });

  it("writes the page and prints its file name with --json", async () => {
    const folder = folderOf({ "p.json": SMALL_JSON });
    const ran = await run(["matrix", "p.json", "--format", "html", "--out", "m.html", "--json"], {
      cwd: folder,
    });
    expect(JSON.parse(ran.out)).toEqual({ written: "m.html" });
    expect(readFileSync(join(folder, "m.html"), "utf8")).toMatch(/^<!doctype html>/);
  });

  const INVALID_ARGUMENTS: readonly { readonly argv: readonly string[]; readonly says: string }[] =
    [
      { argv: ["--format", "pdf"], says: "Allowed choices are table, markdown, html, json" },
      {
        argv: ["--format", "html", "--json"],
        says: "--json cannot be combined with --format html",
      },
      { argv: ["--out", "none/m.txt"], says: "cannot write `none/m.txt`" },
    ];

  it.each(titled(INVALID_ARGUMENTS, ({ argv }) => argv.join(" ")))(
    "rejects the options %s with exit code 2",
    async (_title, { argv, says }) => {
      const ran = await runIn({ "p.json": SMALL_JSON }, ["matrix", "p.json", ...argv]);
      expect(ran.code).toBe(2);
      expect(ran.out + ran.err).toContain(says);
    },
  );

  it("does not replace the policy", async () => {
    const cwd = folderOf({ "p.json": SMALL_JSON });
    const refused = await run(["matrix", "p.json", "--out", "./p.json"], { cwd });
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain("--out `./p.json` is the policy itself: choose another file");
    expect(readFileSync(join(cwd, "p.json"), "utf8")).toBe(SMALL_JSON);
  });

  it("prints only name and version of an empty policy", async () => {
    const file = '{ "name": "N", "version": "1", "scopes": {} }';
    expect(await runIn({ "p.json": file }, ["matrix", "p.json"])).toEqual({
      code: 0,
      out: "N, version 1\n",
      err: "",
    });
  });
});
