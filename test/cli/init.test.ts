import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startLocalIssuer } from "../../examples/local-issuer.js";
import { startBehind } from "../../examples/localisation/mcp.js";
import { start as startLoopwise } from "../../examples/loopwise/server.js";
import { start as startMovementors } from "../../examples/movementors/server.js";
import type { RunningExample } from "../../examples/serve.js";
import { writeNewFiles } from "../../src/cli/init/write-files.js";
import { titled } from "../titled.js";
import { type BuiltPackage, buildPackage, projectOf, runNode } from "./init-project.js";
import { folderOf, ROOT, run } from "./run.js";
import { onePage, serveV2 } from "./source/mcp-servers.js";

const POLICY = "policy.json";
const NODE_TEST = "policy.test.mjs";
const VITEST_TEST = "policy.test.ts";

let built: BuiltPackage;
let loopwise: RunningExample;
let movementors: RunningExample;
let localisation: RunningExample;
beforeAll(async () => {
  [built, loopwise, movementors, localisation] = await Promise.all([
    buildPackage(),
    startLoopwise(),
    startMovementors(),
    startBehind(startLocalIssuer),
  ]);
});
afterAll(async () => {
  built.close();
  await Promise.all([loopwise.close(), movementors.close(), localisation.close()]);
});

const OAUTH = {
  type: "oauth2",
  flows: {
    clientCredentials: {
      tokenUrl: "https://as.example.com/token",
      scopes: { "orders:read": "Read orders", "orders:write": "" },
    },
  },
};
const documentWith = (paths: object, more: object = {}): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Shop", version: "1" },
    paths,
    components: { securitySchemes: { oauth: OAUTH } },
    ...more,
  });
const secured = (...scopes: readonly string[]) => ({
  security: [{ oauth: scopes }],
  responses: {},
});
const SHOP = documentWith({
  "/orders": { get: secured("orders:read"), post: {} },
  "/orders/{id}": { delete: secured("orders:write") },
});

/** A source, and what `init` makes of it. */
interface Row {
  readonly title: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly argv: () => Promise<readonly string[]> | readonly string[];
  /** The name of the policy. Default: any. */
  readonly name?: string;
  /** Number of operations that are allowed by some token, and that are denied until they have a rule. */
  readonly assigned: number;
  readonly left: number;
  /** An operation with its rule, and the scopes that open it. */
  readonly open?: readonly [operation: string, scope: string];
  /** An operation that is not assigned, and its reason. */
  readonly closed?: readonly [operation: string, reason: string];
}

const notAssigned = (tool: string) =>
  [tool, `not assigned: choose the scopes of \`${tool}\``] as const;

const fromServer = async ({ url, issuer }: RunningExample, claims?: { readonly scope: string }) => [
  ...["--from", url],
  ...(claims === undefined ? [] : ["--token", await issuer.issue({ sub: "ana", ...claims })]),
];

