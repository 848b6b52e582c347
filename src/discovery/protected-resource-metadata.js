import { PolicyError } from "../errors.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { checkOptions, optional } from "../policy/option-checks.js";
import { firstScopes } from "./first-scopes.js";
import { issuerListFault, metadataUrl, resourceFault } from "./resource-identifier.js";
const CHECKS = {
    resource: resourceFault,
    authorizationServers: optional(issuerListFault),
};
/**
 * Returns the metadata document of a protected resource. `scopes_supported` has the scopes that a client should request first,
 * not all scopes: the baseline and every scope with `default: "on"`, or the policy's `defaultScopes` if there are none. Reserved
 * scopes, scopes with placeholders and `offline_access` are never in it.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN`, and `ERR_OPTIONS_INVALID` with every finding about the options at once
 *
 * {@link https://www.rfc-editor.org/rfc/rfc9728.html#section-2 RFC 9728, section 2}
 *
 * @example
 * ```ts
 * import { loadPolicy, protectedResourceMetadata } from "scope-policy";
 *
 * const policy = loadPolicy({ name: "Shop", version: "1", scopes: { "orders:read": { default: "on" } } });
 * protectedResourceMetadata(policy, { resource: "https://api.example.com/mcp" }).scopes_supported; // ["orders:read"]
 * ```
 */
export function protectedResourceMetadata(policy, options) {
    const compiled = compiledPolicyOf(policy);
    const { resource, authorizationServers = [] } = checkOptions("the metadata of the resource", options, CHECKS);
    const names = firstScopes(compiled).all;
    return {
        resource,
        ...(authorizationServers.length > 0 && { authorization_servers: [...authorizationServers] }),
        ...(names.length > 0 && { scopes_supported: names }),
        bearer_methods_supported: ["header"],
        resource_name: compiled.definition.name,
    };
}
/**
 * Returns the URL at which clients look for the {@link protectedResourceMetadata} of a resource.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for a `resource` that is not a resource identifier
 *
 * {@link https://www.rfc-editor.org/rfc/rfc9728.html#section-3.1 RFC 9728, section 3.1}
 *
 * @example
 * ```ts
 * import { protectedResourceMetadataUrl } from "scope-policy";
 *
 * protectedResourceMetadataUrl("https://api.example.com/mcp");
 * // "https://api.example.com/.well-known/oauth-protected-resource/mcp"
 * ```
 */
export function protectedResourceMetadataUrl(resource) {
    const message = resourceFault(resource);
    if (message === undefined)
        return metadataUrl(resource);
    const finding = { code: "option", path: "resource", message };
    throw new PolicyError("ERR_OPTIONS_INVALID", `resource: ${message}`, [finding]);
}
