import { printedScope } from "../grammar/scope-syntax.js";
import type { CompiledPolicy, CompiledScope } from "./compiled-policy.js";
import { OFFLINE_ACCESS } from "./openid-scopes.js";

/** The scopes that a client requests first: the smallest useful set. */
export interface FirstScopes {
  /** The baseline and the scopes that are on by default; the policy's `defaultScopes` if there are none. */
  readonly all: readonly string[];
  /** The baseline only. */
  readonly baseline: readonly string[];
}

/**
 * Returns the scopes, in declared order, that the metadata of a protected resource and the 401 of an MCP server name. Reserved
 * scopes, scopes with placeholders and `offline_access` are left out.
 */
export function firstScopes({ scopes, baseline, definition }: CompiledPolicy): FirstScopes {
  const defaults = new Set((definition.defaultScopes ?? []).map(printedScope));
  const namesOf = (isMeant: (scope: CompiledScope) => boolean) =>
    scopes.flatMap((scope) => {
      const { name, reserved, template } = scope;
      const isPublic = !reserved && template.names.length === 0 && name !== OFFLINE_ACCESS;
      return isPublic && isMeant(scope) ? [name] : [];
    });
  const useful = namesOf((scope) => baseline.includes(scope) || scope.options.default === "on");
  return {
    all: useful.length > 0 ? useful : namesOf(({ name }) => defaults.has(name)),
    baseline: namesOf((scope) => baseline.includes(scope)),
  };
}
