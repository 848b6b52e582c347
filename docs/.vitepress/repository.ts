import { posix } from "node:path";
import type { MarkdownRenderer } from "vitepress";
import { manifest } from "../../scripts/entries.mjs";
import { isRelative } from "../../scripts/links.mjs";
import { repository } from "../../scripts/repository.mjs";

export { repository };

/** Path of the site on its host: GitHub Pages serves a project under the name of its repository. */
export const base = `/${repository?.split("/").at(-1) ?? manifest.name}/`;

/** Returns the path of a file of the repository that is not a page of the site, or `undefined` for every other target. */
function fileOutside(page: string, target: string): string | undefined {
  if (!isRelative(target)) return undefined;
  const [path = ""] = target.split("#");
  const file = posix.join("docs", posix.dirname(page), path);
  const isPage = file.startsWith("docs/") && !file.startsWith("docs/skills/");
  return isPage && /\.(?:md|html)$/.test(file) ? undefined : file;
}

/** Lets links to files that are not pages lead to the repository. While its address is not known, their texts are not links. */
export function linkRepository(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push("repository_links", ({ tokens, env }) => {
    const { relativePath } = env as { readonly relativePath: string };
    let isDropped = false;
    for (const { children } of tokens)
      for (const token of children ?? []) {
        const file = fileOutside(relativePath, token.attrGet("href") ?? "#");
        if (token.type === "link_open" && file !== undefined) {
          if (repository === undefined) isDropped = true;
          else token.attrSet("href", `${repository}/blob/main/${file}`);
        }
        if (!isDropped || !token.type.startsWith("link_")) continue;
        token.tag = "span";
        token.attrs = null;
        isDropped = token.type === "link_open";
      }
  });
}
