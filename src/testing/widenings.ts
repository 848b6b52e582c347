import type { AccessToken } from "../decision/access-token.js";
import { AT_GATE, FROM_CODE } from "../decision/decide.js";
import type { Decision } from "../decision/decision.js";
import type { Policy } from "../decision/define-policy.js";
import { decideByOrigin } from "../decision/gate-decider.js";
import type { PreparedAlternative, PreparedOperation, PreparedRule } from "../decision/prepare.js";
import { createTokenScopesReader, type TokenScopesReader } from "../decision/token-scopes.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type {
  Alternative,
  Boundary,
  CompiledPolicy,
  TypeConditions,
} from "../policy/compiled-policy.js";
import { union } from "../policy/conditions.js";
import type { CaseValue } from "../policy/definition.js";
import type { NamedBoundary } from "../policy/rule.js";
import { boundariesOf } from "./boundary-lists.js";
import { type FreshValues, freshValues, holePatterns } from "./fresh-values.js";
import { leastOf, type ScopeOfCall, sourcesOf } from "./granting-texts.js";
import {
  branchesOfCall,
  combinations,
  type ParamValues,
  type ProbeCall,
  paramsOf,
  probeCallsOf,
  requestOf,
  valuesOf,
} from "./probe-calls.js";

/** A call that the policy `after` allows and the policy `before` denies, or that is enriched only under `after`. */
export interface Widening {
  /** The tool or endpoint of `after`; for a name that only patterns match, these patterns: `list_* + *_all`. */
  readonly operation: string;
  /** The call: the name of the tool, or the method and path of the request. */
  readonly call: string;
  /** A minimal token that shows the widening; `undefined` for no credentials. */
  readonly token: AccessToken | undefined;
  /** The parameters of the call, path parameters excluded. */
  readonly params: { readonly [param: string]: CaseValue };
  readonly before: Decision;
  readonly after: Decision;
}

interface Sides extends FreshValues {
  readonly before: Policy;
  readonly after: Policy;
  readonly ranks: ReadonlyMap<string, number>;
  readonly compiled: CompiledPolicy;
  readonly grantedBefore: TokenScopesReader;
  readonly boundariesBefore: readonly Boundary[];
}

/** Maximum number of search steps for one operation. */
const MAX_STEPS = 50_000;

/** Returns all widenings, one for each alternative, and the operations for which the search stopped at its limit. */
export function widenings(
  before: Policy,
  after: Policy,
  except: ReadonlySet<string>,
): { readonly found: readonly Widening[]; readonly unproved: readonly string[] } {
  const compiled = compiledPolicyOf(after);
  const compiledBefore = compiledPolicyOf(before);
  const sides: Sides = {
    before,
    after,
    ranks: compiledBefore.tierRank,
    compiled,
    grantedBefore: createTokenScopesReader(compiledBefore),
    boundariesBefore: compiledBefore.boundaries,
    ...freshValues(
      JSON.stringify([before.definition, after.definition]),
      holePatterns([compiledBefore, compiled]),
    ),
  };
  const found: Widening[] = [];
  const unproved: string[] = [];
  const { targets, complete } = probeCallsOf(compiledBefore, compiled, except);
  for (const target of targets) {
    let left = MAX_STEPS;
    for (const step of searchBranches(target, sides)) {
      if (step !== undefined) found.push(step);
      left -= 1;
      if (left === 0) unproved.push(target.title);
      if (left === 0) break;
    }
  }
  if (!complete) unproved.push("tools that only patterns match");
  return { found, unproved };
}

/** The time of every comparison, in seconds since 1970. */
const NOW = 5e10;
const now = () => NOW;

/** One way to be allowed: one alternative of each rule, with its scopes and the parameters that fill them. */
interface AlternativeCombination {
  readonly uses: readonly ScopeOfCall[];
  readonly tier: number;
  readonly typeConditions: TypeConditions;
  readonly entitlements: readonly string[];
  readonly reserved: boolean;
  readonly within: readonly NamedBoundary[];
}

