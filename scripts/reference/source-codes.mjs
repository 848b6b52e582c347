// Reads from the source which codes exist, so that the pages about codes can miss none.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "../entries.mjs";

/** Calls that report a finding: the code is their first argument. */
const REPORTING = new Set(["add", "addParams", "refuse", "invalid", "findingOf", "finding"]);
/** Objects whose keys are codes and whose values are messages. */
const MESSAGE_TABLES = new Set(["MESSAGES", "COVERAGE_MESSAGES"]);
/** Rooms of other codes: those of the command line are in docs/command-line.md, those of decisions have a list. */
const OTHER_ROOMS = ["cli/", "decision/", "analysis/", "verify/", "audit/", "store/", "consent/"];
const CODE = /^[a-z]+(?:_[a-z]+)*$/;

/** @param {string} path from `src` */
const parsed = (path) =>
  ts.createSourceFile(
    path,
    readFileSync(join(root, "src", path), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );

/** @param {ts.Node} node @returns {string[]} the texts in it that look like a code */
function textsIn(node) {
  if (ts.isStringLiteral(node)) return CODE.test(node.text) ? [node.text] : [];
  if (ts.isTemplateExpression(node) || ts.isCallExpression(node)) return [];
  /** @type {string[]} */
  const texts = [];
  ts.forEachChild(node, (child) => void texts.push(...textsIn(child)));
  return texts;
}

/** @param {ts.CallExpression} call */
function calledName({ expression }) {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : "";
}

/** @param {ts.Node} node @returns {string[]} the codes that this node alone reports */
function reportedAt(node) {
  if (ts.isCallExpression(node)) {
    const [first, second] = node.arguments;
    const isReport = first !== undefined && second !== undefined && REPORTING.has(calledName(node));
    if (!isReport) return [];
    return ts.isConditionalExpression(first)
      ? [first.whenTrue, first.whenFalse].flatMap(textsIn)
      : textsIn(first);
  }
  if (ts.isArrayLiteralExpression(node)) {
    const [first, second] = node.elements;
    const isPair = first !== undefined && second !== undefined && ts.isTemplateExpression(second);
    return isPair && ts.isStringLiteral(first) ? textsIn(first) : [];
  }
  if (ts.isVariableDeclaration(node) && MESSAGE_TABLES.has(node.name.getText())) {
    const table =
      node.initializer && ts.isAsExpression(node.initializer)
        ? node.initializer.expression
        : undefined;
    if (table === undefined || !ts.isObjectLiteralExpression(table)) return [];
    return table.properties.flatMap(({ name }) => (name === undefined ? [] : [name.getText()]));
  }
  if (!ts.isObjectLiteralExpression(node)) return [];
  const memberOf = (/** @type {string} */ key) =>
    node.properties.find(({ name }) => name?.getText() === key);
  const code = memberOf("code");
  if (code === undefined || memberOf("message") === undefined || !ts.isPropertyAssignment(code))
    return [];
  return textsIn(code.initializer);
}

/** Returns the codes of findings about policies, options and applications. */
export function findingCodes() {
  const codes = new Set(["more_findings"]);
  const paths = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  for (const path of paths) {
    if (!path.endsWith(".ts") || OTHER_ROOMS.some((room) => path.startsWith(room))) continue;
    /** @param {ts.Node} node */
    const visit = (node) => {
      for (const code of reportedAt(node)) codes.add(code);
      ts.forEachChild(node, visit);
    };
    visit(parsed(path));
  }
  return codes;
}

/** Returns the texts of an exported list or of a type, in their order. @param {string} path @param {string} name */
export function listedCodes(path, name) {
  const file = parsed(path);
  /** @type {string[]} */
  const texts = [];
  /** @param {ts.Node} node */
  const collect = (node) => {
    if (ts.isStringLiteral(node)) texts.push(node.text);
    else ts.forEachChild(node, collect);
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    const isNamed = ts.isTypeAliasDeclaration(node) || ts.isVariableDeclaration(node);
    if (isNamed && node.name.getText() === name) collect(node);
    else ts.forEachChild(node, visit);
  };
  visit(file);
  return texts;
}
