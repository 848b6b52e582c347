import { definePolicy, loadPolicy, policyJsonSchema } from "scope-policy";
import { describe, expect, it } from "vitest";
import { getLanguageService, type JSONSchema } from "vscode-json-languageservice";
import { TextDocument } from "vscode-languageserver-textdocument";
import { titled } from "../titled.js";
import { run, runIn } from "./run.js";
import { SMALL, SMALL_JSON } from "./small-policy.js";

/** The place of the cursor in a text. */
const CURSOR = "|";

const SCHEMA_FILE = "file:///policy.schema.json";

/** An editor with the schema that the command prints for the small policy. */
async function createEditor(argv: readonly string[] = ["schema", "p.json"]) {
  const { code, out, err } = await runIn({ "p.json": SMALL_JSON }, argv);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  // the editor loads the schema that `$schema` of the policy names
  const service = getLanguageService({
    schemaRequestService: (uri) => Promise.resolve(uri === SCHEMA_FILE ? out : ""),
    workspaceContext: { resolveRelativePath: (path, base) => new URL(path, base).href },
  });
  const schema = JSON.parse(out) as JSONSchema;
  service.configure({ schemas: [{ uri: "other", fileMatch: ["*"], schema }] });
  const open = (marked: string) => {
    const offset = marked.indexOf(CURSOR);
    const text = marked.replace(CURSOR, "");
    const document = TextDocument.create("file:///policy.json", "json", 1, text);
    const position = document.positionAt(Math.max(offset, 0));
    return { document, position, json: service.parseJSONDocument(document) };
  };
  return {
    /** Returns the values and keys that the editor offers at the cursor. */
    async complete(marked: string): Promise<readonly string[]> {
      const { document, position, json } = open(marked);
      const list = await service.doComplete(document, position, json);
      return (list?.items ?? []).map(({ label }) => label);
    },
    /** Returns the text that the editor shows at the cursor. */
    async hover(marked: string): Promise<string> {
      const { document, position, json } = open(marked);
      const hover = await service.doHover(document, position, json);
      const contents = [hover?.contents ?? []].flat();
      const markdown = contents.map((part) => (typeof part === "string" ? part : part.value));
      return markdown.join("\n").replaceAll("\\", "");
    },
    /** Returns what the editor underlines, and why. */
    async diagnose(text: string): Promise<readonly (readonly [marked: string, why: string])[]> {
      const { document, json } = open(text);
      const found = await service.doValidation(document, json);
      return found.map(({ range, message }) => [
        document.getText(range),
        typeof message === "string" ? message : message.value,
      ]);
    },
  };
}

const policyText = (rest: string) =>
  `{ "name": "Shop", "version": "7", ${rest.includes('"scopes"') ? "" : '"scopes": {}, '}${rest} }`;

const SCOPES = [
  "openid",
  "orders:read",
  "orders:write",
  "stock:read",
  "mcp:tools",
  "ads:write",
  "shop:write",
  "root",
];
const TEMPLATES = ["/accounts/<id>/", "/accounts/{id}/"];
const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).sort();

const COMPLETED: readonly {
  readonly title: string;
  readonly at: string;
  readonly offers: readonly string[];
}[] = [
  {
    title: "the scope of a tool",
    at: `"tools": { "t": | }`,
    offers: quoted([...SCOPES, ...TEMPLATES]),
  },
  {
    title: "the scope in a requirement",
    at: `"tools": { "t": { "scope": | } }`,
    offers: quoted([...SCOPES, ...TEMPLATES]),
  },
  {
    title: "a part of a list",
    at: `"endpoints": { "GET /t": { "allOf": [|] } }`,
    offers: quoted([...SCOPES, ...TEMPLATES]),
  },
  {
    title: "an implied scope",
    at: `"scopes": { "x": { "implies": [|] } }`,
    offers: quoted([...SCOPES, ...TEMPLATES]),
  },
  { title: "the baseline, without templates", at: `"baseline": [|]`, offers: quoted(SCOPES) },
  { title: "the default scopes", at: `"defaultScopes": [|]`, offers: quoted(SCOPES) },
  {
    title: "the scope for additional detail",
    at: `"tools": { "t": { "public": true, "enrichedBy": | } }`,
    offers: quoted(SCOPES),
  },
  {
    title: "the exceptions of a bundle",
    at: `"bundles": { "b": { "every": true, "except": [|] } }`,
    offers: quoted([...SCOPES, ...TEMPLATES]),
  },
  {
    title: "the tier of a tool",
    at: `"tools": { "t": { "scope": "openid", "tier": | } }`,
    offers: quoted(["free", "pro"]),
  },
  {
    title: "the tier of a scope",
    at: `"scopes": { "x": { "tier": | } }`,
    offers: quoted(["free", "pro"]),
  },
  {
    title: "an account type",
    at: `"tools": { "t": { "scope": "openid", "accountTypes": [|] } }`,
    offers: quoted(["buyer", "seller"]),
  },
];

