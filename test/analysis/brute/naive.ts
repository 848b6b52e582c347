// A naive reading of policy definitions, after docs/policy.md and docs/deciding.md. It shares no code with `src`. A set of scopes
// is a number: each declared scope with a value is one bit.

import {
  type CaseOptions,
  type Definition,
  isPattern,
  optionsOf,
  type Params,
  placeholdersOf,
  type Requirement,
  type RuleOptions,
} from "./definition.js";

/** The values of every placeholder. */
export const VALUES = ["a", "b"];
/** The same with a value that no rule compares, for the ids of a program. */
export const ID_VALUES = [...VALUES, "c"];
/** The time at which decisions are made, in seconds. */
export const NOW = 1_000_000;

/** A declared scope with its values. */
export interface Atom {
  readonly scope: string;
  readonly text: string;
  readonly bit: number;
  /** The scopes that it implies directly, with its values. */
  readonly implied: readonly string[];
  /** Its older names, with its values. */
  readonly older: readonly string[];
}

/** A policy with every scope that a token can have. */
export interface World {
  readonly definition: Definition;
  readonly atoms: readonly Atom[];
  /** The texts that mean something, older names included. */
  readonly texts: readonly string[];
}

/** An account with the client that a token was issued to. */
export interface Account {
  readonly tier?: string;
  readonly account_type: readonly string[];
  readonly entitlements: readonly string[];
  readonly first_party: boolean;
  readonly approvedScopes?: readonly string[];
  readonly boundaries?: Readonly<Record<string, readonly string[]>>;
  readonly acr?: string;
  readonly auth_time?: number;
}

/** One way to be allowed: the scopes and the conditions. */
export interface Way {
  readonly needs: number;
  /** The rank of the lowest tier; `-1` for any. */
  readonly tier: number;
  readonly types: readonly (readonly string[])[];
  readonly entitlements: readonly string[];
  readonly within: readonly { readonly boundary: string; readonly value: string }[];
}

/** What a call requires: a code that no token changes, nothing, or one of several ways. */
export type Demand =
  | { readonly code: "unknown_operation" | "denied" | "invalid_params" }
  | { readonly code: "public"; readonly details: readonly (readonly Way[])[] }
  | {
      readonly code: "ways";
      readonly ways: readonly Way[];
      readonly fresh: readonly Fresh[];
      /** The scopes for additional detail: one of each list. */
      readonly details: readonly (readonly Way[])[];
    };

interface Fresh {
  readonly acr: readonly string[] | undefined;
  readonly maxAge: number | undefined;
}

const bind = (scope: string, values: Readonly<Record<string, string>>): string =>
  scope.replace(/\{(\w+)\}/g, (_, name: string) => values[name] as string);

function assignments(
  [name, ...rest]: readonly string[],
  values: readonly string[],
): Record<string, string>[] {
  if (name === undefined) return [{}];
  return assignments(rest, values).flatMap((one) =>
    values.map((value) => ({ [name]: value, ...one })),
  );
}

/** Returns the world of a definition, in which placeholders have certain values. */
export function worldOf(definition: Definition, given: readonly string[] = VALUES): World {
  const atoms: Atom[] = [];
  for (const [scope, { implies = [], replaces = [] }] of Object.entries(definition.scopes)) {
    for (const values of assignments(placeholdersOf(scope), given)) {
      const texts = (names: readonly string[]) => names.map((name) => bind(name, values));
      const [implied, older] = [texts(implies), texts(replaces)];
      atoms.push({ scope, text: bind(scope, values), bit: 1 << atoms.length, implied, older });
    }
  }
  const texts = [...atoms.map(({ text }) => text), ...atoms.flatMap(({ older }) => older)];
  return { definition, atoms, texts: [...new Set(texts)] };
}

const optionsIn = ({ definition }: World, { scope }: Atom) => definition.scopes[scope] ?? {};

/** Returns the scopes of a set and everything that they imply. */
export function closureOf({ atoms }: World, set: number): number {
  let all = set;
  for (;;) {
    const before = all;
    const implied = atoms.filter(({ bit }) => (all & bit) !== 0).flatMap((one) => one.implied);
    for (const { text, bit } of atoms) if (implied.includes(text)) all |= bit;
    if (all === before) return all;
  }
}

