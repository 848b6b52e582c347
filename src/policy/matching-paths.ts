import type { ScopeTokenSyntax } from "../grammar/scope-syntax.js";
import type { Coverage, Template } from "../grammar/template.js";
import type { TemplateIndex } from "../grammar/template-index.js";
import {
  byKey,
  headOf,
  type Named,
  placeholders,
  segmentOf,
  slashesIn,
  visitAll,
  withValues,
} from "./matching-values.js";

// The rule `path-prefix`: a granted path covers the paths below it.

/** A path covers itself and every path below it, and the root covers every path. */
const PATH_COVERAGE: Coverage = {
  every: "",
  severalSegments: true,
  covering(path) {
    const paths = [path];
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      paths.push(path.slice(0, end));
    }
    return path === "" ? paths : [...paths, ""];
  },
};

export function pathFault({ text, params }: ScopeTokenSyntax): string | undefined {
  const end = `/{${params[0] ?? ""}}`;
  return params.length === 1 && text.endsWith(end) && !text.slice(0, -end.length).endsWith("/")
    ? undefined
    : "the path must be the only placeholder and the end of the name, after a `/`, as in `files:/{path}`";
}

/** Returns a template for paths: segments that are safe values, at most 1,024 characters. Nothing in them is resolved. */
export function pathTemplate(template: Template): Template {
  const segment = segmentOf(template);
  return withValues(template, `^(?=.{1,1024}$)${segment}(?:/${segment})*$`, PATH_COVERAGE);
}

/** Yields a name for each number of segments that a path can have, and for the root. */
export function* spreadPaths<Item extends Named>(
  items: readonly Item[],
  slashes: ReadonlySet<number>,
): Generator<readonly [Item, string]> {
  for (const item of items) {
    const head = headOf(item.template);
    yield [item, head];
    for (const count of slashes) {
      const segments = count - slashesIn(head) + 1;
      if (segments > 0) yield [item, head + placeholders(segments)];
    }
  }
}

/** Creates an index of paths: a lookup for each length of the text before the path. */
export function buildPathIndex<Item extends Named>(items: readonly Item[]): TemplateIndex<Item> {
  const heads = byKey(items, headOf);
  const lengths = [...new Set([...heads.keys()].map(({ length }) => length))].sort((a, b) => a - b);
  return {
    find(text, visit) {
      for (const length of lengths) {
        if (length > text.length) return;
        visitAll(heads.get(text.slice(0, length)) ?? [], text.slice(length), visit);
      }
    },
  };
}
