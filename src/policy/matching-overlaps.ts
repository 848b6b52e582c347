import { hasPlaceholder } from "../grammar/placeholder.js";
import { parseScopeToken, type ScopeTokenResult } from "../grammar/scope-syntax.js";
import { compileTemplate } from "../grammar/template.js";
import type { MatchingRule } from "./matching-rule.js";
import { slashesIn } from "./matching-values.js";
import { MATCHING_RULES, type MatchingRuleName, type NamedScope } from "./scope-lookup.js";
import type { StepBudget } from "./suggest.js";

/** Number of steps for each segment of a template: it is parsed and compiled. */
const SEGMENT_COST = 50;

type SpreadingRule = MatchingRule & { readonly spread: NonNullable<MatchingRule["spread"]> };

type Group = readonly [rule: SpreadingRule, names: readonly NamedScope[]];

/** Returns the names of each rule under which a name can match texts that its exact template does not match. */
function groupsOf(names: readonly NamedScope[]): readonly Group[] {
  return (Object.keys(MATCHING_RULES) as MatchingRuleName[]).flatMap((name): Group[] => {
    const { spread, ...rule } = MATCHING_RULES[name];
    if (spread === undefined) return [];
    const group = names.filter(({ matching, template }) => matching === name && template.coverage);
    return group.length === 0 ? [] : [[{ ...rule, spread }, group]];
  });
}

/** Yields each name without placeholders that another name matches by its rule, with the other name. */
export function* literalOverlaps(
  names: readonly NamedScope[],
): Generator<readonly [name: NamedScope, literal: NamedScope]> {
  for (const [rule, group] of groupsOf(names)) {
    const index = rule.index(group);
    for (const literal of names) {
      if (literal.template.names.length > 0) continue;
      const found = new Set<NamedScope>();
      index.find(literal.text, (name) => found.add(name));
      for (const name of found) yield [name, literal];
    }
  }
}

/** Returns whether {@link literalOverlaps} compares two names: one has such a rule, and the other has no placeholders. */
export function isComparedApart({ matching }: NamedScope, other: NamedScope): boolean {
  return MATCHING_RULES[matching].spread !== undefined && !hasPlaceholder(other.text);
}

/**
 * Returns names that overlap with others exactly where the given names do, texts without placeholders aside. A name with a rule is
 * replaced by names for all texts that it matches and that have as many slashes as some name.
 */
export function spreadNames(
  names: readonly NamedScope[],
  steps: StepBudget,
): readonly NamedScope[] {
  const groups = groupsOf(names);
  if (groups.length === 0) return names;
  const slashes = new Set(names.map(({ text }) => slashesIn(text)));
  const ruled = new Set(groups.flatMap(([, group]) => group));
  const spread = names.filter((name) => !ruled.has(name));
  for (const [rule, group] of groups) {
    for (const [name, text] of rule.spread(group, slashes)) {
      steps.left -= SEGMENT_COST * (slashesIn(text) + 1);
      if (steps.left < 0) return [];
      const parsed = parseScopeToken<string>(text) as Extract<ScopeTokenResult, { ok: true }>;
      spread.push({ ...name, template: compileTemplate(parsed.token) });
    }
  }
  return spread;
}
