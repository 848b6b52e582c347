const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

/** Escapes a text for use between tags and in quoted attributes. Replaces control characters, which HTML does not allow. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll(/(?![\t\n])[\p{Cc}\p{Cs}]/gu, "\uFFFD")
    .replaceAll(/[&<>"']/g, (character) => ENTITIES.get(character) as string);
}
