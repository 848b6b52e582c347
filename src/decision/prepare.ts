import type { Alternative, Operation, Rule, ScopeUse, When } from "../policy/compiled-policy.js";
import { readOwn } from "./access-token.js";
import { combineAuthentication } from "./authentication.js";
import { allowed, bindingMismatch, type Denied, denied } from "./decision.js";
import type {
  PreparedAlternative,
  PreparedOperation,
  PreparedRule,
  PreparedUse,
  Values,
} from "./prepared.js";
import { choiceOf, createStateDecisions, valueRuleOf } from "./quick.js";

/** Compiles an operation of a policy for the request path. */
export function prepareOperation(operation: Operation, tiers: number): PreparedOperation {
  const rules = operation.rules.map(prepareRule);
  const denial = operation.denial === undefined ? undefined : denied(operation.denial);
  const { name, params } = operation;
  const summary = { public: operation.public, ...summarizeRules(rules, rules, denial) };
  const slow = { name, params, ...summary };
  const choice = choiceOf(summary);
  const byState = choice === undefined ? createStateDecisions(summary, tiers) : undefined;
  const prepared = arrange({ ...slow, ...choice, byState, byValue: valueRuleOf(summary) });
  if (operation.cases.length === 0) return prepared;
  const cases = operation.cases.map(({ when, branch }) => ({
    when,
    operation: prepareOperation(branch, tiers),
  }));
  return arrange({ ...slow, branches: [...cases, { when: [], operation: prepared }] });
}

/** The members that only some operations have, as own members, so that none is inherited. */
const UNDECIDED = {
  first: -1,
  second: -1,
  ifFirst: undefined,
  ifSecond: undefined,
  ifNone: undefined,
  byState: undefined,
  byValue: undefined,
  branches: undefined,
  combined: undefined,
};

type OperationDraft = Omit<PreparedOperation, keyof typeof UNDECIDED> & Partial<PreparedOperation>;

/**
 * Returns an operation whose members are in one order, those first that most decisions read: from one literal, so that they are in the
 * object itself. What a spread returns makes a decision half as slow again.
 */
function arrange(given: OperationDraft): PreparedOperation {
  const draft: PreparedOperation = { ...UNDECIDED, ...given };
  return {
    first: draft.first,
    second: draft.second,
    ifFirst: draft.ifFirst,
    ifSecond: draft.ifSecond,
    ifNone: draft.ifNone,
    byState: draft.byState,
    byValue: draft.byValue,
    plain: draft.plain,
    name: draft.name,
    params: draft.params,
    denied: draft.denied,
    public: draft.public,
    authentication: draft.authentication,
    gated: draft.gated,
    rules: draft.rules,
    enriching: draft.enriching,
    branches: draft.branches,
    combined: draft.combined,
  };
}

/** Returns the operation that decides a call: the branch that its arguments choose, for combined patterns one branch of each. */
export function branchOf(operation: PreparedOperation, params: unknown): PreparedOperation {
  const { name, branches, combined } = operation;
  const chosen =
    branches?.find(({ when }) => meetsCase(when, params))?.operation ??
    combinePatterns(name, combined?.map((pattern) => branchOf(pattern, params)) ?? []);
  return chosen ?? operation;
}

/** Returns whether each own argument that a case compares has one of its values, of the same type. */
export function meetsCase(when: When, params: unknown): boolean {
  return when.every(([argument, values]) => values.has(readOwn(params, argument)));
}

const NO_VALUES: readonly string[] = Object.freeze([]);

/** What an operation knows of its rules together. */
type RuleSummary = Pick<
  PreparedOperation,
  "denied" | "rules" | "enriching" | "authentication" | "gated" | "plain"
>;

function summarizeRules(
  rules: readonly PreparedRule[],
  all: readonly PreparedRule[],
  denial: Denied | undefined,
): RuleSummary {
  const plain = rules.every((rule) => rule.params.length === 0)
    ? rules.map((rule) => ({ rule, values: NO_VALUES }))
    : undefined;
  const enriching = all.filter(({ enrichments }) => enrichments.length > 0);
  return {
    denied: denial,
    rules,
    enriching,
    authentication: combineAuthentication(rules.map((one) => one.authentication)),
    gated: [...rules, ...enriching].some((rule) => rule.gated),
    plain,
  };
}

