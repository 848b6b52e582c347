import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");

/** File contents by path from the project root. */
export type Files = ReadonlyMap<string, string>;

/** A diagnostic of the compiler for a file. */
export interface Diagnostic {
  readonly file: string;
  /** Line number, counted from 1. */
  readonly line: number;
  readonly text: string;
}

function optionsOf(config: string): ts.CompilerOptions {
  const path = join(root, config);
  const { config: json } = ts.readConfigFile(path, (name) => ts.sys.readFile(name)) as {
    readonly config: object;
  };
  return ts.parseJsonConfigFileContent(json, ts.sys, dirname(path)).options;
}

/** A virtual folder. */
const DECLARATIONS = join(root, ".declarations");

/** Returns the declarations of the main entry, against which users compile. */
function emitDeclarations(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const program = ts.createProgram([join(root, "src/index.ts")], {
    ...optionsOf("tsconfig.core.json"),
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: join(root, "src"),
    outDir: DECLARATIONS,
  });
  program.emit(undefined, (path, text) => files.set(path, text));
  return files;
}

let declarations: ReadonlyMap<string, string> | undefined;
const parsed = new Map<string, ts.SourceFile | undefined>();

/**
 * Compiles virtual modules as the project of a user with these options does. Returns the diagnostics of the modules, and those of
 * the package's declarations if `skipLibCheck` is off.
 */
export function compile(modules: Files, overrides: ts.CompilerOptions = {}): readonly Diagnostic[] {
  declarations ??= emitDeclarations();
  const texts = new Map([
    ...declarations,
    ...[...modules].map(([path, text]) => [join(root, path), text] as const),
  ]);
  const options = {
    ...optionsOf("test/types/tsconfig.user.json"),
    paths: { "scope-policy": [join(DECLARATIONS, "index.d.ts")] },
    ...overrides,
  };
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.fileExists = (path) => texts.has(path) || ts.sys.fileExists(path);
  const folders = new Set([...modules.keys()].map((path) => dirname(join(root, path))));
  host.directoryExists = (path) =>
    path.startsWith(DECLARATIONS) || folders.has(path) || ts.sys.directoryExists(path);
  host.readFile = (path) => texts.get(path) ?? ts.sys.readFile(path);
  // files on disk are the same for every program
  host.getSourceFile = (path, ...rest) => {
    if (texts.has(path)) return getSourceFile(path, ...rest);
    if (!parsed.has(path)) parsed.set(path, getSourceFile(path, ...rest));
    return parsed.get(path);
  };
  const program = ts.createProgram(
    [...modules.keys()].map((path) => join(root, path)),
    options,
    host,
  );
  return [...texts.keys()]
    .flatMap((path) => program.getSourceFile(path) ?? [])
    .flatMap((file) => ts.getPreEmitDiagnostics(program, file))
    .map(({ file, start, messageText }) => ({
      file: file?.fileName.slice(root.length + 1).replaceAll("\\", "/") ?? "",
      line: (file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0) + 1,
      text: ts.flattenDiagnosticMessageText(messageText, "\n"),
    }));
}
