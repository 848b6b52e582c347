import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { defined } from "../defined.js";
import { titled } from "../titled.js";
import {
  EXAMPLES,
  type ExportedDocument,
  expectValid,
  exported,
  operationsIn,
} from "./exported.js";
import { folderOf, run } from "./run.js";
import { SMALL } from "./small-policy.js";

const BASE = {
  name: "Shop",
  version: "7",
  tiers: ["free", "pro"],
  accountTypes: ["buyer", "seller"],
  entitlements: ["fleet"],
  boundaries: { project: { claim: "projects" } },
  scopes: {
    a: "Reads a",
    b: { title: "B" },
    pro: { tier: "pro" },
    own: { reserved: true },
    few: { restricted: true },
    "/x/<id>": "One x",
  },
} as const;

interface RuleRow {
  readonly title: string;
  readonly rule: unknown;
  readonly security: unknown;
  /** Whether the operation has the extension with its rule. */
  readonly marked: boolean;
}

const RULES: readonly RuleRow[] = [
  {
    title: "a scope is one requirement and needs no extension",
    rule: "a",
    security: [{ oauth2: ["a"] }],
    marked: false,
  },
  {
    title: "the spelling of a placeholder is the printed one",
    rule: "/x/<id>",
    security: [{ oauth2: ["/x/{id}"] }],
    marked: false,
  },
  {
    title: "alternatives are entries of the list",
    rule: { anyOf: ["a", "b"], title: "T" },
    security: [{ oauth2: ["a"] }, { oauth2: ["b"] }],
    marked: false,
  },
  {
    title:
      "scopes that are all required are in one entry, with an extension because readers disagree about lists",
    rule: { allOf: ["a", "b"] },
    security: [{ oauth2: ["a", "b"] }],
    marked: true,
  },
  {
    title: "a nested requirement is written as alternatives, without those that another one covers",
    rule: { allOf: ["a", { anyOf: ["b", "few", { allOf: ["b", "few"] }] }] },
    security: [{ oauth2: ["a", "b"] }, { oauth2: ["a", "few"] }],
    marked: true,
  },
  {
    title: "a public endpoint has an empty list",
    rule: { public: true },
    security: [],
    marked: false,
  },
  {
    title: "a public endpoint with scopes for detail lists them beside an empty entry",
    rule: { public: true, enrichedBy: ["a", "b"] },
    security: [{}, { oauth2: ["a"] }, { oauth2: ["b"] }],
    marked: true,
  },
  {
    title: "an authenticated endpoint has an entry without scopes",
    rule: { authenticated: true },
    security: [{ oauth2: [] }],
    marked: false,
  },
  {
    title: "a denial requires a scheme that no request meets",
    rule: { deny: "Only by letter." },
    security: [{ denied: [] }],
    marked: true,
  },
  {
    title: "an internal endpoint is denied, because no gate knows it",
    rule: { scope: "a", internal: true },
    security: [{ denied: [] }],
    marked: true,
  },
  {
    title: "a hidden endpoint keeps its scopes",
    rule: { scope: "a", hidden: true },
    security: [{ oauth2: ["a"] }],
    marked: true,
  },
  ...(
    [
      ["the tier of a rule", { scope: "a", tier: "pro" }, ["a"]],
      ["the tier of a scope", "pro", ["pro"]],
      ["account types", { scope: "a", accountTypes: ["seller"] }, ["a"]],
      ["an entitlement", { scope: "a", entitlement: "fleet" }, ["a"]],
      ["a boundary", { scope: "a", within: { project: "id" } }, ["a"]],
      ["an authentication context class", { scope: "a", acr: "mfa" }, ["a"]],
      ["a maximum age", { authenticated: true, maxAge: 60 }, []],
      ["a reserved scope", "own", ["own"]],
    ] as const
  ).map(([what, rule, oauth2]) => ({
    title: `${what} also requires a scheme that no request meets`,
    rule,
    security: [{ oauth2, conditions: [] }],
    marked: true,
  })),
  {
    title: "an alternative without conditions stays free of them",
    rule: { anyOf: ["a", "pro"] },
    security: [{ oauth2: ["a"] }, { oauth2: ["pro"], conditions: [] }],
    marked: true,
  },
  {
    title: "a renamed parameter is in the extension",
    rule: { scope: "/x/{id}", params: { id: "other" } },
    security: [{ oauth2: ["/x/{id}"] }],
    marked: true,
  },
  {
    title: "cases require what every branch requires",
    rule: {
      cases: [
        { when: { mode: "plan" }, scope: "a" },
        { when: { mode: "run" }, scope: "b", tier: "pro" },
      ],
      otherwise: "a",
      weakOtherwise: true,
    },
    security: [{ oauth2: ["a", "b"], conditions: [] }],
    marked: true,
  },
  {
    title: "cases with a denial are denied",
    rule: { cases: [{ when: { mode: "plan" }, scope: "a" }], otherwise: { deny: "choose" } },
    security: [{ denied: [] }],
    marked: true,
  },
];

