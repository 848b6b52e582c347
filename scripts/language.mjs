// Counts words of a private dialect and fails if one of them is used more than twice in 10,000 words. There are two corpora:
// comments and string literals of src, and README with docs, code excluded. With files or folders as arguments, prints each
// use in these files with its line.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { root } from "./entries.mjs";
import { FENCED_BLOCKS } from "./links.mjs";

const MAX_PER_10_000 = 2;
const PATTERNS = {
  "somebody, anybody, nobody, everybody": /\b(?:some|any|no|every)body\b/gi,
  whoever: /\bwhoever\b/gi,
  "says, said": /\b(?:says|said)\b/gi,
  stands: /\bstands\b/gi,
  "is no X": /\bis no (?!longer\b|more\b)\w+/gi,
  "is none": /\bis none\b/gi,
  besides: /\bbesides\b/gi,
  "laid out": /\blaid out\b/gi,
  "no good": /\bno good\b/gi,
  "by the letter": /\b(?:by|to) the letter\b/gi,
};

/** @typedef {{ path: string, line: number, text: string }} Piece a piece of prose; `line` counts from 1 */

/**
 * Returns the files with an ending, of a folder or a file.
 *
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(path) {
  const full = join(root, path);
  if (statSync(full).isFile()) return [path];
  return readdirSync(full, { recursive: true, encoding: "utf8" })
    .map((name) => join(path, name))
    .filter((name) => /\.(ts|md)$/.test(name) && !name.startsWith(join("docs", "api/")))
    .sort();
}

/** @param {string} text a text without its code: spans and fenced blocks become blanks, lines stay */
const withoutCode = (text) =>
  text.replace(FENCED_BLOCKS, (block) => block.replace(/[^\n]/g, "")).replace(/`[^`\n]*`/g, "x");

/**
 * Returns the comments, the string literals and the literal parts of templates of a module.
 *
 * @param {string} path
 * @returns {Piece[]}
 */
function piecesOfSource(path) {
  const text = readFileSync(join(root, path), "utf8");
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  /** @type {Piece[]} */
  const pieces = [];
  /** @param {number} pos @param {string} part */
  const add = (pos, part) =>
    pieces.push({
      path,
      line: file.getLineAndCharacterOfPosition(pos).line + 1,
      text: withoutCode(part.replace(/^[ \t]*\* ?/gm, "")),
    });
  const seen = new Set();
  /** @param {ts.Node} node */
  const visit = (node) => {
    for (const ranges of [
      ts.getLeadingCommentRanges(text, node.getFullStart()),
      ts.getTrailingCommentRanges(text, node.getEnd()),
    ])
      for (const { pos, end } of ranges ?? []) {
        if (!seen.has(pos)) add(pos, text.slice(pos, end));
        seen.add(pos);
      }
    const isModule = ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent);
    if (ts.isStringLiteralLike(node) && !isModule) add(node.getStart(), node.text);
    if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node))
      add(node.getStart(), node.text);
    for (const child of node.getChildren(file)) visit(child);
  };
  for (const child of file.getChildren()) visit(child);
  return pieces;
}

/** @param {string} path @returns {Piece[]} */
const piecesOf = (path) =>
  path.endsWith(".ts")
    ? piecesOfSource(path)
    : [{ path, line: 1, text: withoutCode(readFileSync(join(root, path), "utf8")) }];

/** @param {string} text */
const wordsIn = (text) => text.match(/[A-Za-z][A-Za-z'-]*/g)?.length ?? 0;

const named = process.argv.slice(2);
if (named.length > 0) {
  for (const { path, line, text } of named.flatMap(filesOf).flatMap(piecesOf))
    for (const [name, pattern] of Object.entries(PATTERNS))
      for (const { 0: match, index } of text.matchAll(pattern)) {
        const at = line + text.slice(0, index).split("\n").length - 1;
        const around = text.slice(Math.max(0, index - 30), index + match.length + 30);
        console.log(`${relative("", path)}:${at}: ${name}: ${around.replace(/\s+/g, " ")}`);
      }
} else {
  const corpora = { src: ["src"], "README and docs": ["README.md", "docs"] };
  for (const [corpus, places] of Object.entries(corpora)) {
    const texts = places
      .flatMap(filesOf)
      .flatMap(piecesOf)
      .map(({ text }) => text);
    const words = texts.reduce((sum, text) => sum + wordsIn(text), 0);
    const counts = Object.entries(PATTERNS).map(([name, pattern]) => {
      const uses = texts.reduce((sum, text) => sum + (text.match(pattern)?.length ?? 0), 0);
      return { name, per: (uses * 10_000) / words };
    });
    console.log(`${corpus}, ${words} words, per 10,000:`);
    for (const { name, per } of counts) {
      const isTooMuch = per > MAX_PER_10_000;
      console.log(`  ${name}: ${per.toFixed(1)}${isTooMuch ? `, above ${MAX_PER_10_000}` : ""}`);
      if (isTooMuch) process.exitCode = 1;
    }
  }
}
