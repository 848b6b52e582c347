import ts from "typescript";
import { parseSource, readSourceTree } from "../source-tree.js";

/** Returns the names of all members that the source reads: `a.name`, `a["name"]`, `a[0]`, `{ name } = a`, `readOwn(a, "name")`. */
export function readNames(): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    for (const name of namesOf(node)) names.add(name);
    ts.forEachChild(node, visit);
  };
  for (const [path, text] of readSourceTree()) visit(parseSource(path, text));
  return names;
}

function namesOf(node: ts.Node): readonly string[] {
  if (ts.isPropertyAccessExpression(node)) return [node.name.text];
  if (ts.isElementAccessExpression(node)) {
    const { argumentExpression: key } = node;
    return ts.isNumericLiteral(key) ? [key.text] : textsOf([key]);
  }
  if (ts.isCallExpression(node)) return textsOf(node.arguments);
  if (!ts.isBindingElement(node) || !ts.isObjectBindingPattern(node.parent)) return [];
  const name = node.propertyName ?? node.name;
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? [name.text] : [];
}

const textsOf = (nodes: readonly ts.Node[]): readonly string[] =>
  nodes.flatMap((node) => (ts.isStringLiteral(node) ? [node.text] : []));
