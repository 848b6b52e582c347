import { type CryptoKey, compactVerify, errors } from "jose";
import {
  checkOptions,
  type OptionCheck,
  oneOf,
  optional,
  required,
} from "../policy/option-checks.js";
import { SCOPE_CLAIMS, type ScopeClaim } from "../resource-server/claims.js";
import type { Verify } from "../resource-server/token-verifier.js";
import {
  type AcceptedToken,
  hideReasons,
  rejected,
  type Verdict,
} from "../resource-server/verifier-result.js";
import { type ClaimRules, claimChecks, expiryOf, tokenOf } from "./claim-checks.js";
import { createClock } from "./clock.js";
import { describeMalformed, readCompactJws, type UnverifiedJws } from "./compact-jws.js";
import { headerChecks, type Profile } from "./header-checks.js";
import type { JsonObject } from "./json-object.js";
import { type KeySet, keySetFault, localKeys, remoteKeys } from "./key-set.js";
import { shownMember } from "./shown-value.js";
import { ALGORITHMS, type SigningAlgorithm } from "./signing-algorithm.js";
import { createTokenCache } from "./token-cache.js";
import { firstFault, withOrigin } from "./token-check.js";
import { CLAIM_KINDS, kindRules } from "./token-kind.js";
import {
  cacheOf,
  DEFAULT_TIMEOUT,
  isServer,
  isTextOption,
  isTextOrList,
  runtimeFetch,
  snapshotOf,
  VERIFIER_CHECKS,
  type VerifierOptions,
} from "./verifier-options.js";
import { VerifierOutage } from "./verifier-outage.js";

/** Options of {@link jwtVerifier}. `issuer`, `audience`, `jwks` and `algorithms` have no defaults. */
export interface JwtVerifierOptions extends VerifierOptions {
  /** Issuer of the tokens. `iss` must equal it exactly. */
  readonly issuer: string;
  /** Identifiers of this resource server. A token's `aud` must name one of them exactly. */
  readonly audience: string | readonly string[];
  /** URL of the issuer's key set (`https`, or a loopback host), or the key set itself. */
  readonly jwks: URL | string | KeySet;
  /** Accepted signature algorithms. The token's header can choose only one of these. */
  readonly algorithms: readonly SigningAlgorithm[];
  /** Profile of the tokens: `"rfc9068"`, or `"lenient"` for issuers that do not follow RFC 9068. Default: `"rfc9068"`. */
  readonly profile?: Profile;
  /** Name of the claim with the scope. Other claims with scopes are ignored. Default: `"scope"`. */
  readonly scopeClaim?: ScopeClaim;
}

const isKeySource: OptionCheck = (value) =>
  typeof value === "string" || value instanceof URL ? isServer(value) : keySetFault(value);

const isAlgorithms: OptionCheck = (value) => {
  const isValid =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => ALGORITHMS.includes(name as string));
  return isValid
    ? undefined
    : `expected a non-empty list of algorithms with a public key: ${ALGORITHMS.join(", ")}`;
};

const CHECKS = {
  ...VERIFIER_CHECKS,
  issuer: required(isTextOption),
  audience: required(isTextOrList),
  jwks: required(isKeySource),
  algorithms: required(isAlgorithms),
  profile: optional(oneOf("rfc9068", "lenient")),
  scopeClaim: optional(oneOf(...SCOPE_CLAIMS)),
} satisfies Record<keyof JwtVerifierOptions, OptionCheck>;

/** Claims that every profile requires, and those that only RFC 9068 requires. */
const ALWAYS_REQUIRED = ["iss", "aud", "exp"];
const REQUIRED_BY_RFC9068 = ["sub", "client_id", "iat", "jti"];
const LENIENT = '`profile: "lenient"` accepts it';

