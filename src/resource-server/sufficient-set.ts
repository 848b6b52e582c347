import { readOwn } from "../decision/access-token.js";
import { meetsCase } from "../decision/prepare.js";
import type { ScopeNeed } from "../decision/scope-cover.js";
import { boundValueText } from "../grammar/bound-value.js";
import { acceptsValue, bindTemplate } from "../grammar/template.js";
import { isOpen } from "../policy/approval.js";
import {
  type Alternative,
  ANY_TIER,
  type CompiledPolicy,
  type Operation,
  type Rule,
} from "../policy/compiled-policy.js";
import { OFFLINE_ACCESS } from "../policy/openid-scopes.js";
import { isToolName } from "../policy/tool-names.js";

/**
 * Returns one sufficient set of scopes of an operation, for a caller without a token. From each rule it takes the first declared
 * alternative without a reserved or restricted scope, with cases from the branch that the parameters choose; an alternative without
 * conditions on tier, account type and entitlement takes precedence. A scope with placeholders is bound to the parameters of the call,
 * and left out if these have no safe value for it. `offline_access` is left out.
 *
 * Returns `undefined` for an operation that is unknown, hidden, denied or public, and for one that only reserved or restricted scopes
 * open.
 *
 * @param isListed - whether the operation decides on an object of a list, in which `hidden` has no effect. The set of a hidden
 * operation is then returned too, unless it is for some account types only: a list without a token does not show its object.
 */
export function sufficientSet(
  policy: CompiledPolicy,
  name: unknown,
  params: unknown,
  isListed = false,
): readonly string[] | undefined {
  const open = openRulesOf(policy, name, params, isListed);
  if (open === undefined) return undefined;
  const firsts = open.flatMap(({ rule, alternatives: [first] }) => namesOf(rule, first, params));
  return [...new Set(firsts)];
}

/**
 * Returns all sufficient sets of scopes of an operation: for each of its rules, the sets of which one is enough. `undefined` where
 * {@link sufficientSet} returns it.
 */
export function sufficientWays(
  policy: CompiledPolicy,
  name: unknown,
  params: unknown,
  isListed: boolean,
): readonly ScopeNeed[] | undefined {
  return openRulesOf(policy, name, params, isListed)?.map(({ rule, alternatives }) =>
    alternatives.map((alternative) => namesOf(rule, alternative, params)),
  );
}

/** A rule with its alternatives that a caller without a token can obtain. */
interface OpenRule {
  readonly rule: Rule;
  readonly alternatives: readonly [Alternative, ...Alternative[]];
}

function openRulesOf(
  policy: CompiledPolicy,
  name: unknown,
  params: unknown,
  isListed: boolean,
): readonly OpenRule[] | undefined {
  const operations = operationsByName(policy, name).map((operation) => {
    const { cases } = operation;
    return cases.find(({ when }) => meetsCase(when, params))?.branch ?? operation;
  });
  const isHidden = operations.some(({ hidden }) => hidden);
  if (isHidden && !isListed) return undefined;
  if (operations.some(({ denial }) => denial !== undefined)) return undefined;
  const rules = operations.flatMap((operation) => operation.rules).filter((rule) => !rule.public);
  if (rules.length === 0) return undefined;
  const open: OpenRule[] = [];
  for (const rule of rules) {
    const [first, ...others] = obtainableAlternatives(rule);
    if (first === undefined || (isHidden && first.accountTypes !== undefined)) return undefined;
    open.push({ rule, alternatives: [first, ...others] });
  }
  return open;
}

/** Returns the exact operation of a name, or the operations of every pattern that matches it. */
export function operationsByName(
  { operations, patterns }: CompiledPolicy,
  name: unknown,
): readonly Operation[] {
  if (typeof name !== "string") return [];
  const exact = operations.get(name);
  if (exact !== undefined) return [exact];
  if (!isToolName(name)) return [];
  return patterns.flatMap(({ matches, operation }) => (matches(name) ? [operation] : []));
}

/** Returns the alternatives without conditions; if there is none, the first one with conditions. */
function obtainableAlternatives({ alternatives }: Rule): readonly Alternative[] {
  // the list is empty if the conditions exclude each other
  const open = alternatives.filter(
    (alternative) => isOpen(alternative) && alternative.accountTypes?.length !== 0,
  );
  const unconditional = open.filter(
    ({ tier, accountTypes, entitlements }) =>
      tier === ANY_TIER && accountTypes === undefined && entitlements.length === 0,
  );
  return unconditional.length > 0 ? unconditional : open.slice(0, 1);
}

function namesOf(rule: Rule, { uses }: Alternative, params: unknown): readonly string[] {
  const values = rule.params.map(({ name, sites }) => {
    const value = boundValueText(readOwn(params, name));
    const isSafe = sites.every(({ template, index }) => acceptsValue(template, index, value));
    return isSafe ? (value as string) : undefined;
  });
  return uses.flatMap(({ scope, params: places }) => {
    if (scope.name === OFFLINE_ACCESS) return [];
    const bound = places.flatMap((place) => values[place] ?? []);
    return bound.length === places.length ? [bindTemplate(scope.template, bound)] : [];
  });
}
