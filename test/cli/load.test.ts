import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { runIn } from "./run.js";

const DEFINITION = `{ name: "N", version: "1", scopes: { a: "A" }, baseline: ["a"], tools: { t: "a" } }`;
const COUNTS = "1 scope, 1 tool, 0 endpoints, 0 patterns, 0 bundles, 0 denials";
const IMPORT = `import { definePolicy, loadPolicy } from "scope-policy";\n`;

/** A policy of another copy of the package: it has other methods, and its definition is plain data. */
const FOREIGN = `{ decide() {}, definition: Object.freeze(${DEFINITION}) }`;

const READABLE: readonly {
  readonly title: string;
  readonly file: string;
  readonly source: string;
}[] = [
  {
    title: "JSON",
    file: "p.json",
    source: `{ "name": "N", "version": "1", "scopes": { "a": "A" }, "baseline": ["a"], "tools": { "t": "a" } }`,
  },
  {
    title: "a file with an extension in upper case",
    file: "P.JSON",
    source: `{ "name": "N", "version": "1", "scopes": { "a": "A" }, "baseline": ["a"], "tools": { "t": "a" } }`,
  },
  {
    title: "a policy as the default export",
    file: "p.ts",
    source: `${IMPORT}export default definePolicy(${DEFINITION});`,
  },
  {
    title: "the export `policy` of several exports",
    file: "p.mts",
    source: `${IMPORT}export const policy = definePolicy(${DEFINITION}); export const other = ${DEFINITION};`,
  },
  {
    title: "the only export that is a policy",
    file: "p.js",
    source: `${IMPORT}export const shop = loadPolicy(${DEFINITION}); export const chosen = { name: "x" };`,
  },
  { title: "a plain definition", file: "p.mjs", source: `export default ${DEFINITION};` },
  {
    title: "TypeScript with types",
    file: "p.ts",
    source: `type A = { name: string };\nexport const policy = ${DEFINITION} as const satisfies A;`,
  },
  {
    title: "the export `policy` of a CommonJS module",
    file: "p.cjs",
    source: `module.exports = { policy: ${DEFINITION} };`,
  },
  {
    title: "a CommonJS module whose export is the definition",
    file: "p.cjs",
    source: `module.exports = ${DEFINITION};`,
  },
  {
    title: "a policy of another copy of the package",
    file: "p.mjs",
    source: `export const policy = ${FOREIGN};`,
  },
  {
    title: "the export `policy` next to a default export that is not a policy",
    file: "p.mjs",
    source: `export const policy = ${DEFINITION}; export default { fetch() {} };`,
  },
  {
    title: "a module with top-level await",
    file: "p.mjs",
    source: `export const policy = await Promise.resolve(${DEFINITION});`,
  },
];

const REJECTED: readonly {
  readonly title: string;
  readonly file: string;
  readonly source: string | Uint8Array;
  readonly code: number;
  readonly says: string;
}[] = [
  {
    title: "a file with another extension",
    file: "p.yaml",
    source: "",
    code: 2,
    says: "error: `p.yaml` is not a policy file: expected one of .json, .js, .mjs, .cjs, .ts, .mts, .cts",
  },
  {
    title: "text that is not valid UTF-8",
    file: "p.json",
    source: new Uint8Array([0xff, 0xfe, 0x7b]),
    code: 2,
    says: "error: cannot read `p.json`: it is not valid UTF-8",
  },
  {
    title: "a folder",
    file: "d.json/x",
    source: "",
    code: 2,
    says: "error: cannot read `d.json`: it is a folder",
  },
  {
    title: "a module that throws an error",
    file: "p.mjs",
    source: `throw new Error("no\\nluck");`,
    code: 2,
    says: "error: cannot run `p.mjs`: Error: no luck",
  },
  {
    title: "a module that throws a string",
    file: "p.mjs",
    source: `throw "luck";`,
    code: 2,
    says: "error: cannot run `p.mjs`: luck",
  },
  {
    title: "a module that imports a missing module",
    file: "p.mjs",
    source: `import "./nowhere.mjs";`,
    code: 2,
    says: "error: cannot run `p.mjs`: Error: Cannot find module",
  },
  {
    title: "a module without a policy",
    file: "p.mjs",
    source: "export const a = 1; export function b() {}",
    code: 2,
    says: "error: `p.mjs` exports no policy: export one as `default` or as `policy`",
  },
  {
    title: "a module that exports several policies",
    file: "p.mjs",
    source: `export const a = ${DEFINITION}; export const b = ${DEFINITION};`,
    code: 2,
    says: "error: `p.mjs` exports several policies, `a`, `b`: export the right one as `default` or as `policy`",
  },
  {
    title: "a default export that is an invalid policy",
    file: "p.mjs",
    source: `export default { name: "N", version: "1", scope: {} };`,
    code: 1,
    says: "p.mjs:1:43  error  unknown option `scope`  unknown_key",
  },
  {
    title: "an export `policy` that is an invalid policy",
    file: "p.mjs",
    source: `export const policy = {\n};`,
    code: 1,
    says: "p.mjs:1:23  error  `name` is missing  missing_key",
  },
  {
    title: "a policy error of another copy of the package",
    file: "p.mjs",
    source: `throw Object.assign(new Error("x"), { name: "PolicyError", findings: [{ code: "odd", path: "tools.t", message: "it is odd" }] });\nexport default { tools: { t: 1 } };`,
    code: 1,
    says: "p.mjs:2:30  error  it is odd  odd",
  },
  {
    title: "JSON that starts with a byte order mark",
    file: "p.json",
    source: `\uFEFF{ "name": "N", "version": "1", "scopes": {} }`,
    code: 1,
    says: "p.json:1:1  error  the text starts with a byte order mark  json_bom",
  },
  {
    title: "JSON with a duplicate key",
    file: "p.json",
    source: `{ "name": "N", "version": "1",\n "scopes": {},\n "name": "M" }`,
    code: 1,
    says: "p.json:3:2  error  this key is written twice",
  },
  {
    title: "text that is not JSON",
    file: "p.json",
    source: `{ "name" }`,
    code: 1,
    says: "p.json:1:10  error  the text is not JSON",
  },
  {
    title: "JSON that is not an object",
    file: "p.json",
    source: `[]`,
    code: 1,
    says: "p.json:1:1  error  expected an object, got a list",
  },
];

