import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { loadPolicy } from "scope-policy";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Load } from "./harness/engine.js";
import { RULES } from "./harness/rules.js";
import { runCatalogues } from "./harness/run.js";
import { VECTOR_RULES } from "./harness/vector-rules.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "catalogues-"));
});
afterAll(async () => rm(folder, { recursive: true }));

interface Printed {
  readonly code: number;
  readonly text: string;
  readonly last: string | undefined;
}

let files = 0;

async function run(paths: readonly string[], load?: Load): Promise<Printed> {
  const lines: string[] = [];
  const code = await runCatalogues(paths, (line) => lines.push(line), load);
  return { code, text: lines.join("\n"), last: lines.at(-1) };
}

/** Writes a file and runs it. A text is written as it is. */
async function runFile(content: unknown, load?: Load): Promise<Printed> {
  files += 1;
  const path = join(folder, `${files}.json`);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return run([path], load);
}

/** A catalogue with every member of the form. */
const SHOP = {
  provider: "Shop",
  grammar: "colon",
  scopes: [
    { name: "orders:read", description: "Read orders" },
    { name: "orders:write" },
    { name: "items:read" },
    { name: "admin:all", reserved: true },
    { name: "device:[device id]", parameters: ["device id"] },
  ],
  implies: { "orders:write": ["orders:read"] },
  operations: [
    { id: "list", method: "GET", path: "/orders", anyOf: [["orders:read"]] },
    { id: "get", method: "GET", path: "/orders/{id}", anyOf: [["orders:read"], ["items:read"]] },
    { id: "put", method: "PUT", path: "/orders/{id}/", anyOf: [["orders:write", "items:read"]] },
    { id: "purge", method: null, path: null, anyOf: [["admin:all"]] },
    { id: "me", method: "GET", path: "/me", anyOf: [[]] },
    { id: "home", method: "GET", path: "/", anyOf: [[]], anonymousAllowed: true },
    { id: "search", kind: "mcp-tool", anyOf: [["orders:read"]], acceptedScopes: ["orders:write"] },
    {
      id: "move",
      anyOf: [["orders:write"]],
      conditional: [{ when: "to another shop", anyOf: [["orders:write", "items:read"]] }],
    },
  ],
  roles: { clerk: ["orders:read", "items:read"] },
  vectors: [{ strategy: "exact", granted: ["a", "b"], request: "a", allowed: true }],
};

describe("a catalogue that is right", () => {
  it("passes every check", async () => {
    const { code, text, last } = await runFile(SHOP);
    expect(text).not.toContain("FAILED");
    expect(text).toContain("rule trailing-slash 1");
    expect(text).toContain("rule scope-parameter 1");
    expect(last).toBe("18 passed, 0 failed, 0 skipped");
    expect(code).toBe(0);
  });

  it("is read from a directory, packed too", async () => {
    const packed = join(folder, "packed");
    await mkdir(packed);
    await writeFile(join(packed, "shop.json.gz"), gzipSync(JSON.stringify(SHOP)));
    await writeFile(join(packed, "notes.txt"), "no catalogue");
    const { code, text } = await run([packed]);
    expect(text).toContain("shop (5 scopes, 8 operations, 1 vectors): 18 passed");
    expect(code).toBe(0);
  });
});

const with_ = (member: string, value: unknown) => ({ ...SHOP, [member]: value });

describe("a catalogue that is wrong fails", () => {
  const cases = Object.entries<{ data: unknown; failure: string }>({
    "a vector that should be allowed": {
      data: with_("vectors", [{ granted: ["a"], request: "b", allowed: true }]),
      failure: "FAILED vector 0 [a] for [b]: got denied",
    },
    "a vector that should be denied": {
      data: with_("vectors", [{ strategy: "exact", granted: ["a"], request: "a", allowed: false }]),
      failure: "FAILED vector 0 [a] for [a]: got allowed",
    },
    "an accepted scope that opens nothing": {
      data: with_("operations", [
        { id: "t", anyOf: [["orders:read"]], acceptedScopes: ["items:read"] },
      ]),
      failure: "FAILED accepted scopes of t: token `items:read`: expected allowed",
    },
  });
  it.each(cases)("%s", async (_, { data, failure }) => {
    const { code, text, last } = await runFile(data);
    expect(text).toContain(failure);
    expect(last).toMatch(/ 1 failed, /);
    expect(code).toBe(1);
  });
});

