import { insideAll } from "./boundaries.js";
import { createApprovalReader } from "./client-approval.js";
import { factsOf, type ScopeReader, tokenScopesOf } from "./decide.js";
import type { DecisionCode } from "./decision.js";
import { BLOCKERS, evaluateConditions, type TokenFacts } from "./evaluate.js";
import { explainDenial } from "./explain-denial.js";
import { branchOf, scopesOf } from "./prepare.js";
import type { PreparedOperation } from "./prepared.js";
import { isDenial, readCases } from "./read-cases.js";
import type { ScopeNeed } from "./scope-cover.js";

/** What a call needs: needs that consent can all give, or the denial that no consent of the account changes. */
export type OperationNeeds =
  | { readonly kind: "reachable"; readonly needs: readonly ScopeNeed[] }
  | { readonly kind: "unreachable"; readonly reason: DecisionCode };

/**
 * Returns what a call needs of a token: each way to meet each of its rules that consent can give to this client and account, also a way
 * that the token already meets. The values count as within every boundary, and the user as just authenticated.
 *
 * @param token - the claims of the account, with the scope that it has now
 */
export function needsOf(
  decider: ScopeReader,
  operation: PreparedOperation,
  token: unknown,
  params: unknown,
): OperationNeeds {
  const { policy } = decider;
  const branch = branchOf(operation, params);
  if (branch.denied !== undefined) return { kind: "unreachable", reason: branch.denied.code };
  const cases = branch.plain ?? readCases(branch, params);
  if (isDenial(cases)) return { kind: "unreachable", reason: cases.code };
  const tokenScopes = tokenScopesOf(decider, token);
  if (tokenScopes === undefined) return { kind: "unreachable", reason: "invalid_token" };
  if (branch.public) return { kind: "reachable", needs: [] };
  const facts = { ...factsOf(policy, branch, token), isInside: insideAll };
  const approval = createApprovalReader(policy, token);
  const judge = (account: TokenFacts) =>
    cases.map((one) => evaluateConditions(one, tokenScopes, account, approval));
  const judged = judge(facts);
  const open = judged.map((list) => list.filter(({ blockedBy }) => blockedBy === BLOCKERS.nothing));
  if (open.some((list) => list.length === 0)) {
    const { code } = explainDenial(policy, judged, tokenScopes, facts, judge);
    return { kind: "unreachable", reason: code };
  }
  // every token is denied if the rules of combined patterns have no class in common
  if (branch.authentication?.acr?.length === 0)
    return { kind: "unreachable", reason: branch.authentication.denial.code };
  const needs = open.map((list) =>
    list.map(({ alternative, values }) => scopesOf(alternative, values)),
  );
  return { kind: "reachable", needs };
}