/** Returns the set of scopes that one scope-token means. */
export function meaningOf(world: World, token: string, firstParty: boolean): number {
  const roots = world.atoms.filter((atom) => {
    if (optionsIn(world, atom).reserved && !firstParty) return false;
    return atom.text === token || atom.older.includes(token);
  });
  return closureOf(
    world,
    roots.reduce((set, { bit }) => set | bit, 0),
  );
}

/** Returns the set of scopes that scope-tokens mean together. */
export function meaningOfAll(world: World, tokens: readonly string[], firstParty: boolean): number {
  return tokens.reduce((set, token) => set | meaningOf(world, token, firstParty), 0);
}

/** Returns the number of scopes in a set. */
export const countOf = (set: number): number =>
  [...set.toString(2)].filter((digit) => digit === "1").length;

/** Returns the scope-tokens of a set, in declared order, without those that another one of the set implies. */
export function reducedTexts(world: World, set: number): string[] {
  const members = world.atoms.filter(({ bit }) => (set & bit) !== 0);
  return members
    .filter(({ bit }) =>
      members.every((other) => other.bit === bit || (closureOf(world, other.bit) & bit) === 0),
    )
    .map(({ text }) => text);
}

function matches(pattern: string, name: string): boolean {
  if (pattern === "") return name === "";
  const [head, rest] = [pattern[0], pattern.slice(1)];
  if (head === "*") return matches(rest, name) || (name !== "" && matches(pattern, name.slice(1)));
  return name !== "" && (head === "?" || head === name[0]) && matches(rest, name.slice(1));
}

interface Entry {
  readonly name: string;
  readonly rule: RuleOptions;
}

/** Returns the entries that decide an operation. */
export function entriesOf({ tools, endpoints }: Definition, name: string): Entry[] {
  const entries = (rules: Record<string, Requirement>): Entry[] =>
    Object.entries(rules).map(([key, rule]) => ({ name: key, rule: optionsOf(rule) }));
  const exact = [...entries(tools), ...entries(endpoints)].filter((one) => one.name === name);
  const isTool = !name.includes(" ");
  const patterns = isTool
    ? entries(tools).filter((one) => isPattern(one.name) && matches(one.name, name))
    : [];
  const denials = patterns.filter(({ rule }) => rule.deny !== undefined);
  if (denials.length > 0) return denials;
  return exact.length > 0 ? exact : patterns;
}

/** Returns the first case that a call meets. */
function caseOf({ cases = [] }: RuleOptions, params: Params): CaseOptions | undefined {
  return cases.find(({ when }) =>
    Object.entries(when).every(
      ([name, values]) =>
        Object.hasOwn(params, name) && [values].flat().includes(params[name] as string),
    ),
  );
}

function branchOf(rule: RuleOptions, params: Params): RuleOptions {
  const { cases, otherwise, ...shared } = rule;
  if (cases === undefined) return rule;
  return { ...shared, ...optionsOf(caseOf(rule, params) ?? (otherwise as Requirement)) };
}

/** The conditions of the requirements around a scope. */
interface Around {
  readonly conditions: Omit<Way, "needs">;
  readonly names: Readonly<Record<string, string>>;
}

const NONE: Omit<Way, "needs"> = { tier: -1, types: [], entitlements: [], within: [] };

const joined = (one: Way, other: Way): Way => ({
  needs: one.needs | other.needs,
  tier: Math.max(one.tier, other.tier),
  types: [...one.types, ...other.types],
  entitlements: [...one.entitlements, ...other.entitlements],
  within: [...one.within, ...other.within],
});

const product = (lists: readonly (readonly Way[])[]): Way[] =>
  lists.reduce<Way[]>(
    (ways, list) => ways.flatMap((way) => list.map((other) => joined(way, other))),
    [{ needs: 0, ...NONE }],
  );

const TOP: Around = { conditions: NONE, names: {} };

/** Thrown for a parameter that has no value. */
class NoValue extends Error {}

const valueIn = (params: Params, name: string): string => {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  if (typeof value !== "string" || !ID_VALUES.includes(value)) throw new NoValue(name);
  return value;
};

function addConditions(
  { tiers = [] }: Definition,
  outer: Omit<Way, "needs">,
  { tier, accountTypes, entitlement }: RuleOptions,
): Omit<Way, "needs"> {
  return {
    tier: Math.max(outer.tier, tier === undefined ? -1 : tiers.indexOf(tier)),
    types: accountTypes === undefined ? outer.types : [...outer.types, accountTypes],
    entitlements:
      entitlement === undefined ? outer.entitlements : [...outer.entitlements, entitlement],
    within: outer.within,
  };
}

