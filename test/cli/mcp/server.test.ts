import { describe, expect, it } from "vitest";
import { serverPolicy } from "../../../src/cli/mcp/server-policy.js";
import { titled } from "../../titled.js";
import { HOSTILE, HOSTILE_POLICY, UNSAFE } from "../hostile-policy.js";
import { folderOf, run } from "../run.js";
import { SMALL_JSON } from "../small-policy.js";
import { ask, connect } from "./connect.js";

const FILES = {
  "p.json": SMALL_JSON,
  "wrong.json": SMALL_JSON.replace('"orders:read"', '"orders:raed"'),
  "wider.json": SMALL_JSON.replace('"whoami": {', '"whoami": { "title": "Who",'),
  "hostile.json": JSON.stringify(HOSTILE_POLICY),
  "policy.ts": "export default {};",
};

describe("the MCP server of the command line", () => {
  it("lists the commands as tools that only read, and not what its policy keeps for itself", async () => {
    const client = await connect(folderOf(FILES));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(TOOL_NAMES);
    for (const { annotations, title, description, inputSchema } of tools) {
      expect(annotations).toEqual({ readOnlyHint: true, openWorldHint: false });
      expect(title).toBeTypeOf("string");
      expect(description).toBeTypeOf("string");
      expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
    }
    expect(serverPolicy.toolNames).toEqual([...TOOL_NAMES, "read_guide"]);
  });

  it("answers as the commands do, as text and as data", async () => {
    const cwd = folderOf(FILES);
    const client = await connect(cwd);
    for (const { tool, input, argv } of SAME_AS_COMMANDS) {
      const answer = await ask(client, tool, input);
      const people = await run(argv, { cwd });
      const programs = await run([...argv, "--json"], { cwd });
      expect(answer).toEqual({
        text: people.out + people.err,
        data: JSON.parse(programs.out) as unknown,
        isError: false,
      });
    }
  });

  it.each(titled(ERRORS))("reports %s as the result of the tool", async (_title, row) => {
    const client = await connect(folderOf(FILES));
    const answer = await ask(client, row.tool, row.input);
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain(row.says);
    expect(await ask(client, "check", { files: ["p.json"] })).toMatchObject({ isError: false });
  });

  it("shows no invisible character of a policy or an argument", async () => {
    const client = await connect(folderOf(FILES));
    for (const [tool, input] of [
      ["explain", { file: "hostile.json", operation: "delete_all" }],
      ["explain", { file: "hostile.json", operation: HOSTILE }],
      ["plan", { file: "hostile.json", operations: ["read_a", "delete_all"] }],
      ["check", { files: [`${HOSTILE}.json`] }],
    ] as const) {
      const { text, data } = await ask(client, tool, input);
      expect(text).not.toMatch(UNSAFE);
      expect(JSON.stringify(data)).not.toMatch(UNSAFE);
    }
  });

  it("has the guides and the skill as resources", async () => {
    const client = await connect(folderOf(FILES));
    const { resources } = await client.listResources();
    const names = resources.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["policy.md", "plan-scopes.md", "SKILL.md"]));
    for (const { uri, title, mimeType } of resources) {
      expect({ mimeType, title }).toEqual({
        mimeType: "text/markdown",
        title: expect.any(String) as unknown,
      });
      const { contents } = await client.readResource({ uri });
      expect(contents).toEqual([
        { uri, mimeType, text: expect.stringMatching(/^---\n/) as unknown },
      ]);
    }
    const unknown = client.readResource({ uri: "scope-policy://guides/../package.json" });
    await expect(unknown).rejects.toThrow();
  });

  it("reads a file again at each call", async () => {
    const { writeFileSync } = await import("node:fs");
    const root = folderOf(FILES);
    const client = await connect(root);
    expect(await ask(client, "check", { files: ["p.json"] })).toMatchObject({ data: { ok: true } });
    writeFileSync(`${root}/p.json`, FILES["wrong.json"]);
    expect(await ask(client, "check", { files: ["p.json"] })).toMatchObject({
      data: { ok: false },
      isError: false,
    });
  });
});

const TOOL_NAMES = ["check", "diff", "explain", "lint", "plan"];

