import { readFileSync } from "node:fs";
import { join } from "node:path";
import { marked } from "marked";
import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { visible } from "../../src/cli/terminal/visible.js";
import { titled } from "../titled.js";
import { HOSTILE, HOSTILE_POLICY, OWN_STYLE, UNSAFE } from "./hostile-policy.js";
import { folderOf, run } from "./run.js";
import { onePage, serveV2 } from "./source/mcp-servers.js";

const POLICY_JSON = JSON.stringify(HOSTILE_POLICY);
/** A policy with many findings, all of which quote the hostile text. */
const WRONG_JSON = JSON.stringify({
  [HOSTILE]: 1,
  name: HOSTILE,
  version: "1",
  scopes: { "a:read": { [HOSTILE]: HOSTILE, default: HOSTILE } },
  tools: { [HOSTILE]: HOSTILE, t: { anyOf: [HOSTILE], deny: HOSTILE } },
});
const WRONG_MODULE = `// ${HOSTILE.replaceAll(/[\n\r\u2028\u2029]/g, "")}
export const policy = ${WRONG_JSON.replace('"version":"1"', '"version":"\u202E\u009B"')};`;
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const HOSTILE_TOKEN = `${encode({ alg: HOSTILE, typ: HOSTILE, kid: HOSTILE })}.${encode({
  ...{ iss: HOSTILE, aud: [HOSTILE], scope: { [HOSTILE]: HOSTILE }, token_use: HOSTILE },
})}.AAAA`;
const KEYS = {
  keys: [
    {
      kty: "EC",
      crv: "P-256",
      x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    },
  ],
};
const PLAIN_HOSTILE = HOSTILE.replaceAll("\0", "");
/** A document with hostile text in every place that takes free text, and in names. */
const DOCUMENT = {
  openapi: "3.1.0",
  info: { title: HOSTILE, version: HOSTILE, description: HOSTILE },
  security: [{ [HOSTILE]: [HOSTILE] }, { oauth: ["a:read"] }],
  paths: {
    "/a": {
      get: { summary: HOSTILE, description: HOSTILE, operationId: HOSTILE },
      delete: { security: [{ oauth: [HOSTILE] }] },
      trace: {},
    },
    [`/${HOSTILE}`]: { get: { summary: HOSTILE } },
    [HOSTILE]: { get: {} },
  },
  components: {
    securitySchemes: {
      oauth: {
        type: "oauth2",
        flows: { authorizationCode: { scopes: { "a:read": HOSTILE, [HOSTILE]: HOSTILE } } },
      },
      [HOSTILE]: { type: HOSTILE },
    },
    schemas: { a: { $ref: `#/components/schemas/${HOSTILE}` } },
  },
};
const FILES = {
  "api.json": JSON.stringify(DOCUMENT),
  "wrong-api.json": JSON.stringify({ ...DOCUMENT, paths: { "/a": { $ref: `#/${HOSTILE}` } } }),
  "no-api.yaml": `openapi: ["${PLAIN_HOSTILE}`,
  "tools.json": JSON.stringify({ [HOSTILE]: ["a:read"], read_a: "a:read", [`b ${HOSTILE}`]: null }),
  "no-tools.json": JSON.stringify({ [HOSTILE]: [3] }),
  "keys.json": JSON.stringify(KEYS),
  "steps.json": JSON.stringify([{ operation: "account", params: { accountID: "user" } }]),
  "no-steps.json": JSON.stringify([{ operation: HOSTILE, [HOSTILE]: HOSTILE }]),
  "cases.json": JSON.stringify({
    policy: "p.json",
    cases: [
      { name: HOSTILE, token: "", operation: "read_a", expect: "allowed" },
      { name: HOSTILE, token: HOSTILE, operation: "write_a", expect: "allowed" },
      { operation: HOSTILE, expect: "unknown_operation", params: { [HOSTILE]: HOSTILE } },
    ],
  }),
  "wrong-cases.json": JSON.stringify({
    [HOSTILE]: 1,
    policy: "p.json",
    cases: [{ [HOSTILE]: 1, operation: 1, expect: HOSTILE, token: { scope: 1, [HOSTILE]: 1 } }],
  }),
  "no-cases.json": JSON.stringify({
    policy: "p.json",
    cases: [
      { operation: HOSTILE, expect: "allowed" },
      { operation: "read_a", expect: "allowed", token: { scope: "", tier: HOSTILE } },
    ],
  }),
  "lost-cases.json": JSON.stringify({
    policy: `${PLAIN_HOSTILE}.json`,
    cases: [{ operation: "read_a", expect: "allowed" }],
  }),
  "p.json": POLICY_JSON,
  "plain.json": JSON.stringify({ name: "Plain", version: "1", scopes: {} }),
  "grants.json": JSON.stringify([
    { scope: HOSTILE, client: HOSTILE, user: HOSTILE, tier: HOSTILE },
  ]),
  "wrong.json": WRONG_JSON,
  "wrong.mjs": WRONG_MODULE,
  "throws.mjs": `throw new Error(${JSON.stringify(HOSTILE)});`,
  "exports.mjs": `export const policy = 1; export const b = { name: 1, scopes: {} }, c = { name: 1, scopes: {} };
    export { b as ${JSON.stringify(HOSTILE)} };`,
  "\u202E\u001B[31m\n\nYES: p.json": POLICY_JSON,
};