type Definition = Record<string, Record<string, unknown>>;

/** A library that reads another definition than it is given. */
const reading =
  (change: (text: string) => string): Load =>
  (definition) =>
    loadPolicy(JSON.parse(change(JSON.stringify(definition))) as Definition);

describe("an error of the library fails", () => {
  const cases = Object.entries<{ load: Load; failure: string }>({
    "implications are ignored": {
      load: reading((text) => text.replaceAll(/,?"implies":\[[^\]]*\]/g, "")),
      failure: "FAILED what orders:write implies: does not cover orders:read",
    },
    "one scope of a list is enough": {
      load: reading((text) => text.replaceAll('"allOf"', '"anyOf"')),
      failure: "FAILED put: token ``: the denial names `orders:write`, which is not an alternative",
    },
    "every alternative is needed": {
      load: reading((text) => text.replaceAll('"anyOf"', '"allOf"')),
      failure: "FAILED get: token ``: the denial names `orders:read items:read`",
    },
    "a token is not needed": {
      load: reading((text) => text.replaceAll('"authenticated"', '"public"')),
      failure: "FAILED me: no token: expected unauthenticated, got allowed",
    },
    "reserved scopes are for every client": {
      load: reading((text) =>
        text.replaceAll(',"reserved":true', "").replaceAll('"reserved":true', ""),
      ),
      failure: "FAILED scope admin:all: reserved, and covers itself in a token of a third party",
    },
    "an endpoint is served by another": {
      load: (definition) => {
        const policy = loadPolicy(definition as Definition);
        return { ...policy, findEndpoint: () => ({ name: "GET /me", params: {} }) };
      },
      failure: "FAILED list: /orders is GET /me",
    },
  });
  it.each(cases)("%s", async (_, { load, failure }) => {
    const { code, text } = await runFile(SHOP, load);
    expect(text).toContain(failure);
    expect(code).toBe(1);
  });
});

const HIERARCHIC = {
  vectors: [
    { strategy: "hierarchic", granted: ["a.b"], request: "a.b.c", allowed: true },
    { strategy: "hierarchic", granted: ["a.b"], request: "a", allowed: false },
    { strategy: "hierarchic", granted: [], request: "a", allowed: false },
  ],
};

interface MatchDefinition {
  readonly scopes: Record<string, { match?: string; implies?: readonly string[] }>;
}

/** A library with a rule `parent`, of which `covers` is the meaning. */
const withParent =
  (covers: (granted: string, name: string) => boolean): Load =>
  (definition) => {
    const { scopes, ...rest } = structuredClone(definition) as MatchDefinition;
    for (const [granted, options] of Object.entries(scopes)) {
      if (options.match !== "parent") continue;
      const implies = Object.keys(scopes).filter((name) => covers(granted, name));
      delete options.match;
      if (implies.length > 0) options.implies = implies;
    }
    return loadPolicy({ ...rest, scopes });
  };

