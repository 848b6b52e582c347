import { PolicyError } from "../errors.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import { compiledPolicyOf } from "../policy/compile.js";
import { issuerFault } from "./resource-identifier.js";

/** What an authorization server says of itself besides the policy, under the names of RFC 8414; passed on as it is. */
export interface AuthorizationServerOptions {
  /** The issuer identifier: `https` (or loopback), without query and fragment. */
  readonly issuer: string;
  /** Further members: endpoints, methods, algorithms. `scopes_supported` is the policy's and cannot be given. */
  readonly [member: string]: unknown;
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
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for an `issuer` that is none, or a `scopes_supported` of one's own
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
  const { issuer, ...members } = options;
  const fault = issuerFault(issuer);
  const findings = [
    ...(fault === undefined ? [] : [{ code: "option", path: "issuer", message: fault }]),
    ...(Object.hasOwn(members, "scopes_supported")
      ? [{ code: "option", path: "scopes_supported", message: "the policy says this" }]
      : []),
  ];
  if (findings.length > 0) {
    const [first] = findings;
    throw new PolicyError("ERR_OPTIONS_INVALID", `${first?.path}: ${first?.message}`, findings);
  }
  const names = compiledPolicyOf(policy).scopes.flatMap(({ name, reserved, template }) =>
    reserved || template.names.length > 0 ? [] : [name],
  );
  return { issuer, ...(names.length > 0 && { scopes_supported: names }), ...members };
}
