import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { bundleFiles, loadBundler } from "../../../src/cli/openapi/bundle-files.js";
import { loadOpenApi } from "../../../src/cli/openapi/load-document.js";
import { UsageError } from "../../../src/cli/terminal/io.js";
import { titled } from "../../titled.js";
import { folderOf } from "../run.js";
import { documentOf, findingsOf, loadIn, SMALL } from "./load.js";

/** Returns every text of a `$ref` in a value. */
function refsIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === "$ref" && typeof member === "string" ? [member] : refsIn(member),
  );
}

const YAML = `openapi: "3.2.0"
info: { title: Small, version: "1" }
x-common: &common
  description: from the anchor
  operationId: common
paths:
  /on:
    get:
      <<: *common
      operationId: own
      responses: { 200: { description: yes } }
`;

describe("a document of one file", () => {
  it.each(
    titled([
      { title: "2.0", head: { swagger: "2.0" }, version: "2.0" },
      { title: "3.0", head: { openapi: "3.0.4" }, version: "3.0" },
      { title: "3.1", head: { openapi: "3.1.1" }, version: "3.1" },
      { title: "3.2", head: { openapi: "3.2.0" }, version: "3.2" },
      { title: "a release candidate of 3.1", head: { openapi: "3.1.0-rc1" }, version: "3.1" },
    ]),
  )("has version %s", async (_title, { head, version }) => {
    const document = documentOf(await loadIn({ "a.json": { ...head, paths: {} } }));
    expect(document).toEqual({
      version,
      source: "a.json",
      root: { ...head, paths: {} },
      files: [expect.stringMatching(/a\.json$/)],
    });
  });

  it("in YAML has no number that is not one of JSON", async () => {
    for (const [written, number] of [
      [".inf", "Infinity"],
      [".nan", "NaN"],
    ])
      expect(findingsOf(await loadIn({ "a.yaml": `openapi: 3.1.0\nx: ${written}\n` }))).toEqual([
        `a.yaml:2:4 not_json: \`${number}\` is not a value of JSON; put it in quotes`,
      ]);
  });

  it("in YAML has keys that are texts, core values and merged members, of which its own ones win", async () => {
    const document = documentOf(await loadIn({ "a.yaml": YAML }));
    expect(document.root["paths"]).toEqual({
      "/on": {
        get: {
          operationId: "own",
          responses: { "200": { description: "yes" } },
          description: "from the anchor",
        },
      },
    });
  });

  it.each(
    titled([
      {
        title: "the first of several merged maps wins",
        text: "<<: [{a: 1}, {a: 2, b: 2}]",
        value: { a: 1, b: 2 },
      },
      {
        title: "a map can have two merge keys",
        text: "<<: {a: 1}\n  <<: {b: 2}",
        value: { a: 1, b: 2 },
      },
      { title: "a quoted merge key is a name", text: '"<<": {a: 1}', value: { "<<": { a: 1 } } },
      {
        title: "a key can be an alias",
        text: "a: &k name\n  *k : 1",
        value: { a: "name", name: 1 },
      },
      {
        title: "an alias means the last anchor before it",
        text: "a: &k 1\n  b: *k\n  c: &k 2\n  d: *k",
        value: { a: 1, b: 1, c: 2, d: 2 },
      },
      {
        title: "keys without a text become texts",
        text: "? null\n  : 1\n  true: 2\n  1.5: 3",
        value: { null: 1, true: 2, "1.5": 3 },
      },
      {
        title: "words of YAML 1.1 are texts",
        text: "a: yes\n  b: 2020-01-01\n  c: 0o17",
        value: { a: "yes", b: "2020-01-01", c: 15 },
      },
      { title: "a missing value is null", text: "a:\n  b: ~", value: { a: null, b: null } },
      { title: "flow maps with keys in quotes", text: '{"a": 1}', value: { a: 1 } },
    ]),
  )("in YAML: %s", async (_title, { text, value }) => {
    const loaded = await loadIn({ "a.yml": `openapi: 3.1.0\nx:\n  ${text}\n` });
    expect(documentOf(loaded).root["x"]).toEqual(value);
  });

  it("ignores a %YAML 1.1 directive, as other tools for OpenAPI do", async () => {
    const loaded = await loadIn({ "a.yml": "%YAML 1.1\n---\nopenapi: 3.1.0\nx: yes\n" });
    expect(documentOf(loaded).root["x"]).toBe("yes");
  });

  it("can have a byte order mark, or any extension", async () => {
    expect(documentOf(await loadIn({ "a.json": `\uFEFF${JSON.stringify(SMALL)}` })).root).toEqual(
      SMALL,
    );
    expect(documentOf(await loadIn({ "a.yaml": `\uFEFF${YAML}` })).version).toBe("3.2");
    expect(
      documentOf(await loadIn({ openapi: "{openapi: 3.1.0}".replace("{", "---\n{") })).root,
    ).toEqual({ openapi: "3.1.0" });
    expect(documentOf(await loadIn({ "flow.yaml": "{openapi: 3.1.0}" })).root).toEqual({
      openapi: "3.1.0",
    });
  });

  it("copies aliases, so that no two places share an object", async () => {
    const { root } = documentOf(
      await loadIn({ "a.yaml": "openapi: 3.1.0\na: &a {b: 1}\nc: *a\n" }),
    );
    expect(root["c"]).toEqual(root["a"]);
    expect(root["c"]).not.toBe(root["a"]);
  });

  it("refers to itself by its own name", async () => {
    const schemas = {
      A: { type: "string" },
      B: { $ref: "./a.json#/components/schemas/A" },
      C: { $ref: "a.json" },
    };
    const { root } = documentOf(await loadIn({ "a.json": { ...SMALL, components: { schemas } } }));
    expect(refsIn(root)).toEqual(["#/components/schemas/A", "#"]);
  });

  it("keeps references in data and in extensions, and reads none of them", async () => {
    const $ref = "missing.json";
    const document = {
      ...SMALL,
      "x-a": { $ref },
      components: {
        schemas: {
          A: { properties: { $ref: { type: "string" } }, default: { $ref }, examples: [{ $ref }] },
        },
        examples: { a: { value: { $ref } } },
      },
    };
    expect(documentOf(await loadIn({ "a.json": document })).root).toEqual(document);
    const old = {
      swagger: "2.0",
      paths: {},
      responses: { A: { examples: { "application/json": { $ref } } } },
    };
    expect(documentOf(await loadIn({ "a.json": old })).root).toEqual(old);
    const named = {
      ...SMALL,
      components: { responses: { default: { $ref } }, examples: { example: { $ref } } },
    };
    expect(findingsOf(await loadIn({ "a.json": named }))).toHaveLength(1);
  });

  it("has notes for references that lead nowhere, where no reader needs them", async () => {
    const $ref = "#/components/schemas/Gone";
    const schemas = {
      A: { $ref },
      B: { items: { $ref } },
      C: { $ref: "#anchor" },
      D: { properties: { d: { $ref: "#/components/schemas/D" } } },
    };
    const document = documentOf(await loadIn({ "a.json": { ...SMALL, components: { schemas } } }));
    expect(document.notes).toEqual([
      {
        code: "unresolved_reference",
        message: `\`${$ref}\` leads to nothing`,
        file: "a.json",
        line: 1,
        column: 101,
      },
    ]);
  });
});

