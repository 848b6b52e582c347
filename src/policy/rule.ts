import { once } from "../grammar/once.js";
import { acceptanceKey, type Template } from "../grammar/template.js";
import {
  type Alternative,
  ANY_TIER,
  type AuthenticationCondition,
  type Boundary,
  type BoundaryUse,
  type CompiledScope,
  type Param,
  type Rule,
  type ScopeUse,
  type TypeConditions,
} from "./compiled-policy.js";
import { union } from "./conditions.js";
import type { Report } from "./report.js";

/** Maximum number of comparisons of two account types, for all rules of a policy in total. */
const MAX_COMPARISONS = 10_000_000;
/**
 * Maximum number of placeholders in the scopes of all rules. Each scope counts once per rule, and each placeholder takes some 300
 * bytes.
 */
const MAX_PLACES = 250_000;

/** The remaining budget of all rules of a policy. Below 0, the rules are incomplete. */
export interface RuleBudget {
  comparisons: number;
  places: number;
}

/** Creates the budget for the rules of a policy. */
export function createRuleBudget(): RuleBudget {
  return { comparisons: MAX_COMPARISONS, places: MAX_PLACES };
}

/** Reports each part of a budget that is exceeded. */
export function reportExceededBudget({ comparisons, places }: RuleBudget, report: Report): void {
  if (comparisons < 0) {
    report.add(
      "too_large",
      ["accountTypes"],
      `matching the account types of scopes with those of rules takes more than ${MAX_COMPARISONS} comparisons`,
    );
  }
  if (places < 0) {
    report.add(
      "too_large",
      [],
      `the parameters of all tools and endpoints fill more than ${MAX_PLACES} placeholders in total (each scope counts once per operation)`,
    );
  }
}

/** A scope with the names of the parameters that fill its placeholders. */
export interface NamedUse {
  readonly scope: CompiledScope;
  readonly params: readonly string[];
}

/** A boundary with the name of the parameter whose value must be within it. */
export interface NamedBoundary {
  readonly boundary: Boundary;
  readonly param: string;
}

/** One way to satisfy a requirement, before its conditions and parameters are resolved. */
export interface AlternativeDraft {
  /** Scopes in declared order. The same use can occur several times. */
  readonly uses: readonly NamedUse[];
  readonly tier: number;
  readonly accountTypes: readonly string[] | undefined;
  readonly typeConditions: TypeConditions;
  readonly entitlements: readonly string[];
  readonly within: readonly NamedBoundary[];
}

/** Returns the draft that requires everything that any of the drafts requires. */
export function merge(drafts: readonly AlternativeDraft[], budget: RuleBudget): AlternativeDraft {
  return {
    uses: drafts.flatMap(({ uses }) => uses),
    tier: drafts.reduce((most, { tier }) => Math.max(most, tier), ANY_TIER),
    accountTypes: drafts.reduce<readonly string[] | undefined>(
      (types, { accountTypes }) => intersection(types, accountTypes, budget),
      undefined,
    ),
    typeConditions: union(drafts.map(({ typeConditions }) => typeConditions)),
    entitlements: union(drafts.map(({ entitlements }) => entitlements)),
    within: union(drafts.map(({ within }) => within)),
  };
}

/**
 * Returns the account types that both conditions accept. `undefined` means "no condition"; no account satisfies an empty list.
 *
 * @param budget - if it has too few comparisons left, the left list is returned and the policy must be rejected
 */
export function intersection(
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
  budget: Pick<RuleBudget, "comparisons"> = { comparisons: Number.POSITIVE_INFINITY },
): readonly string[] | undefined {
  if (left === undefined || right === undefined || left === right) return left ?? right;
  budget.comparisons -= left.length * right.length;
  if (budget.comparisons < 0) return left;
  return Object.freeze(left.filter((type) => right.includes(type)));
}

/** The parts of an operation in addition to its requirement. */
export interface RuleParts {
  /** Whether the operation is public. */
  readonly isPublic: boolean;
  /** How and when the user must have authenticated. */
  readonly authentication: AuthenticationCondition | undefined;
  /** The scopes for additional detail. */
  readonly enrichments: readonly AlternativeDraft[];
}

/** The parts of an operation that is a requirement alone. */
export const NO_PARTS: RuleParts = { isPublic: false, authentication: undefined, enrichments: [] };

/**
 * Compiles drafts into a rule: parameters get their indexes, and each scope adds its own conditions.
 *
 * @param more - the parts of an operation in addition to its requirement
 */
