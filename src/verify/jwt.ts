import { type CryptoKey, compactVerify, errors } from "jose";
import { readOwn } from "../decision/access-token.js";
import {
  checkOptions,
  type OptionCheck,
  oneOf,
  optional,
  required,
} from "../policy/option-checks.js";
import { SCOPE_CLAIMS, type ScopeClaim } from "../resource-server/claims.js";
import {
  type Accepted,
  hideReasons,
  type RejectionReason,
  rejected,
  type Verdict,
} from "../resource-server/token-verifier.js";
import type { Verify } from "../resource-server/verify.js";
import { type ClaimRules, endOf, judgeClaims } from "./claim-checks.js";
import { newClock } from "./clock.js";
import { readCompactJws, type UnverifiedJws } from "./compact-jws.js";
import type { JsonObject } from "./json-object.js";
import { type KeySet, keySetFault, localKeys, remoteKeys } from "./key-set.js";
import { VerifierOutage } from "./outage.js";
import { CLAIM_KINDS, kindRules } from "./token-kind.js";
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

/** The options of {@link jwtVerifier}. `issuer`, `audience`, `jwks` and `algorithms` have no defaults. */
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

/** The header's `typ` in small letters, and the claims that must be present. */
const PROFILES = {
  rfc9068: {
    types: new Set<unknown>(["at+jwt", "application/at+jwt"]),
    required: ["iss", "aud", "exp", "sub", "client_id", "iat", "jti"],
  },
  lenient: {
    types: new Set<unknown>(["at+jwt", "application/at+jwt", "jwt", "application/jwt", undefined]),
    required: ["iss", "aud", "exp"],
  },
} as const;

/** Members of a header that would change what is signed. None is understood, so none is accepted (RFC 7515, section 4.1.11). */
const NOT_UNDERSTOOD = ["crit", "b64"];

/** Long enough that a decision costs no signature, short beside the life of a key. */
const CACHE_SECONDS = 300;

/**
 * Creates a verifier of signed access tokens (JWT) for `createAuthorizer`: raw token in, verified claims out.
 *
 * The verifier returns `undefined` for a token that it refuses. For a remembered token it returns without a promise. It
 * throws {@link VerifierOutage} where it cannot tell: the keys are not available, or the clock fails. It does not look up
 * revocations, and it ignores keys and URLs that a token carries.
 *
 * By default the token follows RFC 9068 exactly: the header's `typ` is `at+jwt`, and `iss`, `exp`, `aud`, `sub`, `client_id`,
 * `iat` and `jti` are present. Every profile checks the signature, the issuer, the audience and a finite `exp`, and refuses a
 * token of another kind: an ID token, a refresh token, a logout token, a token bound to a key.
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
    verdict: Accepted,
  ): Promise<Verdict> => {
    const keys = await keysFor(header);
    for (const key of keys) {
      if (!(await isSignedWith(key, rawToken, algorithms))) continue;
      const now = clock();
      const end = endOf(verdict.token.exp, clockTolerance);
      if (now >= end) return rejected("expired"); // while the signature was verified
      memory.set(rawToken, verdict, now, end);
      return verdict;
    }
    return rejected(keys.length === 0 ? "key" : "signature");
  };

  return hideReasons((rawToken) => {
    const now = clock();
    const known = typeof rawToken === "string" ? memory.get(rawToken, now) : undefined;
    if (known !== undefined) return known;
    const jws = readCompactJws(rawToken);
    if (jws === undefined) return rejected("malformed");
    // what needs no key comes first, so that a token of another issuer costs neither a key nor a signature
    const verdict = judge(jws, now);
    return verdict.kind === "token" ? verifySignature(rawToken, jws.header, verdict) : verdict;
  });
}

/** Creates the check of all that is written in a token. Only the signature proves that it is true. */
function newJudge({
  issuer,
  audience,
  algorithms,
  profile = "rfc9068",
  scopeClaim = "scope",
  dangerouslyIgnoreConfirmation = false,
  clockTolerance: tolerance = 0,
}: JwtVerifierOptions): (jws: UnverifiedJws, now: number) => Verdict {
  const accepted: ReadonlySet<unknown> = new Set(algorithms);
  const { types, required } = PROFILES[profile];
  const rules: ClaimRules = {
    issuer,
    audiences: new Set([audience].flat()),
    required,
    kinds: kindRules(CLAIM_KINDS, dangerouslyIgnoreConfirmation),
    tolerance,
    // RFC 8693, section 4.2, defines `scope` as one text; issuers that follow no RFC may send a list
    scope: { claim: scopeClaim, isList: scopeClaim !== "scope" || profile === "lenient" },
  };

  const headerFault = (header: JsonObject): RejectionReason | undefined => {
    const kid = readOwn(header, "kid");
    const typ = readOwn(header, "typ");
    if (!accepted.has(readOwn(header, "alg"))) return "algorithm";
    if (NOT_UNDERSTOOD.some((name) => Object.hasOwn(header, name))) return "malformed";
    if (kid !== undefined && typeof kid !== "string") return "malformed";
    return types.has(typeof typ === "string" ? typ.toLowerCase() : typ) ? undefined : "type";
  };

  return ({ header, claims }, now) => {
    const fault = headerFault(header);
    return fault === undefined ? judgeClaims(claims, now, rules) : rejected(fault);
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
    throw new VerifierOutage("key"); // too short, or of a kind that the runtime does not know
  }
}
