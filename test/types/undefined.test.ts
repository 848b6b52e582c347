import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { sourceAliases } from "../../scripts/entries.mjs";
import { policyJsonSchema } from "../../src/policy/json-schema.js";
import { compile, type Files } from "./compiler.js";
import {
  ACCEPTED,
  DECLARATIONS,
  MISTAKES,
  REJECTED,
  type RejectedCase,
} from "./undefined-cases.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly $defs?: Readonly<Record<string, Schema>>;
}
const SCHEMA: Schema = policyJsonSchema();
const optionsOf = (schema: Schema | undefined) => Object.keys(schema?.properties ?? {});

/** Each option of a policy, of a scope and of a tool, as `undefined`. */
const OPTIONS: readonly RejectedCase[] = [
  ...optionsOf(SCHEMA).map((option): RejectedCase => {
    const rest = option === "scopes" ? "" : "scopes,";
    return [option, `${rest}\n${option}: undefined, // here`, option];
  }),
  ...optionsOf(SCHEMA.$defs?.["Scope"]).map((option): RejectedCase => {
    const parts = `scopes: { openid: {\n${option}: undefined, // here\n} }`;
    return [`${option} of a scope`, parts, `scopes.openid.${option}`];
  }),
  ...optionsOf(SCHEMA.$defs?.["Operation"]).map((option): RejectedCase => {
    const rest = option === "scope" ? "" : `scope: "openid",`;
    const parts = `scopes, tools: { get_settings: {${rest}\n${option}: undefined, // here\n} }`;
    return [`${option} of a tool`, parts, `tools.get_settings.${option}`];
  }),
];
const CASES = [...REJECTED, ...OPTIONS];

const moduleOf = (parts: string) =>
  `${DECLARATIONS}\nexport const policy = definePolicy({ ...names, ${parts}\n});\n`;
const rejectedFile = (index: number) => `test/types/refused-${index}.ts`;
const acceptedFile = (index: number) => `test/types/accepted-${index}.ts`;
const REJECTED_FILES: Files = new Map(
  CASES.map(([, parts], index) => [rejectedFile(index), moduleOf(parts)]),
);
const ACCEPTED_FILES: Files = new Map(
  ACCEPTED.map(([, text], index) => [acceptedFile(index), `${DECLARATIONS}\n${text}\n`]),
);

const MISTAKES_MODULE = `${DECLARATIONS}\n${MISTAKES}`;

/** Returns the lines that end with a mark, and the text after it. */
const marksIn = (text: string): readonly (readonly [line: number, mark: string])[] =>
  text.split("\n").flatMap((line, index) => {
    const [, mark] = / \/\/ here:?(.*)$/.exec(line) ?? [];
    return mark === undefined ? [] : [[index + 1, mark.trim()] as const];
  });

/** Projects of users, with their options in addition to those of `tsconfig.user.json`. */
const PROJECTS: readonly (readonly [title: string, overrides: ts.CompilerOptions])[] = [
  ["has only `strict`", {}],
  ["checks the declarations of the package", { skipLibCheck: false }],
  ["has exactOptionalPropertyTypes", { exactOptionalPropertyTypes: true }],
];

describe.each(PROJECTS)("in a project that %s", (_, overrides) => {
  const lines = new Map<string, { readonly line: number; readonly text: string }[]>();
  const files: Files = new Map([
    ...REJECTED_FILES,
    ...ACCEPTED_FILES,
    ["test/types/slips.ts", MISTAKES_MODULE],
  ]);
  beforeAll(() => {
    for (const { file, ...found } of compile(files, overrides))
      lines.set(file, [...(lines.get(file) ?? []), found]);
  }, 120_000);

  it.each(CASES.map(([title, , place], index) => [title, place, index] as const))(
    "`undefined` for %s is an error that names %s",
    (_title, place, index) => {
      const found = lines.get(rejectedFile(index)) ?? [];
      const marked = marksIn(moduleOf(CASES[index]?.[1] ?? ""));
      expect(found.map(({ line }) => line)).toEqual(marked.map(([line]) => line));
      expect(found[0]?.text).toContain(`MustNotBeUndefined<"${place}">`);
    },
  );

  it.each(ACCEPTED.map(([title], index) => [title, index] as const))(
    "%s compiles",
    (_title, index) => {
      expect(lines.get(acceptedFile(index)) ?? []).toEqual([]);
    },
  );

  it("other mistakes next to `undefined` are reported at their places", () => {
    const found = lines.get("test/types/slips.ts") ?? [];
    const marks = marksIn(MISTAKES_MODULE);
    expect(found.map(({ line }) => line)).toEqual(marks.map(([line]) => line));
    expect(found.filter(({ text }, index) => !text.includes(marks[index]?.[1] ?? ""))).toEqual([]);
  });

  it("nothing else is reported", () => {
    expect([...lines.keys()].filter((file) => !files.has(file))).toEqual([]);
  });
});

describe("in a project without strictNullChecks", () => {
  it("every definition compiles, because the compiler cannot distinguish `undefined` from a value", () => {
    const files: Files = new Map([...REJECTED_FILES, ...ACCEPTED_FILES]);
    expect(compile(files, { strictNullChecks: false })).toEqual([]);
  });
});

/** A block that must not compile: the errors of the compiler follow it. */
const MISTAKE = /^```ts\n(?:(?!```).*\n)*```\n\n```text error$/gm;

/**
 * Returns the `ts` blocks of the sections of a document that define a policy. Each is a whole module. Blocks that start with
 * the name of a file are in one folder for each section, so that they can import each other.
 */
const blocksOf = (path: string): [string, string][] =>
  readFileSync(join(root, path), "utf8")
    .replace(MISTAKE, "")
    .split(/^## /m)
    .flatMap((section, number) => {
      const codes = [...section.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code);
      return codes.flatMap((code, index): [string, string][] => {
        const name = /^\/\/ ([\w./-]+\.ts)\n/.exec(code)?.[1];
        const isPart = name !== undefined && codes.some((other) => other.includes("definePolicy("));
        if (!isPart && !code.includes("definePolicy(")) return [];
        return [[`${path}-${number}/${name ?? `${index}.ts`}`, `${code}\nexport {};\n`]];
      });
    })
    // `npm run docs:code` compiles these with the aliases of their project, and with the types of Jest
    .filter(([, code]) => !/from "(?:@\/|@jest\/)/.test(code));

describe("in a project that has only `strict`", () => {
  it("the policies of the examples and of the documents compile", () => {
    const examples = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" })
      .map((path) => `examples/${path.replaceAll("\\", "/")}`)
      .filter((path) => path.endsWith(".ts"))
      .map((path): [string, string] => [path, readFileSync(join(root, path), "utf8")])
      .filter(([, text]) => text.includes("definePolicy("));
    const documents = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
    const blocks = ["README.md", ...documents.map((name) => `docs/${name}`)].flatMap(blocksOf);
    expect(examples.length).toBeGreaterThan(3);
    expect(blocks.length).toBeGreaterThan(10);
    const paths = Object.fromEntries(
      Object.entries(sourceAliases).map(([specifier, source]) => [specifier, [source]]),
    );
    const options = { paths, types: ["node"], allowImportingTsExtensions: true };
    expect(compile(new Map([...examples, ...blocks]), options)).toEqual([]);
  });
});
