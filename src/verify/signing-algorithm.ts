/** Accepted signature algorithms. All use a public key, so that a verifier cannot sign. */
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

/** The names of {@link SigningAlgorithm}. */
export const ALGORITHMS: readonly string[] = Object.keys({
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
