import { acceptsValue } from "../grammar/template.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { isToolName } from "../policy/tool-names.js";
import { readOwn } from "./access-token.js";
import {
  type Allowed,
  allowed,
  type Decision,
  INVALID_TOKEN,
  invalidParams,
  PUBLIC,
  PUBLIC_ENRICHED,
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
  readonly patterns: readonly {
    readonly matches: (name: string) => boolean;
    readonly operation: PreparedOperation;
  }[];
}

/** Creates the decider of a compiled policy. */
export function createDecider(policy: CompiledPolicy): Decider {
  const operations = new Map<string, PreparedOperation>();
  for (const [name, operation] of policy.operations)
    operations.set(name, prepareOperation(operation));
  return {
    policy,
    read: createTokenScopesReader(policy),
    operations,
    patterns: policy.patterns.map(({ matches, operation }) => ({
      matches,
      operation: prepareOperation(operation),
    })),
  };
}

/** Returns the operation of a name: its exact entry, otherwise the patterns that match it combined. */
export function operationOf(decider: Decider, name: unknown): PreparedOperation | undefined {
  if (typeof name !== "string") return undefined;
  const exact = decider.operations.get(name);
  if (exact !== undefined || decider.patterns.length === 0 || !isToolName(name)) return exact;
  const matching = decider.patterns.filter((pattern) => pattern.matches(name));
  return combinePatterns(
    name,
    matching.map((pattern) => pattern.operation),
  );
}

/** Returns the decision about a call. Total: any value in any position gives a decision. */
export function decide(decider: Decider, token: unknown, name: unknown, params: unknown): Decision {
  const operation = operationOf(decider, name);
  if (operation === undefined) return UNKNOWN_OPERATION;
  return decideOperation(decider, operation, token, params);
}

/** Returns the decision about a call of a resolved operation. The order of its steps, that of `DECISION_CODES`, is guaranteed. */
export function decideOperation(
  decider: Decider,
  operation: PreparedOperation,
  token: unknown,
  params: unknown,
): Decision {
  const { scopesOnly } = operation;
  if (scopesOnly !== undefined) {
    // not denied, no parameter, not public: of the steps below, only those about the token are left
    if (token === undefined) return UNAUTHENTICATED;
    const tokenScopes = tokenScopesOf(decider, token);
    return tokenScopes === undefined ? INVALID_TOKEN : decideByScopes(scopesOnly, tokenScopes);
  }
  if (operation.branches !== undefined || operation.combined !== undefined)
    return decideOperation(decider, branchOf(operation, params), token, params);
  if (operation.denied !== undefined) return operation.denied;
  const cases = operation.plain ?? readCases(operation, params);
  if (typeof cases === "string") return invalidParams(cases);
  if (token === undefined) return operation.public ? PUBLIC : UNAUTHENTICATED;
  const tokenScopes = tokenScopesOf(decider, token);
  if (tokenScopes === undefined) return INVALID_TOKEN;
  const facts = factsOf(decider.policy, operation, token);
  if (operation.public) return isEnriched(operation, tokenScopes, facts) ? PUBLIC_ENRICHED : PUBLIC;
  const granted = grant(cases, tokenScopes, facts);
  if (granted !== undefined) return granted;
  const judge = (facts: TokenFacts) => cases.map((one) => evaluateForCall(one, tokenScopes, facts));
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

/** Returns the scopes in a token, reserved ones only for a first-party client; `undefined` for an invalid token. */
export function tokenScopesOf(decider: Decider, token: unknown): TokenScopes | undefined {
  const scopes = decider.read(token);
  return scopes && (isFirstParty(token) ? scopes.firstParty : scopes.thirdParty);
}

/** Returns whether the token has an own `first_party` member that is exactly `true`. */
function isFirstParty(token: unknown): boolean {
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
  accountType: undefined,
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
  const accountType = readOwn(token, "account_type");
  return { firstParty: isFirstParty(token), tier: named, rank, accountType };
}

/** Returns the cases of a call, or the name of the first parameter whose value is missing or not safe. */
function readCases({ rules }: PreparedOperation, params: unknown): readonly RuleCase[] | string {
  const cases: RuleCase[] = [];
  for (const rule of rules) {
    const values = readValues(rule, params);
    if (typeof values === "string") return values;
    cases.push({ rule, values });
  }
  return cases;
}

/** Returns the values of a rule's parameters, or the name of the first one whose value is missing or not safe. */
function readValues(rule: PreparedRule, params: unknown): readonly string[] | string {
  const values: string[] = [];
  for (const { name, sites } of rule.params) {
    const value = readOwn(params, name);
    if (!sites.every(({ template, index }) => acceptsValue(template, index, value))) return name;
    values.push(value as string);
  }
  return values;
}

/** Returns whether a public operation may show its enriched detail: the token meets every `enrichedBy` of its rules. */
function isEnriched(
  { rules }: PreparedOperation,
  tokenScopes: TokenScopes,
  facts: TokenFacts,
): boolean {
  const asked = rules.flatMap((rule) => rule.enriched ?? []);
  return asked.length > 0 && asked.every((one) => isMet(one, tokenScopes, facts, []));
}

/**
 * Returns the decision if the token meets an alternative of every case, otherwise `undefined`. The decision names the first
 * declared one of each.
 */
function grant(
  cases: readonly RuleCase[],
  tokenScopes: TokenScopes,
  facts: TokenFacts,
): Decision | undefined {
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
