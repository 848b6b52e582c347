// The keys of the corpus: two of the authorization server and two of an attacker, generated on first use.
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { Json } from "./corpus.js";

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const rsa = (): KeyPair => generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = (): KeyPair => generateKeyPairSync("ec", { namedCurve: "P-256" });

function lazy<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export const KEYS = {
  "as-rs256": lazy(rsa),
  "as-es256": lazy(ec),
  "attacker-rs256": lazy(rsa),
  "attacker-es256": lazy(ec),
} as const;

/** The key set that the authorization server publishes. */
export const keySet = lazy(() => ({
  keys: [
    { ...publicJwk(KEYS["as-rs256"]()), kid: "as-1", alg: "RS256", use: "sig" },
    { ...publicJwk(KEYS["as-es256"]()), kid: "as-2", alg: "ES256", use: "sig" },
  ],
}));

/** The public key of the attacker as a JWK, for embedding in a header. */
export const attackerJwk = lazy(() => publicJwk(KEYS["attacker-rs256"]()) as Json);

/** The server's RSA public key as PEM text, the HMAC key of algorithm confusion attacks. */
export const publicPem = lazy(() =>
  KEYS["as-rs256"]().publicKey.export({ type: "spki", format: "pem" }).toString(),
);

function publicJwk({ publicKey }: KeyPair): Record<string, unknown> {
  return { ...publicKey.export({ format: "jwk" }) };
}
