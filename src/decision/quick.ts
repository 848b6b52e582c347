import { isPlainValue } from "../grammar/bound-value.js";
import { acceptsPlainValues } from "../grammar/template.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { deepFreeze } from "../policy/plain-data.js";
import {
  type Allowed,
  allowed,
  type BindingMismatch,
  type Decision,
  insufficientScope,
} from "./decision.js";
import type {
  PreparedAlternative,
  PreparedOperation,
  PreparedUse,
  ScopeChoice,
  StateDecisions,
  ValueRule,
  ValueWay,
} from "./prepared.js";
import { hasScope, isFor, type TokenScopes } from "./token-scopes.js";

// The fast path: what most calls need, with as little work as possible. `decideCases` in `decide.ts` decides on every call, and the
// tests compare both. Times are of Node 20 on two shared cores.

/** Number of decisions of one operation that are kept. Eight scopes without a tier have as many. */
const MAX_STATES = 256;

/** Returns the decisions of an operation for which one scope is enough, of one or two; `undefined` for any other one. */
export function choiceOf(operation: QuickFacts): ScopeChoice | undefined {
  const [only, another] = operation.plain ?? [];
  if (only === undefined || another !== undefined || isSlow(operation)) return undefined;
  const { byScopes, alternatives } = only.rule;
  const [first, second = first] = alternatives;
  const granted = first?.granted;
  const isChoice =
    byScopes &&
    granted !== undefined &&
    alternatives.length <= 2 &&
    alternatives.every(({ literals }) => literals.length === 1);
  if (!isChoice) return undefined;
  const accepted = alternatives.map((one) => (one.granted as Allowed).scopes);
  return {
    first: first?.literals[0] as number,
    second: second?.literals[0] as number,
    ifFirst: granted,
    ifSecond: second?.granted,
    ifNone: deepFreeze(insufficientScope(granted.scopes, granted.scopes, accepted)),
  };
}

/** Returns the decision of an operation that has a {@link ScopeChoice}. */
export function decideByChoice(choice: ScopeChoice, tokenScopes: TokenScopes): Decision {
  if (hasScope(tokenScopes, choice.first)) return choice.ifFirst as Decision;
  return (hasScope(tokenScopes, choice.second) ? choice.ifSecond : choice.ifNone) as Decision;
}

/** Returns the place for the decisions of an operation by state; `undefined` if more than the state decides. */
export function createStateDecisions(
  operation: QuickFacts,
  tiers: number,
): StateDecisions | undefined {
  if (operation.plain === undefined || isSlow(operation)) return undefined;
  const alternatives = operation.rules.flatMap((rule) => rule.alternatives);
  if (!alternatives.every(isTierAlone)) return undefined;
  const [first, ...others] = new Set(alternatives.flatMap(({ literals }) => literals));
  if (first === undefined) return undefined;
  const hasTiers = alternatives.some(({ source }) => source.tier >= 0);
  const states = 2 ** (others.length + 1) * (hasTiers ? tiers + 1 : 1);
  if (states > MAX_STATES) return undefined;
  return { first, others, hasTiers, decisions: Array.from({ length: states }, () => undefined) };
}

/** What the fast path must know of an operation. */
type QuickFacts = Pick<
  PreparedOperation,
  "plain" | "rules" | "public" | "denied" | "enriching" | "authentication"
>;

function isSlow({ denied, public: isPublic, enriching, authentication }: QuickFacts): boolean {
  return denied !== undefined || isPublic || enriching.length > 0 || authentication !== undefined;
}

function isTierAlone({ source }: PreparedAlternative): boolean {
  return (
    !source.reserved &&
    !source.restricted &&
    source.accountTypes === undefined &&
    source.entitlements.length === 0 &&
    source.within.length === 0
  );
}

/**
 * Returns the state of a token: an index of `decisions`, or -1 if its tier is not declared.
 *
 * @param tier - the member `tier` of the token if it matters, otherwise `undefined`
 */
export function stateOf(
  { first, others }: StateDecisions,
  tokenScopes: TokenScopes,
  tier: unknown,
  policy: CompiledPolicy,
): number {
  let state = hasScope(tokenScopes, first) ? 1 : 0;
  for (let index = 0; index < others.length; index += 1)
    if (hasScope(tokenScopes, others[index] as number)) state |= 2 << index;
  if (typeof tier !== "string") return state;
  const rank = policy.tierRank.get(tier);
  return rank === undefined ? -1 : state + ((rank + 1) << (others.length + 1));
}

