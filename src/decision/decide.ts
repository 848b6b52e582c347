import { readNames, readOneOrMore } from "../grammar/any-value.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { isFirstParty, readOwn } from "./access-token.js";
import { type Clock, isAuthenticated } from "./authentication.js";
import { insideAll, insideOf, readBoundaries } from "./boundaries.js";
import { createApprovalReader } from "./client-approval.js";
import { type Decider, operationOf } from "./decider.js";
import {
  type Allowed,
  allowed,
  type Decision,
  INVALID_TOKEN,
  PUBLIC,
  UNAUTHENTICATED,
  UNKNOWN_OPERATION,
} from "./decision.js";
import { withEnrichments } from "./enrichments.js";
import { evaluateForCall, firstMetAlternative, type TokenFacts } from "./evaluate.js";
import { explainByScopes, explainDenial } from "./explain-denial.js";
import { decideKnown, knownScopes, knownState } from "./own-token.js";
import { branchOf, scopesOf } from "./prepare.js";
import type {
  PreparedOperation,
  RuleCase,
  StateDecisions,
  ValueRule,
  ValueWay,
} from "./prepared.js";
import {
  allowedValue,
  decideByChoice,
  decideByTemplate,
  decideByValue,
  keepForState,
  stateOf,
  type ValueState,
  valueStateOf,
} from "./quick.js";
import { isDenial, readCases, readValue } from "./read-cases.js";
import { firstPartyScopes, type TokenScopes } from "./token-scopes.js";

/** Where a call comes from. */
export interface CallOrigin {
  /** Whether it comes from code of the host, which knows internal operations. */
  readonly isFromCode: boolean;
  /** Seconds by which `auth_time` of the token may be in the future. */
  readonly tolerance: number;
  /** The clock in place of that of the policy, if there is one. An own member, so that none is inherited. */
  readonly now: Clock | undefined;
}

/** A call whose name may come from a client. */
export const AT_GATE: CallOrigin = { isFromCode: false, tolerance: 0, now: undefined };
/** A call of code of the host. */
export const FROM_CODE: CallOrigin = { isFromCode: true, tolerance: 0, now: undefined };

/** Returns the decision about a call. Total: any value in any position gives a decision. */
export function decide(
  decider: Decider,
  token: unknown,
  name: unknown,
  params: unknown,
  origin: CallOrigin,
): Decision {
  const operation = operationOf(origin.isFromCode ? decider.fromCode : decider, name);
  if (operation === undefined) return UNKNOWN_OPERATION;
  return decideOperation(decider, operation, token, params, origin);
}

/** Creates {@link decide} for calls from one origin. It has the tables of names at hand, which saves 6 of 36 ns. */
export function createNamedDecider(
  decider: Decider,
  origin: CallOrigin,
): (token: unknown, name: unknown, params?: unknown) => Decision {
  const tables = origin.isFromCode ? decider.fromCode : decider;
  return (token, name, params) => {
    const operation = operationOf(tables, name);
    if (operation === undefined) return UNKNOWN_OPERATION;
    return decideOperation(decider, operation, token, params, origin);
  };
}

/**
 * Returns the decision about a call of a resolved operation. What most calls need is here alone, so that the engine can inline it.
 */
export function decideOperation(
  decider: Decider,
  operation: PreparedOperation,
  token: unknown,
  params: unknown,
  origin: CallOrigin = AT_GATE,
): Decision {
  if (operation.first >= 0) {
    const known = decideKnown(token, decider.marks, operation, decider.isExact);
    if (known !== undefined) return known;
  }
  return decideByKind(decider, operation, token, params, origin);
}

/** Returns a decision that is known for such a call, or that of {@link decideFully}. */
function decideByKind(
  decider: Decider,
  operation: PreparedOperation,
  token: unknown,
  params: unknown,
  origin: CallOrigin,
): Decision {
  const { byState, byValue } = operation;
  if (operation.first >= 0 || byState !== undefined) {
    if (token === undefined) return UNAUTHENTICATED;
    // for a choice, `decideOperation` has looked for what is kept with the token: another look takes 20 of 200 ns for a new token
    const wasLookedUp = operation.first >= 0;
    const tokenScopes = wasLookedUp ? readScopes(decider, token) : tokenScopesOf(decider, token);
    if (tokenScopes === undefined) return INVALID_TOKEN;
    return byState === undefined
      ? decideByChoice(operation, tokenScopes)
      : decideByState(decider, operation, byState, tokenScopes, token);
  }
  return byValue === undefined || token === undefined
    ? decideFully(decider, operation, token, params, origin)
    : decideForValue(decider, byValue, token, params);
}

