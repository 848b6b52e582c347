import { acceptanceKey, acceptsValue } from "../grammar/template.js";
import type { Param } from "../policy/compiled.js";
import { type BoundValues, boundValuesOf, type Held, holds, holdsBound } from "./held.js";
import type { PreparedAlternative, PreparedRule, PreparedUse, Values } from "./prepare.js";

/**
 * How many values in a token are looked at in search of some that agree, for one list of tools: the first ones of every
 * search, and beyond them those of long searches, of which one may not take all. A step takes some 0.4 microseconds.
 */
const STEPS = { first: 30_000, firstOfOne: 100, long: 30_000, longOfOne: 10_000 } as const;

/** Searches for values that agree, for all tools of one list. */
export interface ValueSearch {
  /**
   * Returns values under which every template of an alternative that the token has at all is in the token: where the
   * values in the token agree with each other. `undefined` where they do not. A parameter of no such template stays without a
   * value.
   *
   * Goes through the values of one template after the other, and back where they disagree; a template whose values are
   * known by then costs one look. Gives up when the steps are spent, so that a token with thousands of values cannot keep
   * a server busy.
   */
  find(rule: PreparedRule, alternative: PreparedAlternative): Values | undefined;
}

/** Creates the search for one token. Alternatives that ask for the same are searched once. */
export function newValueSearch(held: Held): ValueSearch {
  const left = { first: STEPS.first, long: STEPS.long };
  const found = new Map<string, Values | undefined>();
  const keyOf = newSearchKeys();
  let values: BoundValues | undefined;
  const valuesOf = (scope: number) => {
    values ??= boundValuesOf(held);
    // called for templates that are held, for some values then
    return values.get(scope) as readonly (readonly string[])[];
  };
  return {
    find(rule, alternative) {
      const uses = alternative.bound.filter(({ scope }) => holds(held, scope));
      if (uses.length === 0) return [];
      const places = [...new Set(uses.flatMap(({ params }) => params))];
      const key = keyOf(rule, uses, places);
      const known = found.get(key);
      if (known === undefined && !found.has(key)) {
        const result = searchFor(rule, uses, held, valuesOf, newSteps(left));
        found.set(key, result && places.map((place) => result[place]));
        return result;
      }
      const result: (string | undefined)[] = [];
      for (const [index, place] of places.entries()) result[place] = known?.[index];
      return known && result;
    },
  };
}

/** Takes steps; returns whether there were as many left. */
type Step = (count: number) => boolean;

/** Creates the steps of one search, out of those that all searches have left. */
function newSteps(left: { first: number; long: number }): Step {
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

function searchFor(
  rule: PreparedRule,
  uses: readonly PreparedUse[],
  held: Held,
  valuesOf: (scope: number) => readonly (readonly string[])[],
  step: Step,
): Values | undefined {
  const extend = (open: readonly PreparedUse[], values: Values): Values | undefined => {
    const isKnown = ({ params }: PreparedUse) =>
      params.every((place) => values[place] !== undefined);
    // goes through all that are open: for eight, as long as a step takes
    if (!step(open.length >> 3)) return undefined;
    const use = open.find(isKnown) ?? open[0];
    if (use === undefined) return values;
    const others = open.filter((other) => other !== use);
    if (isKnown(use)) {
      return holdsBound(held, use, values) === true ? extend(others, values) : undefined;
    }
    for (const candidate of valuesOf(use.scope)) {
      if (!step(1)) return undefined;
      const next = agree(rule, use, candidate, values);
      const found = next && extend(others, next);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return extend(uses, []);
}

/** The values so far with those of one scope; `undefined` where a parameter would need two, or one it cannot take. */
function agree(
  rule: PreparedRule,
  { params }: PreparedUse,
  candidate: readonly string[],
  values: Values,
): Values | undefined {
  const next = [...values];
  for (let index = 0; index < params.length; index += 1) {
    const place = params[index] as number;
    const value = candidate[index];
    const { sites } = rule.params[place] as Param;
    if (next[place] !== undefined && next[place] !== value) return undefined;
    if (!sites.every((site) => acceptsValue(site.template, site.index, value))) return undefined;
    next[place] = value;
  }
  return next;
}

/**
 * Creates a function that returns one text for searches that must find the same: the same templates, with parameters of
 * any names in the same places of them, each of which may have the same values.
 */
function newSearchKeys() {
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
