// Random policies that are valid by construction.

import type { Draw } from "./draw.js";
import type { Case, Definition, Gates, Rule, RuleOptions, ScopeOptions } from "./model.js";
import { canonical, placeholdersOf } from "./model-scopes.js";

const LITERALS = [
  "courses:read",
  "courses:write",
  "read:bookings",
  "openid",
  "files.metadata.read",
  "/",
  "/accounts.write",
  "Courses:read",
  "courses:*",
  "constructor",
  "/accounts/profile.write",
];
// No two of these overlap, and none of them overlaps a literal above.
export const TEMPLATES = [
  "/accounts/{accountID}/",
  "/accounts/{accountID}/transfers.write",
  "/orgs/{orgID}/accounts/{accountID}",
  "projects:{projectID}:read",
  "docs.{fileID}.read",
  // some values are valid in one form and not in another: `a.b`, `urn`
  "/files/{fileID}",
  "/files/{fileID}/names",
  "{realmID}:realm:all",
  "/realms/{realmID}/admin",
];
const OLD_NAMES = ["members:read", "profile", "legacy.read"];
/** Some older names mean two scopes, and some have another form. */
const OLD_TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map([
  ["/accounts/{accountID}/", ["/wallets/{accountID}/"]],
  ["/accounts/{accountID}/transfers.write", ["/wallets/{accountID}/", "transfers:{accountID}"]],
  ["/orgs/{orgID}/accounts/{accountID}", ["/accounts-of/{accountID}/{orgID}"]],
  ["docs.{fileID}.read", ["/old-files/{fileID}", "olddocs.{fileID}.read"]],
  ["/files/{fileID}", ["/old-files/{fileID}"]],
  ["{realmID}:realm:all", ["/old-realms/{realmID}"]],
  ["/realms/{realmID}/admin", ["/old-realms/{realmID}"]],
]);
export const PARAMS = [
  "accountID",
  "platformAccountID",
  "orgID",
  "projectID",
  "fileID",
  "realmID",
  "toString",
];
/** Arguments that cases compare. Some are parameters too. */
export const COMPARED = ["mode", "mode", "accountID", "projectID", "constructor"];
/** Values that cases compare. Path parameters are compared with the texts. */
export const TEXTS = ["a", "plan", "b", "true", "1"];
export const SCALARS = [...TEXTS, true, 1, null, false, 0];
export const TIERS = ["free", "pro", "premium"];
const ACCOUNT_TYPES = ["mentor", "studio", "constructor"];
export const TOOLS = [
  "get_settings",
  "list_courses",
  "list_students",
  "update_course",
  "get_a",
  "constructor",
  "whoami",
  ".x-1",
];
export const PATTERNS = ["list_*", "get_?", "*_course", "*", "*s*", "?????????????"];
export const ENDPOINTS = [
  "GET /v1/projects/:projectID",
  "GET /v1/projects/mine",
  "GET /v1/:kind/mine",
  "POST /v1/projects",
  "DELETE /accounts/{accountID}/transfers/{transferID}",
  "PATCH /accounts/:platformAccountID",
  "GET /",
];

const spelt = (draw: Draw, scope: string): string =>
  draw.chance(25) ? scope.replace(/\{(\w+)\}/g, "<$1>") : scope;

function drawConditions(draw: Draw, definition: Definition, percent: number): Gates {
  const { tiers, accountTypes } = definition;
  return {
    ...(tiers && draw.chance(percent) ? { tier: draw.pick(tiers) } : {}),
    ...(accountTypes && draw.chance(percent) ? { accountTypes: draw.few(accountTypes, 2) } : {}),
  };
}

/** Draws the scopes. A scope implies later drawn ones only; the object has a different order. */
function drawScopes(tape: Draw, definition: Definition): Definition["scopes"] {
  const names = [
    "courses:read",
    "/accounts/{accountID}/",
    ...tape.some(LITERALS.slice(1), 45),
    ...tape.some(TEMPLATES.slice(1), 45),
  ];
  const order = tape.shuffle(names);
  const reserved = new Set(tape.some(order, 12));
  const entries = order.map((scope, index): [string, string | ScopeOptions] => {
    const draw = tape.part(30);
    const own = placeholdersOf(scope);
    const implicable = order
      .slice(index + 1)
      .filter((other) => placeholdersOf(other).every((name) => own.includes(name)))
      .filter((other) => reserved.has(scope) || !reserved.has(other));
    const implies = draw.chance(30) && implicable.length > 0 ? draw.few(implicable, 2) : [];
    const old = own.length === 0 ? OLD_NAMES : (OLD_TEMPLATES.get(scope) ?? []);
    const options: ScopeOptions = {
      ...(draw.chance(50) ? { description: `about ${scope}` } : {}),
      ...drawConditions(draw, definition, 12),
      ...(reserved.has(scope) ? { reserved: true } : {}),
      ...(implies.length > 0 ? { implies: implies.map((other) => spelt(draw, other)) } : {}),
      ...(old.length > 0 && draw.chance(own.length === 0 ? 25 : 45)
        ? { replaces: draw.few(old, 2).map((name) => spelt(draw, name)) }
        : {}),
      ...(draw.chance(8) ? { required: true } : {}),
      ...(draw.chance(10) ? { default: "off" } : {}),
    };
    const plain = Object.keys(options).length === 0 && draw.chance(50);
    return [spelt(draw, scope), plain ? `about ${scope}` : options];
  });
  return Object.fromEntries(tape.shuffle(entries));
}