function waysOf(world: World, written: Requirement, around: Around, params: Params): Way[] {
  const { definition, atoms } = world;
  const options = optionsOf(written);
  const conditions = addConditions(definition, around.conditions, options);
  const names = { ...around.names, ...options.params };
  const inner = { conditions, names };
  if (options.anyOf) return options.anyOf.flatMap((part) => waysOf(world, part, inner, params));
  if (options.allOf)
    return product(options.allOf.map((part) => waysOf(world, part, inner, params)));
  const scope = options.scope as string;
  const values = Object.fromEntries(
    placeholdersOf(scope).map((name) => [name, valueIn(params, names[name] ?? name)]),
  );
  const atom = atoms.find(({ text }) => text === bind(scope, values)) as Atom;
  const own = addConditions(definition, conditions, optionsIn(world, atom));
  return [{ needs: atom.bit, ...own }];
}

function demandOfRule(world: World, name: string, rule: RuleOptions, params: Params): Way[] {
  const { baseline = [] } = world.definition;
  const within = Object.entries(rule.within ?? {}).map(([boundary, param]) => ({
    boundary,
    value: valueIn(params, param),
  }));
  const own = rule.authenticated
    ? [{ needs: 0, ...addConditions(world.definition, NONE, rule) }]
    : waysOf(world, rule, TOP, params);
  const common = name.includes(" ")
    ? []
    : baseline.map((scope) => waysOf(world, scope, TOP, params));
  return product([own, ...common]).map((way) => ({ ...way, within }));
}

/** Returns what a call requires. */
export function demandOf(world: World, name: string, params: Params, fromCode: boolean): Demand {
  const entries = entriesOf(world.definition, name);
  if (entries.length === 0) return { code: "unknown_operation" };
  // a gate does not know an internal tool, also where a pattern denies its name
  const { tools } = world.definition;
  const exact = Object.hasOwn(tools, name) ? [optionsOf(tools[name] as Requirement)] : [];
  const isInternal = [...exact, ...entries.map(({ rule }) => rule)].some(
    ({ internal }) => internal,
  );
  if (!fromCode && isInternal) return { code: "unknown_operation" };
  const branches = entries.map(({ rule }) => branchOf(rule, params));
  if (branches.some(({ deny }) => deny !== undefined)) return { code: "denied" };
  const asking = branches.filter((rule) => !rule.public);
  try {
    const lists = asking.map((rule) => demandOfRule(world, name, rule, params));
    const details = branches
      .filter(({ enrichedBy }) => enrichedBy !== undefined)
      .map(({ enrichedBy = [] }) => enrichedBy.flatMap((scope) => waysOf(world, scope, TOP, {})));
    if (lists.length === 0) return { code: "public", details };
    const fresh = asking.map(({ acr, maxAge }) => ({
      acr: acr === undefined ? undefined : [acr].flat(),
      maxAge,
    }));
    return { code: "ways", ways: product(lists), fresh, details };
  } catch (error) {
    if (error instanceof NoValue) return { code: "invalid_params" };
    throw error;
  }
}

/** What keeps a token from a way, from the nearest to being allowed to the farthest. */
const BLOCKERS = [
  "insufficient_scope",
  "binding_mismatch",
  "account_type_required",
  "upgrade_required",
  "upgrade_required for an entitlement",
  "reserved_scope",
] as const;
type Blocker = (typeof BLOCKERS)[number];

/** Returns which condition of a way an account does not meet, scopes aside. */
function failedCondition(world: World, way: Way, account: Account): Blocker | undefined {
  const rank = (world.definition.tiers ?? []).indexOf(account.tier ?? "");
  if (!way.types.every((list) => list.some((type) => account.account_type.includes(type))))
    return "account_type_required";
  if (rank < way.tier) return "upgrade_required";
  if (!way.entitlements.every((name) => account.entitlements.includes(name)))
    return "upgrade_required for an entitlement";
  return undefined;
}

function isWithin({ definition }: World, { within }: Way, { boundaries = {} }: Account): boolean {
  return within.every(({ boundary, value }) => {
    const isOpen = definition.boundaries?.[boundary]?.absent === "dangerouslyAll";
    return boundaries[boundary]?.includes(value) ?? isOpen;
  });
}

