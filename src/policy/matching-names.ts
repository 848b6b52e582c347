import { entryOf } from "../grammar/entry-of.js";
import type { ScopeForm, ScopeTokenSyntax } from "../grammar/scope-syntax.js";
import type { ComparedName } from "./matching-rule.js";
import type { StepBudget } from "./suggest.js";

// The rules `parent` and `wildcard`: which names without placeholders cover others.

/** Number of steps for a pair of names: it takes more memory than a visit. */
const PAIR_COST = 5;

const STAR = "*";

/** Names with equal segments so far. */
interface Node<Name> {
  readonly next: Map<string, Node<Name>>;
  /** The names with exactly these segments: `*` and `/*` have the same. */
  readonly names: Name[];
}

/** Names by their segments, for each layout in which they are compared. */
type Tree<Name> = Map<string, Node<Name>>;

function createNode<Name>(): Node<Name> {
  return { next: new Map(), names: [] };
}

/** The layout of a name: its form, with the two layouts of URIs apart. */
function layoutOf({ form, text }: ScopeTokenSyntax): string {
  return text.startsWith("urn:") ? "urn" : form;
}

function add<Name>(
  tree: Tree<Name>,
  layout: string,
  segments: readonly string[],
  name: Name,
): void {
  let node = entryOf(tree, layout, createNode<Name>);
  for (const segment of segments) node = entryOf(node.next, segment, createNode<Name>);
  node.names.push(name);
}

/** The other forms that the text before a separator of a form can have. */
const SHORTER_FORMS: Readonly<Partial<Record<ScopeForm, readonly ScopeForm[]>>> = {
  flat: ["dot", "colon"],
  dot: ["colon"],
};

/** Yields each name below one of the parents, with the parent. A name with an empty segment is below no name. */
export function* childrenOf<Name extends ComparedName>(
  parents: readonly Name[],
  names: readonly Name[],
  steps: StepBudget,
): Generator<readonly [parent: Name, child: Name]> {
  const tree: Tree<Name> = new Map();
  for (const parent of parents) {
    const { form, text, segments } = parent.token;
    add(tree, layoutOf(parent.token), segments, parent);
    // `read` is above `read:statuses` and `read.all`, `a.b` is above `a.b:c`
    for (const other of SHORTER_FORMS[form] ?? []) add(tree, other, [text], parent);
  }
  for (const child of names) {
    const { segments } = child.token;
    if (segments.includes("")) continue;
    let node = tree.get(layoutOf(child.token));
    for (const segment of segments) {
      steps.left -= 1;
      node = node?.next.get(segment);
      if (node === undefined) break;
      for (const parent of node.names) {
        if (parent === child) continue;
        steps.left -= PAIR_COST;
        if (steps.left < 0) return;
        yield [parent, child];
      }
    }
  }
}

const LAYOUTS = ["uri", "urn", "path", "colon", "dot", "flat"];

/**
 * Yields each name that a pattern matches, with the pattern. A star that is a whole segment matches one segment that is not empty, the
 * last one also more. Stars of the matched name are text.
 */
export function* matchesOf<Name extends ComparedName>(
  patterns: readonly Name[],
  names: readonly Name[],
  steps: StepBudget,
): Generator<readonly [pattern: Name, match: Name]> {
  const tree: Tree<Name> = new Map();
  for (const pattern of patterns) {
    const { text, segments } = pattern.token;
    const layouts = text === STAR ? LAYOUTS : [layoutOf(pattern.token)];
    if (segments.includes(STAR)) for (const layout of layouts) add(tree, layout, segments, pattern);
  }
  for (const match of names) {
    const root = tree.get(layoutOf(match.token));
    if (root === undefined) continue;
    for (const pattern of walk(root, match.token.segments, steps)) {
      if (pattern === match) continue;
      steps.left -= PAIR_COST;
      if (steps.left < 0) return;
      yield [pattern, match];
    }
  }
}

function* walk<Name>(
  root: Node<Name>,
  segments: readonly string[],
  steps: StepBudget,
): Generator<Name> {
  // the number of segments that are not empty at the end: those that a last star can match
  const full = segments.length - 1 - segments.lastIndexOf("");
  let nodes = [root];
  for (const [at, segment] of segments.entries()) {
    const after: Node<Name>[] = [];
    for (const { next } of nodes) {
      steps.left -= 1;
      if (steps.left < 0) return;
      const star = segment === "" ? undefined : next.get(STAR);
      const literal = segment === STAR ? undefined : next.get(segment);
      for (const node of [star, literal]) if (node !== undefined) after.push(node);
      const left = segments.length - at;
      if (star !== undefined && left > 1 && left <= full) yield* star.names;
    }
    nodes = after;
  }
  for (const { names } of nodes) yield* names;
}

/** Returns why a name cannot cover other names by its spelling. */
export function placeholderFault({ params: [param] }: ScopeTokenSyntax): string | undefined {
  return param && `the rule compares names without placeholders, and this one has \`{${param}}\``;
}