const SOURCES: readonly Row[] = [
  {
    title: "the school's MCP server, with a token",
    argv: () => fromServer(loopwise, { scope: "openid email courses:read" }),
    assigned: 0,
    left: 33,
    closed: notAssigned("list_courses"),
  },
  {
    title: "the mentors' MCP server, without a token",
    argv: () => fromServer(movementors),
    assigned: 0,
    left: 26,
    closed: notAssigned("get_profile"),
  },
  {
    title: "the mentors' MCP server, with a token",
    argv: () => fromServer(movementors, { scope: "mcp:tools read:classes" }),
    assigned: 0,
    left: 28,
    closed: notAssigned("get_mentor_profile"),
  },
  {
    title: "the translators' MCP server, with a token and a name",
    argv: async () => [
      ...(await fromServer(localisation, { scope: "keys:read" })),
      ...["--name", "Translations"],
    ],
    name: "Translations",
    assigned: 0,
    left: 15,
    closed: notAssigned("publish_translations"),
  },
  {
    title: "an MCP server that names the scopes of its tools",
    argv: async () => {
      const securitySchemes = [{ type: "oauth2", scopes: ["notes:read"] }];
      const tools = [{ name: "list_notes", _meta: { securitySchemes } }, { name: "wipe" }];
      return ["--from", `mcp:${await serveV2(onePage(tools))}`];
    },
    assigned: 1,
    left: 1,
    open: ["list_notes", "notes:read"],
    closed: notAssigned("wipe"),
  },
  {
    title: "an OpenAPI document",
    files: { "openapi.json": SHOP },
    argv: () => ["--from", "openapi.json"],
    name: "Shop",
    assigned: 2,
    left: 1,
    open: ["GET /orders", "orders:read"],
    closed: ["POST /orders", "not assigned: openapi.json names no security for this operation"],
  },
  {
    title: "an OpenAPI document whose scopes have parameters",
    files: {
      "openapi.json": documentWith({ "/orders/{id}": { delete: secured("/orders/{id}/") } }),
    },
    argv: () => ["--from", "openapi:openapi.json"],
    assigned: 1,
    left: 0,
  },
  {
    title: "a table of tools with their scopes",
    files: { "tools.json": JSON.stringify({ list_notes: ["notes:read"], wipe: null }) },
    argv: () => ["--from", "tools.json"],
    name: "tools",
    assigned: 1,
    left: 1,
    open: ["list_notes", "notes:read"],
    closed: notAssigned("wipe"),
  },
  {
    title: "a table of scopes with their tools",
    files: {
      "scopes.json": JSON.stringify({ read: ["list", "get"], write: ["get", "put"], all: [] }),
    },
    argv: () => ["--from", "scopes.json", "--table", "scopes", "--list-means", "or"],
    name: "scopes",
    assigned: 3,
    left: 0,
    open: ["get", "read"],
  },
  {
    title: "a table with a scope that a shell would change",
    files: { "tools.json": JSON.stringify({ one: "$HOME/a" }) },
    argv: () => ["--from", "tools.json"],
    assigned: 1,
    left: 0,
    open: ["one", "$HOME/a"],
  },
  {
    title: "no source",
    argv: () => ["--name", "Notes"],
    name: "Notes",
    assigned: 2,
    left: 1,
    open: ["list_notes", "notes:read"],
    closed: notAssigned("delete_notes"),
  },
];

interface Written {
  readonly $schema: string;
  readonly name: string;
  readonly tools?: Readonly<Record<string, unknown>>;
  readonly endpoints?: Readonly<Record<string, unknown>>;
}

const readPolicy = (cwd: string) => JSON.parse(readFileSync(join(cwd, POLICY), "utf8")) as Written;

/** Returns whether the entry of an operation is a denial. */
const isDenied = (rule: unknown) => Object.hasOwn(Object(rule) as object, "deny");

