import { parseScope } from "../grammar/scope.js";
import { printedScope } from "../grammar/scope-syntax.js";
import { bindTemplate } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope } from "../policy/compiled.js";

/** The scope that asks for a refresh token (OpenID Connect Core, section 11). */
export const OFFLINE_ACCESS = "offline_access";

/** A scope-token of somebody's list, as the policy knows it. */
export interface KnownScope {
  readonly scope: CompiledScope;
  /** The concrete scope-token under its newest name, or the template's name where no value is bound. */
  readonly text: string;
  /** Whether it has no hole left. */
  readonly isBound: boolean;
}

/** The scope-tokens of a text; `undefined` for a text that is no scope. */
export function scopeTokens(text: unknown): readonly string[] | undefined {
  const parsed = typeof text === "string" ? parseScope(text) : undefined;
  return parsed?.ok === true ? [...parsed.scope] : undefined;
}

/** Finds the declared scope of a scope-token: concrete, under an older name, or written as the template itself. */
export function knownScope(policy: CompiledPolicy, token: string): KnownScope | undefined {
  for (const lookup of policy.lookups) {
    const [hit] = lookup(token);
    if (hit === undefined) continue;
    const scope = policy.scopes[hit.scope] as CompiledScope;
    return { scope, text: bindTemplate(scope.template, hit.values), isBound: true };
  }
  const printed = printedScope(token);
  const scope = policy.scopes.find(({ name }) => name === printed);
  return scope && { scope, text: scope.name, isBound: scope.template.names.length === 0 };
}
