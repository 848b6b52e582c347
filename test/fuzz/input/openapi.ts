// The import of OpenAPI documents, in JSON and in YAML.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { loadPolicy } from "scope-policy";
import { readOpenApi } from "../../../src/cli/openapi/import-openapi.js";
import { loadOpenApi } from "../../../src/cli/openapi/load-document.js";
import { UsageError } from "../../../src/cli/terminal/io.js";
import { editedTexts, editedTrees } from "./edits.js";
import { check, checkText, type Target } from "./target.js";

const scopes = {
  "pets:read": "Read pets",
  "pets:write": "Change pets",
  "/accounts/{id}/": "One account",
};
const flows = {
  authorizationCode: {
    authorizationUrl: "https://a.example/a",
    tokenUrl: "https://a.example/t",
    scopes,
  },
};
const parameter = { name: "id", in: "path", required: true, schema: { type: "string" } };
const paths = {
  "/pets": {
    get: {
      operationId: "list",
      security: [{ auth: ["pets:read"] }],
      responses: { 200: { description: "ok" } },
    },
    post: {
      security: [{ auth: ["pets:read", "pets:write"] }],
      responses: { 201: { description: "ok" } },
    },
  },
  "/pets/{id}": {
    parameters: [{ $ref: "#/components/parameters/id" }],
    get: { security: [{ auth: ["pets:read"] }, { key: [] }], responses: {} },
    delete: { security: [], responses: {} },
  },
  "/accounts/{id}/open:now": {
    put: { "x-scope-policy": { scope: "/accounts/{id}/" }, parameters: [parameter], responses: {} },
  },
};
const modern = (openapi: string) => ({
  openapi,
  info: { title: "Pets", version: "1.0" },
  servers: [{ url: "https://api.example/v1" }],
  security: [{ auth: [] }],
  paths,
  components: {
    parameters: { id: parameter },
    securitySchemes: {
      auth: { type: "oauth2", flows },
      key: { type: "apiKey", in: "header", name: "X-Key" },
    },
  },
});
const OLD = {
  swagger: "2.0",
  info: { title: "Pets", version: "1.0" },
  basePath: "/v1",
  paths: { "/pets": paths["/pets"] },
  securityDefinitions: {
    auth: {
      type: "oauth2",
      flow: "accessCode",
      authorizationUrl: "https://a.example/a",
      tokenUrl: "https://a.example/t",
      scopes,
    },
  },
};
const DOCUMENTS = [modern("3.0.3"), modern("3.1.0"), modern("3.2.0"), OLD];
/** Documents with a fault that changes of a valid one rarely make. */
const FAULTY: readonly object[] = [
  { ...modern("3.1.0"), openapi: "4.0.0" },
  { ...modern("3.1.0"), openapi: 3 },
  { ...modern("3.1.0"), swagger: "2.0" },
  { ...modern("3.1.0"), "x-scope-policy": { tiers: "free", tools: { t: "no:such" } } },
  { ...modern("3.1.0"), "x-scope-policy": { scopes: { "pets:read": { reserved: 7 } } } },
  { asyncapi: "3.0.0" },
  { name: "A policy", version: "1", scopes: {} },
  ...[
    "#/components/nowhere",
    "other%zz.yaml",
    "#/a%zz",
    "other.yaml",
    "https://a.example/x.yaml",
    "../out.yaml",
    "#/paths/~1pets/get~2",
  ].map(($ref) => ({
    ...modern("3.1.0"),
    paths: { "/pets": { $ref } },
  })),
];

const TREES = fc.oneof(
  { arbitrary: fc.constantFrom<object>(...DOCUMENTS), weight: 3 },
  { arbitrary: fc.constantFrom(...FAULTY), weight: 2 },
  { arbitrary: editedTrees(fc.constantFrom<object>(...DOCUMENTS, ...FAULTY), 4), weight: 8 },
);

/** Writes a value as YAML in block style. */
function yamlOf(value: unknown, indent = ""): string {
  if (typeof value !== "object" || value === null) return ` ${JSON.stringify(value) ?? "null"}\n`;
  const entries = Object.entries(value);
  if (entries.length === 0) return Array.isArray(value) ? " []\n" : " {}\n";
  const lines = entries.map(([key, own]) =>
    Array.isArray(value)
      ? `${indent}-${yamlOf(own, `${indent}  `)}`
      : `${indent}${JSON.stringify(key)}:${yamlOf(own, `${indent}  `)}`,
  );
  return `\n${lines.join("")}`;
}

