import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Budget, createBudget } from "../../../src/cli/openapi/limits.js";
import { loadOpenApi } from "../../../src/cli/openapi/load-document.js";
import { parseYaml } from "../../../src/cli/openapi/parse-yaml.js";
import { titled } from "../../titled.js";
import { folderOf } from "../run.js";
import { findingsOf, loadIn, SMALL } from "./load.js";

/** The limit of the issue: a hostile document ends in a finding within this time. */
const MAX_SECONDS = 10;

/**
 * Runs a function and fails if it takes more processor time than the limit: a machine that runs other tests takes longer. What waits
 * and never ends fails by the time limit of the test.
 */
async function inTime<Value>(run: () => Promise<Value>): Promise<Value> {
  const start = process.cpuUsage();
  const value = await run();
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1_000_000).toBeLessThan(MAX_SECONDS);
  return value;
}

const HEAD = "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {}\n";
const JSON_HEAD = '{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{}';

interface HostileText {
  readonly title: string;
  readonly file: string;
  readonly text: () => string | Uint8Array;
  readonly code: string;
}

const doublings = Array.from({ length: 40 }, (_, index) => {
  const before = index === 0 ? "x" : `*a${index - 1}`;
  return `  - &a${index} [${before}, ${before}]`;
}).join("\n");

/** Returns the items of a list of YAML of which each contains an alias to the one before it. */
function aliasesInTurn(first: string, next: (before: string) => string): string {
  const items = Array.from({ length: 300 }, (_, index) =>
    index === 0 ? first : next(`*a${index - 1}`),
  );
  return items.map((item, index) => `  - &a${index} ${item}\n`).join("");
}

