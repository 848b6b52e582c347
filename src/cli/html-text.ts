/** Markup that is safe to stand in a page as it is: only {@link html} makes it. */
export interface Html {
  readonly markup: string;
}

type Part = string | number | Html | undefined | readonly Part[];

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

/** Text as it may stand between tags and in quoted attributes. Control characters, which HTML does not allow, are replaced. */
function escapeHtml(text: string): string {
  return text
    .replaceAll(/(?![\t\n])[\p{Cc}\p{Cs}]/gu, "\uFFFD")
    .replaceAll(/[&<>"']/g, (character) => ENTITIES.get(character) ?? "");
}

/** A template whose values are escaped, unless they are markup made here themselves; lists are joined. */
export function html(texts: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { markup: texts.map((text, index) => text + markupOf(values[index])).join("") };
}

function markupOf(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string" || typeof part === "number") return escapeHtml(String(part));
  return "markup" in part ? part.markup : part.map(markupOf).join("");
}
