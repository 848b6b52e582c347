import { acceptsValue, bindTemplate } from "../grammar/template.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import { MATCHING_RULES, type NamedScope } from "./scope-lookup.js";

/** Returns the scope tokens by which the matching rule of a scope, given by its id, covers a value. */
export type SpellingReader = (scope: number, value: unknown) => readonly string[];

/**
 * Creates the function that returns the spellings of scopes with a matching rule: for each name, older ones included, the tokens that
 * cover a value. A scope without a rule has none.
 *
 * @param fresh - text that occurs in no policy, for the parts of a token that are free
 */
export function createSpellingReader(policy: CompiledPolicy, fresh: string): SpellingReader {
  const ruled = [...policy.templates.values()].flat().filter(({ template }) => template.coverage);
  // those of other rules too: a name is spelled with what follows the placeholder of names that begin alike, which is nothing for a path
  const names = ruled.map(({ template }) => template);
  const spellingsOf = ({ template, matching }: NamedScope, value: unknown): readonly string[] => {
    const { coverage } = template;
    if (coverage === undefined || !acceptsValue(template, 0, value)) return [];
    const { spellings = (_template, _names, one) => [bindTemplate(template, [one])] } =
      MATCHING_RULES[matching];
    return coverage.covering(value).flatMap((one) => spellings(template, names, one, fresh));
  };
  return (scope, value) =>
    ruled.filter((one) => one.scope === scope).flatMap((one) => spellingsOf(one, value));
}
