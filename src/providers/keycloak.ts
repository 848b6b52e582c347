import { checkOptions, optional, required } from "../policy/option-checks.js";
import type { JwtVerifierOptions } from "../verify/jwt-options.js";
import { areTexts, isSegment } from "./facts.js";
import { isServerUrl } from "./server-url.js";

/** Facts about a realm of Keycloak. */
export interface KeycloakFacts {
  /** The URL of the server, with the relative path if it has one: `https://sso.example.com`, `https://example.com/auth`. */
  readonly url: string;
  /** The name of the realm. */
  readonly realm: string;
  /**
   * The audience of your API. Keycloak writes only `account` into `aud` until a client scope has an audience mapper for your API.
   */
  readonly audience: string | readonly string[];
  /** The client with roles that are the scopes of this API (`resource_access`). Default: the scope is read from `scope`. */
  readonly rolesOf?: string;
}

const CHECKS = {
  url: required(isServerUrl),
  realm: required(isSegment("the name of a realm", "main")),
  audience: required(areTexts),
  rolesOf: optional((value) =>
    typeof value === "string" && value !== "" ? undefined : "expected the id of a client",
  ),
} satisfies Record<keyof KeycloakFacts, unknown>;

/**
 * Returns the options of `jwtVerifier` for access tokens of Keycloak. ID and refresh tokens are refused by the `typ` of their claims,
 * a refresh token also by its algorithm.
 *
 * {@link https://www.keycloak.org/securing-apps/oidc-layers Securing applications and services with OpenID Connect},
 * {@link https://www.keycloak.org/docs/latest/server_admin/#audience-support Server Administration Guide, "Audience support"}
 * (read on 27 November 2026)
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all invalid facts at once
 *
 * @example
 * ```ts
 * import { keycloak } from "scope-policy/providers";
 * import { jwtVerifier } from "scope-policy/verify";
 *
 * const verify = jwtVerifier(
 *   keycloak({ url: "https://sso.example.com", realm: "main", audience: "orders-api" }),
 * );
 * ```
 */
export function keycloak(facts: KeycloakFacts): JwtVerifierOptions {
  const { url, realm, audience, rolesOf } = checkOptions("`keycloak`", facts, CHECKS);
  const issuer = `${url}/realms/${realm}`;
  return {
    issuer,
    audience,
    jwks: `${issuer}/protocol/openid-connect/certs`,
    algorithms: ["RS256"],
    profile: "lenient",
    ...(rolesOf !== undefined && { scopeClaim: ["resource_access", rolesOf, "roles"] }),
  };
}
