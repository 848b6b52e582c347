import type { CompiledPolicy } from "../policy/compiled-policy.js";
import {
  expandTokens,
  isCovered,
  type Meanings,
  readGrantedTokens,
  withoutImplied,
} from "../policy/scope-meanings.js";
import { isFirstParty, readOwn } from "./access-token.js";
import type { InsufficientScope } from "./decision.js";
import { smallestSets } from "./smallest-sets.js";

/** The scopes that several calls need together. */
export interface JointScopes {
  /** The smallest set of scopes with which a token gets none of the denials, in declared order. */
  readonly missing: readonly string[];
  /** These, and the scopes in the token that the calls need in addition, without those that others of them imply. */
  readonly scopes: readonly string[];
}

/** Returns the smallest set of scopes that a token needs in addition, so that it gets none of its denials. */
export function jointScopes(
  policy: CompiledPolicy,
  token: unknown,
  denials: readonly InsufficientScope[],
): JointScopes {
  const firstParty = isFirstParty(token);
  const held = readGrantedTokens(readOwn(token, "scope")) ?? [];
  const granted = expandTokens(policy, held, firstParty);
  // `accepted` can lack the chosen alternative if several patterns match the name
  const needs = denials.map(({ scopes, accepted }) => [...accepted, scopes]);
  const [best = []] = smallestSets(policy, needs, granted, firstParty, 1).sets;
  const missing = best.map(({ text }) => text);
  const all = expandTokens(policy, [...held, ...missing], firstParty);
  const isMet = (way: Meanings) => [...way.values()].every((meaning) => isCovered(all, meaning));
  const used = needs.flatMap((ways) => {
    const met = ways.map((way) => expandTokens(policy, way, firstParty)).find(isMet) as Meanings;
    return [...met.values()];
  });
  const scopes = withoutImplied(policy, [...used, ...best]).map(({ text }) => text);
  return { missing, scopes };
}