export function compileRule(
  drafts: readonly AlternativeDraft[],
  budget: RuleBudget,
  { isPublic, authentication, enrichments }: RuleParts = NO_PARTS,
): Rule {
  if (enrichments.length === 0 && drafts.every(isScopeAlone)) {
    const alternatives = drafts.map(({ uses }) => plainAlternativeOf((uses[0] as NamedUse).scope));
    return {
      alternatives,
      enrichments: NO_ALTERNATIVES,
      public: isPublic,
      authentication,
      params: NO_PARAMS,
    };
  }
  const { params, useOf, withinOf } = createPlaces(budget);
  const settle = (draft: AlternativeDraft): Alternative => {
    const { uses, tier, accountTypes, typeConditions, entitlements, within } = draft;
    // equal uses are one object
    const settled = [...new Set(uses.map(useOf))];
    const scopes = settled.map((use) => use.scope);
    return {
      uses: settled,
      scopes: settled.some((use) => use.params.length > 0)
        ? undefined
        : Object.freeze(scopes.map((scope) => scope.name)),
      tier: scopes.reduce((most, scope) => Math.max(most, scope.tier), tier),
      accountTypes: scopes.reduce<readonly string[] | undefined>(
        (types, scope) => intersection(types, scope.accountTypes, budget),
        accountTypes,
      ),
      typeConditions: union([
        typeConditions,
        ...scopes.map(({ accountTypes: own }) => (own === undefined ? [] : [own])),
      ]),
      entitlements: union([entitlements, ...scopes.map((scope) => scope.entitlements)]),
      reserved: scopes.some((scope) => scope.reserved),
      restricted: scopes.some((scope) => scope.restricted),
      within: withinOf(within),
    };
  };
  return {
    alternatives: drafts.map(settle),
    enrichments: enrichments.map(settle),
    public: isPublic,
    authentication,
    params,
  };
}

/** Returns whether a draft is one scope without placeholders and without conditions other than its own, as nearly every one is. */
function isScopeAlone(draft: AlternativeDraft): boolean {
  return (
    draft.uses.length === 1 &&
    draft.uses[0]?.params.length === 0 &&
    draft.tier === ANY_TIER &&
    draft.typeConditions.length === 0 &&
    draft.entitlements.length === 0 &&
    draft.within.length === 0
  );
}

const NO_ALTERNATIVES: readonly Alternative[] = Object.freeze([]);
const NO_PARAMS: readonly Param[] = Object.freeze([]);
const NO_PLACES: readonly number[] = Object.freeze([]);
const NO_BOUNDARIES: readonly BoundaryUse[] = Object.freeze([]);
const plainAlternatives = new WeakMap<CompiledScope, Alternative>();

/** Returns the alternative of one scope without placeholders, which is one object for all rules that have no others. */
function plainAlternativeOf(scope: CompiledScope): Alternative {
  const known = plainAlternatives.get(scope);
  if (known !== undefined) return known;
  const { tier, accountTypes, entitlements, reserved, restricted } = scope;
  const alternative: Alternative = {
    uses: [{ scope, params: NO_PLACES }],
    scopes: Object.freeze([scope.name]),
    tier,
    accountTypes,
    typeConditions: accountTypes === undefined ? [] : [accountTypes],
    entitlements,
    reserved,
    restricted,
    within: NO_BOUNDARIES,
  };
  plainAlternatives.set(scope, alternative);
  return alternative;
}

/**
 * Creates a function that returns one object for equal uses, because a rule may name a scope a thousand times. It gives each
 * parameter its index.
 */
function createPlaces(budget: RuleBudget) {
  const params: { readonly name: string; readonly sites: Param["sites"][number][] }[] = [];
  // most rules have no parameter and need none of these
  const tables = once(() => ({
    places: new Map<string, number>(),
    sites: new Set<string>(),
    uses: new Map<string, ScopeUse>(),
    within: new Map<readonly NamedBoundary[], readonly BoundaryUse[]>(),
  }));
  const indexOf = (name: string): number => {
    const { places } = tables();
    const place = places.get(name) ?? params.push({ name, sites: [] }) - 1;
    places.set(name, place);
    return place;
  };
  const placeOf = (name: string, template: Template, index: number): number => {
    const { sites } = tables();
    const place = indexOf(name);
    const site = `${place} ${acceptanceKey(template, index)}`;
    if (!sites.has(site)) params[place]?.sites.push({ template, index });
    sites.add(site);
    return place;
  };
  const useOf = ({ scope, params: names }: NamedUse): ScopeUse => {
    if (names.length === 0) return plainAlternativeOf(scope).uses[0] as ScopeUse;
    const { uses } = tables();
    const key = `${scope.id} ${names.join(" ")}`;
    const known = uses.get(key);
    if (known !== undefined) return known;
    budget.places -= names.length;
    if (budget.places < 0) return { scope, params: [] };
    const { template } = scope;
    const use = { scope, params: names.map((name, index) => placeOf(name, template, index)) };
    uses.set(key, use);
    return use;
  };
  // nearly every alternative of a rule has the same list
  const withinOf = (named: readonly NamedBoundary[]): readonly BoundaryUse[] => {
    if (named.length === 0) return NO_BOUNDARIES;
    const { within } = tables();
    const settled =
      within.get(named) ??
      named.map(({ boundary, param }) => ({ boundary, param: indexOf(param) }));
    within.set(named, settled);
    return settled;
  };
  return { params, useOf, withinOf };
}