describe("an exported rule", () => {
  it.each(titled(RULES))("%s", async (_, { rule, security, marked }) => {
    const key = "GET /things/{id}";
    const { document } = await exported({ ...BASE, endpoints: { [key]: rule } });
    const operation = operationsIn(document).get(key);
    expect(operation?.security).toEqual(security);
    expect(operation?.["x-scope-policy"]).toEqual(marked ? { rule } : undefined);
    await expectValid(document);
  });

  it("is denied if its branches have too many combinations to compare", async () => {
    const names = (letter: string) =>
      Array.from({ length: 80 }, (_, index) => `${letter}${String(index)}`);
    const definition = {
      name: "Many",
      version: "1",
      scopes: Object.fromEntries([...names("a"), ...names("b")].map((name) => [name, name])),
      endpoints: {
        "GET /things": {
          cases: [{ when: { mode: "plan" }, anyOf: names("a") }],
          otherwise: { anyOf: names("b") },
          weakOtherwise: true,
        },
      },
    };
    const { document } = await exported(definition);
    expect(operationsIn(document).get("GET /things")?.security).toEqual([{ denied: [] }]);
  });

  it("is denied if a catch-all denies its path, although it is public", async () => {
    const endpoints = {
      "GET /files/{rest*}": { deny: "closed" },
      "GET /files/list": "a",
      "GET /files/free": { public: true },
    };
    const { document } = await exported({ ...BASE, endpoints });
    expect(operationsIn(document).get("GET /files/free")?.security).toEqual([{ denied: [] }]);
    expect((await exported({ ...BASE, endpoints }, { token: undefined })).document.paths).toEqual(
      {},
    );
    expect(operationsIn(document).get("GET /files/list")).toMatchObject({
      security: [{ denied: [] }],
      "x-scope-policy": { rule: "a" },
    });
  });
});

interface PathRow {
  readonly title: string;
  readonly keys: readonly string[];
  /** For each key: the method and the template, the parameters, and the endpoint in the extension. */
  readonly operations: readonly (readonly [
    name: string,
    params: readonly string[],
    endpoint: string | undefined,
  ])[];
}

const PATHS: readonly PathRow[] = [
  {
    title: "a parameter with a colon is written in braces, with the key in the extension",
    keys: ["GET /a/:id"],
    operations: [["GET /a/{id}", ["id"], "GET /a/:id"]],
  },
  {
    title: "a parameter in braces, a verb after a colon and text beside parameters stay",
    keys: ["POST /a/{id}:cancel", "GET /a/{x}-{y}.zip"],
    operations: [
      ["POST /a/{id}:cancel", ["id"], undefined],
      ["GET /a/{x}-{y}.zip", ["x", "y"], undefined],
    ],
  },
  {
    title: "a catch-all keeps its star, in the parameter too",
    keys: ["GET /files/{path*}"],
    operations: [["GET /files/{path*}", ["path*"], undefined]],
  },
  {
    title: "HEAD, OPTIONS and the root are operations",
    keys: ["GET /", "HEAD /", "OPTIONS /"],
    operations: [
      ["GET /", [], undefined],
      ["HEAD /", [], undefined],
      ["OPTIONS /", [], undefined],
    ],
  },
  {
    title:
      "two methods of one shape share the parameter names of the first, with the key of the other in the extension",
    keys: ["GET /a/{x}", "POST /a/{y}"],
    operations: [
      ["GET /a/{x}", ["x"], undefined],
      ["POST /a/{x}", ["x"], "POST /a/{y}"],
    ],
  },
  {
    title: "letters in escapes stay",
    keys: ["GET /caf%C3%A9"],
    operations: [["GET /caf%C3%A9", [], undefined]],
  },
];

describe("an exported path", () => {
  it.each(titled(PATHS))("%s", async (_, { keys, operations }) => {
    const { document } = await exported({
      ...BASE,
      endpoints: Object.fromEntries(keys.map((key) => [key, "a"])),
    });
    const found = [...operationsIn(document)].map(([name, operation]) => [
      name,
      (operation.parameters ?? []).map((one) => one.name),
      operation["x-scope-policy"]?.endpoint,
    ]);
    expect(found).toEqual(operations);
    await expectValid(document);
  });

  it("gives each operation an id of its own, without letter case", async () => {
    const keys = ["GET /a/b", "GET /a-b", "GET /ab", "GET /a/{b}"];
    const endpoints = Object.fromEntries(keys.map((key) => [key, "a"]));
    const { document } = await exported({ ...BASE, endpoints });
    const ids = [...operationsIn(document).values()].map(({ operationId }) => operationId);
    expect(ids).toEqual(["getAB", "getAB_2", "getAb_3", "getAB_4"]);
  });
});

