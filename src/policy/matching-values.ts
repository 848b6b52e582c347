import type { HoleValues } from "../grammar/bound-value.js";
import { groupBy } from "../grammar/entry-of.js";
import { acceptsGranted, type Coverage, type Template } from "../grammar/template.js";

// What the rules `path-prefix`, `smart` and `registry` share: values of the only placeholder of a name.

/** Something with the template of a name. */
export interface Named {
  readonly template: Template;
}

/** Returns a template with other values for its only placeholder. */
export function withValues(template: Template, source: string, coverage: Coverage): Template {
  const [[values]] = template.accepted as [[HoleValues]];
  return { ...template, accepted: [[{ ...values, pattern: new RegExp(source) }]], coverage };
}

/** Returns the source of a pattern for one segment of a value of a template. */
export function segmentOf({ accepted }: Template): string {
  const [[{ chars }]] = accepted as [[HoleValues]];
  // the hyphen is the only one of the characters that has a meaning in brackets
  return `(?!\\.\\.?(?:/|$))[${chars.replace("-", "\\-")}]{1,128}`;
}

/** Returns names by a key of their templates. */
export function byKey<Item extends Named>(
  items: readonly Item[],
  keyOf: (template: Template) => string,
): ReadonlyMap<string, readonly Item[]> {
  return groupBy(items, ({ template }) => keyOf(template));
}

/** Calls `visit` for each item that accepts a granted value. */
export function visitAll<Item extends Named>(
  items: readonly Item[],
  value: string,
  visit: (item: Item, values: readonly string[]) => void,
): void {
  for (const item of items) {
    if (acceptsGranted(item.template, 0, value)) visit(item, [value]);
  }
}

/** Returns the text before the placeholder. */
export const headOf = ({ literals }: Template) => literals[0] as string;

/** Returns the number of slashes in a text. */
export function slashesIn(text: string): number {
  return text.split("/").length - 1;
}

/** Returns placeholders with slashes between them. */
export function placeholders(count: number): string {
  return Array.from({ length: count }, (_, index) => `{p${index}}`).join("/");
}