describe("a finding", () => {
  it.each(
    titled([
      {
        title: "version 4",
        files: { "a.json": { openapi: "4.0.0" } },
        finding:
          "a.json openapi_version: unsupported version `openapi: 4.0.0`: expected 2.0, 3.0, 3.1 or 3.2",
      },
      {
        title: "version 1",
        files: { "a.json": { swaggerVersion: "1.2" } },
        finding: "a.json not_openapi: not an OpenAPI document: this is a Swagger 1 document",
      },
      {
        title: "Swagger 3",
        files: { "a.json": { swagger: "3.0" } },
        finding:
          "a.json openapi_version: unsupported version `swagger: 3.0`: expected 2.0, 3.0, 3.1 or 3.2",
      },
      {
        title: "a version that is a number",
        files: { "a.yaml": "swagger: 2.0" },
        finding: "a.yaml openapi_version: `swagger` is not a text: put the version in quotes",
      },
      {
        title: "two versions",
        files: { "a.json": { swagger: "2.0", openapi: "3.0.0" } },
        finding:
          "a.json openapi_version: the document has both `swagger` and `openapi`: remove one",
      },
      {
        title: "AsyncAPI",
        files: { "a.json": { asyncapi: "3.0.0" } },
        finding: "a.json not_openapi: not an OpenAPI document: this is an AsyncAPI document",
      },
      {
        title: "no version",
        files: { "a.json": {} },
        finding:
          "a.json not_openapi: not an OpenAPI document: it has neither `openapi` nor `swagger`",
      },
      {
        title: "JSON with a comma too many",
        files: { "a.json": '{\n  "openapi": "3.1.0",\n}' },
        finding: /^a\.json(:3:1)? json_syntax: invalid JSON: /,
      },
      {
        title: "JSON that ends early",
        files: { "a.json": '{\n  "openapi": "3.1.0",\n' },
        finding: /^a\.json:(2:23|3:1) json_syntax: invalid JSON: /,
      },
      {
        title: "JSON that ends before a value",
        files: { "a.json": '{\n  "openapi":\n' },
        finding: /^a\.json(:2:13)? json_syntax: invalid JSON: /,
      },
      {
        title: "a word in short JSON",
        files: { "a.json": "[no]" },
        finding: /^a\.json(:1:2)? json_syntax: invalid JSON: /,
      },
      {
        title: "a parameter that leads nowhere, after a text that has the word for references",
        files: {
          "a.json":
            '{"openapi":"3.1.0","info":{"title":"a $ref"},"paths":{"/a":{"get":{"parameters":[{"$ref":"#/x"}]}}}}',
        },
        finding: "a.json:1:84 unresolved_reference: `#/x` leads to nothing",
      },
      {
        title: "a key twice in JSON",
        files: { "a.json": '{"openapi":"3.1.0","paths":{"/a":{"get":{},"get":{}}}}' },
        finding: "a.json duplicate_key: the key `get` occurs twice in `/paths//a`",
      },
      {
        title: "a key twice in YAML",
        files: { "a.yaml": "openapi: 3.1.0\npaths:\n  /a: {}\n  /a: {}\n" },
        finding: "a.yaml:4:3 duplicate_key: the key `/a` occurs twice",
      },
      {
        title: "a tab as indentation",
        files: { "a.yaml": "openapi: 3.1.0\nx:\n\ta: 1\n" },
        finding: /^a\.yaml:3:1 yaml_syntax: invalid YAML: /,
      },
      {
        title: "a parameter that leads nowhere",
        files: {
          "a.json": {
            ...SMALL,
            paths: { "/a": { get: { parameters: [{ $ref: "#/components/parameters/P" }] } } },
          },
        },
        finding:
          /a\.json:1:\d+ unresolved_reference: `#\/components\/parameters\/P` leads to nothing/,
      },
      {
        title: "a parameter of a path item elsewhere that leads nowhere",
        files: {
          "a.json": {
            ...SMALL,
            paths: { "/a": { $ref: "#/components/pathItems/A" } },
            components: { pathItems: { A: { parameters: [{ $ref: "#/x" }] } } },
          },
        },
        finding: /unresolved_reference: `#\/x` leads to nothing/,
      },
      {
        title: "a security scheme that leads nowhere",
        files: {
          "a.json": { swagger: "2.0", securityDefinitions: { s: { $ref: "#/constructor" } } },
        },
        finding: /unresolved_reference: `#\/constructor` leads to nothing/,
      },
      {
        title: "an anchor instead of a path item",
        files: { "a.json": { ...SMALL, paths: { "/a": { $ref: "#item" } } } },
        finding: /unresolved_reference: `#item` is not a JSON pointer/,
      },
      {
        title: "a fault in another file",
        files: {
          "a.json": { ...SMALL, paths: { "/a": { $ref: "sub/b.yaml" } } },
          "sub/b.yaml": "get: {\n",
        },
        finding: /^sub\/b\.yaml:\d:\d yaml_syntax: /,
      },
      {
        title: "a member of another file that leads nowhere",
        files: {
          "a.json": { ...SMALL, paths: { "/a": { $ref: "b.json" } } },
          "b.json": { get: { parameters: [{ $ref: "#/x" }] } },
        },
        finding: /^b\.json:1:\d+ unresolved_reference: `#\/x` leads to nothing/,
      },
    ]),
  )("reports %s", async (_title, { files, finding }) => {
    const expected: unknown =
      typeof finding === "string" ? finding : expect.stringMatching(finding);
    expect(findingsOf(await loadIn(files))).toEqual([expected]);
  });

  it("is not one of more than 20", async () => {
    const paths = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`/${n}`, { $ref: `f${n}.json` }]),
    );
    expect(findingsOf(await loadIn({ "a.json": { ...SMALL, paths } }))).toHaveLength(20);
    const dangling = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`/${n}`, { $ref: `b.json#/${n}` }]),
    );
    expect(
      findingsOf(await loadIn({ "a.json": { ...SMALL, paths: dangling }, "b.json": {} })),
    ).toHaveLength(20);
  });
});

