import type { Template } from "../grammar/template.js";
import type { Alternative, Param, Rule, When } from "../policy/compiled-policy.js";
import type { PreparedAuthentication } from "./authentication.js";
import type { Allowed, BindingMismatch, Decision, Denied } from "./decision.js";

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

/**
 * The decisions of an operation for which one scope is enough: the only one, or one of two. Its members are those of the operation,
 * first of all: with 10,000 operations, each object on the way to the decision takes 70 ns, because no cache of the processor has it.
 */
export interface ScopeChoice {
  /** The id of the first scope; -1 for an operation that has no such decisions. */
  readonly first: number;
  /** The id of the other scope; that of the first one again if there is none. */
  readonly second: number;
  readonly ifFirst: Decision | undefined;
  readonly ifSecond: Decision | undefined;
  readonly ifNone: Decision | undefined;
}

/** An operation compiled for the request path. When several patterns match its name, it has one rule for each. */
export interface PreparedOperation extends ScopeChoice {
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

/**
 * The decisions of an operation without a {@link ScopeChoice} that requires only scopes without placeholders, or a tier in addition, by what the token has of them:
 * a bit for each scope, and the rank of the tier. An allowed call and a denial cost the same: one look into a list. By an evaluation
 * of each alternative, a denial costs up to 16 times as much as an allowed call.
 */
export interface StateDecisions {
  /** The first of the scopes that the operation names, each once. Most operations name one. */
  readonly first: number;
  readonly others: readonly number[];
  /** Whether the tier of the token matters. */
  readonly hasTiers: boolean;
  readonly decisions: (Decision | undefined)[];
}

/** The rule of an operation about which only scopes and the value of one parameter decide, if each alternative is one scope. */
export interface ValueRule {
  readonly param: Param;
  readonly ways: readonly ValueWay[];
  /** The only way if there is one and it is a template: a list of one takes a tenth longer. */
  readonly template: ValueWay | undefined;
  /** Whether every value for which `isPlainValue` is true is accepted. */
  readonly takesPlain: boolean;
  /** The denial of a token that is bound to other values alone. */
  readonly mismatch: BindingMismatch;
}

export interface ValueWay {
  readonly scope: number;
  /** The decision for a scope without placeholders; `undefined` for a template, whose text has the value between the next two. */
  readonly granted: Allowed | undefined;
  readonly before: string;
  readonly after: string;
}
