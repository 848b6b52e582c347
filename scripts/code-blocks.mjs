// Compiles every ts block of the documents and of the docblocks. Runs those that an `output` block follows and compares their
// output with it. Parses every json block. Reports each bad block with file and line.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { entries, root } from "./entries.mjs";

/**
 * @typedef {object} Block
 * @property {string} source file, from the root of the project
 * @property {number} line line of the first line of code, from 1
 * @property {string} info text after the fence
 * @property {string} code
 */

const folder = join(root, ".cache/code-blocks");
const UNCHECKED = new Set(["typescript", "mts", "cts", "tsx", "js", "javascript", "mjs", "jsx"]);

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
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line);
    if (open === undefined) {
      const [, indent = "", mark = "", info = ""] = fence ?? [];
      if (fence)
        open = { indent: indent.length, fence: mark, info, line: first + index + 1, code: [] };
    } else if (fence?.[2]?.startsWith(open.fence) && fence[3] === "") {
      blocks.push({ source, line: open.line, info: open.info, code: open.code.join("\n") });
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
const blocks = [
  ...documents.flatMap((path) => blocksOf(path, readFileSync(join(root, path), "utf8"), 1)),
  ...filesUnder("src", ".ts").flatMap(docblocksOf),
];

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

/** @type {Map<string, Block>} */
const modules = new Map();
/** @type {{ path: string, block: Block, output: Block }[]} */
const programs = [];
let parsed = 0;
for (const [index, block] of blocks.entries()) {
  const [language = "", ...words] = block.info.split(/\s+/);
  if (UNCHECKED.has(language)) faults.push(`${place(block)}: write \`ts\`, not \`${language}\``);
  if (language === "json") {
    try {
      JSON.parse(block.code);
      parsed += 1;
    } catch (error) {
      faults.push(`${place(block)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const isOutput = (language === "text" || language === "console") && words.includes("output");
  if (isOutput && blocks[index - 1]?.info !== "ts")
    faults.push(`${place(block)}: the output block does not follow a ts block`);
  if (language !== "ts") continue;
  if (words.length > 0)
    faults.push(`${place(block)}: unexpected \`${words.join(" ")}\` after \`ts\``);
  if (/@ts-(ignore|nocheck)/.test(block.code))
    faults.push(`${place(block)}: \`@ts-ignore\` and \`@ts-nocheck\` are not allowed`);
  const path = join(folder, `block-${modules.size + 1}.ts`);
  writeFileSync(path, `${block.code}\nexport {};\n`);
  modules.set(path, block);
  const next = blocks[index + 1];
  if (next?.source === block.source && /^(text|console)\b.*\boutput\b/.test(next.info))
    programs.push({ path, block, output: next });
}

const config = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path));
const { options } = ts.parseJsonConfigFileContent(
  {
    compilerOptions: {
      .../** @type {{ compilerOptions: object }} */ (config.config).compilerOptions,
      noUnusedLocals: false,
      noUnusedParameters: false,
      allowJs: false,
      checkJs: false,
      paths: Object.fromEntries(
        entries.map(({ specifier, source }) => [specifier, [join(root, source)]]),
      ),
    },
    files: [],
  },
  ts.sys,
  root,
);
const program = ts.createProgram([...modules.keys()], options);
for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
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

for (const { path, block, output } of programs) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [
    join(root, "scripts/run.mjs"),
    path,
  ]);
  if (status !== 0) faults.push(`${place(block)}: exits with ${status}\n${stderr.toString()}`);
  else if (stdout.toString().trimEnd() !== output.code.trimEnd())
    faults.push(`${place(output)}: the program above prints\n${stdout.toString().trimEnd()}`);
}

for (const fault of faults) console.error(fault);
console.log(
  `${modules.size} blocks compiled, ${programs.length} run, ${parsed} json parsed, ${faults.length} errors`,
);
if (faults.length > 0 || modules.size === 0) process.exitCode = 1;
