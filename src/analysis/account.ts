import type { AccessToken } from "../decision/access-token.js";
import { isString, isStringList, type OptionCheck, optional } from "../policy/option-checks.js";

/** An account for which a question is answered. Each member left out means that the account has none. */
export interface Account {
  /** The tier of the account. */
  readonly tier?: string;
  /** The account type, or all of them. */
  readonly accountType?: string | readonly string[];
  /** The entitlements of the account. */
  readonly entitlements?: readonly string[];
}

/** Checks that a value is a string or a list of non-empty strings. */
export const isTextOrList: OptionCheck = (value) =>
  typeof value === "string" || isStringList(value) === undefined
    ? undefined
    : "expected a string or a list of non-empty strings";

/** The checks of the members of {@link Account}, for the options of a function that takes them. */
export const ACCOUNT_CHECKS = {
  tier: optional(isString),
  accountType: optional(isTextOrList),
  entitlements: optional(isStringList),
} satisfies Record<keyof Account, OptionCheck>;

/** Returns the claims of a token of an account, without its scope. */
export function accountClaims({
  tier,
  accountType,
  entitlements,
}: Account): Omit<AccessToken, "scope"> {
  return {
    ...(tier !== undefined && { tier }),
    ...(accountType !== undefined && { account_type: accountType }),
    ...(entitlements !== undefined && { entitlements }),
  };
}
