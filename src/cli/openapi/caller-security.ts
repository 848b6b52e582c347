import type { AccessToken } from "../../decision/access-token.js";
import { isAuthenticated, systemClock } from "../../decision/authentication.js";
import { insideAll } from "../../decision/boundaries.js";
import { createApprovalReader } from "../../decision/client-approval.js";
import { factsOf, tokenScopesOf } from "../../decision/decide.js";
import { createDecider } from "../../decision/decider.js";
import { evaluateForToken, isMet, type TokenEvaluation } from "../../decision/evaluate.js";
import { createValueSearch } from "../../decision/infer-bindings.js";
import { prepareOperation } from "../../decision/prepare.js";
import type { PreparedOperation } from "../../decision/prepared.js";
import type { TokenScopes } from "../../decision/token-scopes.js";
import {
  type Alternative,
  type CompiledPolicy,
  isHardDenial,
  type Operation,
} from "../../policy/compiled-policy.js";
import { publicSecurity, requiredSecurity, type Security, type Way } from "./security-of.js";

/** Returns the `security` of an endpoint for one caller; `undefined` if the caller must not see the endpoint. */
export type CallerSecurity = (operation: Operation) => Security | undefined;

/**
 * Creates a function that returns the `security` of an endpoint for one caller. The caller sees an endpoint that a call with its token
 * can be allowed at, for any values that the token is bound to, as a list of tools decides. Of the alternatives, it sees those that
 * its token meets, and none with a reserved or restricted scope. With cases, it sees what the branches that it can use require together.
 *
 * @param token - the token, whose scope is well-formed; `undefined` for a caller without a token
 */
export function createCallerSecurity(
  policy: CompiledPolicy,
  token: AccessToken | undefined,
): CallerSecurity {
  const reader = createDecider(policy);
  const tokenScopes = token && tokenScopesOf(reader, token);
  const seen = tokenScopes && {
    tokenScopes,
    search: createValueSearch(tokenScopes),
    approval: createApprovalReader(policy, token),
  };
  const metOf = (branch: Operation) =>
    seen === undefined ? NOTHING_MET : metAlternatives(policy, branch, token, seen);
  return (operation) => {
    if (operation.hidden || operation.internal || isHardDenial(operation)) return undefined;
    if (operation.public) return publicSecurity(metOf(operation).detail);
    const branches = [...operation.cases.map(({ branch }) => branch), operation];
    const usable = branches.map((branch) => metOf(branch).ways).filter((ways) => ways.length > 0);
    return usable.length === 0 ? undefined : requiredSecurity(usable);
  };
}

/** The alternatives of a branch that a token meets. */
interface MetAlternatives {
  readonly ways: readonly Way[];
  /** The scopes for additional detail. */
  readonly detail: readonly Way[];
}

const NOTHING_MET: MetAlternatives = { ways: [], detail: [] };

function metAlternatives(
  policy: CompiledPolicy,
  branch: Operation,
  token: AccessToken | undefined,
  seen: TokenEvaluation & { readonly tokenScopes: TokenScopes },
): MetAlternatives {
  const prepared = prepareOperation(branch, policy.tiers.length);
  const { authentication, denied } = prepared;
  if (denied !== undefined) return NOTHING_MET;
  if (authentication && !isAuthenticated(authentication, token, systemClock, 0)) return NOTHING_MET;
  // a document has no arguments, so that no value is outside of a boundary
  const facts = { ...factsOf(policy, prepared, token), isInside: insideAll };
  const met = prepared.rules
    .flatMap((rule) => evaluateForToken(rule, facts, seen))
    .filter((one) => isMet(one.alternative, seen.tokenScopes, facts, one.values));
  const detail = detailOf(prepared).filter((one) => isMet(one, seen.tokenScopes, facts, []));
  return {
    ways: met.flatMap(({ alternative }) => wayFor(alternative.source)),
    detail: detail.flatMap(({ source }) => wayFor(source)),
  };
}

function detailOf({ rules }: PreparedOperation) {
  return rules.flatMap(({ enrichments }) => enrichments);
}

/** Returns an alternative without its conditions, which the caller meets; nothing if it names a scope that is not advertised. */
function wayFor({ uses, reserved, restricted }: Alternative): readonly Way[] {
  if (reserved || restricted) return [];
  return [{ scopes: uses.map(({ scope }) => scope.name), hasConditions: false }];
}
