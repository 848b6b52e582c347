// Reads the links and pictures of Markdown documents.

/** The fenced code blocks of a Markdown text. */
export const FENCED_BLOCKS = /^( *)(```+|~~~+)[\s\S]*?^\1\2/gm;

/**
 * Returns the anchor of a heading, as GitHub makes it.
 *
 * @param {string} heading
 * @returns {string}
 */
export const anchorOf = (heading) =>
  heading
    .replace(/`|\*|\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");

/**
 * @typedef {object} Link
 * @property {number} start where the target begins in the text
 * @property {string} target as it is written: a path, an anchor or an address
 * @property {boolean} isPicture
 */

/**
 * Returns the links and pictures of a document outside its code, in order.
 *
 * @param {string} text
 * @returns {Link[]}
 */
export function linksOf(text) {
  const blank = (/** @type {string} */ code) => code.replace(/[^\n]/g, " ");
  const prose = text.replace(FENCED_BLOCKS, blank).replace(/`[^`\n]*`/g, blank);
  const found = [
    ...prose.matchAll(/(?<bang>!?)\[[^\]]*\]\((?<target>[^)\s]+)[^)]*\)/dg),
    ...prose.matchAll(/\b(?<bang>src|srcset)="(?<target>[^"\s]+)"/dg),
    ...prose.matchAll(/\b(?<bang>)href="(?<target>[^"\s]+)"/dg),
  ];
  return found
    .map(({ groups, indices }) => ({
      start: indices?.groups?.["target"]?.[0] ?? 0,
      target: groups?.["target"] ?? "",
      isPicture: groups?.["bang"] !== "",
    }))
    .sort((a, b) => a.start - b.start);
}

/** @param {string} target whether it is a path within the repository, not an address or an anchor */
export const isRelative = (target) => !/^([a-z][a-z+.-]*:|\/\/|#)/i.test(target);