const FILES = {
  "api/openapi.yaml": `openapi: 3.1.0
info: { title: Many files, description: { $ref: ./text.md } }
paths:
  /a: { $ref: "paths/a.yaml" }
  /b: { $ref: "paths/b%20b.yaml#/items/~1b" }
components:
  securitySchemes: { $ref: "./security.json" }
`,
  "api/text.md": "# A text: with {marks}",
  "api/security.json": { oauth: { type: "oauth2", flows: { implicit: { scopes: { a: "A" } } } } },
  "api/paths/a.yaml": `get:
  parameters: [{ $ref: "../parameters.yaml#/id" }]
  responses: { "200": { content: { application/json: { schema: { $ref: "../schemas.yaml#/A" } } } } }
`,
  "api/paths/b b.yaml": "items: { /b: { get: { security: [{ oauth: [a] }] } } }\n",
  "api/parameters.yaml": "id: { name: id, in: query, schema: { $ref: 'schemas.yaml#/A' } }\n",
  "api/schemas.yaml":
    "A: { properties: { next: { $ref: '#/A' }, b: { $ref: './schemas.yaml#/B' } } }\nB: { type: string }\n",
};

describe("a document of several files", () => {
  it("becomes one document in which every reference starts with #", async () => {
    const folder = folderOf(
      Object.fromEntries(
        Object.entries(FILES).map(([name, content]) => [
          name,
          typeof content === "string" ? content : JSON.stringify(content),
        ]),
      ),
    );
    const { root } = documentOf(await loadOpenApi("api/openapi.yaml", folder));
    for (const ref of refsIn(root)) expect(ref).toMatch(/^#\//);
    expect(root).toMatchObject({
      info: { description: FILES["api/text.md"] },
      paths: {
        "/a": { get: { parameters: [{ $ref: "#/components/parameters/id" }] } },
        "/b": { get: { security: [{ oauth: ["a"] }] } },
      },
      components: {
        securitySchemes: FILES["api/security.json"],
        parameters: { id: { name: "id", schema: { $ref: "#/components/schemas/A" } } },
        schemas: { A: { properties: { next: { $ref: "#/components/schemas/A" } } } },
      },
    });
  });

  it("may use a larger folder that the caller names", async () => {
    const folder = folderOf({
      "api/openapi.json": JSON.stringify({
        ...SMALL,
        paths: { "/a": { $ref: "../shared/a.json" } },
      }),
      "shared/a.json": JSON.stringify({ get: { security: [] } }),
    });
    const { root } = documentOf(await loadOpenApi("api/openapi.json", folder, "."));
    expect(root["paths"]).toEqual({ "/a": { get: { security: [] } } });
    expect(findingsOf(await loadOpenApi("api/openapi.json", folder))).toEqual([
      expect.stringContaining(
        "it leads out of the folder of the document; --root DIR reads files in a larger folder",
      ),
    ]);
    await expect(loadOpenApi("api/openapi.json", folder, "shared")).rejects.toThrow(
      "`api/openapi.json` is not in `shared`",
    );
    await expect(loadOpenApi("api/openapi.json", folder, "none")).rejects.toThrow(
      "cannot read `none`: it does not exist",
    );
  });

  it("needs a package, which a clear message names where it is missing", async () => {
    const missing = loadBundler(() => Promise.reject(new Error("ERR_MODULE_NOT_FOUND")));
    await expect(missing).rejects.toThrow(UsageError);
    await expect(missing).rejects.toThrow(
      "a document of several files needs the package `@redocly/openapi-core`: npm install --save-dev @redocly/openapi-core",
    );
  });

  it("is a finding where the bundler fails", async () => {
    const redocly = await loadBundler();
    const broken = { ...redocly, bundle: () => Promise.reject(new Error("of its own")) };
    const file = {
      path: "/a",
      name: "a",
      text: "",
      value: {},
      survey: { references: [], nodes: 1, pointers: 1 },
    };
    expect(await bundleFiles(broken, file, new Map(), () => undefined)).toEqual({
      ok: false,
      fault: { code: "bundle_failed", message: "the files cannot be bundled: of its own" },
    });
  });
});

/** Starts a server and returns its URL. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/openapi.json`;
}

describe("a document from a URL", () => {
  it("is read alone, and may refer to itself by its URL", async () => {
    const schemas = { A: { $ref: "openapi.json#/components/schemas/B" }, B: {} };
    const url = await serve((_request, response) => {
      response.end(JSON.stringify({ ...SMALL, components: { schemas } }));
    });
    const document = documentOf(await loadOpenApi(`${url}#part`, "/"));
    expect(document.source).toBe(url);
    expect(refsIn(document.root)).toEqual(["#/components/schemas/B"]);
  });

  it.each(
    titled<{ title: string; listener: RequestListener; message: string }>([
      {
        title: "a redirect",
        listener: (_request, response) => response.writeHead(302, { location: "/other" }).end(),
        message: "the server responds with 302, a redirect to `ORIGIN/other`: name that URL",
      },
      {
        title: "an error of the server",
        listener: (_request, response) => response.writeHead(500).end("no"),
        message: "the server responds with 500",
      },
      {
        title: "a connection that ends",
        listener: (request) => request.socket.destroy(),
        message: "other side closed",
      },
    ]),
  )("is not read from %s", async (_title, { listener, message }) => {
    const url = await serve(listener);
    await expect(loadOpenApi(url, "/")).rejects.toThrow(
      new UsageError(`cannot read \`${url}\`: ${message.replace("ORIGIN", new URL(url).origin)}`),
    );
  });

  it("of more than 16 MiB is a finding, and the rest is not read", async () => {
    const url = await serve((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, " ");
      const write = (): void => {
        while (!response.destroyed && response.write(chunk));
        response.once("drain", write);
      };
      write();
    });
    expect(findingsOf(await loadOpenApi(url, "/"))).toEqual([
      `${url} too_large: larger than 16 MiB`,
    ]);
  });

  it("cannot be a text that is not a URL, or a server that does not exist", async () => {
    await expect(loadOpenApi("http://", "/")).rejects.toThrow("`http://` is not a URL");
    await expect(loadOpenApi("http://u:p@127.0.0.1/", "/")).rejects.toThrow(
      "the URL of 127.0.0.1 contains credentials; download the document and name the file",
    );
    await expect(loadOpenApi("http://127.0.0.1:1/", "/")).rejects.toThrow(/^cannot read `http/);
  });
});

describe("a document that cannot be read is wrong usage", () => {
  it.each(
    titled([
      {
        title: "a file that does not exist",
        source: "none.json",
        message: "cannot read `none.json`: it does not exist",
      },
      {
        title: "a folder that does not exist",
        source: "none/a.json",
        message: "cannot read `none/a.json`: it does not exist",
      },
      { title: "a folder", source: "folder", message: "cannot read `folder`: it is a folder" },
      {
        title: "a device",
        source: "/dev/zero",
        message: "cannot read `/dev/zero`: it is not a regular file",
      },
    ]),
  )("%s", async (_title, { source, message }) => {
    const folder = folderOf({ "folder/a.json": "{}" });
    await expect(loadOpenApi(source, folder)).rejects.toThrow(new UsageError(message));
  });
});
