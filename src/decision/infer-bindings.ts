import { acceptanceKey, acceptsValue } from "../grammar/template.js";
import type { Param } from "../policy/compiled-policy.js";
import type { PreparedAlternative, PreparedRule, PreparedUse, Values } from "./prepared.js";
import {
  type BoundValues,
  boundValuesOf,
  hasBoundScope,
  hasScope,
  type TokenScopes,
} from "./token-scopes.js";

/**
 * Limits on the values of a token that are visited for one list of tools, in steps of some 0.4 microseconds. `first` is
 * shared by the first `firstOfOne` steps of every search, `long` by the steps beyond them, so that one long search cannot use
 * up the steps of the others.
 */
const STEPS = { first: 30_000, firstOfOne: 100, long: 30_000, longOfOne: 10_000 } as const;

/** The search for parameter values in one token, for all tools of a list. */
export interface ValueSearch {
  /**
   * Returns parameter values for which the token has every template of an alternative that it has for any values. Returns
   * `undefined` if the granted values of these templates do not agree. A parameter of no such template stays `undefined`.
   *
   * Visits the values of one template after the other and backtracks when they disagree. A template whose values are already
   * known costs one look-up. Gives up when the steps are used up, so that a token with thousands of values cannot keep a
   * server busy.
   */
  find(rule: PreparedRule, alternative: Pick<PreparedAlternative, "bound">): Values | undefined;
}

/** Creates the search for one token. Alternatives with equal templates and parameters are searched once. */
export function createValueSearch(tokenScopes: TokenScopes): ValueSearch {
  const left = { first: STEPS.first, long: STEPS.long };
  const found = new Map<string, Values | undefined>();
  const keyOf = createSearchKeys();
  let values: BoundValues | undefined;
  const valuesOf = (scope: number) => {
    values ??= boundValuesOf(tokenScopes);
    return values.get(scope) ?? []; // none if no call can use the values in the token
  };
  return {
    find(rule, alternative) {
      const uses = alternative.bound.filter(({ scope }) => hasScope(tokenScopes, scope));
      if (uses.length === 0) return [];
      const places = [...new Set(uses.flatMap(({ params }) => params))];
      const key = keyOf(rule, uses, places);
      if (!found.has(key)) {
        const result = searchFor(rule, uses, tokenScopes, valuesOf, createSteps(left));
        found.set(key, result && places.map((place) => result[place]));
        return result;
      }
      const known = found.get(key);
      const result: (string | undefined)[] = [];
      for (const [index, place] of places.entries()) result[place] = known?.[index];
      return known && result;
    },
  };
}

/** Takes steps. Returns whether as many were left. */
type Step = (count: number) => boolean;

/** Creates the step counter of one search. It takes from the steps that all searches share. */
function createSteps(left: { first: number; long: number }): Step {
  let first = Math.min(left.first, STEPS.firstOfOne);
  let long = Math.min(left.long, STEPS.longOfOne);
  return (count) => {
    const cheap = Math.min(first, count);
    first -= cheap;
    left.first -= cheap;
    const rest = count - cheap;
    if (rest > long) return false;
    long -= rest;
    left.long -= rest;
    return true;
  };
}

/** Searches the values of a token by backtracking. See {@link ValueSearch}. */
function searchFor(
  rule: PreparedRule,
  uses: readonly PreparedUse[],
  tokenScopes: TokenScopes,
  valuesOf: (scope: number) => readonly (readonly string[])[],
  step: Step,
): Values | undefined {
  // first the templates without a matching rule: what they accept is never made narrower
  const exact = uses.filter(({ coverage }) => coverage === undefined);
  const extend = (open: readonly PreparedUse[], values: Values): Values | undefined => {
    const isKnown = ({ params }: PreparedUse) =>
      params.every((place) => values[place] !== undefined);
    // the look at the open templates below takes as long as one step for eight of them
    if (!step(open.length >> 3)) return undefined;
    const use = open.find(isKnown) ?? open[0];
    if (use === undefined) return values;
    const others = open.filter((other) => other !== use);
    if (isKnown(use)) {
      if (hasBoundScope(tokenScopes, use, values) === true) return extend(others, values);
      if (use.coverage === undefined) return undefined;
    }
    for (const candidate of valuesOf(use.scope)) {
      if (!step(1)) return undefined;
      const next = agree(rule, use, candidate, values);
      const found = next && extend(others, next);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return extend([...exact, ...uses.filter((use) => !exact.includes(use))], []);
}

/**
 * Returns the values so far together with those of one granted scope; `undefined` if a parameter would need two different
 * values, or a value that it does not accept. If the scope covers the value so far, `searchFor` does not come here.
 */
function agree(
  rule: PreparedRule,
  { params, coverage }: PreparedUse,
  candidate: readonly string[],
  values: Values,
): Values | undefined {
  const next = [...values];
  for (let index = 0; index < params.length; index += 1) {
    const place = params[index] as number;
    const value = candidate[index] as string;
    const { sites } = rule.params[place] as Param;
    const known = next[place];
    if (coverage !== undefined) {
      if (value === coverage.every) continue;
      // a narrower value: whether the other scopes cover it too is checked with all values that were found
      if (known !== undefined && coverage.covering(value).includes(known)) next[place] = undefined;
    }
    if (next[place] !== undefined && next[place] !== value) return undefined;
    if (!sites.every((site) => acceptsValue(site.template, site.index, value))) return undefined;
    next[place] = value;
  }
  return next;
}

/**
 * Creates a function that returns equal keys for searches with equal results: the same templates, with parameters in the
 * same places that accept the same values. The names of the parameters do not matter.
 */
function createSearchKeys() {
  const known = new Map<Param, string>();
  const sitesOf = (param: Param): string => {
    const key =
      known.get(param) ??
      param.sites.map(({ template, index }) => acceptanceKey(template, index)).join(",");
    known.set(param, key);
    return key;
  };
  return (rule: PreparedRule, uses: readonly PreparedUse[], places: readonly number[]): string => {
    const numbers = new Map(places.map((place, number) => [place, number]));
    const scopes = uses.map(
      ({ scope, params }) => `${scope}:${params.map((place) => numbers.get(place)).join(",")}`,
    );
    const sites = places.map((place) => sitesOf(rule.params[place] as Param));
    return `${scopes.join(" ")} | ${sites.join(" ")}`;
  };
}
