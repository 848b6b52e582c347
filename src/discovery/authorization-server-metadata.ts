import type { AnyPolicy } from "../policy/any-policy.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import {
  checkOptions,
  type OptionCheck,
  type OptionChecks,
  optional,
} from "../policy/option-checks.js";
import { ownMembers } from "../policy/own-members.js";
import { issuerFault } from "./resource-identifier.js";

/** The metadata of an authorization server other than its scopes, under the names of RFC 8414. Copied unchanged. */
export interface AuthorizationServerOptions {
  /** The issuer identifier: an `https` or loopback URL without query and fragment. */
  readonly issuer: string;
  /** Further members: endpoints, methods, algorithms. `scopes_supported` comes from the policy and must be omitted. */
  readonly [member: string]: unknown;
}

const CHECKS: OptionChecks = {
  issuer: issuerFault,
  scopes_supported: optional(() => "set by the policy: leave the option out"),
};

const isAnything: OptionCheck = () => undefined;

/** Returns the checks of a document. Every other member is allowed (RFC 8414, section 2, is a registry), but not `undefined`. */
function checksOf(options: AuthorizationServerOptions): OptionChecks {
  const given = Object.keys(ownMembers(options) ?? {});
  return { ...Object.fromEntries(given.map((name) => [name, isAnything])), ...CHECKS };
}

/** The document of RFC 8414, section 2. */
export interface AuthorizationServerMetadata {
  /** The issuer identifier, byte for byte as given. */
  readonly issuer: string;
  /** Every scope that a third-party client can be granted. Omitted if empty. */
  readonly scopes_supported?: readonly string[];
  /** Further members, as given. */
  readonly [member: string]: unknown;
}

/**
 * Returns the metadata document of an authorization server: the given members, and as `scopes_supported` every scope of the
 * policy that is not reserved, in declared order, including `offline_access`. A scope with placeholders is left out, because
 * it cannot be granted without values.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN`, and `ERR_OPTIONS_INVALID` with every finding at once: an `issuer` that
 * is not an identifier, a `scopes_supported`, a member that is `undefined`
 *
 * {@link https://www.rfc-editor.org/rfc/rfc8414.html#section-2 RFC 8414, section 2}
 *
 * @example
 * ```ts
 * import { authorizationServerMetadata, loadPolicy } from "scope-policy";
 *
 * const policy = loadPolicy({ name: "Shop", version: "1", scopes: { "orders:read": {}, "admin:all": { reserved: true } } });
 * authorizationServerMetadata(policy, { issuer: "https://as.example.com" }).scopes_supported; // ["orders:read"]
 * ```
 */
export function authorizationServerMetadata(
  policy: AnyPolicy,
  options: AuthorizationServerOptions,
): AuthorizationServerMetadata {
  const { scopes } = compiledPolicyOf(policy);
  const what = "the metadata of the authorization server";
  const { issuer, ...members } = checkOptions(what, options, checksOf(options));
  const names = scopes.flatMap(({ name, reserved, template }) =>
    reserved || template.names.length > 0 ? [] : [name],
  );
  return { issuer, ...(names.length > 0 && { scopes_supported: names }), ...members };
}
