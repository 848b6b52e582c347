import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { compile } from "../types/compiler.js";
import { HOSTILE_POLICY } from "./hostile-policy.js";
import { EXAMPLES, ROOT, run, runIn } from "./run.js";
import { SMALL, SMALL_JSON } from "./small-policy.js";

/** Returns the types that the command writes for a policy in JSON. */
async function typesOf(json: string): Promise<string> {
  const { code, out, err } = await runIn({ "policy.json": json }, ["types", "policy.json"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out;
}

const DECLARED = `import { definePolicy, loadPolicy, type ParamsOf, type ScopeOf, type TierOf } from "scope-policy";
import type { Definition } from "./policy.d.ts";
const policy = loadPolicy<Definition>("");
const token = { scope: "a" };
`;

/** Returns the errors of a program that loads a policy with its types. */
function errorsIn(types: string, program: string): readonly string[] {
  const files = new Map([
    ["test/types/policy.d.ts", types],
    ["test/types/program.ts", `${DECLARED}${program}`],
  ]);
  return compile(files, { noUnusedLocals: false }).map(({ text }) => text);
}

const ERRORS: readonly (readonly [line: string, error: string])[] = [
  [
    'policy.decide(token, "list_ordrs");',
    `Argument of type '"list_ordrs"' is not assignable to parameter of type '"list_orders"'.`,
  ],
  [
    'policy.operation("GET /ordrs");',
    `Argument of type '"GET /ordrs"' is not assignable to parameter of type '"GET /orders"'.`,
  ],
  [
    'policy.decide(token, "transfer", { fron: "a" });',
    `Object literal may only specify known properties, and 'fron' does not exist in type '{ readonly from: string; }'.`,
  ],
  ['policy.decide(token, "transfer");', "Expected 3 arguments, but got 2."],
  [
    'const scope: ScopeOf<typeof policy> = "orders:raed"; void scope;',
    `Type '"orders:raed"' is not assignable to type '${Object.keys(SMALL.scopes)
      .map((name) => `"${name}"`)
      .join(" | ")}'. Did you mean '"orders:read"'?`,
  ],
  [
    'const tier: TierOf<typeof policy> = "gold"; void tier;',
    `Type '"gold"' is not assignable to type '"free" | "pro"'.`,
  ],
  [
    'policy.bundleScope("raeder");',
    `Argument of type '"raeder"' is not assignable to parameter of type '"reader" | "most"'.`,
  ],
];

describe("the types of a policy", () => {
  it.each(ERRORS)("make a compile error of %s", async (line, error) => {
    const types = await typesOf(SMALL_JSON);
    expect(errorsIn(types, line)).toEqual([error]);
  });

  it("accept the names and parameters of the policy, of patterns too", async () => {
    const program = `policy.decide(token, "list_orders");
      policy.decide(token, "transfer", { from: "a" });
      policy.decide(token, "export_all");
      policy.decide(token, "GET /accounts/{id}", { id: "a" });
      policy.authorize(token, "list_orders").scope;
      policy.authorize(undefined, "search")?.scope;
      policy.bundleScope("reader");
      const params: ParamsOf<typeof policy, "transfer"> = { from: "a" };
      void params;`;
    expect(errorsIn(await typesOf(SMALL_JSON), program)).toEqual([]);
  });

  it("are those of a definition that definePolicy accepts", async () => {
    const program = `declare const definition: Definition;
      const defined = definePolicy(definition);
      type Same<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;
      const same: Same<NonNullable<typeof policy["~types"]>, NonNullable<typeof defined["~types"]>> = true;
      void same;`;
    // the compiler accepts one spelling of a placeholder, the one of the declaration
    const json = SMALL_JSON.replaceAll("<id>", "{id}");
    expect(errorsIn(await typesOf(json), program)).toEqual([]);
  });

  it.each(EXAMPLES)("compile for %s", async (file) => {
    const { out } = await run(["types", file]);
    expect(
      errorsIn(out, "declare const definition: Definition; definePolicy(definition);"),
    ).toEqual([]);
  });

  it("contain no text of the policy outside of a literal, whatever the text", async () => {
    const types = await typesOf(JSON.stringify(HOSTILE_POLICY));
    const file = ts.createSourceFile("policy.d.ts", types, ts.ScriptTarget.Latest, true);
    expect(file.statements.map((one) => ts.SyntaxKind[one.kind])).toEqual(["InterfaceDeclaration"]);
    expect(types).not.toMatch(/[^\x20-\x7E\n…]/);
    const names: string[] = [];
    const visit = (node: ts.Node) => {
      if (ts.isPropertySignature(node) && ts.isStringLiteral(node.name)) names.push(node.name.text);
      ts.forEachChild(node, visit);
    };
    visit(file);
    const keys = Object.keys(HOSTILE_POLICY.tools ?? {});
    expect(names).toEqual(expect.arrayContaining(keys));
    expect(errorsIn(types, "policy.toolsFor(token);")).toEqual([]);
  });

  it("have literals for names with quotes, comments, line ends and braces", async () => {
    const names = [
      '"',
      "\\",
      ["`$", "{x}`"].join(""),
      "*/ export const x = 1; /*",
      "//",
      "\u2028\u202e",
      "</b>",
    ];
    const json = JSON.stringify({
      name: "*/ }; export const evil = 1; /*",
      version: "1",
      tiers: names,
      accountTypes: names,
      scopes: { a: "*/" },
      bundles: Object.fromEntries(names.map((name) => [name, ["a"]])),
    });
    const types = await typesOf(json);
    const listed = names.map((name) => JSON.stringify(name)).join(", ");
    const program = `const tiers: readonly TierOf<typeof policy>[] = [${listed}]; void tiers;
      for (const name of [${listed}] as const) policy.bundleScope(name);`;
    expect(errorsIn(types, program)).toEqual([]);
    expect(types).not.toContain("evil");
  });

  it("are those that the page about policies in several files shows", async () => {
    const page = readFileSync(join(ROOT, "docs/policy-files.md"), "utf8");
    const block = (name: string) =>
      new RegExp(`\\n// ${name}\\n([^]*?)\`\`\`\\n`).exec(page)?.[1] ?? "";
    expect(await typesOf(block("policy.json"))).toBe(block("policy.d.ts"));
  });

  it("are not written for a policy with findings", async () => {
    expect(await runIn({ "p.json": "{}" }, ["types", "p.json"])).toMatchObject({
      code: 1,
      out: "",
    });
  });

  it("have the same escapes as JSON", async () => {
    const json = JSON.stringify(HOSTILE_POLICY);
    const { out } = await runIn({ "p.json": json }, ["types", "p.json", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ types: await typesOf(json) });
  });

  it("are written to a file with --out, and with a name and a version as JSON", async () => {
    const types = await typesOf(SMALL_JSON);
    const files = { "p.json": SMALL_JSON };
    const { out } = await runIn(files, ["types", "p.json", "--json"]);
    expect(JSON.parse(out)).toEqual({ name: "Shop", version: "7", types });
    expect(await runIn(files, ["types", "p.json", "--out", "p.d.ts"])).toEqual({
      code: 0,
      out: "wrote p.d.ts\n",
      err: "",
    });
  });
});

describe("loadPolicy without types", () => {
  it("takes any name, and its type is that of a policy of unknown content", () => {
    const program = `import type { Policy } from "scope-policy";
      import { loadPolicy as load } from "scope-policy";
      const loaded: Policy = load({});
      const returned: ReturnType<typeof load> = loaded;
      load({}).decide(token, "anything", { x: 1 });
      returned.decide(token, String(1));`;
    expect(
      errorsIn(
        "export interface Definition { name: string; version: string; scopes: {} }",
        program,
      ),
    ).toEqual([]);
  });
});
