/**
 * The codes of `lintPolicy` that a policy can accept in its member `lint`. The page `docs/lint.md` describes each of them. The list
 * can grow.
 */
export const LINT_CODES = [
  "unused_scope",
  "required_reserved",
  "warned_default",
  "ambiguous_placeholder",
  "unreachable_operation",
  "write_on_read_scope",
  "mixed_any_of",
  "unadvertised_baseline",
  "no_first_scopes",
  "missing_title",
  "missing_description",
  "missing_translation",
  "unmatched_pattern",
  "shadowed_rule",
  "provider_scope_name",
  "provider_scope_count",
  "unneeded_trust_claim",
] as const;

/** The code of a finding of `lintPolicy`. */
export type LintCode = (typeof LINT_CODES)[number];
