import ts from "typescript";

/**
 * Returns the lines of the docblock above a node, without their stars; `undefined` if it has none.
 *
 * @param {ts.Node} node
 * @returns {string | undefined}
 */
export function docblockLines(node) {
  const { text } = node.getSourceFile();
  const ranges = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  const range = ranges.findLast(({ pos }) => text.startsWith("/**", pos));
  return (
    range && text.slice(range.pos + "/**".length, range.end - "*/".length).replace(/^\s*\* ?/gm, "")
  );
}
