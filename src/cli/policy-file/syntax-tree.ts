import { type ParserOptions, parse, parseExpression } from "@babel/parser";

/** A position in a text as editors count it: line and column from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A range of a text; the end is exclusive. */
export interface Range {
  readonly start: Place;
  readonly end: Place;
}

/** A node of a syntax tree, with the members that are read here. */
export interface Node {
  readonly type: string;
  readonly loc?: { readonly start: Place; readonly end: Place } | null;
  readonly [member: string]: unknown;
}

const OPTIONS: ParserOptions = {
  sourceType: "module",
  errorRecovery: true,
  allowReturnOutsideFunction: true,
  plugins: ["typescript", "decorators", "explicitResourceManagement"],
};

/** Parses a program, with recovery from syntax errors. Returns its syntax tree; `undefined` if the text cannot be parsed. */
export function parseProgram(text: string): Node | undefined {
  return attempt(() => parse(text, OPTIONS).program);
}

/** Parses JSON text, with recovery from syntax errors. Returns its syntax tree; `undefined` if the text cannot be parsed. */
export function parseJson(text: string): Node | undefined {
  return attempt(() =>
    parseExpression(text, { errorRecovery: true, createParenthesizedExpressions: true }),
  );
}

/** Returns the position of the first syntax error of an expression, in UTF-16 units; `undefined` without a syntax error. */
export function syntaxErrorAt(text: string): number | undefined {
  try {
    parseExpression(text);
    return undefined;
  } catch (error) {
    const { pos } = error as { readonly pos?: unknown };
    return typeof pos === "number" ? pos : undefined;
  }
}

function attempt(read: () => unknown): Node | undefined {
  try {
    return read() as Node;
  } catch {
    return undefined; // not this language, or nested too deep for the call stack
  }
}

/** Returns whether a value is a node. */
function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

/** Returns a member of a node if it is a node itself. */
export function child(node: Node, member: string): Node | undefined {
  const value = node[member];
  return isNode(value) ? value : undefined;
}

/** Returns a member of a node as a list of nodes; holes are `undefined`. An empty list if it is not a list. */
export function children(node: Node, member: string): readonly (Node | undefined)[] {
  const value = node[member];
  return Array.isArray(value) ? value.map((item) => (isNode(item) ? item : undefined)) : [];
}

/** Returns every node of a tree in the order of the text. Does not recurse, so deep trees do not overflow the call stack. */
export function allNodes(root: Node): readonly Node[] {
  const found: Node[] = [];
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    found.push(node);
    const below = Object.values(node).flatMap((value) => {
      if (Array.isArray(value)) return value.filter(isNode);
      return isNode(value) ? [value] : [];
    });
    open.push(...below.reverse());
  }
  return found;
}

/** Returns the range of a node. Babel counts columns from 0. */
export function rangeOf(node: Node): Range | undefined {
  if (!node.loc) return undefined;
  const { start, end } = node.loc;
  return {
    start: { line: start.line, column: start.column + 1 },
    end: { line: end.line, column: end.column + 1 },
  };
}

/** Returns the text of a key or a literal; `undefined` if it depends on running the program. */
export function nodeText(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.type === "Identifier") return String(node["name"]);
  if (node.type === "StringLiteral" || node.type === "NumericLiteral") return String(node["value"]);
  if (node.type !== "TemplateLiteral" || children(node, "expressions").length > 0) return undefined;
  const value = children(node, "quasis")[0]?.["value"] as { readonly cooked?: string } | undefined;
  return value?.cooked;
}
