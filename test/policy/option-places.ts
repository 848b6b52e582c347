import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { policyJsonSchema } from "../../src/policy/json-schema.js";

// The options of a policy by their place, as the JSON Schema has them, so that no option can be missing here.

/** The part of a JSON Schema that is read here. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly else?: Schema;
}

const schema = policyJsonSchema() as Schema;
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Visits each object with options below a schema: `Operation`, `Operation.audit`. Each definition is visited once. */
function* placesIn(at: Schema, place: string): Generator<readonly [string, readonly string[]]> {
  if (at.properties !== undefined) yield [place, Object.keys(at.properties)];
  for (const [name, inner] of Object.entries(at.properties ?? {}))
    yield* placesIn(inner, place === "" ? name : `${place}.${name}`);
  for (const inner of [at.additionalProperties, at.items, ...(at.anyOf ?? []), at.else])
    if (inner) yield* placesIn(inner, place);
}

/** The names of the options of each object in a policy. The policy itself has the name `policy`. */
export const PLACES: ReadonlyMap<string, readonly string[]> = new Map([
  ...[...placesIn({ ...schema, $defs: {} }, "")].map(
    ([place, options]) => [place === "" ? "policy" : place, options] as const,
  ),
  ...Object.entries(schema.$defs ?? {}).flatMap(([name, inner]) => [...placesIn(inner, name)]),
]);

/** The keys of an object literal and of what it contains; every other value is `undefined`. */
type Keys = { readonly [key: string]: Keys } | readonly Keys[] | undefined;

/** Yields each option in a definition as `place option`. */
function* optionsIn(value: Keys, at: Schema, place: string): Generator<string> {
  if (value === undefined) return;
  if (at.$ref !== undefined) {
    const name = at.$ref.slice("#/$defs/".length);
    // the JSON Schema has a definition without a name for what is part of a requirement
    const inner = name.startsWith("__") ? place : name;
    yield* optionsIn(value, schema.$defs?.[name] ?? {}, inner);
    return;
  }
  for (const arm of [...(at.anyOf ?? []), ...(at.else ? [at.else] : [])])
    yield* optionsIn(value, arm, place);
  if (Array.isArray(value)) {
    for (const item of value) yield* optionsIn(item as Keys, at.items ?? {}, place);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    const own = at.properties?.[key];
    if (own !== undefined) {
      yield `${place === "" ? "policy" : place} ${key}`;
      yield* optionsIn(inner, own, place === "" ? key : `${place}.${key}`);
    } else if (at.additionalProperties) yield* optionsIn(inner, at.additionalProperties, place);
  }
}

function keysOf(node: ts.Node): Keys {
  if (ts.isArrayLiteralExpression(node)) return node.elements.map(keysOf);
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const entries = node.properties.flatMap((property) =>
    ts.isPropertyAssignment(property) && "text" in property.name
      ? [[property.name.text, keysOf(property.initializer)] as const]
      : [],
  );
  return Object.fromEntries(entries);
}

/** Yields each option of the policies that a program defines, as `place option`. */
function* optionsInCode(code: string): Generator<string> {
  const file = ts.createSourceFile("example.ts", code, ts.ScriptTarget.Latest, true);
  const calls: ts.CallExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) calls.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const call of calls) {
    const [argument] = call.arguments;
    const isPolicy = /^(?:definePolicy|loadPolicy)$/.test(call.expression.getText(file));
    if (isPolicy && argument) yield* optionsIn(keysOf(argument), schema, "");
  }
}

/** The code blocks of the documents that `npm run docs:code` runs: an `output` block follows them. */
const RUN_BLOCK = /^```ts\n((?:(?!```)[^\n]*\n)+)```\n+```text output\n/gm;

const filesIn = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(root, folder, name), "utf8"));

/** Returns each option of the policies in the code of the documents that runs, and of the examples, which tests run. */
export function optionsOfExamples(): ReadonlySet<string> {
  const blocks = [readDocument("README.md"), ...filesIn("docs", ".md")].flatMap((text) =>
    [...text.matchAll(RUN_BLOCK)].map(([, code = ""]) => code),
  );
  return new Set(
    [...blocks, ...filesIn("examples", ".ts")].flatMap((code) => [...optionsInCode(code)]),
  );
}

const readDocument = (name: string): string => readFileSync(join(root, name), "utf8");
