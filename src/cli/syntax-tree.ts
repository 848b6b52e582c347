import { type ParserOptions, parse, parseExpression } from "@babel/parser";

/** A place in a text as an editor counts: both from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** From a place up to, not including, another. */
export interface Range {
  readonly start: Place;
  readonly end: Place;
}

/** A node of a syntax tree, as much of it as is read here. */
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

/** The syntax tree of a program, of which every node may be at fault; `undefined` where nothing can be made of it. */
export function parseProgram(text: string): Node | undefined {
  return attempt(() => parse(text, OPTIONS).program);
}

/** The syntax tree of JSON text; `undefined` where it is none. */
export function parseJson(text: string): Node | undefined {
  return attempt(() =>
    parseExpression(text, { errorRecovery: true, createParenthesizedExpressions: true }),
  );
}

/** The position at which text stops being an expression, in UTF-16 units; `undefined` where it is one. */
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
    return undefined; // no such language, or nested beyond the call stack
  }
}

/** Whether a value is a node. */
function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

/** A member of a node that is a node. */
export function child(node: Node, member: string): Node | undefined {
  const value = node[member];
  return isNode(value) ? value : undefined;
}

/** A member of a node that is a list; holes of it are `undefined`. */
export function children(node: Node, member: string): readonly (Node | undefined)[] {
  const value = node[member];
  return Array.isArray(value) ? value.map((item) => (isNode(item) ? item : undefined)) : [];
}

/** Every node of a tree in the order of the text, without a call stack of its depth. */
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

/** Where a node stands; Babel counts columns from 0. */
export function rangeOf(node: Node): Range | undefined {
  if (!node.loc) return undefined;
  const { start, end } = node.loc;
  return {
    start: { line: start.line, column: start.column + 1 },
    end: { line: end.line, column: end.column + 1 },
  };
}

/** The text of a key or a literal, where it can be told without running the program. */
export function textOf(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.type === "Identifier") return String(node["name"]);
  if (node.type === "StringLiteral" || node.type === "NumericLiteral") return String(node["value"]);
  if (node.type !== "TemplateLiteral" || children(node, "expressions").length > 0) return undefined;
  const value = children(node, "quasis")[0]?.["value"] as { readonly cooked?: string } | undefined;
  return value?.cooked;
}
