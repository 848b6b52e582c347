import type { AccessToken } from "../../decision/access-token.js";
import { combineAuthentication } from "../../decision/authentication.js";
import { bindTemplate } from "../../grammar/template.js";
import type { Alternative, CompiledPolicy, Rule } from "../../policy/compiled-policy.js";

/** An alternative of a rule, with the values of the rule's parameters in its scopes and its boundaries. */
export interface ChosenAlternative {
  readonly rule: Rule;
  readonly alternative: Alternative;
  readonly values: readonly string[];
}

/** The claims of a token in a file of cases. */
export type Claims = Omit<AccessToken, "scope"> & {
  readonly scope: string;
  readonly auth_age?: number;
};

/** Returns the claims of a token that meets one alternative of each rule. */
export function claimsFor(chosen: readonly ChosenAlternative[], policy: CompiledPolicy): Claims {
  const alternatives = chosen.map(({ alternative }) => alternative);
  const tier = policy.tiers[Math.max(-1, ...alternatives.map((one) => one.tier))];
  const types = [...new Set(alternatives.flatMap(accountTypesFor))];
  const entitlements = [...new Set(alternatives.flatMap((one) => one.entitlements))];
  const authentication = combineAuthentication(chosen.map(({ rule }) => rule.authentication));
  const acr = authentication?.acr?.[0];
  const boundaries = boundariesFor(chosen);
  return {
    scope: scopeFor(chosen),
    ...(tier !== undefined && { tier }),
    ...(types.length > 0 && { account_type: types.length === 1 ? (types[0] as string) : types }),
    ...(entitlements.length > 0 && { entitlements }),
    ...(boundaries !== undefined && { boundaries }),
    ...(acr !== undefined && { acr }),
    ...(authentication?.maxAge !== undefined && { auth_age: 0 }),
    ...(alternatives.some(({ reserved }) => reserved) && { first_party: true }),
  };
}

/** Returns the scopes of alternatives as text. */
export function scopeFor(chosen: readonly ChosenAlternative[]): string {
  const texts = chosen.flatMap(({ alternative, values }) =>
    alternative.uses.map(({ scope, params }) =>
      bindTemplate(
        scope.template,
        params.map((place) => values[place] as string),
      ),
    ),
  );
  return [...new Set(texts)].join(" ");
}

/** Returns account types that meet all conditions of an alternative: one if one is enough. */
function accountTypesFor({ accountTypes, typeConditions }: Alternative): readonly string[] {
  const [single] = accountTypes ?? [];
  return single === undefined ? typeConditions.flatMap(([first]) => first ?? []) : [single];
}

function boundariesFor(chosen: readonly ChosenAlternative[]): Claims["boundaries"] {
  const values = new Map<string, Set<string>>();
  for (const { alternative, values: given } of chosen) {
    for (const { boundary, param } of alternative.within) {
      const known = values.get(boundary.name) ?? new Set();
      values.set(boundary.name, known.add(given[param] as string));
    }
  }
  return values.size === 0
    ? undefined
    : Object.fromEntries([...values].map(([name, set]) => [name, [...set]]));
}