const TEXTS: readonly HostileText[] = [
  {
    title: "two million invalid escapes in one text of YAML",
    file: "a.yaml",
    text: () => `${HEAD}x-note: "${"\\q".repeat(2_000_000)}"\n`,
    code: "yaml_syntax",
  },
  {
    title: "an error in every second character of YAML",
    file: "a.yaml",
    text: () => "{}".repeat(340_000),
    code: "yaml_syntax",
  },
  {
    title: "a file of 50 MB",
    file: "a.json",
    text: () => Buffer.alloc(50_000_000, " "),
    code: "too_large",
  },
  {
    title: "100,000 open lists in JSON",
    file: "a.json",
    text: () => `${JSON_HEAD},"x":${"[".repeat(100_000)}`,
    code: "too_deep",
  },
  {
    title: "100,000 lists in JSON that are closed",
    file: "a.json",
    text: () => `${JSON_HEAD},"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    code: "too_deep",
  },
  {
    title: "10,000 open objects in YAML",
    file: "a.yaml",
    text: () => `${HEAD}x: ${"{a: ".repeat(10_000)}`,
    code: "too_deep",
  },
  {
    title: "10,000 lists in one line of YAML",
    file: "a.yaml",
    text: () => `${HEAD}x:\n  ${"- ".repeat(10_000)}y`,
    code: "too_deep",
  },
  {
    title: "10,000 keys that are maps",
    file: "a.yaml",
    text: () => `${HEAD}x:\n  ${"? ".repeat(10_000)}y`,
    code: "too_deep",
  },
  {
    title: "2,000 maps inside one another",
    file: "a.yaml",
    text: () =>
      `${HEAD}x:\n${Array.from({ length: 2_000 }, (_, depth) => `${" ".repeat(depth + 1)}a:`).join("\n")}`,
    code: "too_deep",
  },
  {
    title: "3,000 maps inside one another, which a member after them closes at once",
    file: "a.yaml",
    text: () =>
      `${HEAD}x:\n${Array.from({ length: 3_000 }, (_, depth) => `${" ".repeat(depth + 1)}a:`).join("\n")}\ny: 1`,
    code: "too_deep",
  },
  {
    title: "aliases that double forty times",
    file: "a.yaml",
    text: () => `${HEAD}x:\n${doublings}\n`,
    code: "too_large",
  },
  {
    title: "an alias to the list around it",
    file: "a.yaml",
    text: () => `${HEAD}x: &a [*a]\n`,
    code: "alias_circle",
  },
  {
    title: "a map that merges itself",
    file: "a.yaml",
    text: () => `${HEAD}x: &a\n  <<: *a\n`,
    code: "alias_circle",
  },
  {
    title: "an alias without an anchor",
    file: "a.yaml",
    text: () => `${HEAD}x: *nothing\n`,
    code: "unknown_alias",
  },
  {
    title: "lists inside one another by 300 aliases",
    file: "a.yaml",
    text: () => `${HEAD}x:\n${aliasesInTurn("[1]", (before) => `[${before}]`)}`,
    code: "too_deep",
  },
  {
    title: "maps that merge one another 300 times",
    file: "a.yaml",
    text: () => `${HEAD}x:\n${aliasesInTurn("{k: 1}", (before) => `{<<: ${before}}`)}`,
    code: "too_deep",
  },
  {
    title: "650,000 members in JSON",
    file: "a.json",
    text: () =>
      `${JSON_HEAD},"x":{${Array.from({ length: 650_000 }, (_, key) => `"${key}":0`).join()}}}`,
    code: "too_large",
  },
  {
    title: "620,000 short lists in JSON",
    file: "a.json",
    text: () => `${JSON_HEAD},"x":[${"[[[[]]]],".repeat(155_000)}0]}`,
    code: "too_large",
  },
  {
    title: "9 MiB of YAML",
    file: "a.yaml",
    text: () => `${HEAD}x: "${"y".repeat(9 * 1024 * 1024)}"`,
    code: "too_large",
  },
  {
    title: "2,000 syntax errors in YAML",
    file: "a.yaml",
    text: () => "a: %\n".repeat(2_000),
    code: "yaml_syntax",
  },
  {
    title: "10,000 YAML documents in one file",
    file: "a.yaml",
    text: () => `${HEAD}${"---\n".repeat(10_000)}`,
    code: "several_documents",
  },
  {
    title: "a tag that runs code elsewhere",
    file: "a.yaml",
    text: () => `${HEAD}x: !!js/function "function () { return 1 }"\n`,
    code: "yaml_syntax",
  },
  { title: "an empty file", file: "a.yaml", text: () => "", code: "empty_document" },
  { title: "only spaces", file: "a.json", text: () => " \n\n", code: "empty_document" },
  { title: "only a comment", file: "a.yaml", text: () => "# nothing\n", code: "not_openapi" },
  { title: "a text", file: "a.yaml", text: () => "hello", code: "not_openapi" },
  { title: "a list", file: "a.json", text: () => "[]", code: "not_openapi" },
  { title: "cut JSON", file: "a.json", text: () => JSON_HEAD, code: "json_syntax" },
  {
    title: "bytes that are not UTF-8",
    file: "a.json",
    text: () => Uint8Array.of(0x22, 0xc3, 0x28, 0x22),
    code: "not_utf8",
  },
  {
    title: "UTF-16",
    file: "a.yaml",
    text: () => Buffer.from("\uFEFFa: 1", "utf16le"),
    code: "not_utf8",
  },
  {
    title: "a NUL character",
    file: "a.yaml",
    text: () => `${HEAD}x: \0`,
    code: "control_character",
  },
  {
    title: "the key __proto__ in JSON",
    file: "a.json",
    text: () => `${JSON_HEAD},"x":{"__proto__":{"a":1}}}`,
    code: "reserved_key",
  },
  {
    title: "the key __proto__ in JSON with an escape",
    file: "a.json",
    text: () => `${JSON_HEAD},"x":{"\\u005f_proto__":{"a":1}}}`,
    code: "reserved_key",
  },
  {
    title: "the key __proto__ in YAML",
    file: "a.yaml",
    text: () => `${HEAD}x: {__proto__: {a: 1}}\n`,
    code: "reserved_key",
  },
  {
    title: "a key twice in JSON",
    file: "a.json",
    text: () => `${JSON_HEAD},"paths":{}}`,
    code: "duplicate_key",
  },
  {
    title: "a key twice in YAML, as a number and as a text",
    file: "a.yaml",
    text: () => `${HEAD}x: {200: a, "200": b}\n`,
    code: "duplicate_key",
  },
  {
    title: "a key that is a list",
    file: "a.yaml",
    text: () => `${HEAD}x: {? [a] : b}\n`,
    code: "complex_key",
  },
  {
    title: "a merge of nothing",
    file: "a.yaml",
    text: () => `${HEAD}x: {? <<}\n`,
    code: "yaml_merge",
  },
  {
    title: "a merge of a text",
    file: "a.yaml",
    text: () => `${HEAD}x: {<<: text}\n`,
    code: "yaml_merge",
  },
  { title: "infinity", file: "a.yaml", text: () => `${HEAD}x: .inf\n`, code: "not_json" },
];

describe("a hostile document ends in a finding in time", () => {
  it.each(titled(TEXTS))("%s", async (_title, { file, text, code }) => {
    const folder = folderOf({ [file]: text() });
    const loaded = await inTime(() => loadOpenApi(file, folder));
    expect(findingsOf(loaded)).toEqual([expect.stringMatching(`^${file}\\S* ${code}: `)]);
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
  });
});

interface Bounded {
  readonly title: string;
  readonly text: string;
  readonly budget: Partial<Budget>;
}

const manyKeys = Array.from({ length: 400 }, (_, key) => `k${key}: 1`);

/** Texts that meet a limit, with a smaller one: the time before the limit of a document is that of a large document. */
const BOUNDED: readonly Bounded[] = [
  {
    title: "maps that merge a large map again and again",
    text: `x: &m {${manyKeys.join(", ")}}\ny:\n${"  - {<<: *m}\n".repeat(400)}`,
    budget: { nodes: 100_000 },
  },
  { title: "a value that is missing", text: "? a", budget: { nodes: 1 } },
  { title: "many words and marks", text: manyKeys.join("\n"), budget: { yamlTokens: 1_000 } },
];

describe("YAML beyond a limit is a finding", () => {
  it.each(titled(BOUNDED))("%s", (_title, { text, budget }) => {
    expect(parseYaml(text, createBudget())).toMatchObject({ ok: true });
    const outcome = parseYaml(text, { ...createBudget(), ...budget });
    expect(outcome).toMatchObject({ ok: false, fault: { code: "too_large" } });
  });
});

/** Starts a server that counts its requests. */
async function countingServer(): Promise<{ readonly url: string; readonly count: () => number }> {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.end(JSON.stringify({ type: "string" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, count: () => requests };
}

/** Returns a document with one schema that is a reference. */
function withSchema($ref: string, openapi = "3.1.0"): object {
  return { ...SMALL, openapi, components: { schemas: { A: { $ref } } } };
}

/** Creates a folder `api` beside a folder `other` that contains a canary. */
function folderWithNeighbour(document: object): string {
  const folder = folderOf({
    "api/openapi.json": JSON.stringify(document),
    "api/inside.json": "{}",
    "other/canary.json": '{"type":"canary"}',
  });
  symlinkSync(join(folder, "other/canary.json"), join(folder, "api/link.json"));
  symlinkSync(join(folder, "other"), join(folder, "api/linked"));
  symlinkSync("loop.json", join(folder, "api/loop.json"));
  mkdirSync(join(folder, "api/sub"));
  execFileSync("mkfifo", [join(folder, "api/pipe.json")]);
  return folder;
}

interface HostileReference {
  readonly title: string;
  readonly ref: string;
  readonly code: string;
}

const REFERENCES: readonly HostileReference[] = [
  { title: "a file beside the folder", ref: "../other/canary.json", code: "outside_folder" },
  { title: "a file of the system", ref: "../../../../../../etc/passwd", code: "outside_folder" },
  { title: "an absolute path", ref: "/etc/passwd", code: "outside_folder" },
  { title: "an absolute path of Windows", ref: "C:\\Windows\\win.ini", code: "remote_reference" },
  { title: "a path that begins with a backslash", ref: "\\etc\\passwd", code: "outside_folder" },
  { title: "escaped dots", ref: "%2e%2e/other/canary.json", code: "outside_folder" },
  { title: "an escaped slash", ref: "..%2Fother%2Fcanary.json", code: "outside_folder" },
  { title: "an escaped absolute path", ref: "%2Fetc/passwd", code: "outside_folder" },
  { title: "a malformed escape", ref: "%zz.json", code: "reference_syntax" },
  { title: "a NUL character", ref: "a%00.json", code: "unreadable_file" },
  { title: "dots inside a path", ref: "sub/../../other/canary.json", code: "outside_folder" },
  { title: "a symbolic link to a file", ref: "link.json", code: "outside_folder" },
  { title: "a symbolic link to a folder", ref: "linked/canary.json", code: "outside_folder" },
  { title: "a circle of symbolic links", ref: "loop.json", code: "unreadable_file" },
  { title: "a file: URL", ref: "file:///etc/passwd", code: "remote_reference" },
  { title: "a file: URL without slashes", ref: "FILE:inside.json", code: "remote_reference" },
  { title: "a data: URL", ref: "data:application/json,{}", code: "remote_reference" },
  { title: "a URL without a scheme", ref: "//127.0.0.1/x.json", code: "remote_reference" },
  { title: "a pipe, which nobody writes to", ref: "pipe.json", code: "unreadable_file" },
  { title: "a folder", ref: "sub", code: "unreadable_file" },
  { title: "the folder itself", ref: ".", code: "unreadable_file" },
  { title: "a file that does not exist", ref: "missing.json", code: "unreadable_file" },
  { title: "a member that does not exist", ref: "inside.json#/a", code: "unresolved_reference" },
  { title: "an inherited member", ref: "inside.json#/constructor", code: "unresolved_reference" },
];

describe("a reference out of the folder is a finding, and nothing is read", () => {
  it.each(titled(REFERENCES))("%s", async (_title, { ref, code }) => {
    const folder = folderWithNeighbour(withSchema(ref));
    const loaded = await inTime(() => loadOpenApi("openapi.json", join(folder, "api")));
    expect(findingsOf(loaded)).toEqual([expect.stringMatching(`^openapi.json:1:\\d+ ${code}: `)]);
    expect(JSON.stringify(loaded)).not.toMatch(/root:|canary"/);
  });

  it("a URL gets no request, wherever a document names it", async () => {
    const { url, count } = await countingServer();
    const value = { externalValue: `${url}/value.json` };
    const files = {
      "openapi.json": {
        ...SMALL,
        "x-more": { $ref: `${url}/extension.json` },
        paths: { "/a": { $ref: "item.json" } },
        components: {
          examples: { a: value, b: { value: { $ref: `${url}/data.json` } } },
          schemas: {
            A: { discriminator: { propertyName: "p", mapping: { a: `${url}/mapping.json` } } },
            B: { $dynamicRef: `${url}/dynamic.json`, $id: `${url}/id.json` },
          },
        },
      },
      "item.json": { get: { responses: {} } },
    };
    expect(findingsOf(await loadIn(files))).toEqual([]);
    const refused = { ...files, "item.json": { $ref: `${url}/item.json` } };
    expect(findingsOf(await loadIn(refused))).toEqual([
      `item.json:1:3 remote_reference: \`$ref: ${url}/item.json\`: it leads to a URL: only files in the folder are read`,
    ]);
    expect(count()).toBe(0);
  });

  it("a document from a URL refers to no other URL and to no file", async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      response.end(
        JSON.stringify({
          ...SMALL,
          paths: { "/a": { $ref: "/item.json" }, "/b": { $ref: "file:///etc/passwd" } },
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/openapi.json`;
    expect(findingsOf(await loadOpenApi(url, "/"))).toEqual([
      expect.stringContaining("remote_reference: `$ref: /item.json`"),
      expect.stringContaining("remote_reference: `$ref: file:///etc/passwd`"),
    ]);
    expect(requests).toBe(1);
  });
});

