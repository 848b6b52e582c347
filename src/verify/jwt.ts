import { type CryptoKey, compactVerify, errors } from "jose";
import { type AccessToken, readOwn } from "../decision/access-token.js";
import {
  checkOptions,
  type OptionCheck,
  oneOf,
  optional,
  required,
} from "../policy/option-checks.js";
import { SCOPE_CLAIMS, type ScopeClaim, tokenOfClaims } from "../resource-server/claims.js";
import { markOwnVerifier } from "../resource-server/own-verifiers.js";
import type { Verify } from "../resource-server/verify.js";
import { endOf, hasText, isForUs, isInTime } from "./claim-checks.js";
import { newClock } from "./clock.js";
import { readCompactJws, type UnverifiedJws } from "./compact-jws.js";
import type { JsonObject } from "./json-object.js";
import { type KeySet, keySetFault, localKeys, remoteKeys } from "./key-set.js";
import { VerifierOutage } from "./outage.js";
import { newTokenMemory } from "./token-memory.js";
import {
  cacheOf,
  DEFAULT_TIMEOUT,
  isServer,
  isTextOption,
  isTexts,
  runtimeFetch,
  snapshotOf,
  VERIFIER_CHECKS,
  type VerifierOptions,
} from "./verifier-options.js";

/** The signatures that can be asked for: each with a public key, so that whoever verifies cannot sign. */
export type SigningAlgorithm =
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA"
  | "Ed25519"
  | "ML-DSA-44"
  | "ML-DSA-65"
  | "ML-DSA-87";

const ALGORITHMS = Object.keys({
  RS256: true,
  RS384: true,
  RS512: true,
  PS256: true,
  PS384: true,
  PS512: true,
  ES256: true,
  ES384: true,
  ES512: true,
  EdDSA: true,
  Ed25519: true,
  "ML-DSA-44": true,
  "ML-DSA-65": true,
  "ML-DSA-87": true,
} satisfies Record<SigningAlgorithm, true>);

/** What a verifier of signed tokens is made of. `issuer`, `audience`, `jwks` and `algorithms` have no defaults. */
export interface JwtVerifierOptions extends VerifierOptions {
  /** The one issuer, equal to the letter. */
  readonly issuer: string;
  /** The identifiers of this resource server: a token must name one of them, to the letter. */
  readonly audience: string | readonly string[];
  /** Where the issuer's keys are (`https`, or a loopback host), or the keys themselves. */
  readonly jwks: URL | string | KeySet;
  /** The signatures that are taken; the token's header chooses among these alone. */
  readonly algorithms: readonly SigningAlgorithm[];
  /** `"rfc9068"` (the default), or `"lenient"` for issuers that do not follow it. */
  readonly profile?: "rfc9068" | "lenient";
  /** The one claim that holds the scope; `"scope"` by default. The others are not looked at. */
  readonly scopeClaim?: ScopeClaim;
}

const isKeySource: OptionCheck = (value) =>
  typeof value === "string" || value instanceof URL ? isServer(value) : keySetFault(value);

const isAlgorithms: OptionCheck = (value) => {
  const isGood =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => ALGORITHMS.includes(name as string));
  return isGood
    ? undefined
    : `expected a list of at least one signature with a public key, of ${ALGORITHMS.join(", ")}`;
};

const CHECKS = {
  ...VERIFIER_CHECKS,
  issuer: required(isTextOption),
  audience: required(isTexts),
  jwks: required(isKeySource),
  algorithms: required(isAlgorithms),
  profile: optional(oneOf("rfc9068", "lenient")),
  scopeClaim: optional(oneOf(...SCOPE_CLAIMS)),
} satisfies Record<keyof JwtVerifierOptions, OptionCheck>;

/** What each profile asks for besides issuer, audience, signature and `exp`. */
const PROFILES = {
  rfc9068: { types: new Set(["at+jwt", "application/at+jwt"]), areClaimsRequired: true },
  lenient: {
    types: new Set(["at+jwt", "application/at+jwt", "jwt", "application/jwt", undefined]),
    areClaimsRequired: false,
  },
} as const;

/** Members of a header that would change what is signed: none is understood, so none is taken (RFC 7515, section 4.1.11). */
const NOT_UNDERSTOOD = ["crit", "b64"];

