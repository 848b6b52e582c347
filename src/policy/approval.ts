import { readScopeTokens } from "../grammar/scope.js";
import type { CompiledPolicy, CompiledScope } from "./compiled-policy.js";
import { createCeiling, type ListedScope } from "./scope-ceiling.js";

/** The scopes that a client can have: every scope that is not restricted, and the restricted ones that the server approved. */
export interface Approval {
  /** Returns whether the client can have a scope. A template counts only if all of its values are approved. */
  covers(listed: ListedScope): boolean;
  /** Returns whether the client can have a scope for some values. */
  coversSome(scope: CompiledScope): boolean;
}

/** Returns whether every client can be offered a scope, or all scopes of an alternative: none is reserved or restricted. */
export function isOpen({
  reserved,
  restricted,
}: Pick<CompiledScope, "reserved" | "restricted">): boolean {
  return !reserved && !restricted;
}

/**
 * Creates the approval of a client from the server's list. A template in it covers each of its values. A value that is not a scope
 * approves nothing.
 */
export function createApproval(policy: CompiledPolicy, approvedScopes: unknown): Approval {
  let known: ReturnType<typeof createCeiling> | undefined;
  // most policies have no restricted scope, so the list is read at the first one
  const approved = () => {
    known ??= createCeiling(policy, readScopeTokens(approvedScopes) ?? [], true);
    return known;
  };
  return {
    covers: (listed) => !listed.scope.restricted || approved().covers(listed),
    coversSome: (scope) => !scope.restricted || approved().coversSome(scope),
  };
}
