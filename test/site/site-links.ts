import { readFileSync } from "node:fs";
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { BASE, fileAt } from "./site-server.js";

type Node = DefaultTreeAdapterTypes.Node;

/** Targets and anchors of one page. */
interface PageLinks {
  readonly targets: readonly string[];
  readonly anchors: ReadonlySet<string>;
}

function elementsIn(node: Node): DefaultTreeAdapterTypes.Element[] {
  const children = "childNodes" in node ? node.childNodes.flatMap(elementsIn) : [];
  return "attrs" in node ? [node, ...children] : children;
}

function readLinks(file: string): PageLinks {
  const attributes = elementsIn(parse(readFileSync(file, "utf8"))).flatMap(({ attrs }) => attrs);
  const valuesOf = (...names: readonly string[]) =>
    attributes.filter(({ name }) => names.includes(name)).map(({ value }) => value);
  return { targets: valuesOf("href", "src"), anchors: new Set(valuesOf("id", "name")) };
}

/** Returns each link of the pages, and of what they link to, that leads to no file or to no place of its page. */
export function brokenLinks(pages: readonly string[]): string[] {
  const known = new Map<string, PageLinks>();
  const linksOf = (file: string): PageLinks => {
    const links = known.get(file) ?? readLinks(file);
    known.set(file, links);
    return links;
  };
  return pages.flatMap((page) => {
    const address = new URL(`${BASE}${page}`, "http://site");
    return linksOf(fileAt(address.pathname) ?? "")
      .targets.filter((target) => {
        const { origin, pathname, hash } = new URL(target, address);
        if (origin !== address.origin) return false;
        const file = fileAt(pathname);
        if (file === undefined) return true;
        const anchor = decodeURIComponent(hash.slice(1));
        return file.endsWith(".html") && anchor !== "" && !linksOf(file).anchors.has(anchor);
      })
      .map((target) => `${page}: ${target}`);
  });
}
