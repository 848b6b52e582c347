import { entryOf } from "../grammar/entry-of.js";
import type { Endpoint } from "./endpoint-key.js";
import { type FoldedSegment, foldSegments, haveSameText } from "./endpoint-overlaps.js";

/** An endpoint of a list, with its place in the list. */
interface Placed<Item> {
  readonly item: Item;
  readonly place: number;
}

/** The endpoints whose paths begin with the same segments. */
interface Node<Item> {
  /** The last one of these segments. */
  readonly segment: FoldedSegment;
  /** The endpoints that end here. */
  readonly ends: Placed<Item>[];
  /** The nodes for a next segment without parameters, by its text. */
  readonly literals: Map<string, Node<Item>>;
  /** The nodes for a next segment with parameters, by its literal texts. */
  readonly others: Map<string, Node<Item>>;
}

/**
 * Creates the function that returns, of some endpoints, those for which a request of another endpoint can be, in their order. Letter
 * case does not distinguish them. An endpoint has all requests in common with itself.
 */
export function createCommonRequestFinder<Item extends { readonly endpoint: Endpoint }>(
  items: readonly Item[],
): (endpoint: Endpoint) => readonly Item[] {
  const roots = new Map<string, Node<Item>>();
  for (const [place, item] of items.entries()) {
    let node = entryOf(roots, item.endpoint.method, () => createNode<Item>(ROOT));
    for (const segment of foldSegments(item.endpoint)) node = nextNode(node, segment);
    node.ends.push({ item, place });
  }
  return (endpoint) => {
    const root = roots.get(endpoint.method);
    const found = root === undefined ? [] : [...endsFrom(root, foldSegments(endpoint), 0)];
    return found.sort((one, other) => one.place - other.place).map(({ item }) => item);
  };
}

const ROOT: FoldedSegment = { isCatchAll: false, literals: [] };

function createNode<Item>(segment: FoldedSegment): Node<Item> {
  return { segment, ends: [], literals: new Map(), others: new Map() };
}

function isLiteral({ literals }: FoldedSegment): boolean {
  return literals.length === 1;
}

/** Returns a text that is equal for segments that no router distinguishes. */
function keyOf({ isCatchAll, literals }: FoldedSegment): string {
  return isCatchAll ? "{*}" : literals.join("{}");
}

/** Returns the node for a segment after a node. Creates it the first time. */
function nextNode<Item>({ literals, others }: Node<Item>, segment: FoldedSegment): Node<Item> {
  return entryOf(isLiteral(segment) ? literals : others, keyOf(segment), () =>
    createNode<Item>(segment),
  );
}

/** Yields the endpoints that end below a node and have a path in common with some segments, from one of these on. */
function* endsFrom<Item>(
  node: Node<Item>,
  segments: readonly FoldedSegment[],
  at: number,
): Generator<Placed<Item>, void> {
  const segment = segments[at];
  if (segment === undefined) {
    yield* node.ends;
    return;
  }
  const same = isLiteral(segment) ? node.literals.get(keyOf(segment)) : undefined;
  if (same !== undefined) yield* endsFrom(same, segments, at + 1);
  const facing = [...(isLiteral(segment) ? [] : node.literals.values()), ...node.others.values()];
  for (const next of facing.filter((one) => haveSameText(one.segment, segment))) {
    if (segment.isCatchAll) yield* allEnds(next);
    else if (next.segment.isCatchAll) yield* next.ends;
    else yield* endsFrom(next, segments, at + 1);
  }
}

/** Yields the endpoints that end at a node or below it. */
function* allEnds<Item>({ ends, literals, others }: Node<Item>): Generator<Placed<Item>, void> {
  yield* ends;
  for (const next of [...literals.values(), ...others.values()]) yield* allEnds(next);
}
