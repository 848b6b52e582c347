// Compiles every ts block of the documents and of the docblocks. Runs those that an `output` block follows and compares their
// output with it. A ts block that a `text error` block follows must have exactly the errors that it shows, as tsc prints them.
// Parses every json block. Reports each bad block with file and line. With Markdown files as arguments, it checks the blocks of
// these files alone.
//
// A block can start with the name of a file as a comment: `// policy.ts`. The named blocks below one heading of level 2 are the
// files of one folder, so that they can import each other. JSON with a name is a jsonc block. In a tutorial, the files of earlier
// sections are in that folder too, and `npm run tutorials` compares the output of its commands.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import ts from "typescript";
import { entries, root, sourceAliases } from "./entries.mjs";
import { filesBySection } from "./tutorial-steps.mjs";

/**
 * @typedef {object} Block
 * @property {string} source file, from the root of the project
 * @property {number} line line of the first line of code, from 1
 * @property {string} info text after the fence
 * @property {string} section document and number of the heading of level 2 above it
 * @property {string} code
 */

/**
 * The part of a tsconfig.json that is read here.
 *
 * @typedef {{ compilerOptions?: { paths?: Record<string, string[]> } }} Settings
 */

const chosen = process.argv.slice(2);
// a run of some files has a folder of its own, so that it does not disturb another run
const folder = join(
  root,
  chosen.length > 0 ? `.cache/code-blocks-${process.pid}` : ".cache/code-blocks",
);
const UNCHECKED = new Set(["typescript", "mts", "cts", "tsx", "js", "javascript", "mjs", "jsx"]);

/** The name of a file as the first line of a block. */
const FILE_NAME = /^\/\/ ((?:[\w-]+\/)*[\w.-]+\.(?:ts|mts|cts|json))\n/;
/** Files that would change how the other files of a folder are compiled. */
const SETTINGS = /(?:^|\/)(?:package|tsconfig)\.json$/;

/** The colours in the output of the compiler. */
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");

/** @type {string[]} */
const faults = [];

/**
 * Returns the files in a folder with an ending, sorted, without the generated API pages.
 *
 * @param {string} under
 * @param {string} ending
 * @returns {string[]}
 */
