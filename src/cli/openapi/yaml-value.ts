import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  type ParsedNode,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { keyFault, tooDeep, tooManyValues } from "./faults.js";
import { type Fault, failed, LIMITS, type Outcome } from "./limits.js";

/** Ends the conversion from any depth. It does not leave this module. */
class Refused extends Error {
  readonly outcome: { readonly ok: false; readonly fault: Fault };

  constructor(outcome: { readonly ok: false; readonly fault: Fault }) {
    super(outcome.fault.message);
    this.outcome = outcome;
  }
}

/** A node that is no alias. */
type ValueNode = Exclude<ParsedNode, Alias>;

/** A line and a column, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where the members of each object and the items of each list are written, by key or index. Merged members have no position. */
export type Places = WeakMap<object, ReadonlyMap<string | number, Position>>;

/** The state of one conversion. */
interface Conversion {
  /** The number of values that may still be made. */
  left: number;
  readonly targets: ReadonlyMap<Alias, ValueNode>;
  /** The nodes around the current one, to find an alias to one of them. */
  readonly open: Set<ValueNode>;
  readonly positionOf: (offset: number) => Position;
  readonly places: Places;
}

/**
 * Returns a node of YAML as JSON data in which no two places share an object. Each copy of an alias counts as a value. A merge key
 * (`<<`) adds the members that the map does not have; the first of several maps wins, as in `js-yaml`.
 *
 * @param places - receives the positions of members and items
 */
export function yamlValue(
  root: ParsedNode | null,
  maxNodes: number,
  positionOf: (offset: number) => Position,
  places: Places = new WeakMap(),
): Outcome<unknown> {
  const targets = aliasTargets(root);
  const conversion = { left: maxNodes, targets, open: new Set<ValueNode>(), positionOf, places };
  try {
    return { ok: true, value: convert(root, 0, conversion) };
  } catch (error) {
    if (error instanceof Refused) return error.outcome;
    throw error;
  }
}

/** Returns the node of each alias: the last one before it that has its anchor. */
function aliasTargets(root: ParsedNode | null): ReadonlyMap<Alias, ValueNode> {
  const anchors = new Map<string | undefined, ValueNode>();
  const targets = new Map<Alias, ValueNode>();
  visit(root, {
    Alias: (_key, node) => {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
    },
    Value: (_key, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node as ValueNode);
    },
  });
  return targets;
}

function positionAt(node: ParsedNode | null, { positionOf }: Conversion): Position {
  return positionOf(node?.range[0] ?? 0);
}

function refuse(
  node: ParsedNode | null,
  code: string,
  message: string,
  conversion: Conversion,
): never {
  throw new Refused(failed(code, message, positionAt(node, conversion)));
}

function convert(written: ParsedNode | null, depth: number, conversion: Conversion): unknown {
  const node = targetOf(written, conversion);
  const { open } = conversion;
  conversion.left -= 1;
  if (conversion.left < 0) throw new Refused(tooManyValues(positionAt(node, conversion)));
  if (depth > LIMITS.depth) throw new Refused(tooDeep(positionAt(node, conversion)));
  if (node === null) return null;
  if (isScalar(node)) return scalarValue(node, conversion);
  if (open.has(node)) refuse(node, "alias_circle", "an alias leads back to itself", conversion);
  open.add(node);
  const at = new Map<string | number, Position>();
  const value = isMap(node)
    ? Object.fromEntries(membersOf(node, depth, conversion, at))
    : node.items.map((item, index) => {
        at.set(index, positionAt(item, conversion));
        return convert(item, depth + 1, conversion);
      });
  conversion.places.set(value, at);
  open.delete(node);
  return value;
}

/** Returns the node behind an alias. */
function targetOf<Written extends ParsedNode | null>(
  node: Written,
  conversion: Conversion,
): ValueNode | Exclude<Written, ParsedNode> {
  if (!isAlias(node)) return node as ValueNode | Exclude<Written, ParsedNode>;
  const target = conversion.targets.get(node);
  return (
    target ??
    refuse(node, "unknown_alias", `no anchor \`&${node.source}\` precedes the alias`, conversion)
  );
}

function scalarValue(node: Scalar.Parsed, conversion: Conversion): unknown {
  const { value } = node;
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  return refuse(
    node,
    "not_json",
    `\`${value}\` is not a value of JSON; put it in quotes`,
    conversion,
  );
}

/** Returns the members of a map: its own ones, then the merged ones. Adds the positions of its own keys to `at`. */
function membersOf(
  map: YAMLMap.Parsed,
  depth: number,
  conversion: Conversion,
  at: Map<string | number, Position>,
): ReadonlyMap<string, unknown> {
  const members = new Map<string, unknown>();
  const merged: (ParsedNode | null)[] = [];
  for (const { key: written, value } of map.items) {
    if (isMergeKey(written)) {
      merged.push(value);
      continue;
    }
    const key = keyText(written, conversion);
    if (members.has(key) || key === "__proto__") {
      throw new Refused(keyFault(key, positionAt(written, conversion)));
    }
    at.set(key, positionAt(written, conversion));
    members.set(key, convert(value, depth + 1, conversion));
  }
  for (const [key, value] of merged.flatMap((source) => mergedMembers(source, depth, conversion))) {
    if (!members.has(key)) members.set(key, value);
  }
  return members;
}

function isMergeKey(key: ParsedNode): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

function keyText(written: ParsedNode, conversion: Conversion): string {
  const node = targetOf(written, conversion);
  if (isScalar(node)) return String(node.value);
  return refuse(node, "complex_key", "a key is a list or a map: expected a text", conversion);
}

/** Returns the members that the value of a merge key adds: those of a map, or of each map of a list. */
function mergedMembers(
  written: ParsedNode | null,
  depth: number,
  conversion: Conversion,
): readonly (readonly [string, unknown])[] {
  const value = convert(written, depth + 1, conversion);
  const maps = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return maps.flatMap((map) => {
    if (typeof map === "object" && map !== null && !Array.isArray(map)) return Object.entries(map);
    const node = targetOf(written, conversion);
    return refuse(node, "yaml_merge", "the value of `<<` is not a map", conversion);
  });
}
