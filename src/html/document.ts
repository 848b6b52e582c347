import { escapeHtml } from "../consent/escape-html.js";
import { PAGE_STYLE } from "../consent/page-style.js";

/** A whole page. */
export interface PageDocument {
  /** Language tag. */
  readonly lang: string;
  readonly dir: string;
  readonly title: string;
  /** Stylesheets in the page, in addition to the one of all pages. */
  readonly styles: readonly string[];
  /** URL of the stylesheet of the server. */
  readonly stylesheet: string | undefined;
  /** The element `main`. */
  readonly main: string;
}

/** Returns the HTML of a whole page. */
export function documentHtml({ lang, dir, title, styles, stylesheet, main }: PageDocument): string {
  const inline = [PAGE_STYLE, ...styles].map((style) => `<style>${style}</style>`).join("");
  const link =
    stylesheet === undefined ? "" : `<link rel="stylesheet" href="${escapeHtml(stylesheet)}">`;
  return `<!doctype html>
<html lang="${escapeHtml(lang)}" dir="${escapeHtml(dir)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="robots" content="noindex"><title>${escapeHtml(title)}</title>${inline}${link}</head>
<body>${main}</body>
</html>
`;
}
