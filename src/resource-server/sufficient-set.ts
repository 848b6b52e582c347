import { readOwn } from "../decision/access-token.js";
import { meetsCase } from "../decision/prepare.js";
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
  const operations = operationsByName(policy, name).map((operation) => {
    const { cases } = operation;
    return cases.find(({ when }) => meetsCase(when, params))?.branch ?? operation;
  });
  const isHidden = operations.some(({ hidden }) => hidden);
  if (isHidden && !isListed) return undefined;
  if (operations.some(({ denial }) => denial !== undefined)) return undefined;
  const rules = operations.flatMap((operation) => operation.rules).filter((rule) => !rule.public);
  if (rules.length === 0) return undefined;
  const scopes = new Set<string>();
  for (const rule of rules) {
    const alternative = obtainableAlternative(rule);
    if (alternative === undefined) return undefined;
    if (isHidden && alternative.accountTypes !== undefined) return undefined;
    for (const scope of namesOf(rule, alternative, params)) scopes.add(scope);
  }
  scopes.delete(OFFLINE_ACCESS);
  return [...scopes];
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

function obtainableAlternative({ alternatives }: Rule): Alternative | undefined {
  // the list is empty if the conditions exclude each other
  const open = alternatives.filter(
    (alternative) => isOpen(alternative) && alternative.accountTypes?.length !== 0,
  );
  const isUnconditional = ({ tier, accountTypes, entitlements }: Alternative) =>
    tier === ANY_TIER && accountTypes === undefined && entitlements.length === 0;
  return open.find(isUnconditional) ?? open[0];
}

function namesOf(rule: Rule, { uses }: Alternative, params: unknown): readonly string[] {
  const values = rule.params.map(({ name, sites }) => {
    const value = boundValueText(readOwn(params, name));
    const isSafe = sites.every(({ template, index }) => acceptsValue(template, index, value));
    return isSafe ? (value as string) : undefined;
  });
  return uses.flatMap(({ scope, params: places }) => {
    const bound = places.flatMap((place) => values[place] ?? []);
    return bound.length === places.length ? [bindTemplate(scope.template, bound)] : [];
  });
}