function prepareRule(rule: Rule): PreparedRule {
  const prepare = createPreparer();
  const alternatives = rule.alternatives.map(prepare);
  const enrichments = rule.enrichments.map(prepare);
  const gated = [...alternatives, ...enrichments].some((one) => one.gated);
  const { params, authentication } = rule;
  const byScopes = alternatives.every((one) => !one.gated);
  const mismatches = params.map(({ name }) => Object.freeze(bindingMismatch(name)));
  return { params, alternatives, authentication, enrichments, gated, byScopes, mismatches };
}

const NO_USES: readonly PreparedUse[] = Object.freeze([]);

/** Creates a function that prepares the alternatives of one rule. Equal uses of a scope are prepared once. */
function createPreparer(): (source: Alternative) => PreparedAlternative {
  const prepared = new Map<ScopeUse, PreparedUse>();
  const prepareOnce = (use: ScopeUse): PreparedUse => {
    const known = prepared.get(use) ?? prepareUse(use);
    prepared.set(use, known);
    return known;
  };
  return (source) => {
    const uses = source.uses.map(prepareOnce);
    const bound = uses.filter((use) => use.params.length > 0);
    return {
      source,
      uses,
      literals: uses.filter((use) => use.params.length === 0).map((use) => use.scope),
      bound: bound.length === 0 ? NO_USES : bound,
      restricted: source.restricted
        ? uses.filter((_, index) => source.uses[index]?.scope.restricted)
        : NO_USES,
      gated:
        source.reserved ||
        source.restricted ||
        source.accountTypes !== undefined ||
        source.tier >= 0 ||
        source.entitlements.length > 0 ||
        source.within.length > 0,
      granted: source.scopes && Object.freeze(allowed(source.scopes)),
    };
  };
}

function prepareUse({ scope, params }: ScopeUse): PreparedUse {
  const { literals, holes, coverage } = scope.template;
  return { scope: scope.id, params, pieces: literals, gaps: holes, coverage };
}

/** Returns the scopes of an alternative with their values. Scopes whose values are not known are left out. */
export function scopesOf({ source, uses }: PreparedAlternative, values: Values): readonly string[] {
  return source.scopes ?? textsOf(uses, values);
}

/** Returns the texts of scopes, each once: two templates have the same text if two parameters have the same value. */
export function textsOf(uses: readonly PreparedUse[], values: Values): readonly string[] {
  if (uses.length === 1) {
    const text = scopeTextOf(uses[0] as PreparedUse, values);
    return text === undefined ? [] : [text]; // a list that grows takes 150 bytes more
  }
  return [...new Set(uses.flatMap((use) => scopeTextOf(use, values) ?? []))];
}

/** Returns the text of a scope for the values of a rule's parameters; `undefined` if one is not known. */
function scopeTextOf({ params, pieces, gaps }: PreparedUse, values: Values): string | undefined {
  let text = pieces[0] as string;
  for (let index = 0; index < gaps.length; index += 1) {
    const value = values[params[gaps[index] as number] as number];
    if (value === undefined) return undefined;
    text += value + (pieces[index + 1] as string);
  }
  return text;
}

/**
 * Combines the patterns that match a name into one operation. If one of them is a hard denial, the operation is denied.
 * Otherwise the token must meet the rules of all that are not public. The operation is public only if all of them are.
 * Returns `undefined` if no pattern matches.
 */
export function combinePatterns(
  name: string,
  matching: readonly PreparedOperation[],
): PreparedOperation | undefined {
  const [first] = matching;
  if (first === undefined) return undefined;
  const isPublic = matching.every((operation) => operation.public);
  const demanding = matching.filter((operation) => isPublic || !operation.public);
  const rules = demanding.flatMap((operation) => operation.rules);
  const denial = matching.find(({ denied, branches }) => denied && branches === undefined)?.denied;
  const isBranched = denial === undefined && matching.some(({ branches }) => branches);
  const all = matching.flatMap((operation) => operation.rules);
  const summary = summarizeRules(rules, all, denial);
  return arrange({
    name,
    params: Object.freeze([...new Set(demanding.flatMap((operation) => operation.params))]),
    public: isPublic,
    ...summary,
    combined: isBranched ? matching : undefined,
  });
}
