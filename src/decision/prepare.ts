import type { Template } from "../grammar/template.js";
import type {
  Alternative,
  Operation,
  Param,
  Rule,
  ScopeUse,
  When,
} from "../policy/compiled-policy.js";
import { readOwn } from "./access-token.js";
import { combineAuthentication, type PreparedAuthentication } from "./authentication.js";
import {
  type Allowed,
  allowed,
  type BindingMismatch,
  bindingMismatch,
  type Denied,
  denied,
} from "./decision.js";
import { createStateDecisions, type StateDecisions, type ValueRule, valueRuleOf } from "./quick.js";

// The shapes of a requirement, from the policy to the decision:
// 1. The requirement as the author writes it, `RequirementOptions` in `policy/definition.ts`: nested any-of and all-of.
// 2. `AlternativeDraft` in `policy/rule.ts`: one way to meet it, parameters by name. Only here are any-of and all-of expanded.
// 3. `Rule` with its `Alternative`s in `policy/compiled-policy.ts`: parameters by place, conditions merged. Challenges, the audit
//    event and the command line read it too, so it has nothing that only a decision needs.
// 4. `PreparedRule` with its `PreparedAlternative`s, below: the same rule with ids, text pieces and decisions precomputed, so
//    that most decisions allocate nothing. `source` is the alternative of step 3, which has the conditions.
// 5. `RuleCase`, below: a rule with the parameter values of one call. When the rule has no parameters, it is precomputed too.
// Only a denial needs more: `EvaluatedAlternative` in `evaluate.ts`, an alternative with its blocker, and `Combination` in
// `explain-denial.ts`, one alternative of each rule together.

/** A scope of an alternative. */
export interface PreparedUse {
  /** The id of the scope. */
  readonly scope: number;
  /** The places of its values among the rule's parameters; empty for a scope without placeholders. */
  readonly params: readonly number[];
  /** The parts of its text before, between and after the values. */
  readonly pieces: readonly string[];
  /** For each gap between two pieces, the index in `params` of its value. */
  readonly gaps: readonly number[];
  /** How granted values cover others; `undefined` if each covers itself alone. */
  readonly coverage: Template["coverage"];
}

/** An alternative compiled for the request path. */
export interface PreparedAlternative {
  readonly source: Alternative;
  readonly uses: readonly PreparedUse[];
  /** The ids of its scopes without placeholders. */
  readonly literals: readonly number[];
  /** Its templates. */
  readonly bound: readonly PreparedUse[];
  /** Its restricted scopes, which only approved clients can be granted. */
  readonly restricted: readonly PreparedUse[];
  /** Whether it has conditions in addition to scopes. */
  readonly gated: boolean;
  /** The precomputed decision if the token meets it; `undefined` if its scopes carry values of the call. */
  readonly granted: Allowed | undefined;
}

/** A rule compiled for the request path. The token must meet one of its alternatives. */
export interface PreparedRule {
  readonly params: readonly Param[];
  readonly alternatives: readonly PreparedAlternative[];
  readonly authentication: Rule["authentication"];
  /** The scopes for additional detail, each as an alternative. */
  readonly enrichments: readonly PreparedAlternative[];
  /** Whether an alternative, or one of `enrichments`, has conditions. */
  readonly gated: boolean;
  /** Whether the alternatives require only scopes. */
  readonly byScopes: boolean;
  /** For each parameter, the denial of a token that is bound to another value of it. */
  readonly mismatches: readonly BindingMismatch[];
}

/** An operation compiled for the request path. When several patterns match its name, it has one rule for each. */
export interface PreparedOperation {
  readonly name: string;
  readonly params: readonly string[];
  readonly denied: Denied | undefined;
  readonly public: boolean;
  /** How and when the user must have authenticated. */
  readonly authentication: PreparedAuthentication | undefined;
  /** Whether a rule has conditions. */
  readonly gated: boolean;
  /** The token must meet all of them. */
  readonly rules: readonly PreparedRule[];
  /** The rules with scopes for additional detail, those of public patterns included. */
  readonly enriching: readonly PreparedRule[];
  /** Its decisions by the state of the token. Most operations have them. */
  readonly byState: StateDecisions | undefined;
  /** Its rule if only scopes and the value of one parameter decide. */
  readonly byValue: ValueRule | undefined;
  /** The rules as cases if none of them has a parameter: there is nothing to read from a call. */
  readonly plain: readonly RuleCase[] | undefined;
  /** With cases: the branches in declared order, `otherwise` last. A call is decided by the first whose condition it meets. */
  readonly branches: readonly PreparedBranch[] | undefined;
  /** The matching patterns if one of them has branches: a call takes one branch of each. */
  readonly combined: readonly PreparedOperation[] | undefined;
}

/** A branch of an operation, for the calls that meet its condition. */
export interface PreparedBranch {
  /** The condition; empty for `otherwise`. */
  readonly when: When;
  readonly operation: PreparedOperation;
}

/** Values of a rule's parameters by their places. In a list of tools, some can be unknown. */
export type Values = readonly (string | undefined)[];

/** A rule with the values that a call gives to its parameters. */
export interface RuleCase {
  readonly rule: PreparedRule;
  readonly values: readonly string[];
}

/** Compiles an operation of a policy for the request path. */
export function prepareOperation(operation: Operation, tiers: number): PreparedOperation {
  const rules = operation.rules.map(prepareRule);
  const denial = operation.denial === undefined ? undefined : denied(operation.denial);
  const { name, params } = operation;
  const summary = { public: operation.public, ...summarizeRules(rules, rules, denial) };
  const prepared: PreparedOperation = {
    name,
    params,
    ...summary,
    byState: createStateDecisions(summary, tiers),
    byValue: valueRuleOf(summary),
    branches: undefined,
    combined: undefined,
  };
  if (operation.cases.length === 0) return prepared;
  const cases = operation.cases.map(({ when, branch }) => ({
    when,
    operation: prepareOperation(branch, tiers),
  }));
  return {
    ...prepared,
    byState: undefined,
    byValue: undefined,
    branches: [...cases, { when: [], operation: prepared }],
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
  const { template } = scope;
  const { coverage } = template;
  if (params.length === 0)
    return { scope: scope.id, params, pieces: [scope.name], gaps: [], coverage };
  return { scope: scope.id, params, pieces: template.literals, gaps: template.holes, coverage };
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
  return {
    name,
    params: Object.freeze([...new Set(demanding.flatMap((operation) => operation.params))]),
    public: isPublic,
    ...summary,
    byState: undefined,
    byValue: undefined,
    branches: undefined,
    combined: isBranched ? matching : undefined,
  };
}