/** Decides on an operation without parameters that is not denied and not public. */
function decideByState(
  decider: Decider,
  operation: PreparedOperation,
  byState: StateDecisions,
  tokenScopes: TokenScopes,
  token: unknown,
): Decision {
  // read once: a getter can return something else at the next read, and the decision would be kept for another tier
  const tier = byState.hasTiers ? readOwn(token, "tier") : undefined;
  const state = stateOf(byState, tokenScopes, tier, decider.policy);
  const known = byState.decisions[state];
  if (known !== undefined) return known;
  const cases = operation.plain as readonly RuleCase[];
  const decision = decideCases(decider, operation, cases, tokenScopes, { tier }, AT_GATE);
  return keepForState(byState, state, decision);
}

/** Decides on an operation with one parameter, if nothing else but scopes decides. */
function decideForValue(
  decider: Decider,
  rule: ValueRule,
  token: unknown,
  params: unknown,
): Decision {
  const { param, template } = rule;
  const given = readOwn(params, param.name);
  if (template !== undefined) return decideForTemplate(decider, rule, template, token, given);
  const tokenScopes = tokenScopesOf(decider, token);
  if (tokenScopes !== undefined && typeof given === "string") {
    const known = allowedValue(rule, tokenScopes, given);
    if (known !== undefined) return known;
  }
  const value = readValue(param, given);
  if (typeof value !== "string") return value;
  if (tokenScopes === undefined) return INVALID_TOKEN;
  // the text of a number can be a value of the token
  const known = value === given ? undefined : allowedValue(rule, tokenScopes, value);
  return known ?? decideByValue(rule, tokenScopes, value);
}

/** As {@link decideForValue}, if one template decides. */
function decideForTemplate(
  decider: Decider,
  rule: ValueRule,
  template: ValueWay,
  token: unknown,
  given: unknown,
): Decision {
  let state: ValueState | undefined;
  if (typeof given === "string") {
    state = readState(decider, token, template, given);
    const known = state && decideByTemplate(template, rule, state, given, false);
    if (known !== undefined) return known;
  }
  const value = readValue(rule.param, given);
  if (typeof value !== "string") return value;
  // the text of a number: for any other accepted value, the state was read above, and a missing one means an invalid token
  if (value !== given) state = readState(decider, token, template, value);
  return state ? (decideByTemplate(template, rule, state, value, true) as Decision) : INVALID_TOKEN;
}

/** Returns what a token has of a template for a value; `undefined` for an invalid token. */
function readState(
  decider: Decider,
  token: unknown,
  template: ValueWay,
  value: string,
): ValueState | undefined {
  const { isExact, marks } = decider;
  const known = isExact ? knownState(token, marks, template.scope, value) : undefined;
  if (known !== undefined) return known;
  const tokenScopes = tokenScopesOf(decider, token);
  return tokenScopes && valueStateOf(tokenScopes, template, value);
}

/** Returns the decision about any call. The order of its steps, that of `DECISION_CODES`, is guaranteed. */
function decideFully(
  decider: Decider,
  operation: PreparedOperation,
  token: unknown,
  params: unknown,
  origin: CallOrigin,
): Decision {
  if (operation.branches !== undefined || operation.combined !== undefined)
    return decideOperation(decider, branchOf(operation, params), token, params, origin);
  if (operation.denied !== undefined) return operation.denied;
  const cases = operation.plain ?? readCases(operation, params);
  if (isDenial(cases)) return cases;
  if (token === undefined) return operation.public ? PUBLIC : UNAUTHENTICATED;
  const tokenScopes = tokenScopesOf(decider, token);
  if (tokenScopes === undefined) return INVALID_TOKEN;
  return decideCases(decider, operation, cases, tokenScopes, token, origin);
}

