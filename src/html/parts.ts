import { escapeHtml } from "../consent/escape-html.js";
import { fillPlaceholders } from "../consent/messages.js";
import type { ConsentText } from "../consent/model.js";

/**
 * Isolates and escapes a value, so that its writing direction does not change the direction of the text around it. Marks its language
 * if that is not the language of the page; `""` means that it is unknown.
 */
export function isolate(text: string, lang: string | null = null): string {
  const mark = lang === null ? "" : ` lang="${escapeHtml(lang)}"`;
  return `<bdi${mark}>${escapeHtml(text)}</bdi>`;
}

/** Returns a text of the page, escaped, with its values inserted, each isolated and escaped. */
export function fillHtml(text: string, values: Readonly<Record<string, string>>): string {
  const safe = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isolate(value)]),
  );
  return fillPlaceholders(escapeHtml(text), safe);
}

/** Returns a text of the page with the titles of scopes inserted, each in quotation marks: a title can have commas. */
export function fillTitles(text: string, titles: readonly ConsentText[]): string {
  const scopes = titles.map(({ text: title, lang }) => `<q>${isolate(title, lang)}</q>`).join(", ");
  return fillPlaceholders(escapeHtml(text), { scopes });
}

/** Returns a link. The address must be safe to show on a page. */
export function anchor(href: string, text: string): string {
  return `<a href="${escapeHtml(href)}" rel="noopener noreferrer">${escapeHtml(text)}</a>`;
}

const ICONS = {
  caution: '<path d="M12 3 1.8 20.5h20.4zM12 10v5m0 2.2v.3"/>',
  verified:
    '<path d="M12 2.5 4 6v6c0 5 3.4 8.4 8 9.5 4.6-1.100 8-4.500 8-9.500V6zM8.500 12l2.500 2.500 4.500-5"/>',
  unverified:
    '<circle cx="12" cy="12" r="9.500"/><path d="M9.500 9.500a2.500 2.500 0 1 1 3.600 2.300c-.8.400-1.100.900-1.100 1.700m0 3v.2"/>',
  locked: '<path d="M7 11V8a5 5 0 0 1 10 0v3M5 11h14v10H5z"/>',
  allowed: '<path d="m4.500 12.500 5 5 10-11"/>',
  refused: '<circle cx="12" cy="12" r="9.500"/><path d="m5.500 5.500 13 13"/>',
  details: '<circle cx="12" cy="12" r="9.500"/><path d="M12 11v6m0-10v.2"/>',
} as const;

/** Returns an icon. Its meaning must be in the text beside it. */
export function icon(name: keyof typeof ICONS): string {
  return `<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">${ICONS[name]}</svg>`;
}

/** Returns an input that the user does not see. */
export function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
}
