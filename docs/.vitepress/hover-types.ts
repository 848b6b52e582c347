import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { VitePressPluginTwoslashOptions } from "@shikijs/vitepress-twoslash";
import { ModuleKind, ModuleResolutionKind, ScriptTarget } from "typescript";
import type { MarkdownOptions } from "vitepress";
import { root, sourceAliases } from "../../scripts/entries.mjs";

type Transformer = NonNullable<MarkdownOptions["codeTransformers"]>[number];

/** How the types are computed. Errors are not shown, since `npm run docs:code` compiles every block. */
export const twoslashOptions: NonNullable<VitePressPluginTwoslashOptions["twoslashOptions"]> = {
  vfsRoot: root,
  handbookOptions: { noErrors: true },
  compilerOptions: {
    module: ModuleKind.NodeNext,
    moduleResolution: ModuleResolutionKind.NodeNext,
    target: ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts"],
    types: ["node"],
    strict: true,
    resolveJsonModule: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    paths: Object.fromEntries(Object.entries(sourceAliases).map(([name, path]) => [name, [path]])),
  },
};

const BLOCK = /^( *)```(?:ts|jsonc)\n([\s\S]*?)^\1```$/gm;
const FILE_NAME = /^\/\/ ((?:[\w-]+\/)*[\w.-]+\.(?:ts|mts|cts|json))\n/;

/** Returns the blocks of each section of a page: the named blocks of one section are files of one folder. */
function sectionsOf(page: string): (readonly string[])[] {
  const text = readFileSync(page, "utf8");
  return text
    .split(/^## /m)
    .map((section) => [...section.matchAll(BLOCK)].map(([, , code = ""]) => code.trimEnd()));
}

/** Returns the other named blocks of the section of each block, by its text. */
function neighbours(): Map<string, readonly string[]> {
  const docs = join(root, "docs");
  const pages = readdirSync(docs, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".md"),
  );
  const named = new Map<string, readonly string[]>();
  for (const blocks of pages.flatMap((path) => sectionsOf(join(docs, path))))
    for (const block of blocks)
      named.set(
        block,
        blocks.filter((other) => other !== block && FILE_NAME.test(other)),
      );
  return named;
}

const asFile = (block: string): string => {
  const [first = "", name = "block.ts"] = FILE_NAME.exec(block) ?? [];
  return `// @filename: ${name}\n${block.slice(first.length)}\n`;
};

/** Creates the transformer that shows types in each `ts` block, with the other files of its section in front of it. */
export function nameFiles(): Transformer {
  const files = neighbours();
  return {
    name: "named-files",
    preprocess(code, options) {
      if (options.lang !== "ts") return undefined;
      options.meta = { ...options.meta, __raw: "twoslash" };
      const others = files.get(code.trimEnd()) ?? [];
      const [, name = "block.ts"] = FILE_NAME.exec(code) ?? [];
      return `${others.map(asFile).join("")}// @filename: ${name}\n// ---cut---\n${code}`;
    },
    // a block without types is part of a template of Vue
    postprocess: (html) => html.replaceAll("{", "&#123;"),
  };
}
