import type { Decider } from "../../decision/decider.js";
import { firstPartyScopes, includesScopes, type TokenScopes } from "../../decision/token-scopes.js";
import { groupBy } from "../../grammar/entry-of.js";
import { bindScope } from "../../grammar/template.js";
import type { CompiledPolicy, CompiledScope, ImpliedScope } from "../../policy/compiled-policy.js";
import type { NamedUse } from "../../policy/rule.js";
import { createSpellingReader } from "../../policy/spellings.js";
import { minimalItems } from "../minimal-items.js";
import type { ParamValues } from "./param-values.js";

/** A text that grants a scope. */
export interface Source {
  readonly text: string;
  readonly reserved: boolean;
}

/** A scope that implies another one, itself included. */
interface Implying {
  readonly scope: CompiledScope;
  readonly implied: ImpliedScope;
}

/** Returns the texts that grant a scope with some values of the parameters. */
export type SourceReader = (
  use: NamedUse,
  values: ParamValues,
  firstParty: boolean,
) => readonly Source[];

/**
 * Creates the function that returns the texts that grant a scope under a policy: its names, older names, and those of the scopes that
 * imply it, also spelled as their matching rule allows. Every other text grants at least as much as one of these under any policy.
 *
 * @param fresh - text that occurs in no policy
 */
export function createSourceReader(policy: CompiledPolicy, fresh: string): SourceReader {
  const spell = createSpellingReader(policy, fresh);
  const implying = groupBy(
    policy.scopes.flatMap((scope) => scope.closure.map((implied) => ({ scope, implied }))),
    ({ implied }) => String(implied.scope),
  );
  return (use, values, firstParty) =>
    (implying.get(String(use.scope.id)) as Implying[]).flatMap(({ scope, implied }) => {
      const { id, name, template, options, reserved } = scope;
      if (reserved && !firstParty) return [];
      const bound = template.names.map((placeholder, index) => {
        const param = use.params[implied.values.indexOf(index)];
        return [placeholder, param === undefined ? `${fresh}any` : values.get(param)] as const;
      });
      const own = [name, ...(options.replaces ?? [])].flatMap((text) => {
        const result = bindScope(text, Object.fromEntries(bound));
        return result.ok ? [result.scope] : [];
      });
      const spelled = spell(id, bound[0]?.[1]);
      return [...new Set([...own, ...spelled])].map((text) => ({ text, reserved }));
    });
}

/** Returns the texts that grant the least under `before`: a call that is denied with any of the texts is denied with one of these. */
export function leastOf(
  sources: readonly Source[],
  firstParty: boolean,
  { policy, read: grantedBefore }: Pick<Decider, "policy" | "read">,
): readonly string[] {
  const all = sources.map(({ text }) => {
    const scopes = grantedBefore({ scope: text }) as TokenScopes;
    return { text, granted: firstParty ? firstPartyScopes(scopes) : scopes };
  });
  const least = minimalItems(all, (less, more) =>
    includesScopes(policy, more.granted, less.granted),
  );
  return least.map(({ text }) => text);
}