const open = (rule: Rule): string[] => {
  if (typeof rule === "string") return placeholdersOf(rule);
  const parts = rule.anyOf ?? rule.allOf ?? (rule.scope === undefined ? [] : [rule.scope]);
  return parts.flatMap(open).filter((name) => !Object.hasOwn(rule.params ?? {}, name));
};
const sizeOf = (rule: Rule): number => {
  if (typeof rule === "string") return 1;
  if (rule.anyOf) return rule.anyOf.reduce((sum, part) => sum + sizeOf(part), 0);
  return (rule.allOf ?? []).reduce((times, part) => times * sizeOf(part), 1);
};
// Two equal members of a list would be a duplicate.
const signature = (rule: Rule): string => {
  if (typeof rule === "string") return canonical(rule);
  const { scope, ...rest } = rule;
  return scope !== undefined && Object.keys(rest).length === 0
    ? canonical(scope)
    : canonical(JSON.stringify(rule));
};

/** Renames some placeholders that no rule beneath has renamed, so that no key of `params` is unused. */
function renamed(draw: Draw, rule: RuleOptions): RuleOptions {
  const free = [...new Set(open(rule))];
  const chosen = draw.some(free, 35);
  if (chosen.length === 0) return rule;
  return { ...rule, params: Object.fromEntries(chosen.map((name) => [name, draw.pick(PARAMS)])) };
}

function drawRequirement(draw: Draw, definition: Definition, depth: number): Rule {
  const scope = spelt(draw, canonical(draw.pick(Object.keys(definition.scopes))));
  const kind = draw.pick(["text", "scope", "text", "anyOf", "allOf"]);
  if (kind === "text" || (depth === 0 && kind !== "scope")) return scope;
  const gates = drawConditions(draw, definition, 25);
  if (kind === "scope") return renamed(draw, { scope, ...gates });
  const members = Array.from({ length: 1 + draw.int(2) }, () =>
    drawRequirement(draw, definition, depth - 1),
  );
  const distinct = [...new Map(members.map((rule) => [signature(rule), rule])).values()];
  return renamed(
    draw,
    kind === "anyOf" ? { anyOf: distinct, ...gates } : { allOf: distinct, ...gates },
  );
}

/** Draws a branch: a requirement or a denial. */
function drawBranch(draw: Draw, definition: Definition, bound: number): RuleOptions {
  if (draw.chance(15)) return { deny: `not in this case: ${String(draw.int(9))}` };
  const rule = drawRequirement(draw, definition, 1);
  if (typeof rule !== "string" && sizeOf(rule) <= bound) return rule;
  return { scope: typeof rule === "string" ? rule : draw.pick(Object.keys(definition.scopes)) };
}

/**
 * Draws cases, each with a value of its own of one argument, so that each can be reached. Half of them compare nothing else and
 * have an `otherwise` that requires what all of them require.
 */
function drawCases(draw: Draw, definition: Definition, bound: number): RuleOptions {
  const argument = draw.pick(COMPARED);
  const values = draw.shuffle(argument === "mode" ? SCALARS : TEXTS);
  const isStrong = draw.chance(50);
  // no two of the values have one text, so that no mistyped value meets another case
  const distinct = values.filter(
    (value, index) => values.findIndex((one) => String(one) === String(value)) === index,
  );
  const cases = Array.from({ length: 1 + draw.int(2) }, (_, index): Case => {
    const own = [...(isStrong ? distinct : values)].slice(2 * index, 2 * index + 1 + draw.int(1));
    const branch = drawBranch(draw, definition, bound);
    const more = !isStrong && draw.chance(30) ? { force: draw.pick([true, ["true", true]]) } : {};
    const [first = "a"] = own;
    return { when: { [argument]: draw.chance(50) ? own : first, ...more }, ...branch };
  });
  if (!isStrong) {
    const last = drawBranch(draw, definition, bound);
    return { cases, otherwise: last, weakOtherwise: true };
  }
  const required = cases.map(({ when: _, ...branch }) => branch);
  const all = [...new Map(required.map((rule) => [signature(rule), rule])).values()];
  const isClosed = all.some(({ deny }) => deny !== undefined) || sizeOf({ allOf: all }) > bound;
  return { cases, otherwise: isClosed ? { deny: "choose a case" } : { allOf: all } };
}

