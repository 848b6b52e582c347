import type { AccessToken } from "../../decision/access-token.js";
import { type InsufficientScope, insufficientScope } from "../../decision/decision.js";
import { jointScopes } from "../../decision/joint-scopes.js";
import { smallestSets } from "../../decision/smallest-sets.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import type { Denial, DenialResponse } from "../../resource-server/challenge.js";
import type { PinnedAuthorizer } from "../../resource-server/pinned-authorizer.js";
import { sufficientWays } from "../../resource-server/sufficient-set.js";
import type { TargetOperation } from "./required-operations.js";

/** A denied operation of a request. */
export interface DeniedOperation {
  readonly denial: Denial;
  readonly answer: DenialResponse;
  readonly token: AccessToken | undefined;
}

/** Returns whether a list of denials has at least one. */
export function hasDenials<One extends DeniedOperation>(
  denials: readonly One[],
): denials is readonly [One, ...One[]] {
  return denials.length > 0;
}

/**
 * Combines the denials of one request with a token. If consent can fix every denial, the result names the smallest set of scopes that
 * fixes all of them; otherwise it is the first denial that consent cannot fix. A single denial stays as it is.
 */
export function jointDenial<One extends DeniedOperation>(
  authorizer: PinnedAuthorizer,
  denials: readonly [One, ...One[]],
  protocolVersion: string | undefined,
): One | DeniedOperation {
  const [first] = denials;
  if (denials.length === 1) return first;
  const unfixable = denials.find(({ denial }) => denial.code !== "insufficient_scope");
  if (unfixable !== undefined) return unfixable;
  const { token } = first;
  const consentDenials = denials.map(({ denial }) => denial as InsufficientScope);
  const policy = compiledPolicyOf(authorizer.policy);
  const { missing, scopes } = jointScopes(policy, token, consentDenials);
  const denial = insufficientScope(missing, scopes, [scopes]);
  const answer = authorizer.answer(denial, { operation: undefined, token, protocolVersion });
  return { denial, answer, token };
}

/**
 * Returns a denial of a caller without credentials that names the smallest set of scopes for all operations of its request. A denial of
 * another code stays as it is, and so does that of one operation, and of operations for which a 401 names no scope of their own.
 */
export function jointSignIn<One extends Pick<DeniedOperation, "denial" | "answer">>(
  authorizer: PinnedAuthorizer,
  first: One,
  operations: readonly TargetOperation[],
  protocolVersion: string | undefined,
): One {
  if (first.denial.code !== "unauthenticated" || operations.length < 2) return first;
  const policy = compiledPolicyOf(authorizer.policy);
  const needs = operations.flatMap(
    ({ operation, params, isOfObject }) =>
      sufficientWays(policy, operation, params, isOfObject) ?? [],
  );
  if (needs.length === 0) return first;
  const [best = []] = smallestSets(policy, needs, new Map(), false, 1).sets;
  const signInScope = best.map(({ text }) => text);
  const context = { operation: undefined, token: undefined, protocolVersion, signInScope };
  return { ...first, answer: authorizer.answer(first.denial, context) };
}
