import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Text of every source file, by its path from the root of the project (`src/grammar/scope.ts`). */
export type SourceTree = ReadonlyMap<string, string>;

/** A module specifier as written in a file. `erased` is true for `import type` and `export type`. */
export interface Import {
  readonly specifier: string;
  readonly erased: boolean;
  readonly star: boolean;
}

/** Reads all files of `src`. */
export function readSourceTree(): SourceTree {
  return new Map(
    readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
      .map((path) => `src/${path.replaceAll("\\", "/")}`)
      .filter((path) => path.endsWith(".ts"))
      .sort()
      .map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
}

/** Parses a file to a syntax tree with parents. */
export function parseSource(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
}

/** Returns every import of a file: declarations, re-exports, `import()` of values and of types, `require`. */
export function importsOf(file: ts.SourceFile): readonly Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const erased = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      found.push({ specifier: node.moduleSpecifier.text, erased, star: false });
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      const star = node.exportClause === undefined || ts.isNamespaceExport(node.exportClause);
      found.push({ specifier: node.moduleSpecifier.text, erased: node.isTypeOnly, star });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      found.push({ specifier: textOf(node.argument.literal), erased: true, star: false });
    } else if (ts.isCallExpression(node) && isModuleCall(node.expression)) {
      const [argument] = node.arguments;
      if (argument !== undefined)
        found.push({ specifier: textOf(argument), erased: false, star: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isModuleCall(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(callee) && callee.text === "require")
  );
}

function textOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : node.getText();
}

/** Returns the file of `src` that a relative specifier names; `undefined` for a package. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
}

/** Returns the package of a specifier: `picomatch` for `picomatch/posix`, `@babel/parser` for itself. */
function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** Returns the packages and the files of the tree that an import of `entry` loads. */
export function runtimeReach(
  tree: SourceTree,
  entry: string,
): { readonly packages: readonly string[]; readonly files: readonly string[] } {
  const packages = new Set<string>();
  const files = new Set<string>();
  const queue = [entry];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (files.has(path)) continue;
    files.add(path);
    const text = tree.get(path);
    if (text === undefined) throw new Error(`missing file \`${path}\``);
    for (const { specifier, erased } of importsOf(parseSource(path, text))) {
      if (erased) continue;
      const target = resolveImport(path, specifier);
      if (target === undefined) packages.add(packageOf(specifier));
      else queue.push(target);
    }
  }
  return { packages: [...packages].sort(), files: [...files].sort() };
}
