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

/** What an authorization server says of itself besides the policy, under the names of RFC 8414; passed on as it is. */
export interface AuthorizationServerOptions {
  /** The issuer identifier: `https` (or loopback), without query and fragment. */
  readonly issuer: string;
  /** Further members: endpoints, methods, algorithms. `scopes_supported` is the policy's and cannot be given. */
  readonly [member: string]: unknown;
}

const CHECKS: OptionChecks = {
  issuer: issuerFault,
  scopes_supported: optional(() => "the policy says this"),
};

const isAnything: OptionCheck = () => undefined;

/** The checks of a document: every other member may be given (RFC 8414, section 2, is a registry), but not `undefined`. */
function checksOf(options: AuthorizationServerOptions): OptionChecks {
  const given = Object.keys(ownMembers(options) ?? {});
  return { ...Object.fromEntries(given.map((name) => [name, isAnything])), ...CHECKS };
}

/** The document of RFC 8414, section 2. */
export interface AuthorizationServerMetadata {
  /** The identifier, byte for byte as it was given. */
  readonly issuer: string;
  /** Every scope that a third party can be granted; left out where there is none. */
  readonly scopes_supported?: readonly string[];
  /** Further members, as they were given. */
  readonly [member: string]: unknown;
}

/**
 * The metadata document of an authorization server: the members given, and the public catalogue of the policy as
 * `scopes_supported`: every scope that is not reserved, in declared order, `offline_access` among them. A scope with
 * placeholders is left out: nobody can be granted it as it stands.
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
