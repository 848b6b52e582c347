import { readFileSync } from "node:fs";
import { join } from "node:path";
import { marked, type Token } from "marked";
import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { renderDocs } from "../../src/cli/docs/docs-markdown.js";
import { titled } from "../titled.js";
import { EXAMPLES, folderOf, run, runIn } from "./run.js";
import { SMALL, SMALL_JSON } from "./small-policy.js";

const TINY = {
  name: "Tiny",
  version: "1",
  scopes: {
    "a:read": "Read a",
    "a:write": { description: "Write a", default: "off", warning: "cannot be undone" },
  },
  tools: { list_a: "a:read", get_a: "a:read", save_a: { anyOf: ["a:write", "a:read"] } },
  endpoints: { "GET /a": "a:read", "GET /me": { authenticated: true } },
};

const TINY_DOCS = `# Tiny scopes

Version 1. Scopes define what an application can do. Request only the scopes that you need.

## Scopes

| Scope | Description | Default | Notes |
| --- | --- | --- | --- |
| \`a:read\` | Read a | On |  |
| \`a:write\` | Write a | Off | warning: cannot be undone |

## Tools and the scopes they require

| Tool | Required scope |
| --- | --- |
| \`list_a\`, \`get_a\` | \`a:read\` |
| \`save_a\` | \`a:write\` or \`a:read\` |

## Endpoints and the scopes they require

| Method | Endpoint | Required scope |
| --- | --- | --- |
| GET | \`/a\` | \`a:read\` |
| GET | \`/me\` | None (any valid access token) |

## Defaults and warnings

Scopes are pre-checked on the consent screen; the user can uncheck any that is not required.

The user has to check these, or they carry a warning:

- \`a:write\`: cannot be undone

## Requesting scopes

Pass scopes as a space-separated list in the \`scope\` parameter of the authorization request.

\`\`\`text
scope=a:read+a:write
\`\`\`

Users are more likely to approve an application that requests less.
`;

/** Returns the cells of every table as the text that a reader sees. */
function cellsOf(markdown: string): readonly (readonly string[])[] {
  return marked.lexer(markdown).flatMap((token) => {
    if (token.type !== "table") return [];
    const table = token as Extract<Token, { type: "table" }> & { rows: { tokens: Token[] }[][] };
    return table.rows.map((row) => row.map((cell) => cell.tokens.map(shown).join("")));
  });
}

function shown(token: Token): string {
  if ("tokens" in token && token.tokens !== undefined) return token.tokens.map(shown).join("");
  return "text" in token ? String(token.text) : token.raw;
}

