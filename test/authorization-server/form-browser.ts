// A minimal browser without JavaScript: cookies by path, redirects, and the forms of a page.
import { type DefaultTreeAdapterMap, parse } from "parse5";

type Node = DefaultTreeAdapterMap["node"];
type Element = DefaultTreeAdapterMap["element"];

/** A page, or the foreign address at which the browser stopped. */
export interface Stop {
  readonly url: string;
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
}

export interface Box {
  readonly scope: string;
  readonly checked: boolean;
  readonly disabled: boolean;
}

export function createFormBrowser(issuer: string) {
  const cookies = new Map<string, { readonly value: string; readonly path: string }>();

  async function go(address: string, form?: URLSearchParams): Promise<Stop> {
    const url = new URL(address, issuer);
    if (url.origin !== issuer) {
      return { url: url.href, status: 0, html: "", headers: new Headers() };
    }
    const sent = [...cookies]
      .filter(([, { path }]) => url.pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`);
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie: sent.join("; ") },
      ...(form !== undefined && { method: "POST", body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /path=([^;]*)/i.exec(line)?.[1] ?? "/";
      if (value === "") cookies.delete(name);
      else cookies.set(name, { value, path });
    }
    const next = response.headers.get("location");
    if (next !== null) return go(new URL(next, url).href);
    const { status, headers } = response;
    return { url: url.href, status, html: await response.text(), headers };
  }

  return {
    go,
    /** Posts the form of a page, with its hidden fields and the chosen fields. */
    submit: (page: Stop, chosen: readonly (readonly [name: string, value: string])[]) => {
      const hidden = elementsOf(page.html, "input").filter((one) => at(one, "type") === "hidden");
      const kept = hidden.map((one) => [at(one, "name") ?? "", at(one, "value") ?? ""] as const);
      const overridden = new Set(chosen.map(([name]) => name));
      const form = new URLSearchParams();
      for (const [name, value] of [...kept.filter(([own]) => !overridden.has(own)), ...chosen]) {
        form.append(name, value);
      }
      return go(page.url, form);
    },
  };
}

/** Returns the checkboxes of a consent page. */
export function boxesOf({ html }: Stop): readonly Box[] {
  return elementsOf(html, "input")
    .filter((one) => at(one, "type") === "checkbox")
    .map((one) => ({
      scope: at(one, "value") ?? "",
      checked: at(one, "checked") !== undefined,
      disabled: at(one, "disabled") !== undefined,
    }));
}

function elementsOf(html: string, tag: string): readonly Element[] {
  const found: Element[] = [];
  const visit = (node: Node): void => {
    if ("tagName" in node && node.tagName === tag) found.push(node);
    if ("childNodes" in node) for (const child of node.childNodes) visit(child);
  };
  visit(parse(html));
  return found;
}

function at(element: Element, name: string): string | undefined {
  return element.attrs.find((one) => one.name === name)?.value;
}
