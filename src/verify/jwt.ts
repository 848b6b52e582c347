import { checkOptions } from "../policy/option-checks.js";
import type { Verify } from "../resource-server/token-verifier.js";
import { hideReasons, rejected, type Verdict } from "../resource-server/verifier-result.js";
import { endOf, tokenOf } from "./claim-checks.js";
import { describeMalformed, readCompactJws, type UnverifiedJws } from "./compact-jws.js";
import { createJwtChecks } from "./jwt-checks.js";
import { JWT_CHECKS, type JwtVerifierOptions } from "./jwt-options.js";
import { createTokenCache } from "./token-cache.js";
import { firstFault, withOrigin } from "./token-check.js";
import { cacheOf, snapshotOf } from "./verifier-options.js";

/** Long enough that most requests verify no signature, short compared with the lifetime of a key. */
const CACHE_SECONDS = 300;

/**
 * Creates a verifier of signed access tokens (JWT) for `createAuthorizer`. The verifier takes a raw token and returns its
 * verified claims.
 *
 * The verifier returns `undefined` for a token that it rejects. It returns a cached token without a promise. It throws
 * {@link VerifierOutage} if the keys are not available or the clock fails. It does not look up revocations, and it ignores
 * keys and URLs in the token.
 *
 * By default the token must follow RFC 9068 exactly: the header's `typ` is `at+jwt`, and `iss`, `exp`, `aud`, `sub`,
 * `client_id`, `iat` and `jti` are present. Every profile checks the signature, the issuer, the audience and a finite `exp`,
 * and rejects tokens of another kind: an ID token, a refresh token, a logout token, a token bound to a key.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all invalid options at once
 *
 * {@link https://www.rfc-editor.org/rfc/rfc9068.html#section-4 RFC 9068, section 4}
 *
 * @example
 * ```ts
 * import { createAuthorizer, loadPolicy } from "scope-policy";
 * import { jwtVerifier } from "scope-policy/verify";
 *
 * const authorizer = createAuthorizer({
 *   policy: loadPolicy({ name: "Shop", version: "1", scopes: { "orders:read": {} }, tools: { list_orders: "orders:read" } }),
 *   verify: jwtVerifier({
 *     issuer: "https://auth.example.com",
 *     audience: "https://api.example.com/mcp",
 *     jwks: "https://auth.example.com/.well-known/jwks.json",
 *     algorithms: ["RS256"],
 *   }),
 * });
 * ```
 */
export function jwtVerifier(options: JwtVerifierOptions): Verify {
  const given = snapshotOf(options);
  checkOptions("`jwtVerifier`", given, JWT_CHECKS);
  const {
    clock,
    header: ofHeader,
    claims: ofClaims,
    rules,
    signatureFault,
  } = createJwtChecks(given);
  const tokenCache = createTokenCache(cacheOf(given.cache, CACHE_SECONDS));

  const verifySignature = async (rawToken: string, jws: UnverifiedJws): Promise<Verdict> => {
    const { header, claims } = jws;
    const unsigned = await signatureFault(rawToken, jws);
    const now = clock();
    // the token can expire during the verification of its signature
    const fault = unsigned ?? firstFault(ofClaims, claims, now);
    if (fault !== undefined) return withOrigin(fault, claims, header);
    const token = tokenOf(claims, rules);
    const verdict = { kind: "token", token } as const;
    tokenCache.set(rawToken, verdict, now, endOf(token, rules));
    return verdict;
  };

  return hideReasons(
    (rawToken) => {
      const now = clock();
      const known = typeof rawToken === "string" ? tokenCache.get(rawToken, now) : undefined;
      if (known !== undefined) return known;
      const jws = readCompactJws(rawToken);
      if (jws === undefined) return rejected("malformed", describeMalformed(rawToken));
      const { header, claims } = jws;
      // checks without a key come first, so that a token of another issuer causes no key request and no signature check
      const fault = firstFault(ofHeader, header, now) ?? firstFault(ofClaims, claims, now);
      return fault === undefined
        ? verifySignature(rawToken, jws)
        : withOrigin(fault, claims, header);
    },
    (rawToken) => tokenCache.textOf(rawToken),
  );
}