const item = (ref: string) => ({ ...SMALL, paths: { "/a": { $ref: ref } } });

interface Circle {
  readonly title: string;
  readonly files: Readonly<Record<string, unknown>>;
  readonly code: string;
}

const chain = Array.from({ length: 100 }, (_, index): [string, object] => [
  `p${index}`,
  { $ref: `#/p${index + 1}` },
]);

const CIRCLES: readonly Circle[] = [
  {
    title: "a path item that refers to itself",
    files: { "a.json": item("#/paths/~1a") },
    code: "unresolved_reference",
  },
  {
    title: "a path item that refers to itself by the name of the file",
    files: { "a.json": item("a.json#/paths/~1a") },
    code: "unresolved_reference",
  },
  {
    title: "two files that refer to each other",
    files: { "a.json": item("b.json"), "b.json": { $ref: "c.json" }, "c.json": { $ref: "b.json" } },
    code: "reference_circle",
  },
  {
    title: "a file that refers back to the document",
    files: { "a.json": item("b.json#/x"), "b.json": { x: { $ref: "a.json#/paths/~1a" } } },
    code: "reference_circle",
  },
  {
    title: "a circle in an extension, beside several files",
    files: {
      "a.json": { ...item("b.json"), "x-a": { $ref: "#/x-b" }, "x-b": { $ref: "#/x-a" } },
      "b.json": {},
    },
    code: "reference_circle",
  },
  {
    title: "a pointer through a member that refers to the pointer",
    files: { "a.json": { ...item("#/x-a/b"), "x-a": { $ref: "#/x-a/b" } } },
    code: "unresolved_reference",
  },
  {
    title: "a chain of 100 references",
    files: { "a.json": { ...item("#/p0"), ...Object.fromEntries(chain), p100: {} } },
    code: "unresolved_reference",
  },
  {
    title: "a callback that contains the path item around it, in a file of its own",
    files: {
      "a.json": item("b.json"),
      "b.json": { get: { responses: {}, callbacks: { c: { "{$url}": { $ref: "b.json" } } } } },
    },
    code: "too_deep",
  },
];