/** Long enough that a decision costs no signature, short beside the life of a key. */
const CACHE_SECONDS = 300;

/**
 * Makes a verifier of signed access tokens (JWT): raw token in, verified claims out. For `createAuthorizer`.
 *
 * It answers `undefined` for a token that is no good, and at once, without a promise, for a token it remembers. It throws
 * {@link VerifierOutage} where it cannot tell: keys that cannot be had, a clock that gives no time. It does not look up
 * revocations, and it follows no key or URL that a token brings along.
 *
 * By default the token follows RFC 9068 to the letter: `typ` is `at+jwt`, and `iss`, `exp`, `aud`, `sub`, `client_id`,
 * `iat` and `jti` are there. Every profile asks for the signature, the issuer, the audience and a finite `exp`.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with every fault of the options at once
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
  checkOptions("the verifier of signed tokens", given, CHECKS);
  const { timeout = DEFAULT_TIMEOUT, fetch = runtimeFetch, clockTolerance = 0 } = given;
  const { jwks, algorithms } = given;
  const clock = newClock(given.now);
  const memory = newTokenMemory(cacheOf(given.cache, CACHE_SECONDS));
  const keysFor =
    typeof jwks === "string" || jwks instanceof URL
      ? remoteKeys({ url: new URL(jwks).href, fetch, timeout, clock })
      : localKeys(jwks);
  const judge = newJudge(given);

  const verifySignature = async (
    rawToken: string,
    header: JsonObject,
    token: AccessToken,
  ): Promise<AccessToken | undefined> => {
    for (const key of await keysFor(header)) {
      if (!(await isSignedWith(key, rawToken, algorithms))) continue;
      const now = clock();
      const end = endOf(token.exp, clockTolerance);
      if (now >= end) return undefined; // it took so long
      memory.set(rawToken, token, now, end);
      return token;
    }
    return undefined;
  };

  return markOwnVerifier((rawToken) => {
    const now = clock();
    const known = typeof rawToken === "string" ? memory.get(rawToken, now) : undefined;
    if (known !== undefined) return known;
    const jws = readCompactJws(rawToken);
    // what needs no key is looked at first: a token of somebody else's costs neither a key nor a signature
    const token = jws === undefined ? undefined : judge(jws, now);
    if (jws === undefined || token === undefined) return undefined;
    return verifySignature(rawToken, jws.header, token);
  });
}

/** Makes the look at all that is written in a token; the signature says whether it is true. */
function newJudge({
  issuer,
  audience,
  algorithms,
  profile = "rfc9068",
  scopeClaim = "scope",
  clockTolerance: tolerance = 0,
}: JwtVerifierOptions): (jws: UnverifiedJws, now: number) => AccessToken | undefined {
  const ours = new Set(typeof audience === "string" ? [audience] : audience);
  const taken: ReadonlySet<unknown> = new Set(algorithms);
  const { types, areClaimsRequired } = PROFILES[profile];
  // RFC 8693, section 4.2, makes `scope` one text; who follows no RFC may send a list
  const isScopeList = scopeClaim !== "scope" || profile === "lenient";

  const isGoodHeader = (header: JsonObject): boolean => {
    const kid = readOwn(header, "kid");
    const typ = readOwn(header, "typ");
    return (
      taken.has(readOwn(header, "alg")) &&
      NOT_UNDERSTOOD.every((name) => !Object.hasOwn(header, name)) &&
      (kid === undefined || typeof kid === "string") &&
      (types as ReadonlySet<unknown>).has(typeof typ === "string" ? typ.toLowerCase() : typ)
    );
  };

  const areGoodClaims = (claims: JsonObject, now: number): boolean =>
    readOwn(claims, "iss") === issuer &&
    isForUs(readOwn(claims, "aud"), ours) &&
    Object.hasOwn(claims, "exp") &&
    (!areClaimsRequired || Object.hasOwn(claims, "iat")) &&
    isInTime(claims, { now, tolerance }) &&
    ["sub", "client_id", "jti"].every((name) => hasText(claims, name, areClaimsRequired));

  return ({ header, claims }, now) =>
    isGoodHeader(header) && areGoodClaims(claims, now)
      ? tokenOfClaims(claims, { scopeClaim, isScopeList })
      : undefined;
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
    throw new VerifierOutage("key"); // too short, or of a kind that the runtime does not know
  }
}
