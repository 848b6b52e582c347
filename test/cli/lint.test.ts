import { describe, expect, it } from "vitest";
import { lintMarkdown } from "../../src/cli/lint/lint-markdown.js";
import { EXAMPLES, run, runIn } from "./run.js";

const SHOP = `{
  "name": "Shop", "version": "1",
  "scopes": { "orders:read": "Read orders", "orders:write": "Change orders" },
  "endpoints": { "GET /orders": "orders:read", "PUT /orders": "orders:read" }
}
`;

const SHOWN = `p.json:3:61  warning  \`orders:write\` opens nothing: no tool and no endpoint requires it or a scope that it implies  unused_scope
    at scopes["orders:write"]
    fix: remove the scope, or require it in the operations that it is for
    3 |   "scopes": { "orders:read": "Read orders", "orders:write": "Change orders" },
      |                                                             ^^^^^^^^^^^^^^^

p.json:4:63  warning  the name says \`PUT\`, and \`orders:read\` alone is enough to call it  write_on_read_scope
    at endpoints["PUT /orders"]
    fix: require a scope for writing, or rename the operation
    4 |   "endpoints": { "GET /orders": "orders:read", "PUT /orders": "orders:read" }
      |                                                               ^^^^^^^^^^^^^

p.json: 2 findings. docs/lint.md of the package describes each code
`;

const CLEAN = SHOP.replace('"PUT /orders": "orders:read"', '"PUT /orders": "orders:write"');

describe("lint", () => {
  it("prints every finding with position, fix and source line, and exits with 1", async () => {
    const result = await runIn({ "p.json": SHOP }, ["lint", "p.json"]);
    expect(result).toEqual({ code: 1, out: SHOWN, err: "" });
  });

  it("prints data with --json", async () => {
    const { code, out } = await runIn({ "p.json": SHOP }, ["lint", "p.json", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      file: "p.json",
      findings: [
        {
          code: "unused_scope",
          path: 'scopes["orders:write"]',
          fix: "remove the scope, or require it in the operations that it is for",
          page: "docs/lint.md#unused_scope",
          line: 3,
          column: 61,
        },
        { code: "write_on_read_scope", line: 4, column: 63 },
      ],
    });
  });

  it("prints a table for a pull request with --format markdown", async () => {
    const argv = ["lint", "p.json", "--format", "markdown"];
    const { code, out } = await runIn({ "p.json": SHOP }, argv);
    expect(code).toBe(1);
    expect(out).toContain(
      "### Lint: 2 findings in `p.json`\n\n| line | code | place | finding |\n",
    );
    expect(out).toContain(
      '| 3 | `unused_scope` | `scopes["orders:write"]` | \\`orders:write\\` opens',
    );
    const fine = await runIn({ "p.json": CLEAN }, argv);
    expect(fine).toEqual({ code: 0, out: "### Lint: no findings in `p.json`\n", err: "" });
  });

  it("leaves rows out that have no room in a comment, and counts them", () => {
    const range = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
    const finding = {
      code: "unused_scope",
      path: "",
      message: "a".repeat(20_000),
      page: "",
      range,
    } as const;
    const text = lintMarkdown("p.json", [finding, finding, finding]);
    expect(text).toContain("3 findings");
    expect(text).toContain("\n\n1 more: `--json` lists all.\n");
    expect(text.length).toBeLessThan(50_000);
    expect(lintMarkdown("p.json", [finding])).toContain("1 finding in");
  });

  it("prints ok and exits with 0 without findings", async () => {
    const result = await runIn({ "p.json": CLEAN }, ["lint", "p.json"]);
    expect(result).toEqual({ code: 0, out: "ok  p.json\n", err: "" });
  });

  it("prints the findings of a policy that is not valid, and exits with 1", async () => {
    const text = CLEAN.replace('"orders:write" }', '"orders:wriet" }');
    const { code, err } = await runIn({ "p.json": text }, ["lint", "p.json"]);
    expect(code).toBe(1);
    expect(err).toContain("error  undeclared scope `orders:wriet`  unknown_scope");
    const json = await runIn({ "p.json": text }, ["lint", "p.json", "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({
      ok: false,
      findings: [{ code: "unknown_scope" }],
    });
  });

  it.each<[option: string, argv: readonly string[], code: string]>([
    ["a provider", ["--for", "okta"], "provider_scope_name"],
    ["tools", ["--tool", "list_orders", "--tool", "get_order"], "unmatched_pattern"],
    [
      "trusted claims",
      ["--trust-claim", "tier", "--trust-claim", "first_party"],
      "unneeded_trust_claim",
    ],
  ])("checks more with %s", async (_option, argv, code) => {
    const policy = {
      name: "N",
      version: "1",
      scopes: { "okta.x": "X" },
      baseline: ["okta.x"],
      tools: { "x_*": "okta.x" },
    };
    const files = { "p.json": JSON.stringify(policy) };
    expect((await runIn(files, ["lint", "p.json"])).code).toBe(0);
    const { code: exit, out } = await runIn(files, ["lint", "p.json", ...argv]);
    expect(exit).toBe(1);
    expect(out).toContain(code);
  });

  it.each([
    ["--for", "aws", "Allowed choices are cognito, keycloak, auth0, okta, entra"],
    [
      "--trust-claim",
      "__proto__",
      "Allowed choices are tier, account_type, entitlements, first_party",
    ],
    ["--format", "html", "Allowed choices are text, markdown"],
  ])("rejects %s %s", async (option, value, says) => {
    const { code, err } = await runIn({ "p.json": CLEAN }, ["lint", "p.json", option, value]);
    expect(code).toBe(2);
    expect(err).toContain(says);
  });

  it.each(EXAMPLES)("finds nothing in %s", async (file) => {
    expect(await run(["lint", file])).toEqual({ code: 0, out: `ok  ${file}\n`, err: "" });
  });
});
