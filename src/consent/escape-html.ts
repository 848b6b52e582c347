const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

/** Text as it may stand between tags and in quoted attributes. Control characters, which HTML does not allow, are replaced. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll(/(?![\t\n])[\p{Cc}\p{Cs}]/gu, "\uFFFD")
    .replaceAll(/[&<>"']/g, (character) => ENTITIES.get(character) as string);
}