/** Returns the scopes that consent can give to the client of an account, whatever it has. */
export function grantableTo(world: World, { first_party, approvedScopes = [] }: Account): number {
  const approved = meaningOfAll(world, approvedScopes, true);
  return world.atoms
    .filter((atom) => {
      const { reserved, restricted } = optionsIn(world, atom);
      return (!reserved || first_party) && (!restricted || (approved & atom.bit) !== 0);
    })
    .reduce((set, { bit }) => set | bit, 0);
}

/** Returns the scopes of which a set has one with another value. */
export function elsewhereOf({ atoms }: World, set: number): number {
  const held = new Set(atoms.filter(({ bit }) => (set & bit) !== 0).map(({ scope }) => scope));
  return atoms
    .filter(({ scope, bit }) => (set & bit) === 0 && held.has(scope))
    .reduce((all, { bit }) => all | bit, 0);
}

/** Returns the ways that an account can meet: with the right scopes, and values within its boundaries. */
function openWays(world: World, ways: readonly Way[], account: Account): Way[] {
  return ways.filter(
    (way) => failedCondition(world, way, account) === undefined && isWithin(world, way, account),
  );
}

/** Returns whether the account authenticated as an operation requires. */
function isFresh(fresh: readonly Fresh[], { acr, auth_time }: Account): boolean {
  return fresh.every(
    (one) =>
      (one.acr === undefined || (acr !== undefined && one.acr.includes(acr))) &&
      (one.maxAge === undefined || (auth_time !== undefined && NOW - auth_time <= one.maxAge)),
  );
}

/**
 * Returns the function from the set of scopes in a token of an account to the code of the decision about a call. Without an account,
 * there is no token.
 */
export function codesOf(
  world: World,
  demand: Demand,
  account: Account | undefined,
): (set: number) => string {
  if (demand.code === "public") return () => "allowed";
  if (demand.code !== "ways") return () => demand.code;
  if (account === undefined) return () => "unauthenticated";
  const { ways, fresh } = demand;
  const open = openWays(world, ways, account);
  const allowed = isFresh(fresh, account) ? "allowed" : "insufficient_user_authentication";
  const grantable = grantableTo(world, account);
  const reserved = world.atoms.filter((atom) => optionsIn(world, atom).reserved);
  const never = account.first_party ? 0 : reserved.reduce((set, { bit }) => set | bit, 0);
  const failed = ways.map((way) => failedCondition(world, way, account));
  const blockerOf = (way: Way, at: number, set: number, elsewhere: number): Blocker => {
    if ((way.needs & never) !== 0 || (way.needs & ~set & ~grantable) !== 0) return "reserved_scope";
    const condition = failed[at];
    if (condition !== undefined) return condition;
    const isIn = (way.needs & elsewhere) === 0 && open.includes(way);
    return isIn ? "insufficient_scope" : "binding_mismatch";
  };
  return (set) => {
    if (open.some(({ needs }) => (needs & ~set) === 0)) return allowed;
    const elsewhere = elsewhereOf(world, set);
    const found = ways.map((way, at) => blockerOf(way, at, set, elsewhere));
    const nearest = BLOCKERS.find((blocker) => found.includes(blocker)) as Blocker;
    return nearest.split(" ")[0] as string;
  };
}

/**
 * Returns the function from the set of scopes in a token of an account to what a call gets: nothing, an answer, or an answer with
 * additional detail.
 */
export function levelsOf(
  world: World,
  demand: Demand,
  account: Account | undefined,
): (set: number) => number {
  const codeOf = codesOf(world, demand, account);
  if (demand.code !== "public" && demand.code !== "ways") return () => 0;
  const details = account && demand.details.map((list) => openWays(world, list, account));
  const isEnriched = (set: number) =>
    details !== undefined &&
    details.length > 0 &&
    details.every((list) => list.some(({ needs }) => (needs & ~set) === 0));
  return (set) => (codeOf(set) === "allowed" ? (isEnriched(set) ? 2 : 1) : 0);
}

/** Returns the names of the patterns that match a name of a tool. */
export const patternsOf = ({ tools }: Definition, name: string): string[] =>
  Object.keys(tools).filter((pattern) => isPattern(pattern) && matches(pattern, name));

/** Returns which branch of each entry decides a call: equal texts for equal branches. */
export function branchesOf(definition: Definition, name: string, params: Params): string {
  return entriesOf(definition, name)
    .map(({ rule }) => JSON.stringify(caseOf(rule, params)?.when ?? null))
    .join();
}
