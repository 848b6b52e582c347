import type { TokenScopes, TokenScopesReader } from "../decision/token-scopes.js";
import { acceptsValue, bindScope, bindTemplate, type Template } from "../grammar/template.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { ParamValues } from "./probe-calls.js";

/** A scope with the parameters that fill its placeholders. */
export interface ScopeOfCall {
  readonly scope: number;
  readonly params: readonly string[];
}

/** A text that grants a scope. */
export interface Source {
  readonly text: string;
  readonly reserved: boolean;
}

/** Returns every text that grants a scope with these values under `after`: its names, older names, and those of the scopes that imply it. */
export function sourcesOf(
  { scope, params }: ScopeOfCall,
  values: ParamValues,
  firstParty: boolean,
  { compiled, fresh }: { readonly compiled: CompiledPolicy; readonly fresh: string },
): readonly Source[] {
  return compiled.scopes.flatMap(({ name, template, options, reserved, closure }) => {
    if (reserved && !firstParty) return [];
    return closure.flatMap((implied) => {
      if (implied.scope !== scope) return [];
      const bound = template.names.map((placeholder, index) => {
        const param = params[implied.values.indexOf(index)];
        return [placeholder, param === undefined ? `${fresh}any` : values.get(param)] as const;
      });
      const own = [name, ...(options.replaces ?? [])].flatMap((text) => {
        const result = bindScope(text, Object.fromEntries(bound));
        return result.ok ? [result.scope] : [];
      });
      return [...own, ...broaderTexts(template, bound[0]?.[1])].map((text) => ({ text, reserved }));
    });
  });
}

/** Returns the texts that cover a value by a matching rule. */
function broaderTexts(template: Template, value: unknown): readonly string[] {
  if (template.coverage === undefined || !acceptsValue(template, 0, value)) return [];
  return template.coverage.covering(value).map((one) => bindTemplate(template, [one]));
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
