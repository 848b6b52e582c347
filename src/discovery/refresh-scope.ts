import { printedScope } from "../grammar/scope-syntax.js";
import { compiledPolicyOf } from "../policy/compile.js";
import { currentNames, knownScope } from "../policy/known-scope.js";
import { OFFLINE_ACCESS, scopeTokens } from "./public-scopes.js";

/** What bounds a refresh besides the grant and the policy. */
export interface RefreshOptions {
  /** The scope that the client may have now: its registration, if that has been narrowed since. */
  readonly clientScope?: string;
  /** Whether the client belongs to the API's owner: others lose scopes that are reserved by now. */
  readonly first_party?: boolean;
}

/** What a refreshed token may hold. */
export type RefreshResult =
  | {
      readonly ok: true;
      /** The scope of the new token. */
      readonly scope: string;
      /** The same as a list. */
      readonly scopes: readonly string[];
      /** Whether it is less than was granted: then the response must say `scope` (RFC 6749, section 5.1). */
      readonly narrowed: boolean;
    }
  | {
      readonly ok: false;
      /** As RFC 6749, section 5.2 names it. */
      readonly error: "invalid_scope";
    };

const REFUSED: RefreshResult = Object.freeze({ ok: false, error: "invalid_scope" });

/**
 * What a refresh token may be exchanged for: what was granted, or the part of it that is requested, less what the policy no longer
 * grants. Never more than the grant, however it is asked for; a grant shrinks with the policy and does not grow with it.
 *
 * @param original - the scope of the grant
 * @param requested - the `scope` of the refresh request; `undefined` where it names none. `""` is refused: leave it out instead
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a policy that is none
 *
 * {@link https://www.rfc-editor.org/rfc/rfc6749.html#section-6 RFC 6749, section 6}
 *
 * @example
 * ```ts
 * import { loadPolicy, refreshScope } from "scope-policy";
 *
 * const policy = loadPolicy({ name: "Shop", version: "2", scopes: { "orders:read": {} } });
 * refreshScope(policy, "orders:read orders:write").ok; // true: `orders:read` is left
 * refreshScope(policy, "orders:read", "orders:read orders:write").ok; // false
 * ```
 */
export function refreshScope(
  policy: object,
  original: string,
  requested?: string,
  { clientScope, first_party }: RefreshOptions = {},
): RefreshResult {
  const compiled = compiledPolicyOf(policy);
  const granted = scopeTokens(original);
  if (granted === undefined) return REFUSED;
  const asked = requested === undefined ? granted : scopeTokens(requested);
  if (asked?.every((token) => granted.includes(token)) !== true) return REFUSED;
  const registered = clientScope === undefined ? undefined : (scopeTokens(clientScope) ?? []);
  const ceiling = registered && [...registered, ...currentNames(compiled, registered)];
  const scopes = asked.filter((token) => {
    const known = knownScope(compiled, token);
    if (known === undefined || (known.scope.reserved && first_party !== true)) return false;
    if (ceiling === undefined) return true;
    // registered as it is, or as the template that it is an instance of
    return ceiling.includes(token) || ceiling.map(printedScope).includes(known.scope.name);
  });
  if (scopes.length === 0) return REFUSED;
  return {
    ok: true,
    scope: scopes.join(" "),
    scopes,
    narrowed: scopes.length < granted.length,
  };
}

/**
 * Whether a granted scope asks for a refresh token: the policy declares `offline_access`, and the scope holds it.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a policy that is none
 *
 * {@link https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess OpenID Connect Core, section 11}
 */
export function issuesRefreshToken(policy: object, scope: string): boolean {
  const declared = knownScope(compiledPolicyOf(policy), OFFLINE_ACCESS);
  return (
    declared !== undefined &&
    !declared.scope.reserved &&
    scopeTokens(scope)?.includes(OFFLINE_ACCESS) === true
  );
}
