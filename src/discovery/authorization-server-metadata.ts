import type { AnyPolicy } from "../policy/any-policy.js";
import { isOpen } from "../policy/approval.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import {
  checkOptions,
  isBoolean,
  type OptionCheck,
  type OptionChecks,
  optional,
} from "../policy/option-checks.js";
import { ownMembers } from "../policy/own-members.js";
import { issuerFault } from "./resource-identifier.js";
import { scopeMembers } from "./scope-members.js";

/** The metadata of an authorization server other than its scopes, under the names of RFC 8414. Copied unchanged. */
export interface AuthorizationServerOptions {
  /** The issuer identifier: an `https` or loopback URL without query and fragment. */
  readonly issuer: string;
  /** Whether the document has `scope_descriptions`. Default: `false`. */
  readonly scopeDescriptions?: boolean;
  /** Further members: endpoints, methods, algorithms. `scopes_supported` comes from the policy and must be omitted. */
  readonly [member: string]: unknown;
}

const CHECKS: OptionChecks = {
  issuer: issuerFault,
  scopeDescriptions: optional(isBoolean),
  scopes_supported: optional(() => "set by the policy: leave the option out"),
  scope_descriptions: optional(() => "set by the policy: write `scopeDescriptions: true` instead"),
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
  /** With `scopeDescriptions`: the text of each scope of `scopes_supported` that has one. */
  readonly scope_descriptions?: Readonly<Record<string, string>>;
  /** Further members, as given. */
  readonly [member: string]: unknown;
}

/**
 * Returns the metadata document of an authorization server: the given members, and as `scopes_supported` every scope of the
 * policy that is neither reserved nor restricted, in declared order, including `offline_access`. A scope with placeholders is left out, because
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
  const listed = scopes.filter((scope) => isOpen(scope) && scope.template.names.length === 0);
  const what = "the metadata of the authorization server";
  const given = checkOptions(what, options, checksOf(options));
  const { issuer, scopeDescriptions, ...members } = given;
  return { issuer, ...scopeMembers(listed, scopeDescriptions === true), ...members };
}
