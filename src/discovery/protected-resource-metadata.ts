import { PolicyError } from "../errors.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { firstScopes } from "../policy/first-scopes.js";
import { checkOptions, isBoolean, type OptionCheck, optional } from "../policy/option-checks.js";
import { issuerListFault, metadataUrl, resourceFault } from "./resource-identifier.js";
import { scopeMembers } from "./scope-members.js";

/** The members of the document that do not come from the policy. */
export interface ProtectedResourceOptions {
  /** The resource identifier: an `https` or loopback URL without fragment. */
  readonly resource: string;
  /** The issuers whose tokens are accepted. Default: none, and the member is omitted. */
  readonly authorizationServers?: readonly string[];
  /** Whether the document has `scope_descriptions`. Default: `false`. */
  readonly scopeDescriptions?: boolean;
}

const CHECKS = {
  resource: resourceFault,
  authorizationServers: optional(issuerListFault),
  scopeDescriptions: optional(isBoolean),
} satisfies Record<keyof ProtectedResourceOptions, OptionCheck>;

/** The document of RFC 9728, section 2, under its wire names. Empty members are omitted (section 3.2). */
export interface ProtectedResourceMetadata {
  /** The resource identifier, byte for byte as given. */
  readonly resource: string;
  /** The issuers whose tokens are accepted. */
  readonly authorization_servers?: readonly string[];
  /**
   * The smallest useful set: the baseline and the scopes that are on by default, or the policy's `defaultScopes`. Never a
   * reserved or restricted scope.
   */
  readonly scopes_supported?: readonly string[];
  /** With `scopeDescriptions`: the text of each scope of `scopes_supported` that has one. */
  readonly scope_descriptions?: Readonly<Record<string, string>>;
  /** How tokens are sent: in the `Authorization` header only. */
  readonly bearer_methods_supported: readonly ["header"];
  /** The name of the policy, for people. */
  readonly resource_name: string;
}

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
export function protectedResourceMetadata(
  policy: AnyPolicy,
  options: ProtectedResourceOptions,
): ProtectedResourceMetadata {
  const compiled = compiledPolicyOf(policy);
  const given = checkOptions("the metadata of the resource", options, CHECKS);
  const { resource, authorizationServers = [], scopeDescriptions = false } = given;
  const names = new Set(firstScopes(compiled).all);
  const listed = compiled.scopes.filter(({ name }) => names.has(name));
  return {
    resource,
    ...(authorizationServers.length > 0 && { authorization_servers: [...authorizationServers] }),
    ...scopeMembers(listed, scopeDescriptions),
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
export function protectedResourceMetadataUrl(resource: string): string {
  const message = resourceFault(resource);
  if (message === undefined) return metadataUrl(resource);
  const finding = { code: "option", path: "resource", message };
  throw new PolicyError("ERR_OPTIONS_INVALID", `resource: ${message}`, [finding]);
}