const DIAGNOSED: readonly {
  readonly title: string;
  readonly text: string;
  readonly marked: string;
  readonly why: string;
}[] = [
  {
    title: "an undeclared scope",
    text: `"tools": { "t": "orders:raed" }`,
    marked: `"orders:raed"`,
    why: `"orders:read"`,
  },
  {
    title: "an undeclared scope in a list",
    text: `"tools": { "t": { "anyOf": ["openid", "opnid"] } }`,
    marked: `"opnid"`,
    why: `"openid"`,
  },
  {
    title: "a template in the baseline",
    text: `"baseline": ["/accounts/{id}/"]`,
    marked: `"/accounts/{id}/"`,
    why: `Valid values: "openid"`,
  },
  {
    title: "an undeclared tier",
    text: `"tools": { "t": { "scope": "openid", "tier": "gold" } }`,
    marked: `"gold"`,
    why: `Valid values: "free", "pro"`,
  },
  {
    title: "an undeclared account type",
    text: `"scopes": { "x": { "accountTypes": ["studio"] } }`,
    marked: `"studio"`,
    why: `Valid values: "buyer", "seller"`,
  },
  {
    title: "a misspelt option",
    text: `"tools": { "t": { "scoep": "openid" } }`,
    marked: `"scoep"`,
    why: "Property scoep is not allowed",
  },
  {
    title: "a misspelt option of a part",
    text: `"tools": { "t": { "anyOf": ["openid", { "teir": "pro" }] } }`,
    marked: `"teir"`,
    why: "Property teir is not allowed",
  },
  {
    title: "a misspelt option of a bundle",
    text: `"bundles": { "b": { "every": true, "exept": ["root"] } }`,
    marked: `"exept"`,
    why: "Property exept is not allowed",
  },
];

const HOVERED: readonly { readonly at: string; readonly shows: string }[] = [
  { at: `"tools": { "t": { "de|ny": "no" } }`, shows: "Denies the operation for every token." },
  {
    at: `"tools": { "t": { "al|lOf": ["openid"] } }`,
    shows: "Requirements that must all be satisfied.",
  },
  {
    at: `"tools": { "t": { "scope": "openid", "ti|er": "pro" } }`,
    shows: "The lowest tier on which this can be satisfied.",
  },
  { at: `"scopes": { "x": { "war|ning": "W" } }`, shows: "The risk of granting the scope" },
  {
    at: `"scopes": { "x": { "locales": { "de": { "ti|tle": "T" } } } }`,
    shows: "A short name of the scope.",
  },
  {
    at: `"tools": { "t": { "scope": "openid", "audit": { "ha|sh": ["x"] } } }`,
    shows: "recorded as a digest",
  },
  {
    at: `"bundles": { "b": { "every": true, "exc|ept": ["root"] } }`,
    shows: "The scopes that are left out.",
  },
  { at: `"base|line": ["openid"]`, shows: "Scopes that every tool requires" },
];

describe("an editor with the schema of a policy", () => {
  it.each(titled(COMPLETED))("completes %s", async (_title, { at, offers }) => {
    const editor = await createEditor();
    const offered = await editor.complete(policyText(at));
    expect([...offered].sort()).toEqual([...offers].sort());
  });

  it("completes the options of a tool", async () => {
    const editor = await createEditor();
    const offered = await editor.complete(policyText(`"tools": { "t": { "|" } }`));
    expect(offered).toContain("anyOf");
    expect(offered).toContain("accountTypes");
  });

  it.each(titled(DIAGNOSED))("underlines %s alone", async (_title, { text, marked, why }) => {
    const editor = await createEditor();
    const found = await editor.diagnose(policyText(text));
    expect(found).toEqual([[marked, expect.stringContaining(why)]]);
  });

  it("underlines nothing in the policy itself, with `$schema`", async () => {
    const editor = await createEditor();
    const own = JSON.stringify({ $schema: "./policy.schema.json", ...SMALL }, undefined, 2);
    expect(await editor.diagnose(own)).toEqual([]);
    const wrong = own.replace('"tier": "pro"', '"tier": "gold"');
    expect(await editor.diagnose(wrong)).toHaveLength(1);
  });

  it.each(HOVERED)("shows the description at $at", async ({ at, shows }) => {
    const editor = await createEditor();
    expect(await editor.hover(policyText(at))).toContain(shows);
  });
});

