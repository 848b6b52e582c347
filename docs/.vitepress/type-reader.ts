import { join } from "node:path";
import ts from "typescript";
import { root } from "../../scripts/entries.mjs";

/** The type of a name in a code block. */
export interface NameType {
  /** Where the name starts and ends in the code, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** The declaration, and the first sentence of its documentation. */
  readonly text: string;
}

/** Number of characters after which a type is cut. */
const MAX_LENGTH = 300;

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) =>
    ts.sys.readFile(path),
  ) as {
    readonly config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, files: [], include: [] },
    ts.sys,
    root,
  );
  return { ...options, allowImportingTsExtensions: true };
}

function createService(files: ReadonlyMap<string, string>): ts.LanguageService {
  const options = compilerOptions();
  const read = (path: string): string | undefined => files.get(path) ?? ts.sys.readFile(path);
  return ts.createLanguageService({
    getScriptFileNames: () => [...files.keys()].filter((path) => path.endsWith("ts")),
    getScriptVersion: () => "1",
    // nothing changes: without this, each question compares all files
    getProjectVersion: () => "1",
    getScriptSnapshot: (path) => {
      const text = read(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => files.has(path) || ts.sys.fileExists(path),
    readFile: read,
  });
}

const identifiersIn = (node: ts.Node): ts.Identifier[] =>
  ts.isIdentifier(node) ? [node] : node.getChildren().flatMap(identifiersIn);

function textOf({ displayParts, documentation }: ts.QuickInfo): string {
  const declaration = ts
    .displayPartsToString(displayParts)
    .replace(/^\(alias\) /, "")
    .replace(/\nimport .*$/, "");
  const cut =
    declaration.length > MAX_LENGTH ? `${declaration.slice(0, MAX_LENGTH)}…` : declaration;
  const [summary = ""] = ts.displayPartsToString(documentation).split(/(?<=\.)\s/);
  return [cut, summary].join("\n").trim();
}

/** Returns whether a name belongs to another package or to the language: its type costs much and explains little here. */
function isForeign(program: ts.Program, name: ts.Identifier): boolean {
  const checker = program.getTypeChecker();
  const symbol = checker.getSymbolAtLocation(name);
  const isAlias = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  const declarations = (isAlias ? checker.getAliasedSymbol(symbol) : symbol)?.declarations ?? [];
  return declarations.every((declaration) =>
    /\/node_modules\//.test(declaration.getSourceFile().fileName),
  );
}

/**
 * Creates a function that returns the types of the names in a file, without those of other packages. All files are one program, so that
 * its types are computed once. A file with errors has types as well: `npm run docs:code` reports errors.
 */
export function createTypeReader(files: ReadonlyMap<string, string>): (path: string) => NameType[] {
  const service = createService(files);
  const program = service.getProgram();
  return (path) => {
    const file = program?.getSourceFile(path);
    if (program === undefined || file === undefined) return [];
    return identifiersIn(file).flatMap((name) => {
      if (isForeign(program, name)) return [];
      const [start, end] = [name.getStart(), name.getEnd()];
      const info = service.getQuickInfoAtPosition(path, start);
      return info === undefined ? [] : { start, end, text: textOf(info) };
    });
  };
}
