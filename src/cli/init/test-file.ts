import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readOwn } from "../../decision/access-token.js";
import { NOT_ASSIGNED } from "../source/not-assigned.js";
import type { ExampleCall, Examples } from "./examples.js";
import type { NewFile } from "./write-files.js";

/** A runner of tests: the name of its file, its command, and the parts of the file that differ. */
export interface TestRunner {
  readonly file: string;
  readonly command: string;
  readonly head: readonly string[];
  /** The type of a list of names, where the language needs one. */
  readonly listType: string;
  /** Returns the assertion of one decision. */
  readonly decides: (call: ExampleCall) => string;
  /** Returns the assertion that two lists are equal. */
  readonly equals: (found: string, expected: string) => string;
}

const js = (value: unknown): string => JSON.stringify(value);

/** Returns the parameters of a call as the last argument; empty without any. */
function paramsOf({ params }: ExampleCall): string {
  return Object.keys(params).length === 0 ? "" : `, ${js(params)}`;
}

const VITEST: TestRunner = {
  file: "policy.test.ts",
  command: "npx vitest run policy.test.ts",
  head: [
    'import { readFileSync } from "node:fs";',
    'import { loadPolicy } from "scope-policy";',
    'import { policyMatchers } from "scope-policy/testing";',
    'import { expect, test } from "vitest";',
    "",
    "expect.extend(policyMatchers);",
  ],
  listType: ": string[]",
  decides: (call) => {
    const { operation, scope, code } = call;
    // `JSON.stringify` returns `undefined` for a call without a token
    const token = String(js(scope));
    return code === "allowed"
      ? `expect(policy).toAllow(${token}, ${js(operation)}${paramsOf(call)});`
      : `expect(policy).toDeny(${token}, ${js(operation)}, ${js(code)}${paramsOf(call)});`;
  },
  equals: (found, expected) => `expect(${found}).toEqual(${expected});`,
};

const NODE: TestRunner = {
  file: "policy.test.mjs",
  command: "node --test policy.test.mjs",
  head: [
    'import assert from "node:assert/strict";',
    'import { readFileSync } from "node:fs";',
    'import { test } from "node:test";',
    'import { loadPolicy } from "scope-policy";',
  ],
  listType: "",
  decides: (call) => {
    const { operation, scope, code } = call;
    const token = scope === undefined ? "undefined" : js({ scope });
    const decision = `policy.decide(${token}, ${js(operation)}${paramsOf(call)})`;
    return `assert.equal(${decision}.code, ${js(code)});`;
  },
  equals: (found, expected) => `assert.deepEqual(${found}, ${expected});`,
};

/** Returns the runner of a folder: Vitest if the nearest package depends on it, otherwise the one of Node. */
export function testRunnerOf(folder: string): TestRunner {
  const manifest = nearestManifest(folder);
  const isVitest = ["dependencies", "devDependencies"].some(
    (kind) => readOwn(readOwn(manifest, kind), "vitest") !== undefined,
  );
  return isVitest ? VITEST : NODE;
}

/** Returns the nearest `package.json` of a folder; `undefined` if there is none, or none that is JSON. */
function nearestManifest(folder: string): unknown {
  const path = join(folder, "package.json");
  if (existsSync(path)) {
    try {
      return JSON.parse(readFileSync(path, "utf8"));
    } catch {
      return undefined;
    }
  }
  return dirname(folder) === folder ? undefined : nearestManifest(dirname(folder));
}

/** Returns the first test of a policy, which passes as it is. */
export function testFile(
  { file, command, head, listType, decides, equals }: TestRunner,
  policyFile: string,
  { allowed, denied, notAssigned }: Examples,
): NewFile {
  const cases = [
    ["allows", allowed],
    ["denies", denied],
  ] as const;
  const lines = [
    `// The decisions of ${policyFile}. Run: ${command}`,
    ...head,
    "",
    `const policy = loadPolicy(readFileSync(new URL(${js(policyFile)}, import.meta.url), "utf8"));`,
    "",
    ...cases.flatMap(([verb, call]) =>
      call === undefined
        ? []
        : [`test(${js(titleOf(verb, call))}, () => {`, `  ${decides(call)}`, "});", ""],
    ),
    "// Operations that are denied until you choose their rule. When you give one its rule, remove its line.",
    `const notAssigned${listType} = [`,
    ...notAssigned.map((name) => `  ${js(name)},`),
    "];",
    "",
    'test("lists every operation that is not assigned", () => {',
    "  const operations = { ...policy.definition.tools, ...policy.definition.endpoints };",
    "  const found = Object.keys(operations).filter((name) => {",
    "    const rule = operations[name];",
    `    return typeof rule === "object" && rule.deny?.startsWith(${js(NOT_ASSIGNED)});`,
    "  });",
    `  ${equals("found", "notAssigned")}`,
    "});",
  ];
  return { name: file, text: `${lines.join("\n")}\n` };
}

function titleOf(verb: string, { operation, scope }: ExampleCall): string {
  if (scope === undefined) return `${verb} ${operation} without a token`;
  return `${verb} ${operation} with ${scope === "" ? "no scope" : scope}`;
}