const JSON_TEXT = TREES.map((tree) => JSON.stringify(tree) ?? "");
const YAML_TEXT = TREES.map((tree) => yamlOf(tree));
const SMALL_YAML = "openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: {}\n";
const ODD_YAML = [
  ...[
    "",
    "---\n",
    "a: 1\n---\nb: 2\n",
    "a: &x [1]\nb: *x\n",
    "a: *nope\n",
    "a: 1\na: 2\n",
    "\tb: 1\n",
  ],
  ...[
    "__proto__: {}\n",
    "<<: {openapi: 3.1.0}\n",
    "<<: 3.1.0\n",
    "? [a]\n: 1\n",
    "!!js/function 'x'\n",
    "%YAML 1.1\n---\n",
    "{",
    "a: .inf\n",
    "a: -1e400\n",
    "a: \u0001\n",
  ],
  ...[
    SMALL_YAML,
    `${SMALL_YAML}x: &a {b: *a}\n`,
    "&a [*a]\n",
    `a: ${"[".repeat(300)}${"]".repeat(300)}\n`,
  ],
];
const deepJson = (depth: number) => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;

interface Document {
  readonly name: "document.json" | "document.yaml";
  readonly content: string | Uint8Array;
  readonly options: { readonly listMeans?: "and" | "or"; readonly basePath?: string };
}

const CONTENTS: fc.Arbitrary<Document["content"]> = fc.oneof(
  { arbitrary: JSON_TEXT, weight: 6 },
  { arbitrary: YAML_TEXT, weight: 6 },
  { arbitrary: JSON_TEXT.chain((text) => editedTexts([text])), weight: 2 },
  { arbitrary: YAML_TEXT.chain((text) => editedTexts([text])), weight: 2 },
  { arbitrary: editedTexts(ODD_YAML, 2), weight: 2 },
  { arbitrary: JSON_TEXT.map((text) => text.replace(/^\{/, '{"openapi":"3.1.0",')), weight: 1 },
  {
    arbitrary: fc.constantFrom(
      deepJson(200),
      deepJson(300),
      deepJson(20_000),
      "",
      "[]",
      '{"__proto__":{}}',
    ),
    weight: 1,
  },
  { arbitrary: fc.uint8Array({ maxLength: 40 }), weight: 1 },
);

const CODES = [
  ...[
    "complex_key",
    "control_character",
    "duplicate_key",
    "empty_document",
    "json_syntax",
    "not_json",
    "not_openapi",
    "not_utf8",
  ],
  ...[
    "openapi_version",
    "reference_syntax",
    "remote_reference",
    "reserved_key",
    "several_documents",
  ],
  ...[
    "too_deep",
    "unknown_alias",
    "alias_circle",
    "unreadable_file",
    "outside_folder",
    "unresolved_reference",
    "yaml_merge",
    "yaml_syntax",
  ],
];

const folder = await mkdtemp(join(tmpdir(), "fuzz-openapi-"));

export const OPENAPI: Target<Document> = {
  outcomes: ["imported", "imported with findings", "a wrong option", ...CODES],
  inputs: fc.record({
    name: fc.constantFrom("document.json", "document.yaml"),
    content: CONTENTS,
    options: fc.constantFrom<Document["options"]>(
      { listMeans: "and" },
      { listMeans: "or" },
      {},
      { listMeans: "and", basePath: "/v2" },
      { listMeans: "and", basePath: "no path" },
    ),
  }),
  async run({ name, content, options }) {
    await writeFile(join(folder, name), content);
    try {
      const loaded = await loadOpenApi(name, folder);
      if (!loaded.ok) {
        check(loaded.findings.length > 0, "a finding");
        // a message can quote a name of the document as a whole
        const most = content.length + 4_096;
        for (const { message } of loaded.findings) checkText(message, most);
        return loaded.findings.map(({ code }) => code).join(" ");
      }
      const { definition, report, findings = [] } = readOpenApi(loaded.document, options);
      check(Object.values(report.counts).every(Number.isInteger), "a report with counts");
      if (findings.length > 0) return "imported with findings";
      loadPolicy(definition);
      return "imported";
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      checkText(error.message.split("\n")[0], 4_096);
      return "a wrong option";
    }
  },
  close: () => rm(folder, { recursive: true }),
};
