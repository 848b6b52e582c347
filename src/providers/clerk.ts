import { checkOptions, optional, required } from "../policy/option-checks.js";
import { ownMembers } from "../policy/own-members.js";
import type { JwtVerifierOptions } from "../verify/jwt-options.js";
import { areTexts, isHost, without } from "./facts.js";

/** Facts about a Clerk instance. Give `clientId` for OAuth access tokens, or `authorizedParties` for session tokens. */
export interface ClerkFacts {
  /** The host of the Frontend API: `clerk.example.com`, `example.clerk.accounts.dev`. */
  readonly frontendApi: string;
  /** The OAuth applications of your API: its clients. OAuth access tokens name their client and have no `aud`. */
  readonly clientId?: string | readonly string[];
  /** The origins of your own frontends. Session tokens name theirs as `azp`, and have no scope. */
  readonly authorizedParties?: string | readonly string[];
}

function checksOf({ clientId, authorizedParties }: Partial<ClerkFacts>) {
  return {
    frontendApi: required(isHost),
    clientId: without(authorizedParties, "authorizedParties", required(areTexts)),
    authorizedParties: without(clientId, "clientId", optional(areTexts)),
  } satisfies Record<keyof ClerkFacts, unknown>;
}

/**
 * Returns the options of `jwtVerifier` for tokens of Clerk. With `clientId`: OAuth access tokens in the JWT format, which follow RFC 9068
 * except for the missing `aud`; session tokens are refused by their type. With `authorizedParties`: session tokens.
 *
 * {@link https://clerk.com/docs/guides/configure/auth-strategies/oauth/verify-oauth-tokens Verify OAuth tokens with Clerk},
 * {@link https://clerk.com/docs/guides/sessions/manual-jwt-verification Manual JWT verification},
 * {@link https://clerk.com/docs/guides/sessions/session-tokens Session tokens} (read on 27 November 2026)
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all invalid facts at once
 *
 * @example
 * ```ts
 * import { clerk } from "scope-policy/providers";
 * import { jwtVerifier } from "scope-policy/verify";
 *
 * const verify = jwtVerifier(
 *   clerk({ frontendApi: "clerk.example.com", clientId: "client_2xhFjEI5X2qWRvtV13BzSj8H6Dk" }),
 * );
 * ```
 */
export function clerk(facts: ClerkFacts): JwtVerifierOptions {
  const given = checkOptions("`clerk`", facts, checksOf(ownMembers(facts) ?? {}));
  const { frontendApi, clientId, authorizedParties } = given;
  const issuer = `https://${frontendApi}`;
  return {
    issuer,
    audience: clientId ?? authorizedParties ?? [],
    audienceClaim: clientId === undefined ? "azp" : "client_id",
    jwks: `${issuer}/.well-known/jwks.json`,
    algorithms: ["RS256"],
    profile: clientId === undefined ? "lenient" : "rfc9068",
  };
}