/** A call of one branch, with the arguments that choose it. */
interface BranchCall extends ProbeCall {
  readonly args: ParamValues;
}

function* searchBranches(target: ProbeCall, sides: Sides): Generator<Widening | undefined> {
  for (const branch of branchesOfCall(target)) yield* search({ ...target, ...branch }, sides);
}

/** Yields after each search step: the widening that the step found, or `undefined`. */
function* search(target: BranchCall, sides: Sides): Generator<Widening | undefined> {
  const { operation } = target;
  if (operation.denied !== undefined) return;
  if (operation.public) {
    for (const values of valuesOf(target, sides)) {
      const open = compare(target, sides, undefined, values);
      yield open;
      if (open !== undefined) break;
    }
  }
  for (const way of waysOf(operation)) {
    for (const step of searchWay(way, target, sides)) {
      yield step;
      if (step !== undefined) break;
    }
  }
}

function* waysOf({
  public: isPublic,
  rules,
  enriching,
}: PreparedOperation): Generator<AlternativeCombination> {
  const listed = (rule: PreparedRule, alternatives: readonly PreparedAlternative[]) =>
    alternatives.map(({ source }) => ({ rule, source }));
  const required = isPublic ? [] : rules.map((rule) => listed(rule, rule.alternatives));
  // a call is enriched by a scope of each rule with `enrichedBy`; rules without one do not count
  const detail = enriching.map((rule) => listed(rule, rule.enrichments));
  yield* combined(required);
  if (detail.length > 0) yield* combined([...required, ...detail]);
}

interface NamedAlternative {
  readonly rule: PreparedRule;
  readonly source: Alternative;
}

function* combined(
  lists: readonly (readonly NamedAlternative[])[],
): Generator<AlternativeCombination> {
  if (lists.length === 0) return;
  for (const chosen of combinations(lists)) {
    yield {
      uses: chosen.flatMap(({ rule, source }) =>
        source.uses.map(({ scope, params }) => ({
          scope: scope.id,
          params: params.map((place) => rule.params[place]?.name as string),
        })),
      ),
      tier: Math.max(...chosen.map(({ source }) => source.tier)),
      typeConditions: union(chosen.map(({ source }) => source.typeConditions)),
      entitlements: union(chosen.map(({ source }) => source.entitlements)),
      reserved: chosen.some(({ source }) => source.reserved),
      within: chosen.flatMap(({ rule, source }) =>
        source.within.map(({ boundary, param }) => ({
          boundary,
          param: rule.params[param]?.name as string,
        })),
      ),
    };
  }
}

function* searchWay(
  way: AlternativeCombination,
  target: BranchCall,
  sides: Sides,
): Generator<Widening | undefined> {
  const { compiled } = sides;
  for (const values of valuesOf(target, sides)) {
    for (const firstParty of way.reserved ? [true] : [false, true]) {
      const sources = way.uses.map((use) => sourcesOf(use, values, firstParty, sides));
      // without a reserved scope, `first_party` makes no difference under `after`
      const isSame = firstParty && !way.reserved && !sources.flat().some((one) => one.reserved);
      if (isSame || sources.some((list) => list.length === 0)) continue;
      const texts = sources.map((list) => leastOf(list, firstParty, sides.grantedBefore));
      const classes = target.operation.authentication?.acr;
      const limits = boundariesOf(way.within, values, sides.boundariesBefore, compiled.boundaries);
      for (const [acr, ...chosen] of combinations([classes ?? [""], ...way.typeConditions])) {
        const types = [...new Set(chosen)];
        const facts = {
          ...leastTier(way.tier, sides),
          ...(types.length > 0 ? { account_type: types.length === 1 ? types[0] : types } : {}),
          ...(classes === undefined ? {} : { acr }),
          ...oldestAuthentication(target),
          ...(way.entitlements.length > 0 ? { entitlements: way.entitlements } : {}),
          ...(firstParty ? { first_party: true } : {}),
        };
        for (const limit of limits)
          yield* searchTexts(texts, { ...facts, ...limit }, values, target, sides);
      }
    }
  }
}

