import { checkOptions, required } from "../policy/option-checks.js";
import type { JwtVerifierOptions } from "../verify/jwt-options.js";
import { areTexts, isFlag, isHost } from "./facts.js";

/** Facts about an Auth0 tenant. */
export interface Auth0Facts {
  /** The domain of the tenant, or its custom domain: `example.eu.auth0.com`. */
  readonly domain: string;
  /** The identifier of the API in Auth0. */
  readonly audience: string | readonly string[];
  /**
   * Whether the API has "RBAC" with "Add Permissions in the Access Token". The scope is then read from `permissions`: what the
   * user may do. Default: `false`, the scope is read from `scope`.
   */
  readonly permissions?: boolean;
}

const CHECKS = {
  domain: required(isHost),
  audience: required(areTexts),
  permissions: isFlag,
} satisfies Record<keyof Auth0Facts, unknown>;

/**
 * Returns the options of `jwtVerifier` for access tokens of Auth0, of both its token profiles. The issuer ends with a slash.
 *
 * {@link https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles Access Token Profiles},
 * {@link https://auth0.com/docs/secure/tokens/json-web-tokens/json-web-key-sets JSON Web Key Sets} (read on 27 November 2026)
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all invalid facts at once
 *
 * @example
 * ```ts
 * import { auth0 } from "scope-policy/providers";
 * import { jwtVerifier } from "scope-policy/verify";
 *
 * const verify = jwtVerifier(
 *   auth0({ domain: "example.eu.auth0.com", audience: "https://api.example.com" }),
 * );
 * ```
 */
export function auth0(facts: Auth0Facts): JwtVerifierOptions {
  const { domain, audience, permissions = false } = checkOptions("`auth0`", facts, CHECKS);
  return {
    issuer: `https://${domain}/`,
    audience,
    jwks: `https://${domain}/.well-known/jwks.json`,
    algorithms: ["RS256"],
    profile: "lenient",
    ...(permissions && { scopeClaim: "permissions" }),
  };
}