describe("the schema of a policy", () => {
  it("differs from the schema of every policy in the declared names alone", async () => {
    const { out } = await runIn({ "p.json": SMALL_JSON }, ["schema", "p.json"]);
    const every = policyJsonSchema();
    const one = JSON.parse(out) as typeof every;
    const names = ["AccountTypeName", "ScopeName", "ScopeNameWithoutPlaceholder", "TierName"];
    const definitions = every["$defs"] as Record<string, unknown>;
    expect({ ...one, $defs: {} }).toEqual({ ...every, $defs: {} });
    for (const [id, definition] of Object.entries(one["$defs"] as object)) {
      if (names.includes(id)) expect(definition).toMatchObject({ type: "string" });
      else expect(definition).toEqual(definitions[id]);
    }
    expect(Object.keys(one["$defs"] as object).sort()).toEqual(Object.keys(definitions).sort());
  });

  it.each(["/a/{x}/b/{y}", "/a/<x>/b/<y>", "/a/<x>/b/{y}"])(
    "lists the template %s in both spellings, and as it is declared",
    async (name) => {
      const text = JSON.stringify({ name: "N", version: "1", scopes: { [name]: "A" } });
      const { out } = await runIn({ "p.json": text }, ["schema", "p.json"]);
      const { $defs } = JSON.parse(out) as { $defs: { ScopeName: { enum: readonly string[] } } };
      const spellings = new Set([name, "/a/{x}/b/{y}", "/a/<x>/b/<y>"]);
      expect($defs.ScopeName.enum.toSorted()).toEqual([...spellings].sort());
    },
  );

  it("accepts any tier if the policy declares none", async () => {
    const text = `{ "name": "N", "version": "1", "scopes": { "a": "A" } }`;
    const { out } = await runIn({ "p.json": text }, ["schema", "p.json"]);
    expect(JSON.parse(out)).toMatchObject({
      $defs: { TierName: { type: "string", minLength: 1 }, ScopeName: { enum: ["a"] } },
    });
  });

  it("is not printed for a policy with findings", async () => {
    expect(await runIn({ "p.json": "{}" }, ["schema", "p.json"])).toMatchObject({
      code: 1,
      out: "",
    });
  });

  it("is as without a file the schema of every policy", async () => {
    expect(JSON.parse((await run(["schema"])).out)).toEqual(policyJsonSchema());
  });
});

describe("`$schema` at the top of a policy", () => {
  const bare = { name: "N", version: "1", scopes: { a: "A" }, tools: { t: "a" } } as const;
  const named = { $schema: "./policy.schema.json", ...bare } as const;

  it("is dropped by definePolicy and loadPolicy", () => {
    const policies = [definePolicy(named), loadPolicy(named), loadPolicy(JSON.stringify(named))];
    for (const policy of policies) expect(policy.definition).toEqual(loadPolicy(bare).definition);
    for (const policy of policies) expect(Object.keys(policy.definition)).not.toContain("$schema");
  });

  it("has types next to it", () => {
    const policy = definePolicy(named);
    expect(policy.decide({ scope: "a" }, "t").allowed).toBe(true);
    // @ts-expect-error the policy has no tool `u`
    expect(policy.decide({ scope: "a" }, "u").allowed).toBe(false);
  });

  it.each([[5], [true], [null], [[]], [{}]])("is a finding as %j", (value) => {
    expect(() => loadPolicy({ ...bare, $schema: value })).toThrow(
      /\$schema: expected a string, got /,
    );
  });

  it("is a finding anywhere else", () => {
    expect(() => loadPolicy({ ...bare, tools: { t: { scope: "a", $schema: "x" } } })).toThrow(
      /tools\.t\.\$schema: unknown option `\$schema`/,
    );
  });

  it("is accepted by the command line", async () => {
    const files = {
      "p.json": JSON.stringify(named),
      "p.ts": `export default ${JSON.stringify(named)};`,
    };
    for (const file of Object.keys(files)) {
      expect(await runIn(files, ["check", file])).toMatchObject({ code: 0 });
    }
    const { out } = await runIn(files, ["docs", "p.json"]);
    expect(out).toBe((await runIn({ "p.json": JSON.stringify(bare) }, ["docs", "p.json"])).out);
  });
});
