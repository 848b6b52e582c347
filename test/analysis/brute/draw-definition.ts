// Random small definitions that are valid by construction.

import type { Draw } from "../../model/draw.js";
import { without } from "../../model/without.js";
import {
  type CaseOptions,
  type Conditions,
  type Definition,
  placeholdersOf,
  type Requirement,
  type RuleOptions,
  type ScopeOptions,
} from "./definition.js";

const LITERALS = ["courses:read", "courses:write", "files:read", "files:delete", "admin", "mail"];
const TEMPLATES = ["/acc/{id}/cards.read", "/acc/{id}/cards.write", "/org/{who}"];
const OLD_NAMES = ["old:one", "old:two"];
const TIERS = ["free", "pro", "max"];
const TYPES = ["person", "studio"];
const ENTITLEMENTS = ["extra"];
export const TOOLS = ["get_a", "get_b", "set_a", "set_b", "ping"];
const PATTERNS = ["get_*", "*_a", "set_?", "*"];
const ENDPOINTS = ["GET /things/:id", "POST /things", "DELETE /orgs/{who}"];

/** Names and options of a policy that its rules use. */
type Base = Omit<Definition, "tools" | "endpoints">;

/** Draws the conditions of a scope or a requirement: in most cases none. */
function drawConditions(draw: Draw, base: Omit<Base, "scopes">, percent: number): Conditions {
  const { tiers = [], accountTypes = [], entitlements = [] } = base;
  return {
    ...(tiers.length > 0 && draw.chance(percent) && { tier: draw.pick(tiers) }),
    ...(accountTypes.length > 0 &&
      draw.chance(percent) && { accountTypes: draw.few(accountTypes, 2) }),
    ...(entitlements.length > 0 &&
      draw.chance(percent) && { entitlement: draw.pick(entitlements) }),
  };
}

function drawScopes(draw: Draw, base: Omit<Base, "scopes">): Record<string, ScopeOptions> {
  const names = draw.shuffle([
    ...draw.few(LITERALS, 5),
    ...(draw.chance(60) ? draw.few(TEMPLATES, 2) : []),
  ]);
  const more = LITERALS.filter((name) => !names.includes(name));
  const all = [...names, ...more.slice(0, Math.max(0, 3 - names.length))];
  const isPlain = draw.chance(40);
  const scopes = all.map((name, at): [string, ScopeOptions] => {
    const later = all.slice(at + 1);
    const implies = draw.some(later, 25);
    const isReserved = !isPlain && draw.chance(10);
    const isRestricted = !isPlain && draw.chance(12);
    const isOff = draw.chance(20);
    const options: ScopeOptions = {
      ...(implies.length > 0 && { implies }),
      ...(isReserved && { reserved: true as const }),
      ...(isRestricted && { restricted: true as const }),
      ...(isOff && { default: "off" as const }),
      ...(!isOff && draw.chance(20) && { default: "on" as const }),
      ...(draw.chance(15) && { warning: "think twice" }),
      ...(!isPlain && drawConditions(draw, base, 12)),
      ...(draw.chance(15) && { replaces: [draw.pick(OLD_NAMES)] }),
    };
    return [name, options];
  });
  return Object.fromEntries(scopes);
}

/** Draws a requirement without branches. */
function drawRequirement(draw: Draw, base: Base, depth: number): Requirement {
  const isNested = depth > 0 && draw.chance(45);
  const conditions = drawConditions(draw, base, 8);
  if (isNested) {
    const part = draw.chance(50) ? "anyOf" : "allOf";
    const parts = [0, 1, 2].slice(0, draw.chance(30) ? 3 : 2);
    const list = parts.map(() => drawRequirement(draw, base, depth - 1));
    return { ...conditions, [part]: list };
  }
  const scope = draw.pick(Object.keys(base.scopes));
  const [placeholder] = placeholdersOf(scope);
  const params = placeholder !== undefined && draw.chance(20) && { [placeholder]: "owner" };
  const options = { ...conditions, ...(params && { params }) };
  return Object.keys(options).length === 0 ? scope : { scope, ...options };
}

/** Draws what an operation and a branch have in addition to a requirement. */
function drawAuthentication(draw: Draw): RuleOptions {
  if (!draw.chance(8)) return {};
  return draw.chance(50) ? { acr: "mfa" } : { maxAge: 60 };
}

function drawBranch(draw: Draw, base: Base): RuleOptions {
  if (draw.chance(15)) return { deny: "not here" };
  const requirement = drawRequirement(draw, base, 1);
  const options = typeof requirement === "string" ? { scope: requirement } : requirement;
  return { ...options, ...drawAuthentication(draw) };
}

function drawCases(draw: Draw, base: Base): RuleOptions {
  const second = draw.chance(50) ? { mode: "y" } : { dry: true };
  const first = draw.chance(15) ? { id: "a" } : { mode: "x" };
  const whens: CaseOptions["when"][] = draw.chance(50) ? [first] : [first, second];
  return {
    cases: whens.map((when) => ({ when, ...drawBranch(draw, base) })),
    otherwise: drawBranch(draw, base),
    weakOtherwise: true,
  };
}