describe("an exported document", () => {
  it("contains titles, descriptions and the responses of a denial", async () => {
    const texts = { title: "Read", description: "Reads it" };
    const { document } = await exported({
      ...BASE,
      endpoints: { "GET /a": { scope: "a", ...texts }, "GET /p": { public: true } },
    });
    const operations = operationsIn(document);
    expect(operations.get("GET /a")).toMatchObject({ summary: "Read", description: "Reads it" });
    expect(Object.keys(operations.get("GET /a")?.responses ?? {})).toEqual(["401", "403"]);
    expect(Object.keys(operations.get("GET /p")?.responses ?? {})).toEqual(["401"]);
  });

  it("declares every scope with its description, and has the rest of the policy at the top", async () => {
    const { document } = await exported({ ...SMALL, $schema: "./policy.schema.json" });
    expect(document["x-scope-policy"]).toEqual({ ...SMALL, endpoints: undefined });
    const { scopes } = document.components.securitySchemes?.["oauth2"]?.flows[
      "authorizationCode"
    ] ?? { scopes: {} };
    expect(scopes).toMatchObject({
      "orders:read": "Read orders.",
      "stock:read": "Read the stock",
      "/accounts/{id}/": "Read one account",
    });
    expect(Object.keys(scopes)).toHaveLength(Object.keys(SMALL.scopes).length);
  });

  it("uses the title of a scope without a description", async () => {
    const { document } = await exported(BASE);
    expect(
      document.components.securitySchemes?.["oauth2"]?.flows["authorizationCode"]?.scopes,
    ).toMatchObject({ b: "B", own: "" });
    expect(document.paths).toEqual({});
    await expectValid(document);
  });

  it.each(
    titled(EXAMPLES, (one) => `of ${one.definition.name} is valid, for its owner and for callers`),
  )("%s", async (_, { definition }) => {
    const { document } = await exported(definition);
    await expectValid(document);
    const policy = policyIn(document);
    expect((await exported(policy)).document).toEqual(document);
    const scope = Object.keys(policy.scopes).filter((name) => !/[{<]/.test(name));
    for (const token of [undefined, { scope: "" }, { scope }])
      await expectValid((await exported(policy, { token })).document);
  });

  it("keeps invisible characters as escapes, in JSON and in YAML", async () => {
    const hostile = {
      name: "Shop",
      version: "1",
      scopes: { a: "A\u202eb\nc: #d \u{e0041} \u001b[1m" },
      endpoints: { "GET /a": { scope: "a", description: "x\u2028y\u00ad\u007f" } },
    };
    const cwd = folderOf({ "p.json": JSON.stringify(hostile) });
    const { out } = await run(["export", "p.json", "--to", "openapi"], { cwd });
    const wrote = await run(["export", "p.json", "--to", "openapi", "--out", "o.YAML"], { cwd });
    expect(wrote).toMatchObject({ code: 0, out: "wrote o.YAML\n" });
    const yaml = readFileSync(join(cwd, "o.YAML"), "utf8");
    expect(parse(yaml)).toEqual(JSON.parse(out));
    expect(yaml).toMatch(/^openapi: 3\.1\.0\n/);
    expect(policyIn(JSON.parse(out) as ExportedDocument)).toEqual(hostile);
    expect(out + yaml).not.toMatch(/(?!\n)[\p{C}\u2028]/u);
  });
});

/** Returns the policy that an exported document contains in its extensions, with a rule for each operation. */
function policyIn(document: ExportedDocument) {
  const rules = [...operationsIn(document)].map(([name, operation]) => {
    const { rule, endpoint } = operation["x-scope-policy"] ?? {};
    const [first] = operation.security;
    const { summary, description } = operation;
    const scope = first?.["oauth2"]?.[0];
    const read = scope === undefined ? { authenticated: true } : description ? { scope } : scope;
    const texts = typeof read === "string" ? undefined : { summary, description };
    return [
      endpoint ?? name,
      rule ?? (typeof read === "string" ? read : defined({ ...read, ...texts })),
    ] as const;
  });
  const top = document["x-scope-policy"] as { readonly scopes: Readonly<Record<string, unknown>> };
  return { ...top, endpoints: Object.fromEntries(rules) };
}