describe("the vectors of a strategy", () => {
  const cases = Object.entries<{ load: Load; line: string; last: string }>({
    "pass if the library has its rule": {
      load: withParent((granted, name) => name.startsWith(`${granted}.`)),
      line: "(0 scopes, 0 operations, 3 vectors)",
      last: "3 passed, 0 failed, 0 skipped",
    },
    "fail if the rule has no effect": {
      load: withParent(() => false),
      line: "FAILED vector 0 [a.b] for [a.b.c]: got denied",
      last: "2 passed, 1 failed, 0 skipped",
    },
    "fail if the rule is turned around": {
      load: withParent((granted, name) => granted.startsWith(`${name}.`)),
      line: "FAILED vector 1 [a.b] for [a]: got allowed",
      last: "1 passed, 2 failed, 0 skipped",
    },
  });
  it.each(cases)("%s", async (_, { load, line, last }) => {
    const printed = await runFile(HIERARCHIC, load);
    expect(printed.text).toContain(line);
    expect(printed.last).toBe(last);
  });
});

describe("dirty data goes by a rule or is skipped with a reason", () => {
  const operations = (...list: readonly unknown[]) => ({ operations: list });
  const hundred = Array.from({ length: 100 }, (_, index) => [`s${index}`]);
  const cases = Object.entries<{ data: unknown; line: string; last: string }>({
    "no members": {
      data: { operations: [] },
      line: "(0 scopes, 0 operations, 0 vectors): 0 passed",
      last: "0 passed, 0 failed, 0 skipped",
    },
    "members that are null": {
      data: { scopes: null, implies: null, operations: null, vectors: null, roles: null },
      line: "(0 scopes, 0 operations, 0 vectors): 0 passed",
      last: "0 passed, 0 failed, 0 skipped",
    },
    "members of another type": {
      data: { scopes: 1, implies: [], operations: "x", vectors: {} },
      line: "skipped 1: `scopes` is not a list",
      last: "0 passed, 0 failed, 4 skipped",
    },
    "entries of another type": {
      data: { scopes: [1, {}, "a"], operations: [null, { id: "x" }], vectors: [{ granted: "a" }] },
      line: "skipped 1: a vector without `request` or `allowed`",
      last: "1 passed, 0 failed, 5 skipped",
    },
    "alternatives of another type": {
      data: operations(
        { id: "t", anyOf: [["a", null], ["b"]] },
        { id: "u", anyOf: [null] },
        { id: "v", anyOf: null },
      ),
      line: "skipped 2: an alternative is not a list of texts (as t)",
      last: "2 passed, 0 failed, 3 skipped",
    },
    "a public operation with a scope that is rejected": {
      data: {
        scopes: [{ name: "a" }, { name: "{x}" }],
        ...operations({ id: "t", anyOf: [["{x}"]], anonymousAllowed: true }),
      },
      line: "skipped 1: overlap: `...` and `a` overlap",
      last: "2 passed, 0 failed, 1 skipped",
    },
    "a repeated key": {
      data: '{"scopes":[{"name":"a","name":"b"}]}',
      line: "rule repeated-member 1",
      last: "1 passed, 0 failed, 0 skipped",
    },
    "repeated scopes, ids, alternatives and texts": {
      data: {
        scopes: [{ name: "a" }, { name: "a" }],
        ...operations({ id: "t", anyOf: [["a", "a"], ["a"]] }, { id: "t", anyOf: ["a"] }),
      },
      line: "rule repeated-alternative 1",
      last: "3 passed, 0 failed, 0 skipped",
    },
    "undeclared scopes in a list of 100": {
      data: operations({ id: "or", anyOf: hundred }, { id: "and", anyOf: [hundred.flat()] }),
      line: "rule undeclared-scope 100",
      last: "102 passed, 0 failed, 0 skipped",
    },
    "an operation without alternatives": {
      data: operations({ id: "t", anyOf: [] }),
      line: "rule no-alternative 1",
      last: "1 passed, 0 failed, 0 skipped",
    },
    "a scope that no token can have": {
      data: operations({ id: "t", anyOf: [["a b"], ["c"]] }, { id: "u", anyOf: [["a b"]] }),
      line: "skipped 1: every alternative has a text that is not a scope-token",
      last: "2 passed, 0 failed, 2 skipped",
    },
    "a star that is a name": {
      data: {
        scopes: [{ name: "*" }, { name: "a:*" }],
        ...operations({ id: "*", anyOf: [["a:b"]] }),
      },
      line: "rule tool-name 1",
      last: "4 passed, 0 failed, 0 skipped",
    },
    "names of members of every object": {
      data: {
        scopes: [{ name: "constructor" }, { name: "toString" }],
        implies: { constructor: ["toString"] },
        ...operations({ id: "hasOwnProperty", anyOf: [["constructor"]] }),
      },
      line: "4 passed",
      last: "4 passed, 0 failed, 0 skipped",
    },
    "scopes that imply each other": {
      data: { implies: { a: ["b", "a"], b: ["a"], c: "a" } },
      line: "skipped 1: implication_cycle",
      last: "5 passed, 0 failed, 1 skipped",
    },
    "endpoints of one shape": {
      data: operations(
        { id: "one", method: "GET", path: "/a/{x}", anyOf: [["r"]] },
        { id: "two", method: "GET", path: "/a/{y}", anyOf: [["w"]] },
        { id: "three", method: "GET", path: "/a/{x}", anyOf: [["v"]] },
      ),
      line: "rule same-endpoint 2",
      last: "6 passed, 0 failed, 0 skipped",
    },
    "odd segments": {
      data: operations(
        { id: "one", method: "GET", path: "/a/{x-y}/?z", anyOf: [["r"]] },
        { id: "two", method: "GET", path: "/v1/{name=projects/*}/x", anyOf: [["r"]] },
        { id: "three", method: "GET", path: "/*/x", anyOf: [["r"]] },
        { method: "POST", path: "relative", anyOf: [["r"]] },
      ),
      line: "rule resource-pattern 1",
      last: "5 passed, 0 failed, 0 skipped",
    },
    "granted scopes of another type": {
      data: { vectors: [{ granted: ["a", 1], request: "a", allowed: true }] },
      line: "skipped 1: a vector whose `granted` is not a list of texts",
      last: "0 passed, 0 failed, 1 skipped",
    },
    "a strategy that is not in the table": {
      data: { vectors: [{ strategy: "astrology", granted: [], request: "a", allowed: false }] },
      line: "skipped 1: a strategy that is not in the table: astrology",
      last: "0 passed, 0 failed, 1 skipped",
    },
    "a requested text that is not a scope-token": {
      data: { vectors: [{ granted: ["a"], request: "", allowed: false }] },
      line: "1 passed",
      last: "1 passed, 0 failed, 0 skipped",
    },
  });
  it.each(cases)("%s", async (_, { data, line, last }) => {
    const printed = await runFile(data);
    expect(printed.text).toContain(line);
    expect(printed.last).toBe(last);
    expect(printed.code).toBe(0);
  });
});

describe("an argument that is not a catalogue", () => {
  it.each([
    ["JSON of another form", '{"paths":{}}', "not a catalogue"],
    ["a list", "[]", "not a catalogue"],
    ["text", "scopes", "not JSON"],
  ])("%s", async (_, content, message) => {
    const { code, text } = await runFile(content);
    expect(text).toMatch(new RegExp(`^catalogues: .*${message}`));
    expect(code).toBe(2);
  });

  it("is missing, or an empty directory", async () => {
    const missing = await run([join(folder, "missing")]);
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.text).toContain("no such file or directory");
    const empty = join(folder, "empty");
    await mkdir(empty);
    expect((await run([empty])).text).toContain("no .json or .json.gz file in it");
  });
});

describe("README.md", () => {
  it("lists every rule and every strategy", async () => {
    const text = await readFile(new URL("README.md", import.meta.url), "utf8");
    for (const [id, rule] of Object.entries(RULES))
      expect(text).toContain(`| \`${id}\` | ${rule} |`);
    for (const { strategy } of VECTOR_RULES) expect(text).toContain(`| \`${strategy}\` |`);
  });
});
