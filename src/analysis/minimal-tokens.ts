import type { AccessToken } from "../decision/access-token.js";
import { boundValueText } from "../grammar/bound-value.js";
import { bindTemplate } from "../grammar/template.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { type Meaning, withoutImplied } from "../policy/scope-meanings.js";
import { combinations } from "./combinations.js";
import type { CallArguments } from "./sample-calls.js";
import type { Way } from "./ways.js";

/** Claims about the authentication of the user. */
export type AuthenticationClaims = Pick<AccessToken, "acr" | "auth_time">;

/** Returns the scopes of a way for the arguments of a call, without those that others imply. */
export function meaningsOfWay(
  policy: CompiledPolicy,
  { uses }: Way,
  args: CallArguments,
): readonly Meaning[] {
  const meanings = uses.map(({ scope, params }) => {
    const values = params.map((name) => String(boundValueText(args[name])));
    return { scope, values, text: bindTemplate(scope.template, values) };
  });
  return withoutImplied(policy, meanings);
}

/**
 * Yields the tokens with which a way is met and that have nothing else: one for each choice of account types. Every token that meets
 * the way has all that one of these has.
 */
export function* minimalTokens(
  policy: CompiledPolicy,
  way: Way,
  args: CallArguments,
  authentication: AuthenticationClaims,
): Generator<AccessToken> {
  const scope = meaningsOfWay(policy, way, args)
    .map(({ text }) => text)
    .join(" ");
  const tier = policy.tiers[way.tier];
  for (const chosen of combinations(way.typeConditions)) {
    const [type, ...others] = new Set(chosen);
    yield {
      scope,
      ...(tier !== undefined && { tier }),
      ...(type !== undefined && { account_type: others.length === 0 ? type : [type, ...others] }),
      ...(way.entitlements.length > 0 && { entitlements: way.entitlements }),
      ...(way.reserved && { first_party: true }),
      ...boundariesOfWay(policy, way, args),
      ...authentication,
    };
  }
}

/** Returns the values within the boundaries that a way needs, and no value for each other boundary that is open without a list. */
function boundariesOfWay(
  { boundaries }: CompiledPolicy,
  { within }: Way,
  args: CallArguments,
): Pick<AccessToken, "boundaries"> {
  const lists = boundaries.flatMap(({ name, isOpen }) => {
    const own = within.filter(({ boundary }) => boundary.name === name);
    const values = new Set(own.map(({ param }) => String(boundValueText(args[param]))));
    return isOpen || values.size > 0 ? [[name, [...values]] as const] : [];
  });
  return lists.length === 0 ? {} : { boundaries: Object.fromEntries(lists) };
}
