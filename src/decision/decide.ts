import { readNames, readOneOrMore } from "../grammar/any-value.js";
import { boundValueText, isBoundValue } from "../grammar/bound-value.js";
import { acceptsValue } from "../grammar/template.js";
import type { CompiledPolicy, Operation, OperationsByName } from "../policy/compiled-policy.js";
import { isToolName } from "../policy/tool-names.js";
import { readOwn } from "./access-token.js";
import { type Clock, isAuthenticated, systemClock } from "./authentication.js";
import { insideAll, isInside, readBoundaries } from "./boundaries.js";
import { createApprovalReader } from "./client-approval.js";
import {
  type Allowed,
  allowed,
  type Decision,
  INVALID_TOKEN,
  type InvalidParams,
  invalidParams,
  PUBLIC,
  UNAUTHENTICATED,
  UNKNOWN_OPERATION,
} from "./decision.js";
import {
  evaluateForCall,
  firstMetAlternative,
  firstMetByScopes,
  isMet,
  type TokenFacts,
} from "./evaluate.js";
import { explainDenial, explainMissingScopes } from "./explain-denial.js";
import {
  branchOf,
  combinePatterns,
  type PreparedAlternative,
  type PreparedOperation,
  type PreparedRule,
  prepareOperation,
  type RuleCase,
  scopesOf,
} from "./prepare.js";
import {
  createTokenScopesReader,
  hasScope,
  type TokenScopes,
  type TokenScopesReader,
} from "./token-scopes.js";

/** The compiled tables of one policy, from which every decision is made. */
export interface Decider {
  readonly policy: CompiledPolicy;
  readonly read: TokenScopesReader;
  /** Exact operations by name, in declared order, tools first. */
  readonly operations: ReadonlyMap<string, PreparedOperation>;
  readonly patterns: readonly PreparedPattern[];
  /** The tables for code of the host, which knows internal operations too. */
  readonly fromCode: Pick<Decider, "operations" | "patterns">;
  readonly now: Clock;
}

interface PreparedPattern {
  readonly matches: (name: string) => boolean;
  readonly operation: PreparedOperation;
}

/**
 * Creates the decider of a compiled policy.
 *
 * @param now - the clock, which only operations with `maxAge` read
 */
export function createDecider(policy: CompiledPolicy, now: Clock = systemClock): Decider {
  const prepared = new Map<Operation, PreparedOperation>();
  const prepare = (operation: Operation): PreparedOperation => {
    const known = prepared.get(operation) ?? prepareOperation(operation);
    prepared.set(operation, known);
    return known;
  };
  const tablesOf = ({ operations, patterns }: OperationsByName) => ({
    operations: new Map([...operations].map(([name, operation]) => [name, prepare(operation)])),
    patterns: patterns.map(({ matches, operation }) => ({
      matches,
      operation: prepare(operation),
    })),
  });
  const tables = tablesOf(policy);
  const { fromCode } = policy;
  return {
    policy,
    read: createTokenScopesReader(policy),
    ...tables,
    fromCode: fromCode.operations === policy.operations ? tables : tablesOf(fromCode),
    now,
  };
}

/** Returns the operation of a name: its exact entry, otherwise the patterns that match it combined. */
export function operationOf(
  { operations, patterns }: Pick<Decider, "operations" | "patterns">,
  name: unknown,
): PreparedOperation | undefined {
  if (typeof name !== "string") return undefined;
  const exact = operations.get(name);
  if (exact !== undefined || patterns.length === 0 || !isToolName(name)) return exact;
  const matching = patterns.filter((pattern) => pattern.matches(name));
  return combinePatterns(
    name,
    matching.map((pattern) => pattern.operation),
  );
}

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

/** Returns the decision about a call of a resolved operation. The order of its steps, that of `DECISION_CODES`, is guaranteed. */
export function decideOperation(
  decider: Decider,
  operation: PreparedOperation,
  token: unknown,
  params: unknown,
  origin: CallOrigin = AT_GATE,
): Decision {
  const { tolerance, now = decider.now } = origin;
  const { scopesOnly } = operation;
  if (scopesOnly !== undefined) {
    // not denied, no parameter, not public: of the steps below, only those about the token are left
    if (token === undefined) return UNAUTHENTICATED;
    const tokenScopes = tokenScopesOf(decider, token);
    return tokenScopes === undefined ? INVALID_TOKEN : decideByScopes(scopesOnly, tokenScopes);
  }
  if (operation.branches !== undefined || operation.combined !== undefined)
    return decideOperation(decider, branchOf(operation, params), token, params, origin);
  if (operation.denied !== undefined) return operation.denied;
  const cases = operation.plain ?? readCases(operation, params);
  if (isDenial(cases)) return cases;
  if (token === undefined) return operation.public ? PUBLIC : UNAUTHENTICATED;
  const tokenScopes = tokenScopesOf(decider, token);
  if (tokenScopes === undefined) return INVALID_TOKEN;
  const facts = factsOf(decider.policy, operation, token);
  const granted = operation.public ? PUBLIC : grant(cases, tokenScopes, facts);
  if (granted !== undefined) {
    const { authentication } = operation;
    if (authentication && !isAuthenticated(authentication, token, now, tolerance))
      return authentication.denial;
    return withEnrichments(granted, operation, tokenScopes, facts);
  }
  const approval = createApprovalReader(decider.policy, token);
  const judge = (facts: TokenFacts) =>
    cases.map((one) => evaluateForCall(one, tokenScopes, facts, approval));
  return explainDenial(decider.policy, judge(facts), tokenScopes, facts, judge);
}

