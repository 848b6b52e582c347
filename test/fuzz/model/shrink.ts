// Makes a case smaller while the library and the model still differ: removes questions, then members of objects and lists.

import type { FuzzCase } from "./case.js";

/** Milliseconds after which the smallest case so far is good enough. */
const MAX_TIME = 60_000;

type Path = readonly (string | number)[];

const isPlain = (value: unknown): value is object =>
  Array.isArray(value) ||
  (typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype);

/** Returns a copy of a tree without the members of one of its objects or lists that are named. */
function removed(tree: unknown, [step, ...path]: Path, names: readonly string[]): unknown {
  if (Array.isArray(tree)) {
    const list = tree as readonly unknown[];
    return step === undefined
      ? list.filter((_, index) => !names.includes(String(index)))
      : list.map((value, index) => (index === Number(step) ? removed(value, path, names) : value));
  }
  const entries = Object.entries(tree as object);
  return Object.fromEntries(
    step === undefined
      ? entries.filter(([name]) => !names.includes(name))
      : entries.map(([name, value]) => [
          name,
          name === step ? removed(value, path, names) : (value as unknown),
        ]),
  );
}

/** Returns the part of a tree at a path. */
const partAt = (tree: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (part, step) => (isPlain(part) ? (part as Record<string | number, unknown>)[step] : undefined),
    tree,
  );

function* containers(tree: unknown, path: Path = []): Generator<readonly [Path, string[]]> {
  if (!isPlain(tree)) return;
  yield [path, Object.keys(tree)];
  for (const [name, value] of Object.entries(tree)) {
    yield* containers(value, [...path, Array.isArray(tree) ? Number(name) : name]);
  }
}

/** The members of a case that are always there: its own, and the arguments of a question. */
const isFixed = (path: Path): boolean =>
  path.length === 0 || (path[0] === "questions" && (path.length === 2 || path.length === 3));

/** Arguments that may lack any member. Options and facts have defaults, which the model does not know. */
const FREE: readonly unknown[] = ["token", "params", "request"];

/** Returns the names of the members of a part that a smaller case may lack. */
function removable(tree: unknown, path: Path, names: readonly string[]): readonly string[] {
  const part = partAt(tree, path);
  if (isFixed(path) || !isPlain(part)) return [];
  if (path[0] !== "questions" || Array.isArray(part) || FREE.includes(path[3])) return names;
  return names.filter((name) => isPlain((part as Record<string, unknown>)[name]));
}

/** Returns the names of a container in halves, then quarters, then one by one; the last ones first, so that indexes stay. */
function* portions(names: readonly string[]): Generator<string[]> {
  for (let size = Math.ceil(names.length / 2); size > 0; size = size === 1 ? 0 : size >> 1) {
    for (let end = names.length; end > 0; end -= size) {
      yield names.slice(Math.max(end - size, 0), end);
    }
  }
}

/**
 * Returns a smaller case that still fails.
 *
 * @param fails - whether the library and the model still differ
 */
export async function shrink(
  start: FuzzCase,
  fails: (one: FuzzCase) => Promise<boolean>,
): Promise<FuzzCase> {
  const end = performance.now() + MAX_TIME;
  let smallest = start;
  const attempt = async (path: Path, names: string[]): Promise<boolean> => {
    const part = partAt(smallest, path);
    if (!isPlain(part) || !names.some((name) => Object.hasOwn(part, name))) return false;
    const next = removed(smallest, path, names) as FuzzCase;
    if (next.questions.length === 0 || !(await fails(next))) return false;
    smallest = next;
    return true;
  };
  const pass = async (): Promise<boolean> => {
    let isSmaller = false;
    for (const [path, names] of [...containers(smallest)]) {
      for (const some of portions(removable(smallest, path, names))) {
        if (performance.now() > end) return false;
        if (await attempt(path, some)) isSmaller = true;
      }
    }
    return isSmaller;
  };
  while (await pass());
  return smallest;
}