describe("init", () => {
  it.each(titled(SOURCES))(
    "begins with %s, and check, explain and the test agree",
    async (_, row) => {
      const { files = {}, argv, assigned, left, open, closed } = row;
      const cwd = projectOf(built, files);
      const { code, out, err } = await run(["init", ...(await argv())], { cwd });
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toContain(`wrote ${POLICY}\nwrote ${NODE_TEST}\n`);

      const policy = readPolicy(cwd);
      const rules = Object.values({ ...policy.tools, ...policy.endpoints });
      expect(rules.filter(isDenied)).toHaveLength(left);
      expect(rules).toHaveLength(assigned + left);
      expect(policy.name).toBe(row.name ?? policy.name);

      expect(await run(["check", POLICY], { cwd })).toMatchObject({ code: 0 });
      if (open !== undefined) {
        const [operation, scope] = open;
        const allowed = await run(["explain", POLICY, operation, "--scope", scope], { cwd });
        expect(allowed).toMatchObject({ code: 0, err: "" });
      }
      if (closed !== undefined) {
        const [operation, reason] = closed;
        const denied = await run(["explain", POLICY, operation, "--scope", "a", "--json"], { cwd });
        expect(denied.code).toBe(3);
        expect(JSON.parse(denied.out)).toMatchObject({ decision: { code: "denied", reason } });
      }
      const tested = runNode(cwd, NODE_TEST);
      expect(tested).toMatchObject({ status: 0 });
      expect(tested.output).toContain("lists every operation that is not assigned");
    },
  );

  it("prints three commands, which run as they are, the last of which fails after a rule has changed", async () => {
    const cwd = projectOf(built, { "tools.json": JSON.stringify({ list: "notes:read" }) });
    const { out } = await run(["init", "--from", "tools.json", "--table", "tools"], { cwd });
    const [, next = ""] = out.split("\nNext\n");
    expect(next).toBe(
      `  npx scope-policy check ${POLICY}
  npx scope-policy explain ${POLICY} "list" --scope "notes:read"
  node --test ${NODE_TEST}
`,
    );
    expect(out).not.toContain("denied until");
    expect((await run(["check", POLICY], { cwd })).code).toBe(0);
    const explained = await run(["explain", POLICY, "list", "--scope", "notes:read"], { cwd });
    expect(explained.code).toBe(0);
    expect(runNode(cwd, "--test", NODE_TEST).status).toBe(0);

    const changed = readFileSync(join(cwd, POLICY), "utf8").replace(
      '"list": "notes:read"',
      '"list": { "public": true }',
    );
    writeFileSync(join(cwd, POLICY), changed);
    const failed = runNode(cwd, "--test", NODE_TEST);
    expect(failed.status).toBe(1);
    expect(failed.output).toContain("denies list with no scope");
  });

  it("prints the written files, the next commands and the whole report as data with --json", async () => {
    const table = Object.fromEntries([..."abcdef"].map((name) => [name, null]));
    const cwd = folderOf({ "tools.json": JSON.stringify(table) });
    const { code, out, err } = await run(
      ["init", "--from", "tools.json", "--table", "tools", "--json"],
      { cwd },
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const data = JSON.parse(out) as { readonly report: { readonly notes: readonly unknown[] } };
    expect(data).toMatchObject({
      ok: true,
      written: [POLICY, NODE_TEST],
      notAssigned: Object.keys(table),
      next: [
        `npx scope-policy check ${POLICY}`,
        `npx scope-policy matrix ${POLICY}`,
        expect.any(String),
      ],
      report: { source: "tools.json", counts: { left: 6 } },
    });
    expect(data.report.notes).toHaveLength(6);
    const bare = JSON.parse((await run(["init", "--json"], { cwd: folderOf({}) })).out) as object;
    expect(bare).toMatchObject({ ok: true, notAssigned: ["delete_notes"] });
    expect(bare).not.toHaveProperty("report");
  });
});

describe("the test that init writes for Vitest", () => {
  it("runs as it is", async () => {
    const files = {
      "package.json": JSON.stringify({ type: "module", devDependencies: { vitest: "*" } }),
      "tools.json": JSON.stringify({ list: "notes:read", wipe: null }),
    };
    const cwd = projectOf(built, files);
    symlinkSync(join(ROOT, "node_modules/vitest"), join(cwd, "node_modules/vitest"), "junction");
    const { code, out } = await run(["init", "--from", "tools.json"], { cwd });
    expect(code).toBe(0);
    expect(out).toContain(`\n  npx vitest run ${VITEST_TEST}\n`);
    const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
    const tested = runNode(cwd, vitest, "run", VITEST_TEST);
    expect(tested.output).toMatch(/Tests {2}3 passed/);
    expect(tested.status).toBe(0);
  });

  it("is chosen by the nearest package that can be read", async () => {
    const rows = [
      [{ "package.json": '{"dependencies":{"vitest":"4"}}' }, VITEST_TEST],
      [{ "package.json": "{" }, NODE_TEST],
      [{ "package.json": '{"devDependencies":{"jest":"30"}}' }, NODE_TEST],
    ] as const;
    for (const [files, expected] of rows) {
      const cwd = join(folderOf({ ...files, "inner/readme": "" }), "inner");
      expect(await run(["init"], { cwd })).toMatchObject({ code: 0 });
      expect(readdirSync(cwd).sort()).toEqual([POLICY, expected, "readme"]);
    }
  });
});

describe("the token of init", () => {
  const TOKEN = "not-a-token-of-this-server";

  it("is asked for in one line, which names a scope", async () => {
    const cwd = folderOf({});
    expect(await run(["init", "--from", loopwise.url], { cwd })).toEqual({
      code: 2,
      out: "",
      err: `error: ${loopwise.url}: requires a token (status 401); give --token one with the scopes \`openid\`\n`,
    });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("can be in the environment, and is never printed", async () => {
    const cwd = folderOf({});
    vi.stubEnv("SCOPE_POLICY_TOKEN", TOKEN);
    try {
      const { code, out, err } = await run(["init", "--from", loopwise.url], { cwd });
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toContain("rejects the token (status 401)");
      expect(err).not.toContain(TOKEN);
      vi.stubEnv("SCOPE_POLICY_TOKEN", "");
      expect((await run(["init", "--from", loopwise.url], { cwd })).err).toContain(
        "requires a token",
      );
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe("init replaces nothing", () => {
  it.each([
    [POLICY, POLICY],
    [NODE_TEST, NODE_TEST],
  ])("with an existing %s", async (name) => {
    const cwd = folderOf({ [name]: "mine" });
    expect(await run(["init"], { cwd })).toEqual({
      code: 2,
      out: "",
      err: `error: \`${name}\` exists already and is not replaced; nothing was written\n`,
    });
    expect(readdirSync(cwd)).toEqual([name]);
    expect(readFileSync(join(cwd, name), "utf8")).toBe("mine");
  });

  it("with a symbolic link, even one that leads to nothing", async () => {
    const cwd = folderOf({});
    const outside = join(folderOf({}), "target");
    symlinkSync(outside, join(cwd, NODE_TEST));
    expect(await run(["init"], { cwd })).toMatchObject({ code: 2, out: "" });
    expect(readdirSync(cwd)).toEqual([NODE_TEST]);
    expect(lstatSync(join(cwd, NODE_TEST)).isSymbolicLink()).toBe(true);
    expect(existsSync(outside)).toBe(false);
  });

  it("and leaves no file if the second one cannot be written, or appears meanwhile", async () => {
    const cwd = folderOf({});
    const first = { name: POLICY, text: "{}" };
    await expect(writeNewFiles(cwd, [first, { name: "none/test", text: "" }])).rejects.toThrow(
      /^cannot write `none\/test`: ENOENT.*; nothing was written$/,
    );
    expect(readdirSync(cwd)).toEqual([]);
    await expect(writeNewFiles(cwd, [first, { name: `./${POLICY}`, text: "" }])).rejects.toThrow(
      `\`./${POLICY}\` exists already and is not replaced; nothing was written`,
    );
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe("a source that init cannot use leaves an empty folder", () => {
  interface Fault {
    readonly title: string;
    readonly files?: Readonly<Record<string, string>>;
    readonly from: string;
    readonly code: number;
    readonly says: string;
  }
  const faults: readonly Fault[] = [
    {
      title: "no location",
      from: "openapi:",
      code: 2,
      says: "error: `openapi:` names no source",
    },
    {
      title: "a file that is missing",
      from: "none.json",
      code: 2,
      says: "error: cannot read `none.json`: it does not exist",
    },
    {
      title: "a folder",
      files: { "folder.json/a": "" },
      from: "folder.json",
      code: 2,
      says: "error: cannot read `folder.json`",
    },
    {
      title: "a JSON file that is not JSON",
      files: { "table.json": "{" },
      from: "table.json",
      code: 2,
      says: "error: `table.json`: ",
    },
    {
      title: "a table that is too large",
      files: { "table.json": JSON.stringify({ a: "x".repeat(5_000_001) }) },
      from: "table.json",
      code: 1,
      says: "table.json",
    },
    {
      title: "a document with findings",
      files: { "api.yaml": "openapi: [" },
      from: "api.yaml",
      code: 1,
      says: "api.yaml:1",
    },
    {
      title: "a document whose extension is not a policy",
      files: { "api.json": documentWith({}, { "x-scope-policy": { tiers: 3 } }) },
      from: "api.json",
      code: 1,
      says: "nothing was written",
    },
  ];
  it.each(titled(faults))("%s", async (_title, { files = {}, from, code, says }) => {
    const cwd = folderOf(files);
    const before = readdirSync(cwd);
    const people = await run(["init", "--from", from], { cwd });
    expect(people).toMatchObject({ code, out: "" });
    expect(people.err).toContain(says);
    const programs = await run(["init", "--from", from, "--json"], { cwd });
    expect(programs).toMatchObject({ code, err: "" });
    expect(JSON.parse(programs.out)).toMatchObject({ ok: false });
    expect(readdirSync(cwd)).toEqual(before);
  });
});
