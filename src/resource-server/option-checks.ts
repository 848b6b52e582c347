import { PolicyError } from "../errors.js";
import type { OptionCheck } from "../policy/option-checks.js";

/** Checks for an authorizer that `createAuthorizer` returned. */
export const isAuthorizer: OptionCheck = (value) =>
  typeof (value as { readonly admit?: unknown } | null)?.admit === "function"
    ? undefined
    : "expected an authorizer of `createAuthorizer`";

/**
 * Requires an authorizer that `createAuthorizer` returned.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function requireAuthorizer(value: unknown): void {
  const message = isAuthorizer(value);
  if (message !== undefined) throw new PolicyError("ERR_OPTIONS_INVALID", message);
}
