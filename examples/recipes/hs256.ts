// HS256 on purpose: a verifier of your own, for an issuer that signs with a shared secret.
import { errors, jwtVerify } from "jose";
import { accessTokenFromClaims, type Verify } from "scope-policy/verify";

interface Hs256Options {
  /** At least 32 bytes from a generator of random numbers, never a password (RFC 7518, section 3.2). */
  readonly secret: Uint8Array;
  readonly issuer: string;
  readonly audience: string;
}

/** The members of tokens of other kinds: bound to a key, ID tokens, security events. `jwtVerifier` refuses them too. */
const OTHER_KINDS = ["cnf", "at_hash", "c_hash", "events"];

/** Creates a verifier of tokens that are signed with a shared secret. Each program with the secret can also create tokens. */
export function hs256Verifier({ secret, issuer, audience }: Hs256Options): Verify {
  if (secret.length < 32) throw new RangeError("the secret of HS256 needs at least 32 bytes");
  return async (rawToken) => {
    try {
      const { payload } = await jwtVerify(rawToken, secret, {
        algorithms: ["HS256"], // never from the header of the token
        typ: "at+jwt", // an ID token has the same issuer, and its audience can be a mistake away
        issuer,
        audience,
        requiredClaims: ["exp", "sub", "client_id", "jti"],
        maxTokenAge: "1h", // requires `iat`, and refuses one in the future
      });
      if (OTHER_KINDS.some((name) => Object.hasOwn(payload, name))) return undefined;
      return accessTokenFromClaims(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error; // an outage: 503, not a refused token
    }
  };
}
