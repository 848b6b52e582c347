import { checkOptions, optional, required } from "../policy/option-checks.js";
import type { JwtVerifierOptions } from "../verify/jwt-options.js";
import { areTexts, isHost, isSegment } from "./facts.js";

/** Facts about a custom authorization server of Okta. */
export interface OktaFacts {
  /** The domain of the org, or its custom domain: `example.okta.com`. */
  readonly domain: string;
  /** The id of the custom authorization server. Default: `"default"`. */
  readonly server?: string;
  /** The audience of the authorization server, such as `api://default`. */
  readonly audience: string | readonly string[];
}

const CHECKS = {
  domain: required(isHost),
  server: optional(isSegment("the id of a custom authorization server", "default")),
  audience: required(areTexts),
} satisfies Record<keyof OktaFacts, unknown>;

/**
 * Returns the options of `jwtVerifier` for access tokens of a custom authorization server of Okta. The scope is read from `scp`, a
 * list. Only Okta itself can verify tokens of the org authorization server.
 *
 * {@link https://developer.okta.com/docs/guides/validate-access-tokens/ Validate Access Tokens},
 * {@link https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/CustomAS Custom Authorization Servers}
 * (read on 27 November 2026)
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all invalid facts at once
 *
 * @example
 * ```ts
 * import { okta } from "scope-policy/providers";
 * import { jwtVerifier } from "scope-policy/verify";
 *
 * const verify = jwtVerifier(okta({ domain: "example.okta.com", audience: "api://default" }));
 * ```
 */
export function okta(facts: OktaFacts): JwtVerifierOptions {
  const { domain, server = "default", audience } = checkOptions("`okta`", facts, CHECKS);
  const issuer = `https://${domain}/oauth2/${server}`;
  return {
    issuer,
    audience,
    jwks: `${issuer}/v1/keys`,
    algorithms: ["RS256"],
    profile: "lenient",
    scopeClaim: "scp",
  };
}
