import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { checkOptions, optional, } from "../policy/option-checks.js";
import { ownMembers } from "../policy/own-members.js";
import { issuerFault } from "./resource-identifier.js";
const CHECKS = {
    issuer: issuerFault,
    scopes_supported: optional(() => "set by the policy: leave the option out"),
};
const isAnything = () => undefined;
/** Returns the checks of a document. Every other member is allowed (RFC 8414, section 2, is a registry), but not `undefined`. */
function checksOf(options) {
    const given = Object.keys(ownMembers(options) ?? {});
    return { ...Object.fromEntries(given.map((name) => [name, isAnything])), ...CHECKS };
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
export function authorizationServerMetadata(policy, options) {
    const { scopes } = compiledPolicyOf(policy);
    const what = "the metadata of the authorization server";
    const { issuer, ...members } = checkOptions(what, options, checksOf(options));
    const names = scopes.flatMap(({ name, reserved, template }) => reserved || template.names.length > 0 ? [] : [name]);
    return { issuer, ...(names.length > 0 && { scopes_supported: names }), ...members };
}
