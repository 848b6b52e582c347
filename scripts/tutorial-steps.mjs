// The steps of a tutorial, read from its Markdown: the files that it writes, the changes of files, and the commands.
//
// A ts, yaml or jsonc block that starts with the name of a file as a comment is a file. A diff block names a file in its opening line, and
// changes lines of it. A sh block has commands: `sh server` starts a program that goes on, and `sh fails` must exit with another code than 0.
// A text block with the word `output` is what the block before it prints.

/** @typedef {{ info: string, code: string, line: number }} Fenced */
/** @typedef {{ kind: "file", name: string, text: string, line: number }} FileStep */
/** @typedef {{ kind: "diff", name: string, before: string, after: string, line: number }} DiffStep */
/** @typedef {{ kind: "run", commands: string[], isServer: boolean, fails: boolean, output?: Fenced, line: number }} RunStep */
/** @typedef {FileStep | DiffStep | RunStep} Step */

/** The name of a file as the first line of a block. */
const FILE_NAME = /^(?:\/\/|#) ((?:[\w-]+\/)*[\w.-]+\.\w+)\n/;
/** Formats of files. The line with the name stays in a file that can have comments. */
const FILES = new Set(["ts", "jsonc", "yaml"]);

/**
 * Returns the fenced blocks of a Markdown text.
 *
 * @param {string} markdown
 * @returns {Fenced[]}
 */
export function fencedOf(markdown) {
  return [...markdown.matchAll(/^```(.*)\n([\s\S]*?)\n```$/gm)].map(
    ({ 1: info = "", 2: code = "", index }) => ({
      info,
      code,
      line: markdown.slice(0, index).split("\n").length,
    }),
  );
}

/**
 * Returns the text of a file in which a change is made.
 *
 * @param {string} text
 * @param {DiffStep} step
 * @returns {string}
 */
export function changed(text, { name, before, after, line }) {
  const parts = text.split(before);
  if (parts.length !== 2)
    throw new Error(`line ${line}: the lines to change are in ${name} ${parts.length - 1} times`);
  return parts.join(after);
}

/** @param {Fenced} block @param {string} name @returns {DiffStep} */
function diffOf({ code, line }, name) {
  const lines = code.split("\n");
  const side = (/** @type {string} */ sign) =>
    lines
      .filter((text) => text[0] !== sign)
      .map((text) => `${text.slice(2)}\n`)
      .join("");
  return { kind: "diff", name, before: side("+"), after: side("-"), line };
}

/** @param {Fenced} block @returns {Step | undefined} */
function stepOf(block) {
  const { info, code, line } = block;
  const [language = "", ...words] = info.split(/\s+/);
  if (language === "diff" && words[0] !== undefined) return diffOf(block, words[0]);
  if (language === "sh") {
    const isServer = words.includes("server");
    const commands = code.split("\n").filter((text) => text !== "");
    return { kind: "run", commands, isServer, fails: words.includes("fails"), line };
  }
  const [first = "", name] = FILE_NAME.exec(code) ?? [];
  if (name === undefined || !FILES.has(language)) return undefined;
  const text = language === "jsonc" ? code.slice(first.length) : code;
  return { kind: "file", name, text: `${text}\n`, line };
}

/**
 * Returns the steps of a tutorial, in their order.
 *
 * @param {readonly Fenced[]} blocks
 * @returns {Step[]}
 */
export function stepsOf(blocks) {
  /** @type {Step[]} */
  const steps = [];
  for (const block of blocks) {
    const step = stepOf(block);
    const last = steps.at(-1);
    if (step !== undefined) steps.push(step);
    else if (/^text\b.*\boutput\b/.test(block.info)) {
      if (last?.kind !== "run") throw new Error(`line ${block.line}: output of no command`);
      last.output = block;
    } else throw new Error(`line ${block.line}: a block \`${block.info}\` is not a step`);
  }
  return steps;
}

/**
 * Returns the files of a tutorial at the end of each section, with those of the sections before.
 *
 * @param {readonly (Fenced & { section: string })[]} blocks blocks of one tutorial
 * @returns {Map<string, Map<string, string>>} section -> name -> text
 */
export function filesBySection(blocks) {
  /** @type {Map<string, string>} */
  const files = new Map();
  /** @type {Map<string, Map<string, string>>} */
  const sections = new Map();
  for (const block of blocks) {
    const step = stepOf(block);
    if (step?.kind === "file") files.set(step.name, step.text);
    const text = step?.kind === "diff" ? files.get(step.name) : undefined;
    // a file that a command wrote is not in the Markdown
    if (step?.kind === "diff" && text !== undefined) files.set(step.name, changed(text, step));
    sections.set(block.section, new Map(files));
  }
  return sections;
}