const SAME_AS_COMMANDS: readonly {
  readonly tool: string;
  readonly input: Record<string, unknown>;
  readonly argv: readonly string[];
}[] = [
  { tool: "check", input: { files: ["p.json"] }, argv: ["check", "p.json"] },
  {
    tool: "check",
    input: { files: ["wrong.json", "p.json"] },
    argv: ["check", "wrong.json", "p.json"],
  },
  {
    tool: "explain",
    input: { file: "p.json", operation: "restock", scope: "stock:read", tier: "pro" },
    argv: ["explain", "p.json", "restock", "--scope", "stock:read", "--tier", "pro"],
  },
  {
    tool: "explain",
    input: {
      file: "p.json",
      operation: "transfer",
      params: { from: 7 },
      accountTypes: ["buyer", "seller"],
      firstParty: true,
      approvedScopes: "root",
      acr: "mfa",
    },
    argv: [
      ...["explain", "p.json", "transfer", "--param", "from=7", "--account-type", "buyer"],
      ...["--account-type", "seller", "--first-party", "--approved-scopes", "root", "--acr", "mfa"],
    ],
  },
  {
    tool: "explain",
    input: { file: "p.json", operation: "whoami", noToken: true },
    argv: ["explain", "p.json", "whoami", "--no-token"],
  },
  {
    tool: "diff",
    input: { before: "p.json", after: "wider.json" },
    argv: ["diff", "p.json", "wider.json"],
  },
  {
    tool: "lint",
    input: { file: "p.json", provider: "cognito", tools: ["export_csv"] },
    argv: ["lint", "p.json", "--for", "cognito", "--tool", "export_csv"],
  },
  {
    tool: "plan",
    input: { file: "p.json", operations: ["list_orders", "wipe"], held: "openid" },
    argv: ["plan", "p.json", "list_orders", "wipe", "--held", "openid"],
  },
];

const ERRORS: readonly {
  readonly title: string;
  readonly tool: string;
  readonly input: Record<string, unknown>;
  readonly says: string;
}[] = [
  {
    title: "a module that may not be run",
    tool: "check",
    input: { files: ["policy.ts"] },
    says: "unless it is started with --allow-modules",
  },
  {
    title: "a file outside the folder",
    tool: "explain",
    input: { file: "../p.json", operation: "wipe" },
    says: "is not inside the folder of this server",
  },
  {
    title: "a file that does not exist",
    tool: "explain",
    input: { file: "none.json", operation: "wipe" },
    says: "it does not exist",
  },
  {
    title: "a policy with findings, where a question needs a policy",
    tool: "explain",
    input: { file: "wrong.json", operation: "wipe" },
    says: "undeclared scope `orders:read`",
  },
  {
    title: "a policy with findings in a comparison",
    tool: "diff",
    input: { before: "p.json", after: "wrong.json" },
    says: "undeclared scope `orders:read`",
  },
  {
    title: "a provider that no rules are known for",
    tool: "lint",
    input: { file: "p.json", provider: "acme" },
    says: "provider",
  },
  {
    title: "an undeclared tier",
    tool: "explain",
    input: { file: "p.json", operation: "wipe", tier: "gold" },
    says: "unknown tier `gold`",
  },
  {
    title: "a boundary that the policy lacks",
    tool: "explain",
    input: { file: "p.json", operation: "wipe", boundaries: { a: ["1", "2"] } },
    says: "unknown boundary `a`",
  },
  {
    title: "a fact of a token without a token",
    tool: "explain",
    input: { file: "p.json", operation: "wipe", noToken: true, authAge: 3 },
    says: "--no-token cannot be combined",
  },
  {
    title: "a missing member of the input",
    tool: "explain",
    input: { file: "p.json" },
    says: "operation",
  },
  {
    title: "an unknown member of the input",
    tool: "check",
    input: { files: ["p.json"], against: "https://example.com" },
    says: "against",
  },
  {
    title: "a name of a parameter that the command line would read as another one",
    tool: "explain",
    input: { file: "p.json", operation: "wipe", params: { "a=b": "c" } },
    says: "a=b",
  },
  {
    title: "a plan of nothing",
    tool: "plan",
    input: { file: "p.json" },
    says: "error: give `operations` or `steps`\n",
  },
  {
    title: "a plan of operations and steps",
    tool: "plan",
    input: {
      file: "p.json",
      operations: ["wipe"],
      held: "openid",
      steps: [{ operation: "wipe" }],
    },
    says: "error: `steps` cannot be combined with `operations` and `held`\n",
  },
  {
    title: "a plan of steps with parameters of calls",
    tool: "plan",
    input: { file: "p.json", params: { id: "a" }, steps: [{ operation: "wipe" }] },
    says: "error: `steps` cannot be combined with `params`\n",
  },
  {
    title: "an unknown tool",
    tool: "run_module",
    input: {},
    says: "unknown operation",
  },
];
