import { printedScope } from "../grammar/scope-syntax.js";
import { bindTemplate } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope } from "./compiled.js";

/** A concrete scope-token as a policy knows it. */
export interface KnownScope {
  readonly scope: CompiledScope;
  /** The values of its placeholders. */
  readonly values: readonly string[];
  /** The scope-token under the name that the policy gives it now: an older name is never said. */
  readonly text: string;
}

/** The declared scope that a concrete scope-token means, under its own or an older name; `undefined` for an unknown one and a template. */
export function knownScope(policy: CompiledPolicy, token: string): KnownScope | undefined {
  for (const lookup of policy.lookups) {
    const [hit] = lookup(token);
    if (hit === undefined) continue;
    const scope = policy.scopes[hit.scope] as CompiledScope;
    return { scope, values: hit.values, text: bindTemplate(scope.template, hit.values) };
  }
  return undefined;
}

/** Tokens under the names that the policy gives them now; what it does not know stays as it is. */
export function currentNames(policy: CompiledPolicy, tokens: readonly string[]): readonly string[] {
  return [...new Set(tokens.map((token) => knownScope(policy, token)?.text ?? token))];
}

/** The declared scope that a list names: as {@link knownScope}, and a template by its own name, in either spelling. */
export function namedScope(policy: CompiledPolicy, token: string): CompiledScope | undefined {
  const known = knownScope(policy, token);
  if (known !== undefined) return known.scope;
  const printed = printedScope(token);
  return policy.scopes.find(({ name }) => name === printed);
}
