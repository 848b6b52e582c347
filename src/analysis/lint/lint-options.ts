import { isStringList, type OptionCheck, oneOf, optional } from "../../policy/option-checks.js";
import { TRUSTABLE_CLAIMS } from "../../policy/trustable-claims.js";

/** The providers whose rules for names of scopes `lintPolicy` knows. */
export const LINT_PROVIDERS = ["cognito", "keycloak", "auth0", "okta", "entra"] as const;

/** A provider whose rules for names of scopes `lintPolicy` knows. */
export type LintProvider = (typeof LINT_PROVIDERS)[number];

/** Facts for `lintPolicy` that a policy does not contain. All members are optional. */
export interface LintOptions {
  /** The provider in which the scopes are to be registered. Default: the rules of providers are not checked. */
  readonly for?: LintProvider;
  /**
   * The names of all tools that the server has. With them, each pattern must match one of them. Default: only patterns that deny are
   * checked, against the tools of the policy.
   */
  readonly tools?: readonly string[];
  /** The `trustClaims` of the authorizer. Default: they are not checked. */
  readonly trustClaims?: readonly ("tier" | "account_type" | "entitlements" | "first_party")[];
}

const areClaims: OptionCheck = (value) =>
  Array.isArray(value) && value.every((claim) => TRUSTABLE_CLAIMS.some((known) => known === claim))
    ? undefined
    : `expected a list of ${TRUSTABLE_CLAIMS.map((claim) => `\`${claim}\``).join(", ")}`;

/** The checks of the members of {@link LintOptions}. */
export const LINT_CHECKS = {
  for: optional(oneOf(...LINT_PROVIDERS)),
  tools: optional(isStringList),
  trustClaims: optional(areClaims),
} satisfies Record<keyof LintOptions, OptionCheck>;