describe("a circle of references is a finding", () => {
  it.each(titled(CIRCLES))("%s", async (_title, { files, code }) => {
    const findings = findingsOf(await inTime(() => loadIn(files)));
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) expect(finding).toContain(` ${code}: `);
  });
});

describe("files that cost a bundler more than they are large", () => {
  it("thousands of different schemas with one name end in a finding", async () => {
    const folders = Array.from({ length: 3_000 }, (_, index): [string, object] => [
      `f${index}`,
      { Same: { enum: Array.from({ length: 30 }, (_, n) => (n === 29 ? index : n)) } },
    ]);
    const schemas = folders.map(([name]): [string, object] => [
      name,
      { $ref: `b.json#/${name}/Same` },
    ]);
    const loaded = await inTime(() =>
      loadIn({
        "a.json": { ...SMALL, components: { schemas: Object.fromEntries(schemas) } },
        "b.json": Object.fromEntries(folders),
      }),
    );
    expect(findingsOf(loaded)).toEqual([expect.stringContaining("a.json too_large: ")]);
  });

  it("schemas that follow one another 3,000 deep end in a finding", async () => {
    const schemas = Array.from({ length: 3_000 }, (_, index): [string, object] => [
      `s${index}`,
      { properties: { next: { $ref: `#/s${index + 1}` } } },
    ]);
    const loaded = await inTime(() =>
      loadIn({
        "a.json": withSchema("b.json#/s0"),
        "b.json": { ...Object.fromEntries(schemas), s3000: {} },
      }),
    );
    expect(findingsOf(loaded)).toEqual([expect.stringContaining("a.json too_large: ")]);
  });

  it("schemas that are 8,000 deep only in one order end in a finding", async () => {
    const schemas = Array.from({ length: 8_000 }, (_, index): [string, object] => [
      `s${index}`,
      { properties: { next: { $ref: `#/s${index + 1}` } } },
    ]);
    const shortcuts = schemas.map(([name]) => ({ $ref: `#/${name}` }));
    const loaded = await inTime(() =>
      loadIn({
        "a.json": withSchema("b.json#/first"),
        "b.json": {
          ...Object.fromEntries(schemas),
          s8000: {},
          first: { properties: { s0: { $ref: "#/s0" } }, anyOf: shortcuts },
        },
      }),
    );
    expect(findingsOf(loaded)).toEqual([expect.stringContaining("a.json too_deep: ")]);
  });

  it("more references than the limit, in several files, end in a finding", async () => {
    const properties = Array.from({ length: 60_000 }, (_, n): [string, object] => [
      `p${n}`,
      { $ref: "#/y" },
    ]);
    const loaded = await inTime(() =>
      loadIn({
        "a.json": withSchema("b.json#/x"),
        "b.json": { x: { properties: Object.fromEntries(properties) }, y: {} },
      }),
    );
    expect(findingsOf(loaded)).toEqual([expect.stringContaining("a.json too_large: ")]);
  });

  it("a key of a megabyte above many values ends in a finding", async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => ({ index }));
    const loaded = await inTime(() =>
      loadIn({
        "a.json": item("b.json"),
        "b.json": { ["k".repeat(1_000_000)]: many },
      }),
    );
    expect(findingsOf(loaded)).toEqual([expect.stringContaining("a.json too_large: ")]);
  });

  it("files that include the next one twice end in a finding", async () => {
    const files = Array.from({ length: 30 }, (_, index): [string, object] => {
      const next = { $ref: `f${index + 1}.json` };
      const callbacks = { c: { a: next, b: next } };
      return [`f${index}.json`, { get: { responses: {}, callbacks } }];
    });
    const loaded = await inTime(() =>
      loadIn({ "a.json": item("f0.json"), ...Object.fromEntries(files), "f30.json": {} }),
    );
    expect(findingsOf(loaded)).toEqual([expect.stringContaining("a.json too_large: ")]);
  });

  it("more files than the limit end in a finding", async () => {
    const folder = folderOf({ "f.json": "{}" });
    // a symbolic link to the folder itself gives one file many names
    for (const name of ["l0", "l1"]) symlinkSync(".", join(folder, name));
    const names = Array.from({ length: 4_100 }, (_, index) =>
      [...index.toString(2)].map((digit) => `l${digit}/`).join(""),
    );
    const paths = Object.fromEntries(names.map((name) => [`/${name}`, { $ref: `${name}f.json` }]));
    writeFileSync(join(folder, "a.json"), JSON.stringify({ ...SMALL, paths }));
    const findings = findingsOf(await inTime(() => loadOpenApi("a.json", folder)));
    expect(findings[0]).toContain("f.json`: more than 4096 files");
  });
});
