type Child = Node | string;

/** Creates an element with attributes and children. Texts become text nodes, never HTML. An attribute that is `false` is left out. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | boolean>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Creates a list of texts. */
export function list(tag: "ul" | "ol", texts: readonly string[]): HTMLElement {
  return element(tag, {}, ...texts.map((text) => element("li", {}, text)));
}

/** Creates a paragraph. */
export function paragraph(...children: readonly Child[]): HTMLElement {
  return element("p", {}, ...children);
}

/** Maximum number of characters of a name that the page shows. */
const MAX_SHOWN = 200;

/** Returns a text that is short enough for a list. */
export function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