const LATE = "the token expired while its signature was verified";

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
  checkOptions("`jwtVerifier`", given, CHECKS);
  const { timeout = DEFAULT_TIMEOUT, fetch = runtimeFetch, clockTolerance = 0 } = given;
  const { jwks, algorithms } = given;
  const clock = createClock(given.now);
  const tokenCache = createTokenCache(cacheOf(given.cache, CACHE_SECONDS));
  const keysFor =
    typeof jwks === "string" || jwks instanceof URL
      ? remoteKeys({ url: new URL(jwks).href, fetch, timeout, clock })
      : localKeys(jwks);
  const checkToken = createTokenCheck(given);

  const verifySignature = async (
    rawToken: string,
    header: JsonObject,
    verdict: AcceptedToken,
  ): Promise<Verdict> => {
    const keys = await keysFor(header);
    for (const key of keys) {
      if (!(await isSignedWith(key, rawToken, algorithms))) continue;
      const now = clock();
      const end = expiryOf(verdict.token.exp, clockTolerance);
      if (now >= end) return rejected("expired", LATE);
      tokenCache.set(rawToken, verdict, now, end);
      return verdict;
    }
    const of = `${shownMember(header, "kid")} and ${shownMember(header, "alg")} in the header`;
    return keys.length === 0
      ? rejected(
          "key",
          `${of}, and the key set has no such key; check \`jwks\`, and that the key is still in use`,
        )
      : rejected("signature", `${of}, and the signature does not match that key of \`jwks\``);
  };

  return hideReasons((rawToken) => {
    const now = clock();
    const known = typeof rawToken === "string" ? tokenCache.get(rawToken, now) : undefined;
    if (known !== undefined) return known;
    const jws = readCompactJws(rawToken);
    if (jws === undefined) return rejected("malformed", describeMalformed(rawToken));
    // checks without a key come first, so that a token of another issuer causes no key request and no signature check
    const verdict = checkToken(jws, now);
    if (verdict.kind === "rejected") return withOrigin(verdict, jws.claims, jws.header);
    return verifySignature(rawToken, jws.header, verdict).then((verified) =>
      verified.kind === "rejected" ? withOrigin(verified, jws.claims, jws.header) : verified,
    );
  });
}

/** Creates the check of a token's header and claims. Only the signature proves that they are authentic. */
function createTokenCheck(
  options: JwtVerifierOptions,
): (jws: UnverifiedJws, now: number) => Verdict {
  const { algorithms, profile = "rfc9068" } = options;
  const rules = claimRulesOf(options);
  const ofHeader = headerChecks({ algorithms, profile });
  const ofClaims = claimChecks(rules);
  return ({ header, claims }, now) =>
    firstFault(ofHeader, header, now) ??
    firstFault(ofClaims, claims, now) ?? { kind: "token", token: tokenOf(claims, rules) };
}

/** Returns the rules for the claims of a signed token. */
function claimRulesOf({
  issuer,
  audience,
  profile = "rfc9068",
  scopeClaim = "scope",
  dangerouslyIgnoreConfirmation = false,
  clockTolerance: tolerance = 0,
}: JwtVerifierOptions): ClaimRules {
  // RFC 8693, section 4.2, defines `scope` as one string; issuers that do not follow it may send a list
  const isList = scopeClaim !== "scope" || profile === "lenient";
  return {
    issuer,
    audiences: new Set([audience].flat()),
    required: new Map<string, string | undefined>([
      ...ALWAYS_REQUIRED.map((name) => [name, undefined] as const),
      ...(profile === "lenient" ? [] : REQUIRED_BY_RFC9068).map((name) => [name, LENIENT] as const),
    ]),
    kinds: kindRules(CLAIM_KINDS, dangerouslyIgnoreConfirmation),
    tolerance,
    scope: { claim: scopeClaim, isList },
    scopeAdvice: isList
      ? "`scopeClaim` reads the scope from another claim"
      : '`profile: "lenient"` accepts a list of strings, and `scopeClaim` reads another claim',
  };
}

async function isSignedWith(
  key: CryptoKey,
  rawToken: string,
  algorithms: readonly string[],
): Promise<boolean> {
  try {
    await compactVerify(rawToken, key, { algorithms: [...algorithms] });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw new VerifierOutage("key"); // the key is too short, or the runtime does not know its type
  }
}
