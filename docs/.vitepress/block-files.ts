import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/entries.mjs";

const BLOCK = /^( *)```(?:ts|jsonc)\n([\s\S]*?)^\1```$/gm;
const FILE_NAME = /^\/\/ ((?:[\w-]+\/)*[\w.-]+\.(?:ts|mts|cts|json))\n/;

/** Returns the blocks of a page by the path of a file for each. The named blocks below one heading are the files of one folder. */
function filesOf(path: string): [path: string, code: string][] {
  const sections = readFileSync(join(root, "docs", path), "utf8").split(/^## /m);
  return sections.flatMap((section, number) => {
    const folder = join(root, ".cache/hover-types", path, String(number));
    return [...section.matchAll(BLOCK)].map(([, indent = "", block = ""], index) => {
      const code = block.replaceAll(new RegExp(`^${indent}`, "gm"), "");
      const [, name = `block-${index}.ts`] = FILE_NAME.exec(code) ?? [];
      return [join(folder, name), code] as [string, string];
    });
  });
}

/** Returns the code blocks of all pages by paths of files, which exist only in memory. */
export function blockFiles(): ReadonlyMap<string, string> {
  const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
  return new Map(pages.filter((path) => path.endsWith(".md")).flatMap(filesOf));
}