/** Returns the decision about a rule that requires only scopes. */
function decideByScopes(rule: PreparedRule, tokenScopes: TokenScopes): Decision {
  if (rule.single === undefined) {
    const met = firstMetByScopes(rule, tokenScopes);
    return met === undefined ? explainMissingScopes(rule, tokenScopes) : (met.granted as Allowed);
  }
  // most decisions end here; the ids lie side by side, since reading each from its alternative takes a tenth of the time
  const { ids, denial } = rule.single;
  for (let index = 0; index < ids.length; index += 1) {
    if (hasScope(tokenScopes, ids[index] as number))
      return (rule.alternatives[index] as PreparedAlternative).granted as Allowed;
  }
  return denial;
}

/**
 * Returns the scopes in a token, reserved ones only for a first-party client; `undefined` for an invalid token, whose scope or
 * boundaries cannot be read.
 */
export function tokenScopesOf(
  decider: Pick<Decider, "policy" | "read">,
  token: unknown,
): TokenScopes | undefined {
  const { boundaries } = decider.policy;
  if (boundaries.length > 0 && readBoundaries(boundaries, token) === undefined) return undefined;
  const scopes = decider.read(token);
  return scopes && (isFirstParty(token) ? scopes.firstParty : scopes.thirdParty);
}

/** Returns whether the token has an own `first_party` member that is exactly `true`. */
export function isFirstParty(token: unknown): boolean {
  try {
    // the comparison comes first: for most tokens it is the only cost
    return (
      (token as { readonly first_party?: unknown }).first_party === true &&
      Object.hasOwn(token as object, "first_party")
    );
  } catch {
    return false; // a getter or a proxy that throws
  }
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
  const values = readBoundaries(policy.boundaries, token);
  return {
    firstParty: isFirstParty(token),
    tier: named,
    rank,
    accountTypes,
    entitlements,
    isInside: (boundary, value) => isInside(boundary, values, value),
  };
}

/** Returns the cases of a call, or the denial for the first parameter whose value is missing or not safe. */
export function readCases(
  { rules }: PreparedOperation,
  params: unknown,
): readonly RuleCase[] | InvalidParams {
  const cases: RuleCase[] = [];
  for (const rule of rules) {
    const values = readValues(rule, params);
    if (isDenial(values)) return values;
    cases.push({ rule, values });
  }
  return cases;
}

/** Returns whether the values of a call could not be read. */
export function isDenial(read: readonly unknown[] | InvalidParams): read is InvalidParams {
  return !Array.isArray(read);
}

/** Returns the values of a rule's parameters, or the denial for the first one whose value is missing or not safe. */
function readValues(rule: PreparedRule, params: unknown): readonly string[] | InvalidParams {
  const values: string[] = [];
  for (const { name, sites } of rule.params) {
    const value = boundValueText(readOwn(params, name));
    const refusing = sites.find(({ template, index }) => !acceptsValue(template, index, value));
    // every placeholder accepts bound values only
    const isSafe = sites.length === 0 ? isBoundValue(value) : refusing === undefined;
    if (!isSafe) return invalidParams(name, value, refusing?.template);
    values.push(value as string);
  }
  return values;
}

/**
 * Returns the decision with the scopes for additional detail that the token has. If several patterns with `enrichedBy` match, the
 * token must have a scope of each.
 */
export function withEnrichments(
  granted: Allowed,
  { enriching }: PreparedOperation,
  tokenScopes: TokenScopes,
  facts: TokenFacts,
): Allowed {
  if (enriching.length === 0) return granted;
  const met = enriching.map(({ enrichments }) =>
    enrichments.filter((one) => isMet(one, tokenScopes, facts, [])),
  );
  if (met.some((list) => list.length === 0)) return granted;
  const enrichments = [...new Set(met.flat().flatMap((one) => scopesOf(one, [])))];
  return { ...granted, enriched: true, enrichments };
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