const COMMANDS: readonly (readonly string[])[] = [
  ["check", "p.json"],
  ["check", "wrong.json"],
  ["check", "wrong.mjs"],
  ["check", "throws.mjs"],
  ["check", "exports.mjs"],
  ["check", "\u202E\u001B[31m\n\nYES: p.json", HOSTILE, `${HOSTILE}.json`.replaceAll("\0", "")],
  ["plan", "p.json", "read_a", "write_a", "root_a", "delete_all"],
  ["plan", "p.json", HOSTILE],
  ["plan", "p.json", "account", "--param", `accountID=${HOSTILE}`],
  ["plan", "p.json", "read_a", "--held", HOSTILE],
  ["plan", "p.json", "--tokens", "steps.json", "--known", `user=${HOSTILE}`],
  ["plan", "p.json", "--tokens", "no-steps.json"],
  ["diff", "p.json", "plain.json"],
  ["diff", "plain.json", "p.json", "--format", "markdown", "--grants", "grants.json"],
  ["diff", "plain.json", "p.json", "--grants", "api.json"],
  ["diff", "p.json", "p.json", "--fail-on", HOSTILE],
  ["lint", "p.json"],
  ["lint", "p.json", "--format", "markdown", "--for", "cognito", "--tool", HOSTILE],
  ["lint", "wrong.json"],
  ["lint", "p.json", "--for", HOSTILE],
  ["explain", "p.json", "delete_all"],
  ["explain", "p.json", "drop_it", "--scope", HOSTILE],
  ["explain", "p.json", "read_a", "--scope", "a:read", "--tier", HOSTILE],
  ["explain", "p.json", "write_a", "--scope", "a:read a:write", "--account-type", HOSTILE],
  ["explain", "p.json", "write_a", "--no-token"],
  ["explain", "p.json", "root_a", "--scope", "a:read root"],
  ["explain", "p.json", "account", "--param", `accountID=${HOSTILE}`],
  ["explain", "p.json", "account", "--param", "accountID=1", "--scope", "a:read /old/2/"],
  ["explain", "p.json", HOSTILE, "--param", `${HOSTILE}=${HOSTILE}`],
  ["explain", "p.json", `GET /${HOSTILE}`],
  ["explain", "p.json", "open", "--param", HOSTILE],
  ["explain", "wrong.json", "t"],
  ["test", "cases.json"],
  ["test", "cases.json", "--format", "tap"],
  ["test", "cases.json", "--format", "junit"],
  ["test", "cases.json", "--format", "markdown"],
  ["test", "wrong-cases.json"],
  ["test", "no-cases.json"],
  ["test", "lost-cases.json"],
  ["test", PLAIN_HOSTILE],
  ["test", "cases.json", "--min", HOSTILE],
  ["test", "--init", "p.json", "drafts.yaml"],
  ["matrix", "p.json"],
  ["matrix", "p.json", "--format", "markdown"],
  ["matrix", "p.json", "--format", "html"],
  ["matrix", "p.json", "--format", "json"],
  ["matrix", "p.json", "--format", HOSTILE],
  ["matrix", "p.json", "--out", join("none", HOSTILE.replaceAll("\0", ""))],
  ["matrix", "wrong.json"],
  ["docs", "p.json"],
  ["docs", "wrong.json"],
  ["docs", "p.json", HOSTILE],
  ["schema", HOSTILE],
  ["schema", "p.json"],
  ["schema", "wrong.json"],
  ["types", "p.json"],
  ["types", "wrong.json"],
  ["types", HOSTILE],
  ["schema", `--${HOSTILE}`],
  ["token", HOSTILE, "--issuer", "https://a.example", "--audience", HOSTILE, "--jwks", "keys.json"],
  [
    "token",
    HOSTILE_TOKEN,
    "--issuer",
    "https://a.example",
    "--audience",
    "a",
    "--jwks",
    "keys.json",
  ],
  ["init", "--name", HOSTILE],
  ["init", "--from", "api.json"],
  ["init", "--from", "wrong-api.json"],
  ["init", "--from", "no-api.yaml"],
  ["init", "--from", "tools.json", "--table", "tools"],
  ["init", "--from", "no-tools.json", "--table", "tools"],
  ["init", "--from", HOSTILE],
  ["init", "--from", `mcp:${HOSTILE}`],
  ["import", "openapi", "api.json"],
  ["import", "openapi", "wrong-api.json"],
  ["import", "openapi", "no-api.yaml", "--root", HOSTILE],
  ["import", HOSTILE, "api.json"],
  ["check", "p.json", "--against", "api.json"],
  ["check", "p.json", "--against", "api.json", "--format", "markdown"],
  ["check", "p.json", "--against", "wrong-api.json"],
  ["check", "p.json", "--against", HOSTILE],
  ["export", "p.json", "--to", "openapi"],
  ["export", "p.json", "--to", "keycloak"],
  ["export", "p.json", "--to", "cedar"],
  ["export", "p.json", "--to", "openapi", "--for", HOSTILE],
  ["export", "p.json", "--to", HOSTILE],
  ["export", "wrong.json", "--to", "openapi"],
  ["token", "a", "--issuer", HOSTILE, "--audience", "a", "--jwks", HOSTILE],
  [HOSTILE],
  ["explain", "--help", HOSTILE],
];

