import type { AccessToken } from "../decision/access-token.js";
import { readBoundaries } from "../decision/boundaries.js";
import type { Boundary } from "../policy/compiled-policy.js";
import { isCreatedToken } from "./claims.js";
import { type RejectedToken, rejected } from "./verifier-result.js";

/**
 * Returns the member `boundaries` of a token, with the values of the policy's boundaries, or the rejection for a list that is neither
 * a text nor a list of texts. A token without values has no such member.
 */
export function readLimits(
  boundaries: readonly Boundary[],
  token: object,
): Pick<AccessToken, "boundaries"> | RejectedToken {
  const values = readBoundaries(boundaries, token);
  if (values === undefined) return isCreatedToken(token) ? BAD_CLAIM : BAD_BOUNDARIES;
  return values.size === 0 ? {} : { boundaries: Object.freeze(Object.fromEntries(values)) };
}

const BAD_CLAIM: RejectedToken = Object.freeze(
  rejected(
    "malformed",
    "a claim of a boundary is neither a text nor a list of at most 1,024 texts; no option accepts it",
  ),
);
const BAD_BOUNDARIES: RejectedToken = Object.freeze(
  rejected(
    "verify_result",
    "`boundaries` that `verify` or `authenticate` returned is not an object of lists of at most 1,024 texts each",
  ),
);
