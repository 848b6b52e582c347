import type { Verify } from "./verify.js";

/** The verifiers that this library has made: they check the time of a token by a clock and a tolerance of their own. */
const own = new WeakSet<Verify>();

/** Marks a verifier of this library, and returns it. */
export function markOwnVerifier(verify: Verify): Verify {
  own.add(verify);
  return verify;
}

/** Returns whether {@link markOwnVerifier} has marked a function. A function that calls a marked one is not marked. */
export function isOwnVerifier(verify: Verify): boolean {
  return own.has(verify);
}
