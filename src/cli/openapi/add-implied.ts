import { entryOf } from "../../grammar/entry-of.js";
import { splitPlaceholders } from "../../grammar/placeholder.js";
import type { ScopeOptions } from "../../policy/definition.js";
import type { ReportNote } from "../source/source.js";
import { readPairs } from "./read-pairs.js";
import { nameList } from "./texts.js";

type Entries = ReadonlyMap<string, string | ScopeOptions>;

/**
 * Notes each pair such as `X` and `X.read` in one list. If `isWanted`, returns the scopes with `implies` for these pairs; otherwise
 * unchanged.
 */
export function addImplied(
  entries: Entries,
  operations: Parameters<typeof readPairs>[0],
  isWanted: boolean,
  note: (note: ReportNote) => void,
): Entries {
  const added = new Map<string, string[]>();
  for (const { broad, narrow, operations: labels } of readPairs(operations)) {
    const canImply = entries.has(broad) && entries.has(narrow) && haveSameParams(broad, narrow);
    const isAdded = isWanted && canImply;
    if (isAdded) entryOf(added, broad, (): string[] => []).push(narrow);
    const effect = isAdded
      ? `\`${broad}\` implies \`${narrow}\` in the policy`
      : canImply
        ? `\`--add-implies\` lets \`${broad}\` imply \`${narrow}\``
        : "the policy cannot let one imply the other";
    const message = `in one list with \`${narrow}\` in ${nameList(labels)}, so the list may mean that one is enough: ${effect}`;
    note({ subject: broad, code: "scope_and_read_scope", message });
  }
  if (added.size === 0) return entries;
  return new Map(
    [...entries].map(([name, entry]) => [name, withImplied(entry, added.get(name) ?? [])]),
  );
}

function haveSameParams(broad: string, narrow: string): boolean {
  const [left, right] = [broad, narrow].map((name) =>
    splitPlaceholders(name).names.toSorted().join(" "),
  );
  return left === right;
}

function withImplied(
  entry: string | ScopeOptions,
  added: readonly string[],
): string | ScopeOptions {
  if (added.length === 0) return entry;
  const options =
    typeof entry === "string" ? { ...(entry !== "" && { description: entry }) } : entry;
  // the extension of a document can contain anything
  const own = Array.isArray(options.implies) ? (options.implies as readonly string[]) : [];
  return { ...options, implies: [...new Set([...own, ...added])] };
}