/** Returns the decision about a call whose values and scopes were read. */
function decideCases(
  { policy, now: clock }: Decider,
  operation: PreparedOperation,
  cases: readonly RuleCase[],
  tokenScopes: TokenScopes,
  token: unknown,
  { tolerance, now = clock }: CallOrigin,
): Decision {
  const facts = factsOf(policy, operation, token);
  const granted = operation.public ? PUBLIC : grant(cases, tokenScopes, facts);
  if (granted !== undefined) {
    const { authentication } = operation;
    if (authentication && !isAuthenticated(authentication, token, now, tolerance))
      return authentication.denial;
    return withEnrichments(granted, operation, tokenScopes, facts);
  }
  return explain(policy, cases, tokenScopes, facts, token);
}

/** Returns the denial. A function of its own, because what its inner functions use is an object that an allowed call needs not create. */
function explain(
  policy: CompiledPolicy,
  cases: readonly RuleCase[],
  tokenScopes: TokenScopes,
  facts: TokenFacts,
  token: unknown,
): Decision {
  const [only, another] = cases;
  if (only?.rule.byScopes && another === undefined) return explainByScopes(only, tokenScopes);
  const approval = createApprovalReader(policy, token);
  const judge = (facts: TokenFacts) =>
    cases.map((one) => evaluateForCall(one, tokenScopes, facts, approval));
  return explainDenial(policy, judge(facts), tokenScopes, facts, judge);
}

/** What reads the scopes of tokens. */
export type ScopeReader = Pick<Decider, "policy" | "read" | "marks">;

/**
 * Returns the scopes in a token, reserved ones only for a first-party client; `undefined` for an invalid token, whose scope or
 * boundaries cannot be read.
 */
export function tokenScopesOf(decider: ScopeReader, token: unknown): TokenScopes | undefined {
  return knownScopes(token, decider.marks) ?? readScopes(decider, token);
}

/** As {@link tokenScopesOf}, for a token with which its scopes are not kept. */
function readScopes(
  { policy: { boundaries }, read }: ScopeReader,
  token: unknown,
): TokenScopes | undefined {
  const scopes = read(token);
  if (boundaries.length > 0 && readBoundaries(boundaries, token) === undefined) return undefined;
  if (scopes === undefined) return undefined;
  const allScopes = firstPartyScopes(scopes);
  return allScopes !== scopes && isFirstParty(token) ? allScopes : scopes;
}

const NO_FACTS: TokenFacts = {
  firstParty: false,
  tier: undefined,
  rank: -1,
  accountTypes: [],
  entitlements: [],
  isInside: insideAll,
};

/** Reads the facts of a token that the conditions of an operation need. Without conditions, nothing is read. */
export function factsOf(
  policy: CompiledPolicy,
  operation: PreparedOperation,
  token: unknown,
): TokenFacts {
  if (!operation.gated) return NO_FACTS;
  const tier = readOwn(token, "tier");
  const named = typeof tier === "string" ? tier : undefined;
  const rank = named === undefined ? -1 : (policy.tierRank.get(named) ?? -1);
  const accountTypes = readOneOrMore(readOwn(token, "account_type")) ?? [];
  const entitlements = readNames(readOwn(token, "entitlements")) ?? [];
  return {
    firstParty: isFirstParty(token),
    tier: named,
    rank,
    accountTypes,
    entitlements,
    isInside: insideOf(policy.boundaries, token),
  };
}

/**
 * Returns the decision if the token meets an alternative of every case, otherwise `undefined`. The decision names the first
 * declared one of each.
 */
function grant(
  cases: readonly RuleCase[],
  tokenScopes: TokenScopes,
  facts: TokenFacts,
): Allowed | undefined {
  if (cases.length === 1) {
    const only = cases[0] as RuleCase;
    const met = firstMetAlternative(only, tokenScopes, facts);
    return met && (met.granted ?? allowed(scopesOf(met, only.values)));
  }
  const scopes: string[] = [];
  for (const one of cases) {
    const met = firstMetAlternative(one, tokenScopes, facts);
    if (met === undefined) return undefined;
    scopes.push(...scopesOf(met, one.values));
  }
  return allowed([...new Set(scopes)]);
}
