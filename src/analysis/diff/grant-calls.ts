import type { AccessToken } from "../../decision/access-token.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import type { CaseValue } from "../../policy/definition.js";
import { expandTokens, readGrantedTokens } from "../../policy/scope-meanings.js";
import { combinations } from "../combinations.js";
import { pathText } from "./call-routes.js";
import { branchesOfCall, pathTexts } from "./call-values.js";
import type { ParamValues } from "./param-values.js";
import type { ProbeCall } from "./probe-calls.js";

/** Returns every value that the scopes and boundaries of a token name under some policies. */
export function namedValues(
  policies: readonly CompiledPolicy[],
  { scope, boundaries = {}, first_party: firstParty }: AccessToken,
): readonly string[] {
  const tokens = readGrantedTokens(scope) ?? [];
  const bound = policies.flatMap((policy) =>
    [...expandTokens(policy, tokens, firstParty === true).values()].flatMap(({ values }) => values),
  );
  return [...new Set([...bound, ...Object.values(boundaries).flat()])];
}

/**
 * Yields the calls of one operation that a token can be decided differently about: with every combination of the compared arguments,
 * of the values that the token names, of a value below each of them, and of a value that neither policy nor token names.
 */
export function* callsOfToken(
  target: ProbeCall,
  named: readonly string[],
  fresh: string,
): Generator<{ readonly call: ProbeCall; readonly values: ParamValues }> {
  const values = [...named, ...named.map((value) => `${value}/${fresh}`)];
  for (const { operation, args } of branchesOfCall(target)) {
    const call = { ...target, operation };
    const names = [...new Set([...target.route.keys(), ...operation.params])];
    const lists = names
      .filter((name) => !args.has(name))
      .map((name, at): readonly (readonly [string, CaseValue])[] => {
        const route = target.route.get(name);
        const free = [`${fresh}${at}`, ...(route ?? [])];
        if (!operation.params.includes(name)) return free.map((value) => [name, value]);
        const given = route === undefined ? values : values.map(pathText);
        return [...given, ...free].map((value) => [name, value]);
      });
    const fixed = pathTexts(args, target.route);
    for (const chosen of combinations(lists))
      yield { call, values: new Map([...fixed, ...chosen]) };
  }
}
