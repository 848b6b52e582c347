// Makes the page of the options of every public function from the types and docblocks of src.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { docblockLines } from "../docblock.mjs";
import { entries, root } from "../entries.mjs";
import { code, page, splitDefault, table } from "./markdown.mjs";

/** Interfaces that a caller writes, by the end of their names. */
const GIVEN =
  /(?:Options|Facts|Details|Sources|Selection|Surface|Reading|Template|Filter|Client|Account|KeySet)$/;
/** Further interfaces that a caller writes. */
const FURTHER = new Set(["AuthorizationCall", "ConnectedGrant", "PlanStep"]);
/** Options that other pages list, or that only the library makes. */
const ELSEWHERE =
  /^(?:(?:Scope|Requirement|Common|Branch|Case|Operation|Boundary|Audit)Options|NotificationClient|StoredConsentFacts)$/;

/** @typedef {ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.FunctionDeclaration} Declaration */

/** @returns {Map<string, Declaration[]>} the declarations of src by name */
function readDeclarations() {
  /** @type {Map<string, Declaration[]>} */
  const found = new Map();
  const names = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  for (const name of names.filter((path) => path.endsWith(".ts")).sort()) {
    const text = readFileSync(join(root, "src", name), "utf8");
    const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    for (const one of file.statements) {
      const isOne =
        ts.isInterfaceDeclaration(one) ||
        ts.isTypeAliasDeclaration(one) ||
        ts.isFunctionDeclaration(one);
      if (!isOne || one.name === undefined) continue;
      if (!one.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue;
      found.set(one.name.text, [...(found.get(one.name.text) ?? []), one]);
    }
  }
  return found;
}

/**
 * Returns the names that an entry exports, in order.
 *
 * @param {string} source
 */
function exportsOf(source) {
  const file = ts.createSourceFile(
    source,
    readFileSync(join(root, source), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  return file.statements.flatMap((one) => {
    if (ts.isExportDeclaration(one) && one.exportClause && ts.isNamedExports(one.exportClause))
      return one.exportClause.elements.map(({ name }) => name.text);
    const isExported =
      ts.canHaveModifiers(one) &&
      ts.getModifiers(one)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (ts.isVariableStatement(one))
      return one.declarationList.declarations.map(({ name }) => name.getText());
    const name = /** @type {{ name?: ts.Node }} */ (/** @type {unknown} */ (one)).name;
    return name === undefined ? [] : [name.getText()];
  });
}

/**
 * Returns the docblock of a node as one line, without its tags and code.
 *
 * @param {ts.Node} node
 */
function docblockOf(node) {
  return (docblockLines(node) ?? "")
    .replace(/(^|\n)\s*(@|\{@link http)[\s\S]*$/, "")
    .replace(/```[\s\S]*?```/g, "")
    .replace(
      /\{@link (?:[\w/-]+!)?([^}|\s]+)\s*\|?\s*([^}]*)\}/g,
      (_, /** @type {string} */ name, /** @type {string} */ label) => label.trim() || `\`${name}\``,
    )
    .trim()
    .replace(/\s+/g, " ");
}

/**
 * Returns the members of an interface with those that it inherits.
 *
 * @param {ts.InterfaceDeclaration} declared
 * @param {Map<string, Declaration[]>} all
 * @returns {ts.TypeElement[]}
 */
function membersOf(declared, all) {
  const heirs = declared.heritageClauses?.flatMap(({ types }) => types) ?? [];
  const inherited = heirs.flatMap((heir) => {
    const name = heir.expression.getText();
    const [inner, left] = heir.typeArguments ?? [];
    const isPart =
      (name === "Omit" || name === "Pick") && inner !== undefined && left !== undefined;
    const base = isPart ? inner.getText().replace(/<.*$/s, "") : name;
    const members = (all.get(base) ?? [])
      .filter(ts.isInterfaceDeclaration)
      .flatMap((one) => membersOf(one, all));
    const named = new Set(isPart ? (left.getText().match(/\w+/g) ?? []) : []);
    if (!isPart) return members;
    return members.filter((one) => named.has(one.name?.getText() ?? "") === (name === "Pick"));
  });
  const own = new Set(declared.members.map(({ name }) => name?.getText()));
  return [...inherited.filter(({ name }) => !own.has(name?.getText())), ...declared.members];
}

/**
 * Returns a type as one line, without its comments.
 *
 * @param {string} text
 */
const oneLine = (text) =>
  text
    .replace(/\/\*\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/^\s*\| /, "")
    .replace(/\s+/g, " ")
    .trim();

/**
 * Returns the row of one option; none for a member that is not one.
 *
 * @param {ts.TypeElement} member
 * @returns {string[][]}
 */
function rowOf(member) {
  const name = member.name?.getText();
  const isProperty = ts.isPropertySignature(member);
  if (name === undefined || (!isProperty && !ts.isMethodSignature(member))) return [];
  const type = isProperty ? member.type?.getText() : member.getText().slice(name.length);
  const { text, value } = splitDefault(docblockOf(member));
  const fallback = member.questionToken === undefined ? "required" : value;
  return [[code(name), code(oneLine(type ?? "unknown").replace(/;$/, "")), fallback, text]];
}

/**
 * Returns the functions of an entry that take a type, as text.
 *
 * @param {string} type
 * @param {readonly ts.FunctionDeclaration[]} functions
 */
function usersOf(type, functions) {
  const pattern = new RegExp(`\\b${type}\\b`);
  const users = functions.filter(({ parameters }) =>
    parameters.some((one) => pattern.test(one.type?.getText() ?? "")),
  );
  return users.map(({ name }) => `\`${name?.text}\``);
}

/**
 * Returns the sections of the options whose type a function spells itself.
 *
 * @param {ts.FunctionDeclaration} declared
 */
function inlineOptions({ name, parameters }) {
  return parameters.flatMap(({ name: parameter, type }) => {
    if (type === undefined || !ts.isTypeLiteralNode(type)) return [];
    const rows = type.members.flatMap((member) => rowOf(member));
    const label = ts.isIdentifier(parameter) ? `, \`${parameter.text}\`` : "";
    return [
      `### \`${name?.text}\`${label}\n\n${table(["option", "type", "default", "description"], rows)}`,
    ];
  });
}

/** @returns {string} the page of the options of every public function */
export function optionsPage() {
  const all = readDeclarations();
  const listed = new Set();
  const sections = entries.map(({ specifier, source }) => {
    const names = exportsOf(source);
    const functions = names.flatMap((name) =>
      (all.get(name) ?? []).filter(ts.isFunctionDeclaration),
    );
    const isGiven = (/** @type {string} */ name) => GIVEN.test(name) || FURTHER.has(name);
    const types = names.filter(
      (name) => isGiven(name) && !ELSEWHERE.test(name) && !listed.has(name),
    );
    const parts = types.flatMap((name) => {
      const declared = all.get(name)?.find(ts.isInterfaceDeclaration);
      if (declared === undefined) return [];
      listed.add(name);
      const users = usersOf(name, functions);
      const rows = membersOf(declared, all).flatMap(rowOf);
      const taken = users.length === 0 ? "" : `\n\nTaken by ${[...new Set(users)].join(", ")}.`;
      const head = ["option", "type", "default", "description"];
      return [`### \`${name}\`\n\n${docblockOf(declared)}${taken}\n\n${table(head, rows)}`];
    });
    parts.push(...functions.flatMap(inlineOptions));
    return parts.length === 0 ? "" : `## \`${specifier}\`\n\n${parts.join("\n\n")}`;
  });
  const body = `The options of every public function, by the entry of the package that exports their type. "required" is an option without which the function throws or
does not compile. An empty default means that the option can be left out and then has no effect.

${sections.filter((one) => one !== "").join("\n\n")}

## Next step

* [Keys of a policy](./policy-keys.md), for what \`definePolicy\` takes
* [Codes](./codes.md), if a function throws \`ERR_OPTIONS_INVALID\``;
  return page(
    {
      title: "Options",
      description: "Every option of every public function, with its type, default and description",
    },
    body,
  );
}
