import { entryOf } from "./entry-of.js";
import { scopeForm, splitSegments } from "./scope-syntax.js";
import { acceptsValue, type Template } from "./template.js";

/** Finds the templates that a scope-token matches. */
export interface TemplateIndex<Item> {
  /** Calls `visit` for each item that the scope-token matches, with the values of its holes. */
  find(text: string, visit: (item: Item, values: readonly string[]) => void): void;
}

/** Templates with equal segments so far. */
interface Node<Item> {
  readonly literals: Map<string, Node<Item>>;
  /** The segments with holes that follow. */
  patterns: Run<Item> | undefined;
  readonly items: Item[];
}

/** The literal texts at one place of a segment with holes. */
interface Run<Item> {
  /** Literal texts that are followed by a hole. */
  readonly heads: Map<string, Hole<Item>>;
  /** The lengths of these texts, ascending. */
  lengths: number[];
  /** Literal texts that end the segment. */
  readonly tails: Map<string, Node<Item>>;
}

/** The texts after a hole, by their first character, which is not in the value: `""` if the hole ends the segment. */
type Hole<Item> = Map<string, Run<Item>>;

/**
 * Creates an index of templates without repeated placeholders. For each segment of a scope-token, it looks up the segment as a literal,
 * and then the literals of a segment with holes by their lengths. It never visits each template: a thousand templates that differ in
 * literals cost as much as one. Only templates with holes in different places are followed side by side.
 */
export function buildTemplateIndex<Item extends { readonly template: Template }>(
  items: readonly Item[],
): TemplateIndex<Item> {
  const roots = new Map<string, Node<Item>>();
  for (const item of items) {
    const { form, segments } = item.template;
    let node = entryOf(roots, rootKey(form, segments), createNode<Item>);
    for (const segment of segments) node = childOf(node, segment);
    node.items.push(item);
  }
  return {
    find(text, visit) {
      const form = scopeForm(text);
      const segments = splitSegments(form, text);
      const root = roots.get(rootKey(form, segments));
      if (root !== undefined) walk(root, segments, 0, [], visit);
    },
  };
}

function rootKey(form: string, { length }: readonly unknown[]): string {
  return `${form} ${length}`;
}

function createNode<Item>(): Node<Item> {
  return { literals: new Map(), patterns: undefined, items: [] };
}

function createRun<Item>(): Run<Item> {
  return { heads: new Map(), lengths: [], tails: new Map() };
}

/** Returns the node after a segment, and creates it if there is none. */
function childOf<Item>(node: Node<Item>, [first = "", ...others]: readonly string[]): Node<Item> {
  if (others.length === 0) return entryOf(node.literals, first, createNode<Item>);
  node.patterns ??= createRun<Item>();
  let run = node.patterns;
  let head = first;
  for (const literal of others) {
    if (!run.lengths.includes(head.length)) {
      run.lengths = [...run.lengths, head.length].sort((left, right) => left - right);
    }
    const hole = entryOf(run.heads, head, () => new Map<string, Run<Item>>());
    run = entryOf(hole, literal.charAt(0), createRun<Item>);
    head = literal;
  }
  return entryOf(run.tails, head, createNode<Item>);
}

function walk<Item extends { readonly template: Template }>(
  node: Node<Item>,
  segments: readonly string[],
  at: number,
  values: readonly string[],
  visit: (item: Item, values: readonly string[]) => void,
): void {
  const segment = segments[at];
  if (segment === undefined) {
    for (const item of node.items) {
      if (values.every((value, index) => acceptsValue(item.template, index, value)))
        visit(item, values);
    }
    return;
  }
  const literal = node.literals.get(segment);
  if (literal !== undefined) walk(literal, segments, at + 1, values, visit);
  if (node.patterns === undefined) return;
  fill(node.patterns, segment, 0, values, (next, filled) =>
    walk(next, segments, at + 1, filled, visit),
  );
}

/** Calls `visit` for each node that the rest of a segment reaches, with the values of the holes so far. */
function fill<Item>(
  { heads, lengths, tails }: Run<Item>,
  segment: string,
  at: number,
  values: readonly string[],
  visit: (node: Node<Item>, values: readonly string[]) => void,
): void {
  const tail = tails.get(segment.slice(at));
  if (tail !== undefined) visit(tail, values);
  for (const length of lengths) {
    const start = at + length;
    if (start >= segment.length) return;
    for (const [exit, run] of heads.get(segment.slice(at, start)) ?? []) {
      const end = exit === "" ? segment.length : segment.indexOf(exit, start);
      if (end > start) fill(run, segment, end, [...values, segment.slice(start, end)], visit);
    }
  }
}
