import type { DenialContext } from "../../resource-server/challenge.js";

/**
 * Returns which scopes a 401 without credentials names over MCP. They are the scopes of the resource metadata, so that a client
 * asks for them once and not again for each tool. Where a client may list without credentials, it signs in for the tool that it
 * calls, or for the object that it reads.
 *
 * @param isOfObject - whether the operation decides on a resource or prompt
 */
export function signInScopeMode(
  anonymous: boolean,
  isOfObject: boolean,
): NonNullable<DenialContext["signInScope"]> {
  if (!anonymous) return "resource";
  return isOfObject ? "object-or-resource" : "operation-or-resource";
}
