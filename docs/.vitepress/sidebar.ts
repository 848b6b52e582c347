import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DefaultTheme } from "vitepress";
import { entries, root } from "../../scripts/entries.mjs";
import { anchorOf } from "../../scripts/links.mjs";
import { KINDS, type Page, pagesOf, SECTIONS } from "../../scripts/page-list.mjs";

type Item = DefaultTheme.SidebarItem;

const linkTo = ({ path, title }: Page): Item => ({ text: title, link: `/${path}` });

/** Returns the link of a group of pages: its heading in the index. */
const inIndex = (heading: string): string => `/README.md#${anchorOf(heading)}`;

/** Returns the how-to pages by section, without empty ones, and the pages of any other kind as a list. */
function itemsOf(kind: string, pages: readonly Page[]): Item[] {
  if (kind !== "how-to") return pages.map(linkTo);
  return SECTIONS.map((section) => ({
    text: section,
    link: inIndex(section),
    collapsed: true,
    items: pages.filter((page) => page.section === section).map(linkTo),
  })).filter(({ items }) => items.length > 0);
}

/** Returns the pages by kind, the modules of the generated reference, and the decision records as one entry. */
export function sidebar(): Item[] {
  const pages = pagesOf();
  const groups = [...KINDS].map(([kind, text]) => ({
    text,
    link: inIndex(text),
    collapsed: false,
    items: itemsOf(
      kind,
      pages.filter((page) => page.kind === kind),
    ),
  }));
  const modules = entries.map(({ name, specifier }) => ({
    text: specifier,
    link: `/api/${name}.md`,
  }));
  return [
    ...groups.filter(({ items }) => items.length > 0),
    { text: "API reference", link: "/api/modules.md", collapsed: true, items: modules },
    { text: "Design decisions", link: "/decisions/README.md" },
  ];
}

/** Returns the side bar in two levels: below these, `vitepress-plugin-llms` forgets the base of the site in its links. */
export function flatSidebar(): Item[] {
  return sidebar().flatMap((group) => {
    const items = group.items ?? [];
    return items.some((item) => item.items !== undefined) ? items : [group];
  });
}

/** Returns the links of the header, without those whose page does not exist. */
export function navigation(): DefaultTheme.NavItem[] {
  return [
    { text: "Guides", link: "/README" },
    { text: "API", link: "/api/index" },
    { text: "Playground", link: "/playground" },
  ].filter(({ link }) => link.startsWith("/api/") || existsSync(join(root, `docs${link}.md`)));
}