function filesUnder(under, ending) {
  if (!existsSync(join(root, under))) return [];
  return readdirSync(join(root, under), { recursive: true, encoding: "utf8" })
    .map((path) => `${under}/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(ending) && !path.startsWith("docs/api/"))
    .sort();
}

/**
 * Returns the fenced blocks of a Markdown text; its first line is line `first` of `source`.
 *
 * @param {string} source
 * @param {string} text
 * @param {number} first
 * @returns {Block[]}
 */
function blocksOf(source, text, first) {
  /** @type {Block[]} */
  const blocks = [];
  /** @type {{ indent: number, fence: string, info: string, line: number, code: string[] } | undefined} */
  let open;
  let headings = 0;
  for (const [index, line] of text.split("\n").entries()) {
    if (open === undefined && line.startsWith("## ")) headings += 1;
    const fence = /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line);
    if (open === undefined) {
      const [, indent = "", mark = "", info = ""] = fence ?? [];
      if (fence)
        open = { indent: indent.length, fence: mark, info, line: first + index + 1, code: [] };
    } else if (fence?.[2]?.startsWith(open.fence) && fence[3] === "") {
      const section = `${source.replaceAll(/[^\w]+/g, "-")}-${headings}`;
      blocks.push({
        source,
        line: open.line,
        info: open.info,
        section,
        code: open.code.join("\n"),
      });
      open = undefined;
    } else {
      open.code.push(line.slice(Math.min(open.indent, line.search(/\S|$/))));
    }
  }
  if (open) faults.push(`${source}:${open.line}: the block has no end`);
  return blocks;
}

/**
 * Returns the fenced blocks of the docblocks of a module.
 *
 * @param {string} source
 * @returns {Block[]}
 */
function docblocksOf(source) {
  const text = readFileSync(join(root, source), "utf8");
  /** @type {Block[]} */
  const blocks = [];
  const file = ts.createSourceFile(source, text, ts.ScriptTarget.Latest, true);
  const seen = new Set();
  /** @param {ts.Node} node */
  const visit = (node) => {
    for (const { pos, end } of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) {
      if (seen.has(pos) || !text.startsWith("/**", pos)) continue;
      seen.add(pos);
      const line = file.getLineAndCharacterOfPosition(pos).line + 1;
      const inner = text.slice(pos + "/**".length, end - "*/".length);
      blocks.push(...blocksOf(source, inner.replace(/^[ \t]*\* ?/gm, ""), line));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return blocks;
}

/** @param {Block} block */
const place = ({ source, line }) => `${source}:${line}`;

const documents = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].filter((path) =>
    existsSync(join(root, path)),
  ),
  ...filesUnder("docs", ".md"),
  ...filesUnder("examples", ".md"),
];
/** @param {string} path */
const blocksOfDocument = (path) => blocksOf(path, readFileSync(join(root, path), "utf8"), 1);
const blocks =
  chosen.length > 0
    ? chosen.flatMap(blocksOfDocument)
    : [...documents.flatMap(blocksOfDocument), ...filesUnder("src", ".ts").flatMap(docblocksOf)];

/** @param {Block} block */
const isTutorial = ({ source }) => source.startsWith("docs/tutorials/");

/** @param {string} path @param {string} text */
function writeFile(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

/** @type {Map<string, Block>} */
const modules = new Map();
/** @type {{ path: string, block: Block, output: Block }[]} */
const programs = [];
/** @type {Map<string, Block>} the blocks that must not compile, with the errors that they show */
const mistakes = new Map();
/** @type {{ at: string, alias: string, targets: string[] }[]} */
const aliases = [];
let parsed = 0;
for (const [index, block] of blocks.entries()) {
  const [language = "", ...words] = block.info.split(/\s+/);
  if (UNCHECKED.has(language)) faults.push(`${place(block)}: write \`ts\`, not \`${language}\``);
  const [first = "", name] = FILE_NAME.exec(block.code) ?? [];
  const named = name === undefined ? undefined : join(folder, block.section, name);
  if (language === "jsonc" && name === undefined)
    faults.push(
      `${place(block)}: a jsonc block starts with the name of a file: \`// policy.json\``,
    );
  if (language === "json" || (language === "jsonc" && named !== undefined)) {
    try {
      const { compilerOptions } = /** @type {Settings} */ (
        JSON.parse(block.code.slice(first.length))
      );
      parsed += 1;
      const at = join(folder, block.section);
      for (const [alias, targets] of Object.entries(compilerOptions?.paths ?? {}))
        aliases.push({
          at,
          alias,
          targets: targets.map((to) => join(at, to)),
        });
      if (named !== undefined && !SETTINGS.test(named))
        writeFile(named, block.code.slice(first.length));
    } catch (error) {
      faults.push(`${place(block)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const isOutput = (language === "text" || language === "console") && words.includes("output");
  const isError = language === "text" && words.includes("error");
  const isStep = isTutorial(block) && /^sh\b/.test(blocks[index - 1]?.info ?? "");
  if ((isOutput || isError) && !isStep && blocks[index - 1]?.info !== "ts")
    faults.push(`${place(block)}: the block does not follow a ts block`);
  if (language !== "ts") continue;
  if (words.length > 0)
    faults.push(`${place(block)}: unexpected \`${words.join(" ")}\` after \`ts\``);
  if (/@ts-(ignore|nocheck)/.test(block.code))
    faults.push(`${place(block)}: \`@ts-ignore\` and \`@ts-nocheck\` are not allowed`);
  const path = named ?? join(folder, `block-${modules.size + 1}.ts`);
  if (modules.has(path)) faults.push(`${place(block)}: the second \`${name}\` below one heading`);
  writeFile(path, `${block.code}\nexport {};\n`);
  modules.set(path, block);
  const next = blocks[index + 1];
  if (next?.source === block.source && /^(text|console)\b.*\boutput\b/.test(next.info))
    programs.push({ path, block, output: next });
  if (next?.source === block.source && next.info === "text error") mistakes.set(path, next);
}

for (const source of new Set(blocks.filter(isTutorial).map((block) => block.source))) {
  const sections = filesBySection(blocks.filter((block) => block.source === source));
  for (const [section, files] of sections)
    for (const [name, text] of files)
      if (!SETTINGS.test(name)) writeFile(join(folder, section, name), text);
}

const config = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path));
const { options } = ts.parseJsonConfigFileContent(
  {
    compilerOptions: {
      .../** @type {{ compilerOptions: object }} */ (config.config).compilerOptions,
      allowImportingTsExtensions: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
      allowJs: false,
      checkJs: false,
      paths: {
        ...Object.fromEntries(
          entries.map(({ specifier, source }) => [specifier, [join(root, source)]]),
        ),
        // Jest is not installed here; Vitest has the same functions
        "@jest/globals": [join(root, "node_modules/vitest/dist/index.d.ts")],
      },
    },
    files: [],
  },
  ts.sys,
  root,
);
const sections = new Set(aliases.map(({ at }) => at));
/** @param {string} path */
const sectionOf = (path) => [...sections].find((at) => path.startsWith(join(at, "/")));
// one compilation for the files without aliases of their own, and one for each section with aliases
const diagnostics = [undefined, ...sections].flatMap((section) => {
  const own = aliases.filter(({ at }) => at === section);
  const paths = Object.fromEntries(own.map(({ alias, targets }) => [alias, targets]));
  const program = ts.createProgram(
    [...modules.keys()].filter((path) => sectionOf(path) === section),
    { ...options, paths: { ...options.paths, ...paths } },
  );
  return ts.getPreEmitDiagnostics(program);
});
for (const { file, start, messageText } of diagnostics) {
  if (file && mistakes.has(file.fileName)) continue;
  const message = ts.flattenDiagnosticMessageText(messageText, "\n  ");
  const block = file && modules.get(file.fileName);
  if (!file) faults.push(message);
  else {
    const line = file.getLineAndCharacterOfPosition(start ?? 0).line;
    const where = block
      ? `${block.source}:${block.line + line}`
      : `${file.fileName.slice(root.length + 1)}:${line + 1}`;
    faults.push(`${where}: ${message}`);
  }
}