/** Draws any rule of an operation; `bound` limits its alternatives, since patterns multiply. */
function drawRule(
  draw: Draw,
  definition: Definition,
  bound: number,
  { cases = 12 }: PolicyOptions,
): Rule {
  const literals = Object.keys(definition.scopes).filter((key) => placeholdersOf(key).length === 0);
  const more = draw.chance(10) ? { hidden: true as const } : {};
  if (draw.chance(cases)) return { ...drawCases(draw, definition, Math.min(bound, 16)), ...more };
  const kind = draw.pick([
    "scopes",
    "scopes",
    "scopes",
    "scopes",
    "deny",
    "public",
    "authenticated",
  ]);
  if (kind === "deny") return { deny: `not through this gate: ${String(draw.int(9))}`, ...more };
  if (kind === "authenticated") {
    return { authenticated: true, ...drawConditions(draw, definition, 20), ...more };
  }
  if (kind === "public") {
    return {
      public: true,
      ...(draw.chance(60) ? { enrichedBy: draw.pick(literals) } : {}),
      ...more,
    };
  }
  const rule = drawRequirement(draw, definition, 3);
  if (sizeOf(rule) > bound) return draw.pick(literals);
  return typeof rule === "string" ? rule : { ...rule, ...more };
}

/** Bundles of any scopes, and the default scopes. */
function drawLists(
  draw: Draw,
  scopes: Definition["scopes"],
): Pick<Definition, "bundles" | "defaultScopes"> {
  const names = Object.keys(scopes).map(canonical);
  const grantable = Object.entries(scopes).flatMap(([name, options]) => {
    const { reserved, default: checked } = typeof options === "string" ? {} : options;
    return reserved || checked === "off" || placeholdersOf(name).length > 0 ? [] : [name];
  });
  const someNames = (): string[] => draw.few(names, 4).map((name) => spelt(draw, name));
  return {
    ...(draw.chance(60)
      ? { bundles: { reading: someNames(), all: { every: true, except: someNames() } } }
      : {}),
    ...(draw.chance(50) && grantable.length > 0 ? { defaultScopes: draw.few(grantable, 3) } : {}),
  };
}

/** Copies an object without some of its members. */
export function without<Whole extends object, Name extends keyof Whole>(
  whole: Whole,
  names: readonly Name[],
): Omit<Whole, Name> {
  const entries = Object.entries(whole).filter(([name]) => !names.includes(name as Name));
  return Object.fromEntries(entries) as Omit<Whole, Name>;
}

/** Returns the same policy without tools and endpoints, which loads faster. */
export function withoutOperations(definition: Definition): Definition {
  return without(definition, ["tools", "endpoints"]);
}

export interface PolicyOptions {
  /** The probability of each pattern, in percent. */
  patterns?: number;
  /** The share of rules with cases, in percent. */
  cases?: number;
}

/** Draws a valid policy. It always declares the scopes `courses:read` and `/accounts/{accountID}/` and the tool `get_settings`. */
export function drawPolicy(draw: Draw, options: PolicyOptions = {}): Definition {
  const base: Definition = {
    name: "Random",
    version: "1",
    scopes: {},
    ...(draw.chance(80) ? { tiers: TIERS.slice(0, 2 + draw.int(1)) } : {}),
    ...(draw.chance(75) ? { accountTypes: ACCOUNT_TYPES } : {}),
  };
  const scopes = drawScopes(draw.part(720), base);
  const declared: Definition = { ...base, scopes };
  const literals = Object.keys(scopes).filter((key) => placeholdersOf(key).length === 0);
  const rules = (names: string[], bound: number): [string, Rule][] =>
    names.map((name) => [name, drawRule(draw.part(45), declared, bound, options)]);
  const tools = [
    ...rules(["get_settings", ...draw.some(TOOLS.slice(1), 35)], 64),
    ...rules(draw.some(PATTERNS, options.patterns ?? 20), 4).slice(0, 3),
  ];
  return {
    ...declared,
    ...(draw.chance(35) ? { baseline: draw.few(literals, 2) } : {}),
    ...drawLists(draw.part(40), scopes),
    tools: Object.fromEntries(draw.shuffle(tools)),
    endpoints: Object.fromEntries(rules(draw.some(ENDPOINTS, 30), 64)),
  };
}
