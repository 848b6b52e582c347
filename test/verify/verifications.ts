import { jwtVerifier } from "../../src/verify/jwt.js";
import type { VerifierOptions } from "../../src/verify/verifier-options.js";
import { mint, OPTIONS, type Outcome, outcomeOf } from "./fixtures.js";
import { ACTIVE, createScene } from "./introspection-scene.js";

/** Members of a token's claims or of an introspection response. */
export type Members = Readonly<Record<string, unknown>>;

/** A way to verify a token that is valid except for some members. */
export interface Verification {
  readonly name: "rfc9068" | "lenient" | "introspection";
  readonly outcomeOf: (members: Members, options?: VerifierOptions) => Promise<Outcome>;
}

const SIGNED = (["rfc9068", "lenient"] as const).map(
  (profile): Verification => ({
    name: profile,
    outcomeOf: async (claims, options) =>
      outcomeOf(jwtVerifier({ ...OPTIONS, ...options, profile }), await mint({ claims })),
  }),
);

/** Every way in which this library verifies a token. */
export const VERIFICATIONS: readonly Verification[] = [
  ...SIGNED,
  {
    name: "introspection",
    outcomeOf: (members, options) =>
      outcomeOf(createScene({ ...options }, { ...ACTIVE, ...members }).verify, "opaque"),
  },
];

/** A row of a table: members, and the outcome of a token with them. */
export type MemberCase = readonly [members: Members, outcome: Outcome];
