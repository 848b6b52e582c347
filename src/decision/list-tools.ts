import { isAuthenticated } from "./authentication.js";
import { insideAll } from "./boundaries.js";
import { createApprovalReader } from "./client-approval.js";
import { decideOperation, factsOf, tokenScopesOf } from "./decide.js";
import type { Decider } from "./decider.js";
import {
  allowed,
  type Decision,
  type DecisionCode,
  INVALID_TOKEN,
  UNAUTHENTICATED,
} from "./decision.js";
import { withEnrichments } from "./enrichments.js";
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
const LISTED_CODES: ReadonlySet<DecisionCode> = new Set<DecisionCode>([
  "allowed",
  "insufficient_scope",
  "upgrade_required",
  "insufficient_user_authentication",
  "unauthenticated",
]);

/** What a list shows to one token. */
interface ToolList {
  /** The exact tools of the policy in declared order with their decisions. */
  readonly views: ToolView[];
  /**
   * Returns the decision about a name that only patterns match; `undefined` if the list leaves it out. Each pattern must allow the
   * tool as if it were an exact one; that one call meets all of them is not searched for.
   */
  readonly viewByPattern: (name: string) => Decision | undefined;
}

type ToolLister = (token: unknown, withHidden: boolean) => ToolList;

const listers = new WeakMap<object, ToolLister>();

/** Stores how a policy lists its tools, so that the gate of a list does not load what decides. */
export function storeToolLister(policy: object, list: ToolLister): void {
  listers.set(policy, list);
}

/**
 * Lists the tools of a policy.
 *
 * @param policy - a value that `definePolicy` or `loadPolicy` returned
 * @param withHidden - whether hidden tools are included, as for lists of objects on which tools decide
 */
export function toolListOf(policy: object, token: unknown, withHidden: boolean): ToolList {
  const list = listers.get(policy) as ToolLister;
  return list(token, withHidden);
}

/** Creates the function that lists the tools of a policy for one token. */
export function createToolLister(decider: Decider): ToolLister {
  return (token, withHidden) => {
    const view = createViewer(decider, token);
    const viewListed = (hidden: boolean, operation: PreparedOperation) => {
      const decision = withHidden || !hidden ? view(operation) : undefined;
      return decision && LISTED_CODES.has(decision.code) ? decision : undefined;
    };
    const views: ToolView[] = [];
    for (const [name, { kind, hidden }] of decider.policy.operations) {
      const operation = kind === "tool" ? decider.operations.get(name) : undefined;
      const decision = operation && viewListed(hidden, operation);
      if (decision !== undefined) views.push({ name, decision });
    }
    const viewByPattern = (name: string) => {
      const decisions = decider.patterns
        .filter(({ matches }) => matches(name))
        .map(({ hidden, operation }) => viewListed(hidden, operation));
      if (decisions.includes(undefined)) return undefined;
      return decisions.find((one) => !one?.allowed) ?? decisions[0];
    };
    return { views, viewByPattern };
  };
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