/** Searches tokens with one text of each list. If `before` allows some of the texts already, it allows them with any others too. */
function* searchTexts(
  texts: readonly (readonly string[])[],
  facts: Omit<AccessToken, "scope">,
  values: ParamValues,
  target: ProbeCall,
  sides: Sides,
): Generator<Widening | undefined> {
  const tokenOf = (granted: readonly string[]): AccessToken => ({
    scope: [...new Set(granted)].join(" "),
    ...facts,
  });
  const open = texts.filter((list) => list.length > 1);
  function* choose(granted: readonly string[], at: number): Generator<Widening | undefined> {
    const token = tokenOf(granted);
    const list = open[at];
    if (list === undefined) {
      yield compare(target, sides, token, values);
      return;
    }
    yield;
    if (gradeOf(decideCall(target, sides.before, token, values)) >= wantedOf(target)) return;
    for (const text of list) yield* choose([...granted, text], at + 1);
  }
  yield* choose(texts.filter((list) => list.length === 1).flat(), 0);
}

/** Returns the earliest authentication that `after` accepts. */
function oldestAuthentication({ operation }: ProbeCall): Pick<AccessToken, "auth_time"> {
  const maxAge = operation.authentication?.maxAge;
  return maxAge === undefined ? {} : { auth_time: Math.max(1, NOW - maxAge) };
}

/** Returns the tier that meets a condition of `after` and ranks lowest under `before`. */
function leastTier(rank: number, { compiled, ranks }: Sides): Pick<AccessToken, "tier"> {
  if (rank < 0) return {};
  const rankBefore = (tier: string) => ranks.get(tier) ?? -1;
  const tier = compiled.tiers
    .slice(rank)
    .reduce((least, one) => (rankBefore(one) < rankBefore(least) ? one : least));
  return { tier };
}

const GRADES = { refused: 0, allowed: 1, enriched: 2 } as const;

function gradeOf(decision: Decision): number {
  if (!decision.allowed) return GRADES.refused;
  return decision.enriched ? GRADES.enriched : GRADES.allowed;
}

function decideCall(
  target: ProbeCall,
  policy: Policy,
  token: AccessToken | undefined,
  values: ParamValues,
) {
  const request = requestOf(target, values);
  const params = paramsOf(target, values);
  const match = request && policy.findEndpoint({ ...request, params });
  // a request without an endpoint has no name that a policy knows
  const name = request === undefined ? target.name : match?.name;
  const origin = { ...(target.isInternal ? FROM_CODE : AT_GATE), now };
  return decideByOrigin(policy, token, name, match?.params ?? params, origin);
}

/** Returns the lowest grade that counts as access to the target. */
const wantedOf = ({ operation }: ProbeCall) =>
  operation.enriching.length > 0 ? GRADES.enriched : GRADES.allowed;

/** Returns the widening that a token shows, if any. A path that `after` routes to another endpoint is compared with that endpoint instead. */
function compare(
  target: ProbeCall,
  { before: policyBefore, after: policyAfter }: Sides,
  token: AccessToken | undefined,
  values: ParamValues,
): Widening | undefined {
  const before = decideCall(target, policyBefore, token, values);
  if (gradeOf(before) >= wantedOf(target)) return undefined;
  const request = requestOf(target, values);
  if (request !== undefined && policyAfter.findEndpoint(request)?.name !== target.name)
    return undefined;
  const after = decideCall(target, policyAfter, token, values);
  if (gradeOf(after) <= gradeOf(before)) return undefined;
  const call = request === undefined ? target.name : `${request.method} ${request.path}`;
  const { title: operation } = target;
  return { operation, call, token, params: paramsOf(target, values), before, after };
}
