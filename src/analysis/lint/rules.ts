import type { LintCode } from "../../policy/lint-codes.js";
import type { LintRule } from "./lint-rule.js";
import { mixedAnyOf, unreachableOperation, writeOnReadScope } from "./operations.js";
import { shadowedRule, unmatchedPattern } from "./patterns.js";
import { providerScopeCount, providerScopeName } from "./providers.js";
import { ambiguousPlaceholder, requiredReserved, unusedScope, warnedDefault } from "./scopes.js";
import { noFirstScopes, unadvertisedBaseline } from "./sign-in.js";
import { missingDescription, missingTitle, missingTranslation } from "./texts.js";
import { unneededTrustClaim } from "./trust-claims.js";

/** The rules by their codes. To add one, add its code to `LINT_CODES`, a row here, and a section in `docs/lint.md`. */
export const LINT_RULES: Readonly<Record<LintCode, LintRule>> = {
  unused_scope: unusedScope,
  required_reserved: requiredReserved,
  warned_default: warnedDefault,
  ambiguous_placeholder: ambiguousPlaceholder,
  unreachable_operation: unreachableOperation,
  write_on_read_scope: writeOnReadScope,
  mixed_any_of: mixedAnyOf,
  unadvertised_baseline: unadvertisedBaseline,
  no_first_scopes: noFirstScopes,
  missing_title: missingTitle,
  missing_description: missingDescription,
  missing_translation: missingTranslation,
  unmatched_pattern: unmatchedPattern,
  shadowed_rule: shadowedRule,
  provider_scope_name: providerScopeName,
  provider_scope_count: providerScopeCount,
  unneeded_trust_claim: unneededTrustClaim,
};
