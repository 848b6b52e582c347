/** Reason of a verifier's outage. A redirect is a `status`. */
export type OutageReason =
  | "clock"
  | "key"
  | "malformed"
  | "network"
  | "size"
  | "status"
  | "timeout"
  | "type";

const MESSAGES: Readonly<Record<OutageReason, string>> = {
  clock: "the clock threw or did not return seconds since 1970",
  key: "a key of the key set is unusable",
  malformed: "the server's response is malformed",
  network: "the request to the server failed",
  size: "the server's response is too large",
  status: "the server responded with a status other than 200",
  timeout: "the server did not respond in time",
  type: "the content type of the server's response is not JSON",
};

/**
 * Error that a verifier throws if it cannot decide whether a token is valid. The authorizer responds with 503, never with
 * `invalid_token`, and passes the error to `onOutage`.
 *
 * The message comes from a fixed table. It contains no token, no URL, no secret and no text of the underlying error.
 *
 * @example
 * ```ts
 * import { VerifierOutage } from "scope-policy/verify";
 *
 * const onOutage = ({ source, error }: { source: string; error: unknown }) =>
 *   console.error(source, error instanceof VerifierOutage ? error.reason : "unknown");
 * ```
 */
export class VerifierOutage extends Error {
  override readonly name = "VerifierOutage";
  /** Reason of the outage. */
  readonly reason: OutageReason;

  constructor(reason: OutageReason) {
    super(MESSAGES[reason]);
    this.reason = reason;
  }
}
