// Changes of a definition, of which the result is valid.

import type { Draw } from "../../model/draw.js";
import { without } from "../../model/without.js";
import {
  type Definition,
  optionsOf,
  type Requirement,
  type RuleOptions,
  type ScopeOptions,
} from "./definition.js";
import { drawDefinition, drawRule, repaired, TOOLS } from "./draw-definition.js";

type Change = (draw: Draw, definition: Definition) => Definition;

const withScope = (definition: Definition, name: string, options: ScopeOptions): Definition => ({
  ...definition,
  scopes: { ...definition.scopes, [name]: options },
});

const pickScope = (draw: Draw, { scopes }: Definition): [string, ScopeOptions] =>
  draw.pick(Object.entries(scopes));

/** Returns a rule in which each scope has another name. */
function renamedRule(rule: Requirement, from: string, to: string): Requirement {
  if (typeof rule === "string") return rule === from ? to : rule;
  const inner = <Rule extends Requirement>(one: Rule) => renamedRule(one, from, to) as Rule;
  const { scope, allOf, anyOf, cases, otherwise, enrichedBy } = rule;
  return {
    ...rule,
    ...(scope === from && { scope: to }),
    ...(allOf && { allOf: allOf.map(inner) }),
    ...(anyOf && { anyOf: anyOf.map(inner) }),
    ...(cases && { cases: cases.map(inner) }),
    ...(otherwise !== undefined && { otherwise: inner(otherwise) }),
    ...(enrichedBy && { enrichedBy: enrichedBy.map((name) => (name === from ? to : name)) }),
  };
}

const renamedRules = (rules: Record<string, Requirement>, from: string, to: string) =>
  Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => [name, renamedRule(rule, from, to)]),
  );

/** Gives a scope without placeholders a new name, in most cases with the old one in `replaces`. */
const rename: Change = (draw, definition) => {
  const [from, options] = pickScope(draw, definition);
  if (from.includes("{")) return definition;
  const to = Object.hasOwn(definition.scopes, "renamed") ? "renamed:again" : "renamed";
  const replaces = draw.chance(75) ? [...(options.replaces ?? []), from] : (options.replaces ?? []);
  const named = (list: string[]) => list.map((name) => (name === from ? to : name));
  const scopes = Object.entries(definition.scopes).map(([name, one]): [string, ScopeOptions] => [
    name === from ? to : name,
    {
      ...one,
      ...(one.implies && { implies: named(one.implies) }),
      ...(name === from && replaces.length > 0 && { replaces }),
    },
  ]);
  return {
    ...definition,
    scopes: Object.fromEntries(scopes),
    ...(definition.baseline && { baseline: named(definition.baseline) }),
    tools: renamedRules(definition.tools, from, to),
    endpoints: renamedRules(definition.endpoints, from, to),
  };
};

const kinds = ["tools", "endpoints"] as const;

const changeRule: Change = (draw, definition) => {
  const kind = draw.pick(kinds.filter((one) => Object.keys(definition[one]).length > 0));
  const name = draw.pick(Object.keys(definition[kind]));
  return { ...definition, [kind]: { ...definition[kind], [name]: drawRule(draw, definition) } };
};

/** Adds a way to be allowed, or a requirement to the ways. */
const growRule: Change = (draw, definition) => {
  const name = draw.pick(Object.keys(definition.tools));
  const rule = definition.tools[name] as Requirement;
  const { within, acr, maxAge, enrichedBy, hidden, internal, ...core } = optionsOf(rule);
  if (core.deny ?? core.public ?? core.authenticated ?? core.cases) return definition;
  const other = draw.pick(Object.keys(definition.scopes));
  const part = draw.chance(50) ? "anyOf" : "allOf";
  const kept: RuleOptions = {
    ...(within && { within }),
    ...(acr !== undefined && { acr }),
    ...(maxAge !== undefined && { maxAge }),
    ...(enrichedBy && { enrichedBy }),
    ...(hidden && { hidden }),
    ...(internal && { internal }),
  };
  const grown = { ...kept, [part]: draw.shuffle<Requirement>([core, other]) };
  return { ...definition, tools: { ...definition.tools, [name]: grown } };
};

const addRule: Change = (draw, definition) => {
  const name = draw.pick([...TOOLS, "get_?", "*_b"]);
  return { ...definition, tools: { ...definition.tools, [name]: drawRule(draw, definition) } };
};

const removeRule: Change = (draw, definition) => {
  const names = Object.keys(definition.tools);
  if (names.length === 1) return definition;
  return { ...definition, tools: without(definition.tools, [draw.pick(names)]) };
};

const changeScope: Change = (draw, definition) => {
  const [name, options] = pickScope(draw, definition);
  const { tiers = [], accountTypes = [], entitlements = [] } = definition;
  const key = draw.pick([
    "reserved",
    "restricted",
    "tier",
    "accountTypes",
    "entitlement",
    "implies",
    "replaces",
  ] as const);
  if (options[key] !== undefined && key !== "implies")
    return withScope(definition, name, without(options, [key]));
  const others = Object.keys(definition.scopes);
  const later = others.slice(others.indexOf(name) + 1);
  const values = {
    reserved: true,
    restricted: true,
    tier: tiers[draw.int(tiers.length)],
    accountTypes: accountTypes.slice(0, 1),
    entitlement: entitlements[0],
    implies: draw.some(later, 40),
    replaces: ["old:two"],
  } as const;
  const value = values[key];
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return definition;
  return withScope(definition, name, { ...options, [key]: value });
};

const changeBaseline: Change = (draw, definition) => {
  const [name] = pickScope(draw, definition);
  return definition.baseline
    ? without(definition, ["baseline"])
    : { ...definition, baseline: [name] };
};

const addTier: Change = (draw, definition) => {
  const { tiers = [] } = definition;
  const grown = draw.chance(50) ? [...tiers, "top"] : ["bottom", ...tiers];
  return { ...definition, tiers: [...new Set(grown)] };
};

const CHANGES: readonly Change[] = [
  changeRule,
  growRule,
  changeScope,
  addRule,
  removeRule,
  rename,
  changeBaseline,
  addTier,
];

/** Returns a definition with one or two changes; sometimes another one. */
export function mutated(draw: Draw, definition: Definition): Definition {
  if (draw.chance(5)) return drawDefinition(draw);
  const count = draw.chance(30) ? 2 : 1;
  let changed = definition;
  for (let step = 0; step < count; step += 1) changed = repaired(draw.pick(CHANGES)(draw, changed));
  return changed;
}
