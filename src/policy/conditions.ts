import {
  ANY_TIER,
  branchesOf,
  type CompiledPolicy,
  type TypeConditions,
} from "./compiled-policy.js";
import type { PolicyDefinition, ScopeOptions } from "./definition.js";
import type { Path, Report } from "./report.js";
import { declaredNames } from "./suggest.js";

/** The tiers, account types and entitlements that a policy declares. */
export interface ConditionNames {
  readonly tierRank: ReadonlyMap<string, number>;
  readonly accountTypes: ReadonlySet<string>;
  readonly entitlements: ReadonlySet<string>;
}

/** The conditions of a scope or a requirement, as written. */
type Conditions = Pick<ScopeOptions, "tier" | "accountTypes" | "entitlement">;

/** Reads `tiers`, `accountTypes` and `entitlements` of a definition. Reports duplicates. */
export function compileConditions(definition: PolicyDefinition, report: Report): ConditionNames {
  reportDuplicates(definition.tiers, ["tiers"], report);
  reportDuplicates(definition.accountTypes, ["accountTypes"], report);
  reportDuplicates(definition.entitlements, ["entitlements"], report);
  return {
    tierRank: new Map((definition.tiers ?? []).map((tier, rank) => [tier, rank])),
    accountTypes: new Set(definition.accountTypes ?? []),
    entitlements: new Set(definition.entitlements ?? []),
  };
}

/**
 * Returns the rank of the tier of a scope or a requirement, or {@link ANY_TIER} without one. Reports an undeclared tier.
 *
 * @param path - the place of the scope or the requirement
 */
export function rankOf(
  { tier }: Conditions,
  gates: ConditionNames,
  path: Path,
  report: Report,
): number {
  if (tier === undefined) return ANY_TIER;
  const rank = gates.tierRank.get(tier);
  if (rank !== undefined || isIncomplete("tiers", report)) return rank ?? ANY_TIER;
  const message = `undeclared tier \`${tier}\`: ${declaredNames("tiers", gates.tierRank)}`;
  const at = [...path, "tier"];
  report.add("unknown_tier", at, message, (suggest) => suggest(tier, gates.tierRank.keys()));
  return ANY_TIER;
}

/** Reports undeclared and duplicate account types of a scope or a requirement. Returns the list. */
export function checkAccountTypes(
  { accountTypes: types }: Conditions,
  gates: ConditionNames,
  owner: Path,
  report: Report,
): readonly string[] | undefined {
  if (types === undefined) return undefined;
  const path = [...owner, "accountTypes"];
  reportDuplicates(types, path, report);
  if (isIncomplete("accountTypes", report)) return types;
  for (const [index, type] of types.entries()) {
    if (type === undefined || gates.accountTypes.has(type)) continue;
    const declared = declaredNames("account types", gates.accountTypes);
    report.add(
      "unknown_account_type",
      [...path, index],
      `undeclared account type \`${type}\`: ${declared}`,
      (suggest) => suggest(type, gates.accountTypes),
    );
  }
  return types;
}

const NONE: readonly never[] = Object.freeze([]);

/** Returns the entitlement of a scope or a requirement as a list, empty without one. Reports an undeclared entitlement. */
export function entitlementsOf(
  { entitlement }: Conditions,
  gates: ConditionNames,
  path: Path,
  report: Report,
): readonly string[] {
  if (entitlement === undefined) return NONE;
  if (!gates.entitlements.has(entitlement) && !isIncomplete("entitlements", report)) {
    const declared = declaredNames("entitlements", gates.entitlements);
    const place = gates.tierRank.has(entitlement) ? "; it is a tier: write `tier`" : "";
    report.add(
      "unknown_entitlement",
      [...path, "entitlement"],
      `undeclared entitlement \`${entitlement}\`: ${declared}${place}`,
      (suggest) => suggest(entitlement, gates.entitlements),
    );
  }
  return Object.freeze([entitlement]);
}

/** Returns the items of several lists, each once. A list that alone has items is returned unchanged. */
export function union<Item>(lists: readonly (readonly Item[])[]): readonly Item[] {
  const filled = lists.filter((list) => list.length > 0);
  const [first, ...others] = filled;
  if (first === undefined) return NONE;
  return others.length === 0 ? first : Object.freeze([...new Set(filled.flat())]);
}

/** Returns whether an account with these types meets conditions on account types: it has a type of each. */
export function meetsTypeConditions(conditions: TypeConditions, types: readonly string[]): boolean {
  return conditions.every((accepted) => types.some((type) => accepted.includes(type)));
}

/** Returns whether part of a list of names has been removed. A name that is not in the rest may have been declared. */
function isIncomplete(
  list: "tiers" | "accountTypes" | "entitlements",
  { removed, damaged }: Report,
): boolean {
  return removed.has(list) || damaged.has(list);
}

/** Reports duplicate items of a list. `undefined` marks the place of an invalid item, which already has a finding. */
export function reportDuplicates(
  list: readonly unknown[] | undefined,
  path: Path,
  report: Report,
  show: (item: unknown) => string = String,
): void {
  if (list === undefined || list.length < 2) return;
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    if (item === undefined) continue;
    const text = show(item);
    if (seen.has(text)) report.add("duplicate", [...path, index], `duplicate \`${text}\``);
    seen.add(text);
  }
}

/** Returns whether a scope or an operation of a policy has a condition on tier, account type or entitlement. */
export function hasConditions({ scopes, fromCode }: CompiledPolicy): boolean {
  const { operations, patterns } = fromCode;
  const rules = [...operations.values(), ...patterns.map(({ operation }) => operation)]
    .flatMap(branchesOf)
    .flatMap((branch) => branch.rules);
  return [...scopes, ...rules.flatMap(({ alternatives }) => alternatives)].some(
    ({ tier, accountTypes, entitlements }) =>
      tier !== ANY_TIER || accountTypes !== undefined || entitlements.length > 0,
  );
}
