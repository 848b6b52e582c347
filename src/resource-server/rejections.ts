import { withoutPrototype } from "../policy/own-members.js";
import { isDevelopment, runtime } from "../policy/runtime.js";
import type { RejectedToken, RejectionReason } from "./verifier-result.js";

/** Why the authorizer refused a token. It is for the operator: no part of it reaches a client. */
export interface Rejection {
  /** The first check that failed. */
  readonly reason: RejectionReason;
  /** One sentence: what the check saw, and the option that would accept the token, if there is one. It never contains the token. */
  readonly detail: string;
  /** The issuer that the token names: one line of at most 128 characters. The client can choose it. */
  readonly issuer?: string;
  /** The key that the token names: one line of at most 128 characters. The client can choose it. */
  readonly kid?: string;
}

/** What a rejection means, where the verifier gives no detail. */
const DETAILS: Readonly<Record<RejectionReason, string>> = {
  malformed: "the credentials are not one bearer token",
  algorithm: "the algorithm of the signature is not accepted",
  key: "the issuer has no key for the token",
  signature: "the signature is not valid",
  type: "the token has another type",
  issuer: "the token comes from another issuer",
  audience: "the token is for another audience",
  expired: "`exp` is in the past; `clockTolerance` allows for the clock of the issuer",
  not_yet_valid: "`nbf` is in the future; `clockTolerance` allows for the clock of the issuer",
  claim_missing: "a required claim is missing",
  scope_claim: "the scope is not a valid scope or list of scope tokens",
  confirmation: "the token is bound to a key",
  token_use: "the token is not an access token",
  inactive: "the token is not active",
  revoked: "`isRevoked` returned true",
  verify_result: "`verify` returned no claims, so it does not accept the token",
};

/**
 * Creates the function that reports rejections to `onRejected`. An error of `onRejected` has no effect. Without it, each reason is
 * logged once, and never in production (`NODE_ENV`).
 */
export function createRejectionReporter(
  onRejected: ((rejection: Rejection) => void) | undefined,
): (rejected: RejectedToken) => void {
  const logged = new Set<RejectionReason>();
  return (rejected) => {
    const { reason, detail: given, issuer, kid }: RejectedToken = withoutPrototype(rejected);
    const detail = given ?? DETAILS[reason];
    try {
      if (onRejected !== undefined) {
        const rejection: Rejection = {
          reason,
          detail,
          ...(issuer !== undefined && { issuer }),
          ...(kid !== undefined && { kid }),
        };
        Promise.resolve(onRejected(rejection)).catch(() => undefined);
      } else if (!logged.has(reason) && isDevelopment()) {
        logged.add(reason);
        const line = `scope-policy: a token was refused (${reason}): ${detail}`;
        runtime.console.error(
          `${line}. Further refusals for this reason are not logged: see \`onRejected\`.`,
        );
      }
    } catch {
      // a rejection that cannot be reported changes no response
    }
  };
}
