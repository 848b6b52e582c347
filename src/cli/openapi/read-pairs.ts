import { entryOf } from "../../grammar/entry-of.js";
import { parseScopeToken } from "../../grammar/scope-syntax.js";

/** Actions that see something, of which a broader scope usually allows. */
const SEE: ReadonlySet<string | null> = new Set([
  "read",
  "view",
  "get",
  "list",
  "readonly",
  "read_only",
  "read_all",
]);
/** Actions that change the whole of something, and usually let see it. */
const CHANGE: ReadonlySet<string | null> = new Set([
  "write",
  "update",
  "edit",
  "modify",
  "manage",
  "readwrite",
  "read_write",
  "write_all",
]);

/** Two scopes in one list of which the broader one probably allows what the narrower one allows. */
export interface ReadPair {
  readonly broad: string;
  readonly narrow: string;
  /** The operations with such a list, each once. */
  readonly operations: readonly string[];
}

/** Returns the pairs such as `X` and `X.read`, or `courses:write` and `courses:read`, that lists of operations contain. */
export function readPairs(
  operations: Iterable<{ readonly label: string; readonly lists: readonly (readonly string[])[] }>,
): readonly ReadPair[] {
  const found = new Map<string, ReadPair & { readonly operations: string[] }>();
  for (const { label, lists } of operations) {
    for (const list of lists) {
      for (const [broad, narrow] of pairsIn(list)) {
        const make = () => ({ broad, narrow, operations: [] });
        const pair = entryOf(found, `${broad} ${narrow}`, make);
        if (pair.operations.at(-1) !== label) pair.operations.push(label);
      }
    }
  }
  return [...found.values()];
}

/** Yields the pairs of one list: the broader scope first. */
function* pairsIn(list: readonly string[]): Generator<readonly [broad: string, narrow: string]> {
  const names = new Set(list);
  const read = list.flatMap((name) => {
    const parsed = parseScopeToken<string>(name);
    return parsed.ok ? [{ name, ...parsed.token }] : [];
  });
  const changing = new Map<string | null, string[]>();
  for (const { name, form, resource, action } of read) {
    if (CHANGE.has(action))
      entryOf(changing as Map<string, string[]>, `${form} ${resource}`, () => []).push(name);
  }
  for (const { name, form, resource, action } of read) {
    if (!SEE.has(action)) continue;
    if (names.has(withoutLast(name))) yield [withoutLast(name), name];
    for (const broad of changing.get(`${form} ${resource}`) ?? []) yield [broad, name];
  }
}

/** Returns a scope without its last word. */
function withoutLast(name: string): string {
  return name.replace(/[.:/][^.:/]*$/, "");
}
