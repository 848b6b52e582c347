import { type CryptoKey, compactVerify, errors } from "jose";
import { readOwn } from "../decision/access-token.js";
import { type RejectedToken, rejected } from "../resource-server/verifier-result.js";
import { type ClaimRules, claimChecks } from "./claim-checks.js";
import { requiredClaims, sharedRules } from "./claim-rules.js";
import { type Clock, createClock } from "./clock.js";
import type { UnverifiedJws } from "./compact-jws.js";
import { headerChecks } from "./header-checks.js";
import { issuersOf } from "./issuers.js";
import type { JwtVerifierOptions } from "./jwt-options.js";
import type { KeySource } from "./key-set.js";
import { keySourcesOf } from "./key-sources.js";
import { shownMember } from "./shown-value.js";
import type { TokenCheck } from "./token-check.js";
import { CLAIM_KINDS, kindRules } from "./token-kind.js";
import { DEFAULT_TIMEOUT, runtimeFetch } from "./verifier-options.js";
import { VerifierOutage } from "./verifier-outage.js";

/** Everything that a verifier of signed tokens checks. The command line makes the same checks. */
export interface JwtChecks {
  readonly clock: Clock;
  readonly header: readonly TokenCheck[];
  readonly claims: readonly TokenCheck[];
  readonly rules: ClaimRules;
  /**
   * Returns the rejection of a token whose signature none of the issuer's keys made; `undefined` for a valid signature. Throws
   * {@link VerifierOutage} if the keys are not available.
   */
  readonly signatureFault: (
    rawToken: string,
    jws: UnverifiedJws,
  ) => Promise<RejectedToken | undefined>;
}

/** Claims that every profile requires, and those that only RFC 9068 requires. */
const ALWAYS_REQUIRED = ["iss", "exp"];
const REQUIRED_BY_RFC9068 = ["sub", "client_id", "iat", "jti"];
const LENIENT = '`profile: "lenient"` accepts tokens without it';
const WITHOUT_AUD = '`audienceClaim: "client_id"` compares the client instead';

/** Creates the checks of checked options. */
export function createJwtChecks(options: JwtVerifierOptions): JwtChecks {
  const { algorithms, profile = "rfc9068", issuer, jwks } = options;
  const { timeout = DEFAULT_TIMEOUT, fetch = runtimeFetch } = options;
  const clock = createClock(options.now);
  const rules = rulesOf(options);
  const sources = keySourcesOf(issuer, jwks, { fetch, timeout, clock });
  return {
    clock,
    header: headerChecks({ algorithms, profile }),
    claims: claimChecks(rules),
    rules,
    signatureFault: async (rawToken, { header, claims }) => {
      // the keys of the token's issuer only, which the checks of the claims have accepted before
      const keysOfIssuer = sources.get(readOwn(claims, "iss") as string) as KeySource;
      const keys = await keysOfIssuer(header);
      for (const key of keys) if (await isSignedWith(key, rawToken, algorithms)) return undefined;
      const seen = `${shownMember(header, "kid")} and ${shownMember(header, "alg")} in the header`;
      return keys.length === 0
        ? rejected("key", `${seen}, and the issuer has no such key; check \`jwks\``)
        : rejected("signature", `${seen}, and that key of \`jwks\` did not make the signature`);
    },
  };
}

/** Returns the rules for the claims of a signed token. */
function rulesOf(options: JwtVerifierOptions): ClaimRules {
  const { profile = "rfc9068", audience, audienceClaim: claim = "aud", issuer } = options;
  const isLenient = profile === "lenient";
  const issuers = issuersOf(issuer);
  return {
    ...sharedRules(options, isLenient),
    issuers,
    audience: { values: new Set([audience].flat()), claim },
    required: requiredClaims(
      options,
      true,
      [
        ...[...ALWAYS_REQUIRED, ...[issuers.claim ?? []].flat()].map(
          (name) => [name, undefined] as const,
        ),
        ...(isLenient ? [] : REQUIRED_BY_RFC9068).map((name) => [name, LENIENT] as const),
      ],
      WITHOUT_AUD,
    ),
    kinds: kindRules(CLAIM_KINDS, options.dangerouslyIgnoreConfirmation ?? false),
    listAdvice: isLenient ? undefined : '`profile: "lenient"` accepts a list of strings',
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
