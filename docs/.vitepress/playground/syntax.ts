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

/** Finds the place of a path in a document. Reads each object and list once, however many paths lead through it. */
export type Locate = (path: JsonPath) => TextRange;

/**
 * Returns a function that finds where a path leads to: a key with its value if the value is a scalar, the key alone if it is an object
 * or a list, and a scalar in a list. A path that the document does not have leads to the nearest value around it.
 */
export function createLocator(state: EditorState, tree: SyntaxNode): Locate {
  const read = new Map<number, Members>();
  const membersOf = (value: SyntaxNode): Members => {
    const members = read.get(value.from) ?? readMembers(state, value);
    read.set(value.from, members);
    return members;
  };
  return (path) => {
    let value = valueIn(tree);
    let range: TextRange = { from: 0, to: Math.min(1, state.doc.length) };
    for (const step of path) {
      const member = value && membersOf(value).get(step);
      if (member === undefined) break;
      value = member.name === "Property" ? valueIn(member) : member;
      range = rangeOf(member, value);
    }
    return range;
  };
}

type Members = ReadonlyMap<string | number, SyntaxNode>;

/**
 * Returns the properties of an object by key, and the items of a list by index. Of two equal keys, the last one counts: it is the one
 * that repeats an earlier one.
 */
function readMembers(state: EditorState, value: SyntaxNode): Members {
  if (value.name === "Object") {
    const properties = value.getChildren("Property");
    return new Map(properties.map((property) => [keyOf(state, property) ?? "", property]));
  }
  if (value.name !== "Array") return new Map();
  const items = childrenOf(value).filter(({ name }) => VALUES.has(name));
  return new Map(items.entries());
}

function rangeOf(member: SyntaxNode, value: SyntaxNode | undefined): TextRange {
  const isComposite = value === undefined || COMPOSITE.has(value.name);
  const key = member.getChild("PropertyName");
  if (isComposite && key !== null) return { from: key.from, to: key.to };
  return { from: member.from, to: isComposite ? member.from + 1 : value.to };
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
