import { isAuthenticated } from "./authentication.js";
import { insideAll } from "./boundaries.js";
import { createApprovalReader } from "./client-approval.js";
import { decideOperation, factsOf, tokenScopesOf, withEnrichments } from "./decide.js";
import type { Decider } from "./decider.js";
import {
  allowed,
  type Decision,
  type DecisionCode,
  INVALID_TOKEN,
  UNAUTHENTICATED,
} from "./decision.js";
import { evaluateForToken, isMet, type TokenEvaluation, type TokenFacts } from "./evaluate.js";
import { explainDenial, isMismatch } from "./explain-denial.js";
import { createValueSearch, type ValueSearch } from "./infer-bindings.js";
import { scopesOf } from "./prepare.js";
import type { PreparedOperation } from "./prepared.js";

/** A tool in a list of tools. */
export interface ToolView {
  /** The name of the tool. */
  readonly name: string;
  /**
   * The decision that a call would get. A tool with parameters is `allowed` if values that the token is bound to meet its
   * rule. Boundaries do not count, since a list has no arguments. Otherwise the denial names only scopes whose values are known,
   * never a placeholder, so its `missing` can be empty.
   * For a challenge, use the decision about the call itself.
   */
  readonly decision: Decision;
}

/** The codes of the tools in a list: tools that can be called, and tools that consent, an upgrade or a sign-in would open. */
export const LISTED_CODES: ReadonlySet<DecisionCode> = new Set<DecisionCode>([
  "allowed",
  "insufficient_scope",
  "upgrade_required",
  "insufficient_user_authentication",
  "unauthenticated",
]);

/** Lists the tools of one policy, the hidden ones included. */
type ToolLister = (token: unknown) => readonly ToolView[];

const listers = new WeakMap<object, ToolLister>();

/** Stores how a policy lists its tools, the hidden ones included. */
export function storeToolLister(policy: object, list: ToolLister): void {
  listers.set(policy, list);
}

/**
 * Returns what `toolsFor` returns, and the hidden tools: for lists of objects on which tools decide.
 *
 * @param policy - a value that `definePolicy` or `loadPolicy` returned
 */
export function listWithHiddenTools(policy: object, token: unknown): readonly ToolView[] {
  const list = listers.get(policy) as ToolLister;
  return list(token);
}

/**
 * Returns the exact tools of a policy in declared order with their decisions for one token. Hidden tools are left out by
 * default.
 */
export function listTools(decider: Decider, token: unknown, withHidden = false): ToolView[] {
  const view = createViewer(decider, token);
  const views: ToolView[] = [];
  for (const [name, { kind, hidden }] of decider.policy.operations) {
    const operation = decider.operations.get(name);
    if (kind !== "tool" || (hidden && !withHidden) || operation === undefined) continue;
    const decision = view(operation);
    if (decision !== undefined && LISTED_CODES.has(decision.code)) views.push({ name, decision });
  }
  return views;
}

/**
 * Creates a function that decides on exact entries and single patterns for one token, for values that the token is bound to. It returns
 * `undefined` if the token has the templates of an operation for values that do not agree.
 */
export function createViewer(
  decider: Decider,
  token: unknown,
): (operation: PreparedOperation) => Decision | undefined {
  const scopes = token === undefined ? undefined : decider.read(token);
  // read once: a scope that is a list would be read again for each tool
  const reader: Decider = { ...decider, read: () => scopes };
  const tokenScopes = tokenScopesOf(reader, token);
  const seen = tokenScopes && {
    tokenScopes,
    search: createValueSearch(tokenScopes),
    upgrades: createValueSearch(tokenScopes),
    approval: createApprovalReader(decider.policy, token),
  };
  return (operation) => {
    // any branch that can be called makes the tool callable; otherwise the decision is that of `otherwise`, the last branch
    const branches = operation.branches?.map((branch) => branch.operation) ?? [operation];
    const decisions = branches.map((branch) =>
      branch.plain === undefined
        ? decideForToken(decider, branch, token, seen)
        : decideOperation(reader, branch, token, undefined),
    );
    return decisions.find((one) => one?.allowed) ?? decisions.at(-1);
  };
}

/** The scopes of one token with the searches for values in it. */
interface TokenSearches extends TokenEvaluation {
  /** The search for a higher tier: separate, so that it takes no steps from the first. */
  readonly upgrades: ValueSearch;
}

/** Returns the decision for values that the token is bound to; `undefined` for a tool that a list leaves out. */
function decideForToken(
  { policy, now }: Decider,
  operation: PreparedOperation,
  token: unknown,
  seen: TokenSearches | undefined,
): Decision | undefined {
  if (operation.denied !== undefined) return operation.denied;
  if (token === undefined) return UNAUTHENTICATED;
  if (seen === undefined) return INVALID_TOKEN;
  const { tokenScopes, search, upgrades } = seen;
  // a list has no arguments, so that no value is outside of a boundary
  const facts = { ...factsOf(policy, operation, token), isInside: insideAll };
  const judge = (facts: TokenFacts, search: ValueSearch) =>
    operation.rules.map((rule) => evaluateForToken(rule, facts, { ...seen, search }));
  const judged = judge(facts, search);
  // an exact entry has one rule
  const met = judged.flat().find((one) => isMet(one.alternative, tokenScopes, facts, one.values));
  if (met !== undefined) {
    const { authentication } = operation;
    if (authentication && !isAuthenticated(authentication, token, now, 0))
      return authentication.denial;
    const granted = allowed(scopesOf(met.alternative, met.values));
    return withEnrichments(granted, operation, tokenScopes, facts);
  }
  // a list leaves these tools out; to find the parameter for the denial would visit every granted scope
  if (isMismatch(judged)) return undefined;
  return explainDenial(policy, judged, tokenScopes, facts, (upgraded) => judge(upgraded, upgrades));
}