for (const [path, shown] of mistakes) {
  const printed = ts
    .formatDiagnosticsWithColorAndContext(
      diagnostics.filter(({ file }) => file?.fileName === path),
      {
        getCurrentDirectory: () => dirname(path),
        getCanonicalFileName: (name) => name,
        getNewLine: () => "\n",
      },
    )
    .replaceAll(COLOURS, "");
  if (printed.trimEnd() !== shown.code.trimEnd())
    faults.push(`${place(shown)}: the compiler prints\n${printed.trimEnd()}`);
}

// one build for all programs, which share the modules of the package: they start in a tenth of the time of `scripts/run.mjs`
await build({
  entryPoints: programs.map(({ path }) => path),
  outdir: folder,
  outbase: folder,
  entryNames: "[dir]/[name].run", // beside the program, so that it finds its files
  chunkNames: "chunks/[hash]",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  alias: sourceAliases,
  packages: "external",
  ignoreAnnotations: true, // the manifest declares that no module has effects, but a program does
  logLevel: "error",
});
for (const { path, block, output } of programs) {
  const program = path.replace(/\.ts$/, ".run.mjs");
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--enable-source-maps", program]);
  if (status !== 0) faults.push(`${place(block)}: exits with ${status}\n${stderr.toString()}`);
  else if (stdout.toString().trimEnd() !== output.code.trimEnd())
    faults.push(`${place(output)}: the program above prints\n${stdout.toString().trimEnd()}`);
}

if (chosen.length > 0) rmSync(folder, { recursive: true, force: true });
for (const fault of faults) console.error(fault);
console.log(
  `${modules.size} blocks compiled, ${programs.length} run, ${parsed} json parsed, ${faults.length} errors`,
);
if (faults.length > 0 || modules.size === 0) process.exitCode = 1;
