/**
 * Counts the decisions of a batch that allow. scripts/bench.mjs imports this file once for each function that it measures, so that the
 * engine knows which function a loop calls.
 *
 * @param {(token: never, tool: string, value: string | undefined) => boolean} decide
 * @param {{ tokens: unknown[], tools: string[], values: (string | undefined)[] }} batch
 */
export function countAllowed(decide, { tokens, tools, values }) {
  let count = 0;
  for (let at = 0; at < tokens.length; at += 1) {
    const tool = /** @type {string} */ (tools[at]);
    if (decide(/** @type {never} */ (tokens[at]), tool, values[at])) count += 1;
  }
  return count;
}
