import { entryOf } from "../grammar/entry-of.js";
import type { ScopeTokenSyntax } from "../grammar/scope-syntax.js";
import { compileTemplate, type Template } from "../grammar/template.js";
import type { ScopeDraft } from "./implications.js";
import type { Path, Report } from "./report.js";
import { MATCHING_RULES, type MatchingRuleName } from "./scope-lookup.js";
import type { StepBudget } from "./suggest.js";

/** Maximum number of steps in which names are compared by their matching rules. Each takes some 100 ns. */
const MAX_MATCHING_STEPS = 1_000_000;

/** The options of a covered scope that its covering scope must have too. */
const LIMITS = ["reserved", "restricted"] as const;

/** Reports each name that cannot have its matching rule. Adds the names that others cover by their rule to what these imply. */
export function implyCoveredNames(drafts: readonly ScopeDraft[], report: Report): void {
  const groups = new Map<MatchingRuleName, ScopeDraft[]>();
  for (const draft of drafts) {
    const { match = "exact" } = draft.options;
    // every name can have the rule `exact`, and covers itself alone by it
    if (match !== "exact") entryOf(groups, match, () => []).push(draft);
  }
  if (groups.size === 0) return;
  const names = drafts.filter(({ template }) => template.names.length === 0);
  const steps: StepBudget = { left: MAX_MATCHING_STEPS };
  for (const [rule, group] of groups) {
    const { covered } = MATCHING_RULES[rule];
    for (const { token, path } of group) reportRuleFault(rule, token, [...path, "match"], report);
    const literal = group.filter(({ template }) => template.names.length === 0);
    for (const [covering, one] of covered?.(literal, names, steps) ?? []) {
      const isAllowed = LIMITS.every(
        (limit) => one.options[limit] !== true || covering.options[limit] === true,
      );
      if (isAllowed) covering.implies.push({ scope: one.id, values: [] });
    }
  }
  if (steps.left < 0) {
    const message = `comparing names by \`match\` takes more than ${MAX_MATCHING_STEPS} steps`;
    report.add("too_large", ["scopes"], message);
  }
}

/** Reports a name that cannot have its matching rule. */
export function reportRuleFault(
  rule: MatchingRuleName = "exact",
  token: ScopeTokenSyntax,
  path: Path,
  report: Report,
): void {
  const fault = MATCHING_RULES[rule].faultOf(token);
  if (fault === undefined) return;
  report.add("match_rule", path, `\`${rule}\` does not apply to \`${token.text}\`: ${fault}`);
}

/** Compiles a name with the values of its matching rule. */
export function templateOf(token: ScopeTokenSyntax, rule: MatchingRuleName = "exact"): Template {
  const { template, faultOf } = MATCHING_RULES[rule];
  const exact = compileTemplate(token);
  return template === undefined || faultOf(token) !== undefined ? exact : template(exact);
}