describe("the command line reads a policy from", () => {
  it.each(titled(READABLE))("%s", async (_title, { file, source }) => {
    expect(await runIn({ [file]: source }, ["check", file])).toEqual({
      code: 0,
      out: `ok  ${file}: ${COUNTS}\n`,
      err: "",
    });
  });
});

const PATHS = `{
  // a comment, and a trailing comma
  "compilerOptions": { "paths": { "@/*": ["./src/*"], "#scopes": ["./src/scopes.ts"] }, },
}`;
const SCOPES = `export const scopes = { a: "A" } as const;`;

const WITH_PATHS: readonly {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
}[] = [
  {
    title: "next to the policy",
    files: {
      "tsconfig.json": PATHS,
      "src/scopes.ts": SCOPES,
      "policy.ts": `import { scopes } from "@/scopes.js"; export const policy = { ...${DEFINITION}, scopes };`,
    },
  },
  {
    title: "in a folder above it, for a path without a pattern",
    files: {
      "tsconfig.json": PATHS,
      "src/scopes.ts": SCOPES,
      "policy.ts": `export { policy } from "./server/policy.mts";`,
      "server/policy.mts": `import { scopes } from "#scopes"; export const policy = { ...${DEFINITION}, scopes };`,
    },
  },
  {
    title: "that it extends, with `baseUrl`",
    files: {
      "tsconfig.json": `{ "extends": "./config/base.json", "compilerOptions": { "baseUrl": "./src" } }`,
      "config/base.json": `{ "compilerOptions": { "paths": { "names/*": ["./*"] } } }`,
      "src/scopes.ts": SCOPES,
      "policy.ts": `import { scopes } from "names/scopes"; export const policy = { ...${DEFINITION}, scopes };`,
    },
  },
  {
    title: "whose `paths` match every import",
    files: {
      "tsconfig.json": `{ "compilerOptions": { "paths": { "*": ["./types/*"] } } }`,
      "scopes.ts": SCOPES,
      "policy.ts": `${IMPORT}import { sep } from "node:path"; import { scopes } from "./scopes.js";
        export const policy = definePolicy({ ...${DEFINITION}, scopes, notCovered: [sep] });`,
    },
  },
];

describe("the command line reads a policy with the `paths` of a tsconfig.json", () => {
  it.each(titled(WITH_PATHS))("%s", async (_title, { files }) => {
    expect(await runIn(files, ["check", "policy.ts"])).toEqual({
      code: 0,
      out: `ok  policy.ts: ${COUNTS}\n`,
      err: "",
    });
  });

  it("and reports one that cannot be read, but not for a policy in JavaScript", async () => {
    const files = {
      "tsconfig.json": `{ "extends": "./none.json" }`,
      "policy.ts": `export const policy = ${DEFINITION};`,
      "policy.mjs": `export const policy = ${DEFINITION};`,
    };
    expect(await runIn(files, ["check", "policy.ts"])).toEqual({
      code: 2,
      out: "",
      err: "error: cannot run `policy.ts`: Error: File './none.json' not found.\n",
    });
    expect(await runIn(files, ["check", "policy.mjs"])).toMatchObject({ code: 0 });
  });
});

describe("the command line reports", () => {
  it.each(titled(REJECTED))("%s", async (_title, { file, source, code, says }) => {
    const asked = file.replace("/x", "");
    const ran = await runIn({ [file]: source }, ["check", asked]);
    expect(ran.code).toBe(code);
    expect(ran.out + ran.err).toContain(says);
    // one line for an error, without a stack trace
    if (code === 2) expect(ran.err.trimEnd().split("\n")).toHaveLength(1);
  });

  it.each(["explain", "matrix", "docs"])(
    "the findings of a policy in the command %s",
    async (command) => {
      const args = command === "explain" ? ["p.json", "t"] : ["p.json"];
      const people = await runIn({ "p.json": "{" }, [command, ...args]);
      expect(people).toMatchObject({ code: 1, out: "" });
      expect(people.err).toContain("p.json:1:2  error  the text is not JSON");
      const programs = await runIn({ "p.json": "{" }, [command, ...args, "--json"]);
      expect(programs).toMatchObject({ code: 1, err: "" });
      expect(JSON.parse(programs.out)).toMatchObject({
        ok: false,
        file: "p.json",
        findings: [{ code: "json_syntax" }],
      });
    },
  );
});