/** Returns a decision after it was kept for a state. From then on, all calls in this state share it. */
export function keepForState(
  { decisions }: StateDecisions,
  state: number,
  decision: Decision,
): Decision {
  if (state >= 0) decisions[state] = deepFreeze(decision);
  return decision;
}

/** Returns the {@link ValueRule} of an operation; `undefined` for any other one. */
export function valueRuleOf(operation: QuickFacts): ValueRule | undefined {
  const { plain, rules } = operation;
  const [rule, another] = rules;
  if (plain !== undefined || rule === undefined || another !== undefined || isSlow(operation))
    return undefined;
  const [param, second] = rule.params;
  const isPlain = ({ params, coverage, pieces }: PreparedUse) =>
    coverage === undefined && (params.length === 0 || pieces.length === 2);
  if (param?.sites.length !== 1 || second !== undefined || !rule.byScopes) return undefined;
  if (!rule.alternatives.every(({ uses }) => uses.length === 1 && uses.every(isPlain)))
    return undefined;
  const ways = rule.alternatives.map(({ uses: [use], granted }) => {
    const { scope, pieces } = use as PreparedUse;
    return { scope, granted, before: pieces[0] as string, after: pieces[1] ?? "" };
  });
  const isOne = ways.length === 1 && ways[0]?.granted === undefined;
  return {
    param,
    ways,
    template: isOne ? ways[0] : undefined,
    takesPlain: param.sites.every(({ template, index }) => acceptsPlainValues(template, index)),
    mismatch: rule.mismatches[0] as BindingMismatch,
  };
}

/** What a token has of a template for one value: the scope, the scope for other values only, or none. */
export type ValueState = "held" | "other" | "missing";

/** Returns what a token has of a template for a value. */
export function valueStateOf(
  tokenScopes: TokenScopes,
  { scope }: ValueWay,
  value: string,
): ValueState {
  if (!hasScope(tokenScopes, scope)) return "missing";
  return isFor(tokenScopes, scope, value) ? "held" : "other";
}

/**
 * Returns the decision for a value by the only template of a rule; `undefined` if the value must be checked first.
 *
 * @param isChecked - whether the value was checked
 */
export function decideByTemplate(
  { before, after }: ValueWay,
  { takesPlain, mismatch }: ValueRule,
  state: ValueState,
  value: string,
  isChecked: boolean,
): Decision | undefined {
  if (state === "held") return allowed([before + value + after]);
  if (!isChecked && !(takesPlain && isPlainValue(value))) return undefined;
  if (state === "other") return mismatch;
  const scopes = [before + value + after];
  return insufficientScope(scopes, scopes, [scopes]);
}

/**
 * Returns the decision for a value that the token has for a template of the rule; otherwise `undefined`. Such a value is not checked
 * again: that saves 40 of 140 ns.
 */
export function allowedValue(
  { ways }: ValueRule,
  tokenScopes: TokenScopes,
  value: string,
): Allowed | undefined {
  let known: Allowed | undefined;
  for (let index = 0; index < ways.length; index += 1) {
    const { scope, granted, before, after } = ways[index] as ValueWay;
    if (!hasScope(tokenScopes, scope)) continue;
    if (granted !== undefined) known ??= granted;
    else if (isFor(tokenScopes, scope, value)) return known ?? allowed([before + value + after]);
  }
  return undefined;
}

/** Returns the decision for a value that was checked and that {@link allowedValue} does not know. */
export function decideByValue(
  { ways, mismatch }: ValueRule,
  tokenScopes: TokenScopes,
  value: string,
): Decision {
  for (const { scope, granted } of ways)
    if (granted !== undefined && hasScope(tokenScopes, scope)) return granted;
  const all = ways.map((way) => missingBy(way, tokenScopes, value));
  const open = all.filter((scopes) => scopes !== undefined);
  const [first] = open;
  return first === undefined ? mismatch : insufficientScope(first, first, open);
}

/** Returns the scope of a way that is not met; `undefined` if the token has it for another value. */
function missingBy(
  { scope, granted, before, after }: ValueWay,
  tokenScopes: TokenScopes,
  value: string,
): readonly string[] | undefined {
  if (granted !== undefined) return granted.scopes;
  const isElsewhere = hasScope(tokenScopes, scope) && !isFor(tokenScopes, scope, value);
  return isElsewhere ? undefined : [before + value + after];
}