describe("docs", () => {
  it("writes a scope reference", async () => {
    expect(await runIn({ "p.json": JSON.stringify(TINY) }, ["docs", "p.json"])).toEqual({
      code: 0,
      out: TINY_DOCS,
      err: "",
    });
  });

  it("has only the headings for which the policy has content", () => {
    const heads = (markdown: string) =>
      marked
        .lexer(markdown)
        .flatMap((token) => (token.type === "heading" ? [String(token.text)] : []));
    expect(heads(renderDocs(loadPolicy(SMALL)))).toEqual([
      "Shop scopes",
      "Scopes",
      "identity",
      "Other scopes",
      "Reserved scopes",
      "Tiers and account types",
      "Tools and the scopes they require",
      "Endpoints and the scopes they require",
      "Never allowed",
      "Bundles",
      "Defaults and warnings",
      "Requesting scopes",
      "What scopes do not cover",
    ]);
    expect(heads(renderDocs(loadPolicy({ name: "N", version: "1", scopes: {} })))).toEqual([
      "N scopes",
    ]);
  });

  const LINES: readonly { readonly title: string; readonly line: string }[] = [
    {
      title: "an older name",
      line: "| `orders:read` | Read orders. | On |  |  | replaces `purchases:read` |",
    },
    {
      title: "an implication",
      line: "| `orders:write` | Change orders | Off |  |  | includes `orders:read`; warning: moves money |",
    },
    { title: "a tier", line: "| `ads:write` | Buy ads | On | pro tier |  |  |" },
    { title: "a reserved scope in its own table", line: "| `root` | Everything |" },
    {
      title: "a nested rule",
      line: "| `restock` | `stock:read` and (`orders:write` or `shop:write`) | seller accounts, with stock:read and shop:write |",
    },
    {
      title: "a public tool",
      line: "| `search` | None (public) | `stock:read` adds detail |",
    },
    {
      title: "a renamed parameter",
      line: "| `transfer` | `/accounts/{id}/` | {id} is the parameter from |",
    },
    { title: "a denial", line: "| `close_shop` | Only by letter. |" },
    {
      title: "the baseline",
      line: "Every tool that is not public also requires `mcp:tools`.",
    },
    { title: "a bundle", line: "- **reader**: `orders:read`, `stock:read`" },
    {
      title: "a bundle of every scope with exceptions",
      line: "- **most**: every scope except `ads:write`",
    },
    {
      title: "the wildcards of patterns",
      line: "In a tool name, `*` matches any characters and `?` matches exactly one.",
    },
    {
      title: "default scopes",
      line: "If a request names no scope, only `openid` is granted.",
    },
    {
      title: "templates",
      line: "A name in braces, as in `/accounts/{id}/`, is a placeholder: replace it with a value before you request the scope. The token is then valid for this value only.",
    },
    { title: "what is not covered", line: "- Paying out" },
  ];

  it.each(titled(LINES))("documents %s", (_title, { line }) => {
    expect(renderDocs(loadPolicy(SMALL)).split("\n")).toContain(line);
  });

  it("omits hidden operations", () => {
    expect(renderDocs(loadPolicy(SMALL))).not.toContain("secret");
  });

  it.each(EXAMPLES)(
    "names every scope, tool and endpoint of %s in Markdown tables",
    async (file) => {
      const { code, out } = await run(["docs", file]);
      expect(code).toBe(0);
      expect(out).toMatch(/[^\n]\n$/);
      const { scopes, tools, endpoints } = JSON.parse(
        (await run(["matrix", file, "--json"])).out,
      ) as Record<"scopes" | "tools" | "endpoints", { name: string; description?: string }[]>;
      const words = cellsOf(out).flat().join(" , ");
      for (const { name, description = "" } of scopes) {
        expect(words).toContain(name);
        expect(words).toContain(description);
      }
      for (const { name } of tools) expect(words).toContain(name);
      for (const { name } of endpoints) expect(words).toContain(name.split(" ")[1]);
    },
  );

  it("puts tools with the same rule in one row, as the page of Loopwise does", async () => {
    const { out } = await run(["docs", "examples/loopwise/policy.ts"]);
    expect(out).toContain("| `list_courses`, `get_course`, `list_reviews` | `courses:read` |");
    expect(out).toContain("| `get_settings` | `school:read` or `appearance:read` |");
    expect(out).toContain("If a request names no scope, only `openid` is granted.");
    expect(out).toMatch(/## Reserved scopes[^#]*`admin:read`[^#]*`admin:write`/);
  });

  it("escapes Markdown in texts of a policy", () => {
    const text = "a|b `c` *d* _e_ [f](g) <h> \\ # & ~~i~~\n\n- j";
    const policy = loadPolicy({
      name: text,
      version: "1. x",
      scopes: {
        "a|b": { description: text },
        "``c`": { description: `- ${text}`, warning: text, default: "off" },
      },
      tools: { t: { anyOf: ["a|b", "``c`"] }, d: { deny: text } },
      bundles: { [text]: ["a|b"] },
      notCovered: [`1) ${text}`, `+ ${text}`, "2026. was"],
    });
    const markdown = renderDocs(policy);
    const line = text.replaceAll(/\s+/g, " ");
    expect(cellsOf(markdown)).toEqual([
      ["a|b", line, "On", ""],
      ["``c`", `- ${line}`, "Off", `warning: ${line}`],
      ["t", "a|b or ``c`"],
      ["d", line],
    ]);
    const tokens: string[] = [];
    void marked.walkTokens(marked.lexer(markdown), ({ type }) => {
      tokens.push(type);
    });
    for (const type of ["link", "html", "em", "del"]) expect(tokens).not.toContain(type);
    const lists = marked.lexer(markdown).filter((token) => token.type === "list");
    expect(lists.map((list) => (list as { items: unknown[] }).items.length)).toEqual([1, 1, 3]);
  });

  it("writes a file with --out and prints data with --json", async () => {
    const folder = folderOf({ "p.json": JSON.stringify(TINY) });
    expect(await run(["docs", "p.json", "--out", "S.md"], { cwd: folder })).toEqual({
      code: 0,
      out: "wrote S.md\n",
      err: "",
    });
    expect(readFileSync(join(folder, "S.md"), "utf8")).toBe(TINY_DOCS);
    const { out } = await run(["docs", "p.json", "--json"], { cwd: folder });
    expect(JSON.parse(out)).toEqual({ name: "Tiny", version: "1", markdown: TINY_DOCS });
  });

  it("writes the same reference for a policy in JSON", async () => {
    const { out } = await runIn({ "p.json": SMALL_JSON }, ["docs", "p.json"]);
    expect(out).toBe(renderDocs(loadPolicy(SMALL)));
  });
});

describe("docs --out", () => {
  it.each([[[]], [["--json"]]])("does not replace the policy, with %j", async (flags) => {
    const cwd = folderOf({ "p.json": SMALL_JSON });
    const refused = await run(["docs", "p.json", "--out", "./p.json", ...flags], { cwd });
    expect(refused.code).toBe(2);
    expect(refused.out + refused.err).toContain(
      "--out `./p.json` is the policy itself: choose another file",
    );
    expect(readFileSync(join(cwd, "p.json"), "utf8")).toBe(SMALL_JSON);
  });
});

describe("the documentation of endpoints", () => {
  const docsOf = (endpoints: object) =>
    renderDocs(loadPolicy({ name: "Tiny", version: "1", scopes: { a: "Read a" }, endpoints }));

  it("explains a catch-all only if there is one", () => {
    const NOTE = "a name with `*` in braces matches one or more segments";
    const docs = docsOf({ "GET /a/{path*}": "a", "POST /a/{id}:stop": "a" });
    expect(docs).toContain("| GET | `/a/{path*}` | `a` |");
    expect(docs).toContain("| POST | `/a/{id}:stop` | `a` |");
    expect(docs).toContain(NOTE);
    expect(docsOf({ "GET /a/{path}": "a" })).not.toContain(NOTE);
  });

  it("lists an endpoint that a catch-all denies as denied", () => {
    const docs = docsOf({ "GET /a/{path*}": { deny: "closed" }, "GET /a/b": "a" });
    expect(docs).toContain("| `GET /a/b` | closed |");
  });
});
