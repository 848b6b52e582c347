import type { MarkdownOptions } from "vitepress";
import { blockFiles } from "./block-files.js";
import { createTypeReader } from "./type-reader.js";

type Transformer = NonNullable<MarkdownOptions["codeTransformers"]>[number];

/** Returns the transformer that gives each name in a `ts` block its type as the attribute `data-type`. */
export function hoverTypes(): Transformer {
  const files = blockFiles();
  const readTypes = createTypeReader(files);
  const paths = new Map([...files].map(([path, code]) => [code.trimEnd(), path]));
  return {
    name: "hover-types",
    preprocess: (code, options) => {
      const path = options.lang === "ts" ? paths.get(code.trimEnd()) : undefined;
      if (path === undefined) return;
      options.decorations = readTypes(path).map(({ start, end, text }) => ({
        start,
        end,
        properties: { "data-type": text },
      }));
    },
  };
}
