/** Why a verifier could not tell. A redirect is a `status`. */
export type OutageReason =
  | "clock"
  | "key"
  | "malformed"
  | "network"
  | "size"
  | "status"
  | "timeout"
  | "type";

const SENTENCES: Readonly<Record<OutageReason, string>> = {
  clock: "the clock threw or did not return seconds since 1970",
  key: "a key of the key set cannot be used",
  malformed: "the server's answer is not what was asked for",
  network: "the server could not be reached",
  size: "the server's answer is too long",
  status: "the server answered with a status other than 200",
  timeout: "the server took too long",
  type: "the server's answer is not labelled as JSON",
};

/**
 * What a verifier throws when it cannot tell whether a token is good: an authorizer makes a 503 of it, never an
 * `invalid_token`, and hands it to `onFault`.
 *
 * Its text comes from a fixed table. It holds no token, no URL, no secret, and no words of the error behind it.
 *
 * @example
 * ```ts
 * import { VerifierOutage } from "scope-policy/verify";
 *
 * const onFault = ({ source, error }: { source: string; error: unknown }) =>
 *   console.error(source, error instanceof VerifierOutage ? error.reason : "unknown");
 * ```
 */
export class VerifierOutage extends Error {
  override readonly name = "VerifierOutage";
  /** Why, for programs. */
  readonly reason: OutageReason;

  constructor(reason: OutageReason) {
    super(SENTENCES[reason]);
    this.reason = reason;
  }
}
