import type { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";

/** A node of the syntax tree of JSON. */
export type SyntaxNode = ReturnType<typeof syntaxTree>["topNode"];

/** The place of a value in a document, as keys and indexes from the root. */
export type JsonPath = readonly (string | number)[];

/** Positions in a document. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

const VALUES = new Set(["Object", "Array", "String", "Number", "True", "False", "Null"]);
const COMPOSITE = new Set(["Object", "Array"]);

/** Returns the value of a property, or the value of the document. */
function valueIn(node: SyntaxNode): SyntaxNode | undefined {
  return childrenOf(node).find(({ name }) => VALUES.has(name));
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

/** Returns the key of a property; `undefined` for a key that is not complete. */
export function keyOf(state: EditorState, property: SyntaxNode): string | undefined {
  const name = property.getChild("PropertyName");
  if (name === null) return undefined;
  try {
    return String(JSON.parse(state.sliceDoc(name.from, name.to)));
  } catch {
    return undefined; // an escape that JSON does not have
  }
}

/** Returns the keys of an object in the document. */
export function keysOf(state: EditorState, object: SyntaxNode): readonly string[] {
  return object.getChildren("Property").flatMap((property) => keyOf(state, property) ?? []);
}

/** Returns the path of the nearest value around a node. */
export function pathOf(state: EditorState, start: SyntaxNode): JsonPath {
  const path: (string | number)[] = [];
  for (let node = start; node.parent !== null; node = node.parent) {
    const { parent } = node;
    if (parent.name === "Property" && node.name !== "PropertyName")
      path.unshift(keyOf(state, parent) ?? "");
    // every item of a list has the same schema
    if (parent.name === "Array") path.unshift(0);
  }
  return path;
}

/**
 * Returns where a path leads to: a key with its value if the value is a scalar, the key alone if it is an object or a list, and a
 * scalar in a list. A path that the document does not have leads to the nearest value around it.
 */
export function rangeOf(state: EditorState, tree: SyntaxNode, path: JsonPath): TextRange {
  let value = valueIn(tree);
  let range: TextRange = { from: 0, to: Math.min(1, state.doc.length) };
  for (const step of path) {
    const property = typeof step === "number" ? undefined : propertyOf(state, value, step);
    const next = typeof step === "number" ? itemOf(value, step) : property && valueIn(property);
    const key = property?.getChild("PropertyName") ?? undefined;
    if (next === undefined && key === undefined) break;
    const isScalar = next !== undefined && !COMPOSITE.has(next.name);
    if (key !== undefined) range = { from: key.from, to: isScalar ? next.to : key.to };
    else if (next !== undefined)
      range = { from: next.from, to: isScalar ? next.to : next.from + 1 };
    value = next;
  }
  return range;
}

/** Returns the last property with a key: it is the one that counts, and the one that repeats an earlier one. */
function propertyOf(
  state: EditorState,
  object: SyntaxNode | undefined,
  key: string,
): SyntaxNode | undefined {
  if (object?.name !== "Object") return undefined;
  return object.getChildren("Property").findLast((property) => keyOf(state, property) === key);
}

function itemOf(array: SyntaxNode | undefined, index: number): SyntaxNode | undefined {
  if (array?.name !== "Array") return undefined;
  return childrenOf(array).filter(({ name }) => VALUES.has(name))[index];
}

/** Returns where the text stops being JSON. */
export function syntaxErrorRange(state: EditorState, tree: SyntaxNode): TextRange {
  const cursor = tree.cursor();
  do {
    if (!cursor.type.isError) continue;
    const from = Math.min(cursor.from, Math.max(0, state.doc.length - 1));
    return { from, to: Math.max(cursor.to, Math.min(from + 1, state.doc.length)) };
  } while (cursor.next());
  return { from: Math.max(0, state.doc.length - 1), to: state.doc.length };
}
