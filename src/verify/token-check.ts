import { readOwn } from "../decision/access-token.js";
import type { RejectedToken } from "../resource-server/verifier-result.js";
import type { JsonObject } from "./json-object.js";
import { oneLine } from "./shown-value.js";

/**
 * One check of a token's header, of its claims, or of an introspection response. It does not depend on the result of another
 * check: the verifier stops at the first fault, and the command line runs every check.
 */
export interface TokenCheck {
  /** The name of the check, for the operator. */
  readonly name: string;
  /** Returns what the check sees, in words. */
  readonly seen: (members: JsonObject) => string;
  /**
   * Returns the rejection; `undefined` if the members pass the check.
   *
   * @param now - milliseconds since 1970
   */
  readonly fault: (members: JsonObject, now: number) => RejectedToken | undefined;
}

/** Returns the first fault of members, in the order of the checks. */
export function firstFault(
  checks: readonly TokenCheck[],
  members: JsonObject,
  now: number,
): RejectedToken | undefined {
  for (const { fault } of checks) {
    const found = fault(members, now);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns a rejection with the issuer and the key that the token names, as one line each. */
export function withOrigin(
  fault: RejectedToken,
  claims: JsonObject,
  header: JsonObject = {},
): RejectedToken {
  const issuer = readOwn(claims, "iss");
  const kid = readOwn(header, "kid");
  return {
    ...fault,
    ...(typeof issuer === "string" && { issuer: oneLine(issuer) }),
    ...(typeof kid === "string" && { kid: oneLine(kid) }),
  };
}
