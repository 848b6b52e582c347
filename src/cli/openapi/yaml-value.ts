import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  visit,
  type YAMLMap,
} from "yaml";
import { keyFault, tooDeep } from "./faults.js";
import { type Fault, failed, LIMITS, type Outcome } from "./limits.js";

/** Ends the conversion from any depth. It does not leave this module. */
class Refused extends Error {
  readonly outcome: { readonly ok: false; readonly fault: Fault };

  constructor(outcome: { readonly ok: false; readonly fault: Fault }) {
    super(outcome.fault.message);
    this.outcome = outcome;
  }
}

type Position = { readonly line: number; readonly column: number };
type Path = readonly (string | number)[];

/** The state of one conversion. */
interface Conversion {
  /** The number of values that may still be made. */
  left: number;
  readonly targets: ReadonlyMap<Alias, Node>;
  /** The nodes around the current one, to find an alias to one of them. */
  readonly open: Set<Node>;
  readonly positionOf: (offset: number) => Position;
}

/**
 * Returns a node of YAML as JSON data in which no two places share an object. Each copy of an alias counts as a value. A merge key
 * (`<<`) adds the members that the map does not have; the first of several maps wins, as in `js-yaml`.
 */
export function yamlValue(
  root: Node | null,
  maxNodes: number,
  positionOf: (offset: number) => Position,
): Outcome<unknown> {
  const targets = aliasTargets(root);
  const conversion = { left: maxNodes, targets, open: new Set<Node>(), positionOf };
  try {
    return { ok: true, value: convert(root, [], conversion) };
  } catch (error) {
    if (error instanceof Refused) return error.outcome;
    throw error;
  }
}

/** Returns the node of each alias: the last one before it that has its anchor. */
function aliasTargets(root: Node | null): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(root, (_key, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
    } else if (isNode(node) && node.anchor !== undefined) {
      anchors.set(node.anchor, node);
    }
  });
  return targets;
}

function refuse(
  node: Node | null,
  code: string,
  message: string,
  { positionOf }: Conversion,
): never {
  throw new Refused(failed(code, message, positionOf(node?.range?.[0] ?? 0)));
}

function convert(written: unknown, path: Path, conversion: Conversion): unknown {
  const node = targetOf(written, conversion);
  const { open } = conversion;
  conversion.left -= 1;
  if (conversion.left < 0) {
    refuse(
      node,
      "too_large",
      `more than ${LIMITS.nodes} values, with copies of aliases`,
      conversion,
    );
  }
  if (path.length > LIMITS.depth) {
    throw new Refused(tooDeep(conversion.positionOf(node?.range?.[0] ?? 0)));
  }
  if (node === null) return null;
  if (isScalar(node)) return scalarValue(node, conversion);
  if (open.has(node)) refuse(node, "alias_circle", "an alias leads back to itself", conversion);
  open.add(node);
  const value = isMap(node)
    ? Object.fromEntries(membersOf(node, path, conversion))
    : isSeq(node)
      ? node.items.map((item, index) => convert(item, [...path, index], conversion))
      : null;
  open.delete(node);
  return value;
}

/** Returns the node behind an alias. */
function targetOf(written: unknown, conversion: Conversion): Node | null {
  const node = isNode(written) ? written : null;
  if (!isAlias(node)) return node;
  const target = conversion.targets.get(node);
  return (
    target ??
    refuse(node, "unknown_alias", `no anchor \`&${node.source}\` precedes the alias`, conversion)
  );
}

function scalarValue(node: Node & { readonly value: unknown }, conversion: Conversion): unknown {
  const { value } = node;
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  return refuse(
    node,
    "not_json",
    `\`${value}\` is not a value of JSON; put it in quotes`,
    conversion,
  );
}

/** Returns the members of a map: its own ones, then the merged ones. */
function membersOf(map: YAMLMap, path: Path, conversion: Conversion): ReadonlyMap<string, unknown> {
  const members = new Map<string, unknown>();
  const merged: unknown[] = [];
  for (const { key: written, value } of map.items) {
    if (isMergeKey(written)) {
      merged.push(value);
      continue;
    }
    const key = keyText(written, conversion);
    const here = [...path, key];
    if (members.has(key) || key === "__proto__") {
      const node = isNode(written) ? written : map;
      throw new Refused(keyFault(here, conversion.positionOf(node.range?.[0] ?? 0)));
    }
    members.set(key, convert(value, here, conversion));
  }
  for (const [key, value] of merged.flatMap((source) => mergedMembers(source, path, conversion))) {
    if (!members.has(key)) members.set(key, value);
  }
  return members;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

function keyText(written: unknown, conversion: Conversion): string {
  const node = targetOf(written, conversion);
  if (node === null) return "null";
  if (isScalar(node)) return String(node.value);
  return refuse(node, "complex_key", "a key is a list or a map: expected a text", conversion);
}

/** Returns the members that the value of a merge key adds: those of a map, or of each map of a list. */
function mergedMembers(
  written: unknown,
  path: Path,
  conversion: Conversion,
): readonly (readonly [string, unknown])[] {
  const value = convert(written, path, conversion);
  const maps = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return maps.flatMap((map) => {
    if (typeof map === "object" && map !== null && !Array.isArray(map)) return Object.entries(map);
    const node = targetOf(written, conversion);
    return refuse(node, "yaml_merge", "the value of `<<` is not a map", conversion);
  });
}
