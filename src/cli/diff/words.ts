import type { Word } from "../describe-rule.js";

/** Maximum number of names that a row lists. */
const MAX_LISTED = 5;

/** Returns words with a text between them; empty parts are left out. */
export function joined(parts: readonly (readonly Word[])[], between: string): readonly Word[] {
  return parts
    .filter((words) => words.length > 0)
    .flatMap((words, index) => (index === 0 ? words : [{ text: between }, ...words]));
}

/** Returns all names of a list. */
export function named(list: readonly string[]): readonly Word[] {
  return joined(
    list.map((scope) => [{ scope }]),
    ", ",
  );
}

/** Returns the first names of a list, and the number of the others. */
export function names(list: readonly string[]): readonly Word[] {
  const rest = list.length - MAX_LISTED;
  return rest > 0
    ? [...named(list.slice(0, MAX_LISTED)), { text: ` and ${rest} more` }]
    : named(list);
}