const TERMINALS = [
  { colours: false, columns: 100 },
  { colours: true, columns: 40 },
] as const;

describe("hostile text of a policy, a file and the arguments", () => {
  it("causes no findings", () => {
    expect(() => loadPolicy(POLICY_JSON)).not.toThrow();
  });

  it.each(titled(COMMANDS, (argv) => visible(argv.join(" "))))(
    "becomes visible text that adds no line in the output of %s",
    async (_title, argv) => {
      for (const glance of TERMINALS) {
        const { out, err } = await run(argv, { cwd: folderOf(FILES), ...glance });
        expect(out + err).not.toBe("");
        // a style that the program uses itself, here in the text of the policy
        expect(out + err).not.toContain("\u001B[31mred");
        const bare = glance.colours ? (out + err).replaceAll(OWN_STYLE, "") : out + err;
        expect(bare).not.toMatch(UNSAFE);
        for (const line of bare.split("\n")) expect(line).not.toMatch(/^YES:/);
      }
      const data = await run([...argv, "--json"], { cwd: folderOf(FILES), colours: true });
      expect(data.out + data.err).not.toMatch(UNSAFE);
      expect(data.out).not.toMatch(/^YES:/m);
    },
  );

  it("becomes visible text in what init prints and writes about the tools of a server", async () => {
    const tools = [{ name: "read_a", title: HOSTILE, description: HOSTILE }, { name: HOSTILE }];
    const from = ["init", "--from", await serveV2(onePage(tools))];
    const cwd = folderOf({});
    const { code, out, err } = await run(from, { cwd });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const written = ["policy.json", "policy.test.mjs"].map((name) =>
      readFileSync(join(cwd, name), "utf8"),
    );
    for (const text of [out, ...written]) {
      expect(text).not.toMatch(UNSAFE);
      expect(text).not.toMatch(/^YES:/m);
    }
  });

  it("keeps its value in JSON", async () => {
    const cwd = folderOf(FILES);
    const explained = await run(["explain", "p.json", "delete_all", "--json"], { cwd });
    expect(JSON.parse(explained.out)).toMatchObject({
      policy: { name: HOSTILE_POLICY.name, version: HOSTILE_POLICY.version },
      decision: { code: "denied", reason: HOSTILE },
      why: [HOSTILE],
    });
    const matrix = await run(["matrix", "p.json", "--json"], { cwd });
    expect(JSON.parse(matrix.out)).toMatchObject({ name: HOSTILE_POLICY.name });
    const docs = await run(["docs", "p.json", "--json"], { cwd });
    const markdown = await run(["docs", "p.json"], { cwd });
    expect(JSON.parse(docs.out)).toMatchObject({ markdown: markdown.out });
  });

  it("becomes visible in written files", async () => {
    const cwd = folderOf(FILES);
    for (const argv of [
      ["docs", "p.json"],
      ["schema", "p.json"],
      ["types", "p.json"],
      ...["table", "markdown", "html", "json"].map((format) => [
        "matrix",
        "p.json",
        "--format",
        format,
      ]),
    ]) {
      expect(await run([...argv, "--out", "f"], { cwd, colours: true })).toMatchObject({ code: 0 });
      const written = readFileSync(join(cwd, "f"), "utf8");
      expect(written).not.toMatch(UNSAFE);
      expect(written).not.toMatch(/^YES:/m);
    }
  });

  it("appears with its hidden characters as escapes", async () => {
    const cwd = folderOf(FILES);
    const { out } = await run(["explain", "p.json", "delete_all"], { cwd, columns: 1_000 });
    expect(out).toMatch(
      /^NO: delete_all is never allowed\.\n {2}no {2}YES: delete_all is allowed\. /,
    );
    expect(out).toContain("\\u{1b}[31mred\\u{1b}[2J");
    expect(out).toContain("\\u{202e}abc\\u{202c}");
    for (const argv of [
      ["docs", "p.json"],
      ["matrix", "p.json", "--format", "html"],
      ["matrix", "p.json", "--format", "markdown"],
    ]) {
      expect((await run(argv, { cwd })).out.replaceAll("\\\\", "\\")).toContain(
        "\\u{202e}abc\\u{202c}",
      );
    }
  });

  it("starts no Markdown block", async () => {
    const cwd = folderOf(FILES);
    for (const argv of [
      ["docs", "p.json"],
      ["matrix", "p.json", "--format", "markdown"],
    ]) {
      const { out } = await run(argv, { cwd });
      const starts = marked
        .lexer(out)
        .flatMap((token) => ("text" in token ? [String(token.text)] : []));
      for (const start of starts) expect(start).not.toMatch(/^YES:/);
    }
  });

  const MARKDOWN: readonly (readonly string[])[] = [
    ["docs", "p.json"],
    ["matrix", "p.json", "--format", "markdown"],
    ["diff", "plain.json", "p.json", "--format", "markdown", "--grants", "grants.json"],
    ["test", "cases.json", "--format", "markdown"],
  ];
  it.each(titled(MARKDOWN, (argv) => argv.join(" ")))(
    "mentions no person outside code spans in the output of %s",
    async (_title, argv) => {
      const { out } = await run(argv, { cwd: folderOf(FILES) });
      expect(out).toContain("victim");
      const rendered = await marked.parse(out);
      // GitHub searches the rendered text
      const words = rendered.replaceAll(/<code>[^<]*<\/code>/g, "").replaceAll(/<[^>]*>/g, "\n");
      expect(words.replaceAll("&#64;", "@")).not.toMatch(/(?<![a-z0-9])@victim/i);
    },
  );
});