/** Draws the rule of an operation. */
export function drawRule(draw: Draw, base: Base): Requirement {
  const within = base.boundaries && draw.chance(40) && { within: { project: "p" } };
  const kind = draw.int(99);
  if (kind >= 95) return { deny: "never" };
  if (kind >= 90) return { public: true };
  if (kind >= 84) return { authenticated: true, ...drawConditions(draw, base, 30), ...within };
  if (kind >= 70) return { ...drawCases(draw, base), ...within };
  const requirement = drawRequirement(draw, base, 2);
  const literals = Object.keys(base.scopes).filter((name) => placeholdersOf(name).length === 0);
  const options: RuleOptions = {
    ...within,
    ...drawAuthentication(draw),
    ...(literals.length > 0 && draw.chance(8) && { enrichedBy: [draw.pick(literals)] }),
    ...(draw.chance(5) && { hidden: true as const }),
  };
  if (Object.keys(options).length === 0) return requirement;
  return {
    ...(typeof requirement === "string" ? { scope: requirement } : requirement),
    ...options,
  };
}

/** Draws a valid definition. */
export function drawDefinition(draw: Draw): Definition {
  const start = {
    name: "Small",
    version: "1",
    ...(draw.chance(45) && { tiers: draw.chance(50) ? TIERS.slice(0, 2) : TIERS.slice(0, 1) }),
    ...(draw.chance(40) && { accountTypes: TYPES }),
    ...(draw.chance(40) && { entitlements: ENTITLEMENTS }),
    ...(draw.chance(15) && {
      boundaries: {
        project: {
          claim: "projects",
          ...(draw.chance(30) && { absent: "dangerouslyAll" as const }),
        },
      },
    }),
  };
  const scopes = drawScopes(draw, start);
  const base: Base = {
    ...start,
    scopes,
    ...(draw.chance(20) && { baseline: draw.few(Object.keys(scopes), 1) }),
  };
  const rules = (names: string[]): Record<string, Requirement> =>
    Object.fromEntries(names.map((name) => [name, drawRule(draw, base)]));
  const tools = rules(draw.few(TOOLS, 4));
  const patterns = draw.chance(45) ? rules(draw.few(PATTERNS, 2)) : {};
  const endpoints = draw.chance(50) ? rules(draw.few(ENDPOINTS, 2)) : {};
  const inner = draw.chance(8)
    ? { ping: { ...asOptions(drawRule(draw, base)), internal: true as const } }
    : {};
  return repaired({ ...base, tools: { ...tools, ...inner, ...patterns }, endpoints });
}

const asOptions = (rule: Requirement): RuleOptions =>
  typeof rule === "string" ? { scope: rule } : rule;

/** Returns a text that is equal for equal requirements. */
const textOf = (rule: Requirement): string => {
  const { scope, ...rest } = asOptions(rule);
  return scope !== undefined && Object.keys(rest).length === 0 ? scope : JSON.stringify(rule);
};

/** Returns a list without the requirements that it has before. */
function distinct(list: readonly Requirement[]): Requirement[] {
  const texts = list.map(textOf);
  return list.filter((_, at) => texts.indexOf(texts[at] as string) === at);
}

function repairedRequirement(rule: Requirement): Requirement {
  if (typeof rule === "string") return rule;
  const { allOf, anyOf, cases, otherwise } = rule;
  return {
    ...rule,
    ...(allOf && { allOf: distinct(allOf.map(repairedRequirement)) }),
    ...(anyOf && { anyOf: distinct(anyOf.map(repairedRequirement)) }),
    ...(cases && { cases: cases.map((one) => repairedRequirement(one) as CaseOptions) }),
    ...(otherwise !== undefined && { otherwise: repairedRequirement(otherwise) }),
  };
}

function repairedScope(name: string, definition: Definition): ScopeOptions {
  const options = definition.scopes[name] as ScopeOptions;
  const { default: preset, reserved, restricted, implies = [], replaces = [], ...rest } = options;
  const kept = implies.filter((implied) => {
    const other = definition.scopes[implied];
    return (
      other !== undefined &&
      (reserved === true || other.reserved !== true) &&
      (restricted === true || other.restricted !== true) &&
      placeholdersOf(implied).every((one) => placeholdersOf(name).includes(one))
    );
  });
  // an older name has the placeholders of the scope, and only restricted scopes share it with restricted ones
  const tail = placeholdersOf(name).map((one) => `/{${one}}`);
  const older = replaces.map(
    (one) => `${restricted ? "r" : ""}${one.replace(/\/.*/, "")}${tail.join("")}`,
  );
  return {
    ...(preset !== undefined &&
      !((reserved ?? restricted) && preset === "on") && { default: preset }),
    ...(reserved && { reserved }),
    ...(restricted && { restricted }),
    ...(kept.length > 0 && { implies: kept }),
    ...(older.length > 0 && { replaces: older }),
    ...rest,
  };
}

/** Returns a definition without what a policy must not have: lists with duplicates, implications that open more than allowed. */
export function repaired(definition: Definition): Definition {
  const { scopes, baseline = [], tools, endpoints } = definition;
  const rules = (all: Record<string, Requirement>): Record<string, Requirement> =>
    Object.fromEntries(
      Object.entries(all).map(([name, rule]) => [name, repairedRequirement(rule)]),
    );
  const whole = baseline.filter(
    (name) => scopes[name] && !scopes[name].restricted && placeholdersOf(name).length === 0,
  );
  return {
    ...without(definition, ["baseline"]),
    scopes: Object.fromEntries(
      Object.keys(scopes).map((name) => [name, repairedScope(name, definition)]),
    ),
    ...(whole.length > 0 && { baseline: whole }),
    tools: rules(tools),
    endpoints: rules(endpoints),
  };
}
