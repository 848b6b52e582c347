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

/** The declared scope that a list names: as {@link knownScope}, and a template by its own name, in either spelling. */
export function namedScope(policy: CompiledPolicy, token: string): CompiledScope | undefined {
  const known = knownScope(policy, token);
  if (known !== undefined) return known.scope;
  const printed = printedScope(token);
  return policy.scopes.find(({ name }) => name === printed);
}
