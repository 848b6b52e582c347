import type { OptionCheck } from "../policy/option-checks.js";

/** Checks for an authorizer that `createAuthorizer` returned. */
export const isAuthorizer: OptionCheck = (value) =>
  typeof (value as { readonly admit?: unknown } | null)?.admit === "function"
    ? undefined
    : "expected an authorizer of `createAuthorizer`";
