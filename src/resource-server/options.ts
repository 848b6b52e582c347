import { issuerListFault, resourceFault } from "../discovery/resource-identifier.js";
import type { OptionCheck } from "../policy/option-checks.js";

/** Checks for an authorizer that `createAuthorizer` has made. */
export const isAuthorizer: OptionCheck = (value) =>
  typeof (value as { readonly admit?: unknown } | null)?.admit === "function"
    ? undefined
    : "expected an authorizer of `createAuthorizer`";

/** Checks for a resource identifier (RFC 9728, section 1.2). */
export const isResource: OptionCheck = resourceFault;

/** Checks for a list of issuers (RFC 8414, section 2). */
export const isIssuerList: OptionCheck = issuerListFault;
