import type { Decision, Policy } from "scope-policy";

/** Returns the decision about a tool in the list of tools of a token; `undefined` if the list does not have the tool. */
export function viewOf(
  policy: Policy,
  scope: readonly string[],
  tool: string,
): Decision | undefined {
  return policy.toolsFor({ scope }).find(({ name }) => name === tool)?.decision;
}
