import type { TokenScopes, TokenScopesReader } from "../../decision/token-scopes.js";
import { bindScope } from "../../grammar/template.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import type { NamedUse } from "../../policy/rule.js";
import { createSpellingReader } from "../../policy/spellings.js";
import type { ParamValues } from "./call-values.js";

/** A text that grants a scope. */
export interface Source {
  readonly text: string;
  readonly reserved: boolean;
}

/**
 * Returns the texts that grant a scope with these values under `after`: its names, older names, and those of the scopes that imply it, also
 * spelled as their matching rule allows. Every other text grants at least as much as one of these under any policy.
 */
export function sourcesOf(
  { scope, params }: NamedUse,
  values: ParamValues,
  firstParty: boolean,
  policy: CompiledPolicy,
  fresh: string,
): readonly Source[] {
  const spell = createSpellingReader(policy, fresh);
  return policy.scopes.flatMap(({ id, name, template, options, reserved, closure }) => {
    if (reserved && !firstParty) return [];
    return closure.flatMap((implied) => {
      if (implied.scope !== scope.id) return [];
      const bound = template.names.map((placeholder, index) => {
        const param = params[implied.values.indexOf(index)];
        return [placeholder, param === undefined ? `${fresh}any` : values.get(param)] as const;
      });
      const own = [name, ...(options.replaces ?? [])].flatMap((text) => {
        const result = bindScope(text, Object.fromEntries(bound));
        return result.ok ? [result.scope] : [];
      });
      const spelled = spell(id, bound[0]?.[1]);
      return [...new Set([...own, ...spelled])].map((text) => ({ text, reserved }));
    });
  });
}

/** Returns the texts that grant the least under `before`: a call that is denied with any of the texts is denied with one of these. */
export function leastOf(
  sources: readonly Source[],
  firstParty: boolean,
  grantedBefore: TokenScopesReader,
): readonly string[] {
  const all = sources.map(({ text }) => {
    const scopes = grantedBefore({ scope: text });
    return { text, granted: (firstParty ? scopes?.firstParty : scopes?.thirdParty) as TokenScopes };
  });
  return all
    .filter(
      ({ granted }, at) =>
        !all.some(
          (other, index) =>
            isWithin(other.granted, granted) &&
            (index < at || (index > at && !isWithin(granted, other.granted))),
        ),
    )
    .map(({ text }) => text);
}

function isWithin(less: TokenScopes, more: TokenScopes): boolean {
  return (
    less.bits.every((word, index) => (word & ~(more.bits[index] as number)) === 0) &&
    [...less.bound].every((key) => more.bound.has(key))
  );
}
