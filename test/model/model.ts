// A slow, small model of decisions, after the API document. It shares no code with `src`.

import { coversAll, rank } from "./model-endpoints.js";
import {
  canonical,
  isBindable,
  modelApproves,
  modelBind,
  modelCovering,
  modelMeanings,
  modelReached,
  modelValues,
  placeholdersOf,
  scopeOptions,
  textOfValue,
  type Values,
} from "./model-scopes.js";
import { without } from "./without.js";

export interface Gates {
  tier?: string;
  accountTypes?: string[];
  entitlement?: string;
}
type Scalar = string | number | boolean | null;
export interface Case extends RuleOptions {
  when: Record<string, Scalar | Scalar[]>;
}
export interface RuleOptions extends Gates {
  cases?: Case[];
  otherwise?: Rule;
  weakOtherwise?: true;
  scope?: string;
  allOf?: Rule[];
  anyOf?: Rule[];
  params?: Record<string, string>;
  /** Parameters by boundary; at the top of an operation only. */
  within?: Record<string, string>;
  deny?: string;
  public?: true;
  enrichedBy?: string | string[];
  authenticated?: true;
  hidden?: true;
  internal?: true;
  acr?: string | string[];
  maxAge?: number;
}
export type Rule = string | RuleOptions;
export interface ScopeOptions extends Gates {
  description?: string;
  reserved?: true;
  restricted?: true;
  required?: true;
  default?: "off";
  implies?: string[];
  match?: "exact" | "parent" | "wildcard" | "path-prefix" | "smart" | "registry";
  replaces?: string[];
}
export interface Definition {
  name: string;
  version: string;
  tiers?: string[];
  accountTypes?: string[];
  entitlements?: string[];
  boundaries?: Record<string, { claim: string; absent?: "none" | "dangerouslyAll" }>;
  scopes: Record<string, string | ScopeOptions>;
  baseline?: string[];
  defaultScopes?: string[];
  bundles?: Record<string, string[] | { every: true; except?: string[] }>;
  tools?: Record<string, Rule>;
  endpoints?: Record<string, Rule>;
}
export interface ModelDecision {
  code: string;
  allowed: boolean;
  scopes?: string[];
  missing?: string[];
  accepted?: string[][];
  enriched?: boolean;
  enrichments?: string[];
  entitlement?: string;
  acr?: string[];
  maxAge?: number;
  param?: string;
  tier?: string;
  had?: string;
  reason?: string;
}
interface Use {
  template: string;
  params: string[];
}
export interface Alternative {
  uses: Use[];
  tier: number;
  /** Conditions on the account type: one type of each list. */
  types: string[][];
  entitlements: string[];
  within: Limit[];
}
/** A parameter whose value must be one of those of a boundary. */
interface Limit {
  boundary: string;
  param: string;
}

const unique = (texts: string[]): string[] => [...new Set(texts)];
const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
/** Returns a list of at most 1,024 texts; an empty one for any other value. */
const textsIn = (value: unknown): string[] => {
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  const isWhole = list.length <= 1_024 && list.every((one) => typeof one === "string");
  return isWhole ? list : [];
};
export const optionsOf = (rule: Rule): RuleOptions =>
  typeof rule === "string" ? { scope: rule } : rule;

/** Returns a branch with what the whole rule adds to branches that have none of their own. A denial needs nothing. */
function branchIn({ acr, maxAge, enrichedBy, within }: RuleOptions, branch: Rule): RuleOptions {
  const own = optionsOf(branch);
  if (own.deny !== undefined) return own;
  return {
    ...(acr !== undefined && { acr }),
    ...(maxAge !== undefined && { maxAge }),
    ...(enrichedBy !== undefined && { enrichedBy }),
    ...(within !== undefined && { within }),
    ...own,
  };
}

/** Returns the index of the first case that a call meets; `-1` if it meets none. */
export function modelCaseAt({ cases = [] }: RuleOptions, params: unknown): number {
  return cases.findIndex(({ when }) =>
    Object.entries(when).every(([name, values]) =>
      [values].flat().some((value) => value === member(params, name)),
    ),
  );
}

/** Returns the branch of a rule for a call: its first case that is met, otherwise `otherwise`; the rule itself without cases. */
export function modelBranch(rule: RuleOptions, params: unknown): RuleOptions {
  const { cases = [], otherwise } = rule;
  return otherwise === undefined
    ? rule
    : branchIn(rule, cases[modelCaseAt(rule, params)] ?? otherwise);
}

/** Returns the branches of a rule, `otherwise` last; the rule itself without cases. */
export function modelBranches(rule: RuleOptions): RuleOptions[] {
  const { cases = [], otherwise } = rule;
  if (otherwise === undefined) return [rule];
  return [...cases.map((one) => without(one, ["when"])), otherwise].map((one) =>
    branchIn(rule, one),
  );
}

/** Returns whether a pattern of tool names matches: literals, `*` and `?`. */
export function modelMatch(pattern: string, name: string): boolean {
  if (pattern === "") return name === "";
  if (pattern[0] === "*") {
    return (
      modelMatch(pattern.slice(1), name) || (name !== "" && modelMatch(pattern, name.slice(1)))
    );
  }
  return (
    name !== "" &&
    (pattern[0] === "?" || pattern[0] === name[0]) &&
    modelMatch(pattern.slice(1), name.slice(1))
  );
}

/** Returns the scope-tokens of an access token as written; `undefined` for an invalid token. */
export function modelTokens(token: unknown): string[] | undefined {
  if (Array.isArray(token)) return undefined;
  const scope = member(token, "scope");
  if (typeof scope === "string" && scope.length > 65_536) return undefined;
  const texts: unknown = scope === "" ? [] : typeof scope === "string" ? scope.split(" ") : scope;
  if (!Array.isArray(texts) || texts.length > 4_096) return undefined;
  for (const text of texts as unknown[]) {
    if (typeof text !== "string" || !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text)) return undefined;
    if (placeholdersOf(text).length > 0) return undefined;
  }
  return texts as string[];
}

/** Returns the scope-tokens of a token: as written, without reserved ones for a third-party client, and with all meanings. */
export function modelTokenScopes(definition: Definition, token: unknown): string[] {
  const tokens = modelTokens(token) ?? [];
  const firstParty = member(token, "first_party") === true;
  const reserved = Object.keys(definition.scopes).filter(
    (scope) => !firstParty && scopeOptions(definition, scope).reserved,
  );
  const counting = tokens.filter((text) =>
    reserved.every((scope) => modelValues(definition, scope, text) === undefined),
  );
  return unique([...counting, ...modelMeanings(definition, tokens, firstParty)]);
}

function join(left: Alternative, right: Alternative): Alternative {
  const uses = unique([...left.uses, ...right.uses].map((use) => JSON.stringify(use)));
  return {
    uses: uses.map((use) => JSON.parse(use) as Use),
    tier: Math.max(left.tier, right.tier),
    types: [...left.types, ...right.types],
    entitlements: unique([...left.entitlements, ...right.entitlements]),
    within: [...left.within, ...right.within],
  };
}
const product = (lists: Alternative[][]): Alternative[] =>
  lists.reduce(
    (made, next) => made.flatMap((left) => next.map((right) => join(left, right))),
    [{ uses: [], tier: -1, types: [], entitlements: [], within: [] }],
  );

/** Returns the alternatives of a rule, without the baseline. */
export function alternativesOf(definition: Definition, rule: Rule, names: Values): Alternative[] {
  const gated = (gates: Gates, uses: Use[]): Alternative => ({
    uses,
    tier: gates.tier === undefined ? -1 : (definition.tiers ?? []).indexOf(gates.tier),
    types: gates.accountTypes === undefined ? [] : [gates.accountTypes],
    entitlements: gates.entitlement === undefined ? [] : [gates.entitlement],
    within: [],
  });
  if (typeof rule === "string") {
    const params = placeholdersOf(rule).map((name) =>
      Object.hasOwn(names, name) ? (names[name] ?? name) : name,
    );
    return [gated(scopeOptions(definition, rule), [{ template: canonical(rule), params }])];
  }
  const inner = { ...names, ...rule.params };
  const of = (part: Rule): Alternative[] => alternativesOf(definition, part, inner);
  const made = rule.anyOf
    ? rule.anyOf.flatMap(of)
    : product((rule.allOf ?? (rule.scope === undefined ? [] : [rule.scope])).map(of));
  const within = Object.entries(rule.within ?? {}).map(([boundary, param]) => ({
    boundary,
    param,
  }));
  return made.map((alternative) => join(alternative, { ...gated(rule, []), within }));
}

export interface ModelOperation {
  rules: RuleOptions[];
  /** The alternatives of each rule that requires something. */
  byRule: Alternative[][];
  alternatives: Alternative[];
  params: string[];
}

export const isPattern = (name: string): boolean => /[*?]/.test(name);

/**
 * Returns the rules that apply to a call, of each the branch that its parameters choose, and their combined alternatives.
 *
 * @param fromCode - whether the name comes from code of the host, which knows internal operations
 */
export function modelOperation(
  definition: Definition,
  name: unknown,
  params?: unknown,
  fromCode = false,
): ModelOperation | undefined {
  if (typeof name !== "string") return undefined;
  const tools = Object.entries(definition.tools ?? {});
  const endpoints = Object.entries(definition.endpoints ?? {});
  const endpoint = endpoints.find(([key]) => key === name);
  // an endpoint all paths of which a denying catch-all matches has its reason; the most specific comes first
  const denying = endpoints
    .filter(
      ([key, rule]) =>
        optionsOf(rule).deny !== undefined && coversAll(key, name.replace(/^HEAD /, "GET ")),
    )
    .sort(([left], [right]) => (rank(left) < rank(right) ? -1 : 1));
  const exact = tools.filter(([key]) => key === name && !isPattern(key));
  const legal = /^[A-Za-z0-9_.-]{1,128}$/.test(name) && name !== "." && name !== "..";
  const matching = tools.filter(([key]) => legal && isPattern(key) && modelMatch(key, name));
  const own = endpoint ? [endpoint] : exact.length > 0 ? exact : matching;
  if (!fromCode && own.some(([, rule]) => optionsOf(rule).internal)) return undefined;
  const denied = [...exact, ...matching].filter(([, rule]) => optionsOf(rule).deny !== undefined);
  const found = endpoint
    ? [optionsOf(endpoint[1]).deny === undefined ? (denying[0] ?? endpoint) : endpoint]
    : denied.length > 0
      ? denied
      : exact.length > 0
        ? exact
        : matching;
  if (found.length === 0) return undefined;
  const rules = found.map(([, rule]) => modelBranch(optionsOf(rule), params));
  const baseline = endpoint ? [] : (definition.baseline ?? []);
  const demanding = rules.filter((rule) => !rule.public && rule.deny === undefined);
  const byRule = demanding.map((rule) =>
    product([
      alternativesOf(definition, rule, {}),
      ...baseline.map((scope) => alternativesOf(definition, scope, {})),
    ]),
  );
  return {
    rules,
    byRule,
    alternatives: product(byRule),
    params: unique(byRule.flatMap(paramsOf)),
  };
}

/** Returns the parameters of one rule in declared order. */
const paramsOf = (alternatives: readonly Alternative[]): string[] =>
  unique(
    alternatives.flatMap(({ uses, within }) => [
      ...uses.flatMap((use) => use.params),
      ...within.map(({ param }) => param),
    ]),
  );

/** Returns the parameters of all branches of an exact operation, then the arguments that its cases compare. */
export function modelParams(definition: Definition, name: string): string[] {
  const rules = { ...definition.tools, ...definition.endpoints };
  const rule = optionsOf(rules[name] ?? { deny: "" });
  const params = modelBranches(rule).flatMap((branch) => {
    const key = name.includes(" ") ? "endpoints" : "tools";
    return modelOperation({ ...definition, [key]: { [name]: branch } }, name)?.params ?? [];
  });
  const compared = (rule.cases ?? []).flatMap(({ when }) => Object.keys(when));
  return unique([...params, ...compared]);
}

const isSafeText = (value: unknown): boolean =>
  typeof value === "string" &&
  value !== "." &&
  value !== ".." &&
  /^[A-Za-z0-9._~!$&'()+,;=:@|-]{1,128}$/.test(value);

/** Returns whether a value is within a boundary for a token; `undefined` for a token with an unreadable list. */
function modelBoundaries(
  { boundaries = {} }: Definition,
  token: unknown,
): ((boundary: string, value: unknown) => boolean) | undefined {
  const given = member(token, "boundaries");
  const isUsed = Object.keys(boundaries).length > 0 && given !== undefined;
  if (isUsed && (typeof given !== "object" || given === null || Array.isArray(given)))
    return undefined;
  const lists = new Map<string, unknown[]>();
  for (const [name, { absent }] of Object.entries(boundaries)) {
    const written = member(given, name);
    // an inherited list does not count as missing
    const source: object = given ?? {};
    if (name in source && !Object.hasOwn(source, name)) return undefined;
    if (written === undefined && absent === "dangerouslyAll") continue;
    const list = written === undefined ? [] : typeof written === "string" ? [written] : written;
    if (!Array.isArray(list) || list.length > 1_024) return undefined;
    if (!list.every((one) => typeof one === "string")) return undefined;
    lists.set(name, list);
  }
  // a list under another name may be meant for one that is missing
  const isOpen = Object.keys(boundaries).some((name) => !lists.has(name));
  const others = Object.keys(given ?? {}).filter((name) => !Object.hasOwn(boundaries, name));
  if (isUsed && isOpen && others.length > 0) return undefined;
  return (boundary, value) => lists.get(boundary)?.some((one) => one === value) ?? true;
}

/** The matching rules with values of several segments. */
const SEVERAL: readonly unknown[] = ["path-prefix", "registry"];

const denial = (code: string, more: Partial<ModelDecision> = {}): ModelDecision => ({
  code,
  allowed: false,
  ...more,
});

export function modelDecide(
  definition: Definition,
  token: unknown,
  name: unknown,
  params?: unknown,
  fromCode = false,
): ModelDecision {
  const operation = modelOperation(definition, name, params, fromCode);
  if (!operation) return denial("unknown_operation");
  const { rules, alternatives, byRule } = operation;
  for (const rule of rules)
    if (rule.deny !== undefined) return denial("denied", { reason: rule.deny });

  // rule by rule, in declared order
  const sites = byRule.flatMap((one) => {
    const uses = one.flatMap((alternative) => alternative.uses);
    return paramsOf(one).map((param) => ({ param, uses }));
  });
  for (const { param, uses } of sites) {
    const value = textOfValue(member(params, param));
    const own = uses.filter((one) => one.params.includes(param));
    const isPath = own.some(({ template }) =>
      SEVERAL.includes(scopeOptions(definition, template).match),
    );
    if (!isPath && !isSafeText(value)) return denial("invalid_params", { param });
    for (const use of own) {
      const names = placeholdersOf(use.template);
      const values = names.map((name, at) => [name, use.params[at] === param ? value : "a"]);
      const { match } = scopeOptions(definition, use.template);
      const isOk = isBindable(use.template, match, Object.fromEntries(values) as Values);
      if (!isOk) return denial("invalid_params", { param });
    }
  }

  const isPublic = rules.every((rule) => rule.public);
  if (token === undefined && !isPublic) return denial("unauthenticated");
  const inside = modelBoundaries(definition, token);
  if (token !== undefined && (!modelTokens(token) || !inside)) return denial("invalid_token");
  const held = modelTokenScopes(definition, token);
  const firstParty = member(token, "first_party") === true;
  const reached = modelReached(definition, modelTokens(token) ?? [], firstParty);
  const tiers = definition.tiers ?? [];
  const had = member(token, "tier");
  const ownTier = tiers.indexOf(had as string);
  const type = member(token, "account_type");
  const ownTypes = typeof type === "string" ? [type] : textsIn(type);
  const own = textsIn(member(token, "entitlements"));
  const hasType = ({ types }: Alternative) =>
    types.every((list) => list.some((one) => ownTypes.includes(one)));
  const lacks = ({ entitlements }: Alternative) =>
    (definition.entitlements ?? []).filter(
      (one) => entitlements.includes(one) && !own.includes(one),
    );
  const passes = (one: Alternative): boolean =>
    ownTier >= one.tier && hasType(one) && lacks(one).length === 0;

  const detail = rules
    .filter((rule) => rule.enrichedBy !== undefined)
    .map((rule) =>
      [rule.enrichedBy ?? []]
        .flat()
        .filter(
          (scope) => held.includes(scope) && alternativesOf(definition, scope, {}).every(passes),
        ),
    );
  const enrichments = detail.some((list) => list.length === 0) ? [] : unique(detail.flat());
  const allow = (scopes: string[]): ModelDecision => ({
    code: "allowed",
    allowed: true,
    scopes,
    enriched: enrichments.length > 0,
    enrichments,
  });

  if (isPublic) return allow([]);

  const bound = alternatives.map((alternative) => {
    const parts = alternative.uses.map((use) => {
      const names = placeholdersOf(use.template);
      const values = names.map((key, at) => [
        key,
        textOfValue(member(params, use.params[at] ?? "")) as string,
      ]);
      const named = Object.fromEntries(values) as Values;
      const covering = modelCovering(definition, use.template, named);
      return { ...use, text: modelBind(use.template, named), covering };
    });
    const scopes = unique(parts.map((part) => part.text));
    const lacking = parts.filter(({ covering }) => !covering.some((one) => held.includes(one)));
    const missing = unique(lacking.map((part) => part.text));
    const elsewhere = parts.find(
      (part) =>
        part.params.length > 0 &&
        missing.includes(part.text) &&
        reached.some(({ scope }) => scope === part.template),
    );
    const reserved = parts.some((part) => scopeOptions(definition, part.template).reserved);
    const isUnapproved = parts.some(
      ({ template, text }) =>
        missing.includes(text) &&
        scopeOptions(definition, template).restricted &&
        !modelApproves(definition, member(token, "approvedScopes"), text),
    );
    const outside = alternative.within.find(
      ({ boundary, param }) => !inside?.(boundary, textOfValue(member(params, param))),
    );
    const blockers = [
      ((reserved && !firstParty) || isUnapproved) && "reserved_scope",
      !hasType(alternative) && "account_type_required",
      ownTier < alternative.tier && "upgrade_required",
      lacks(alternative).length > 0 && "entitlement",
      (elsewhere ?? outside) && "binding_mismatch",
    ];
    return { ...alternative, scopes, missing, elsewhere, outside, blocker: blockers.find(Boolean) };
  });

  const obtainable = bound.filter((alternative) => !alternative.blocker);
  const met = obtainable.find((alternative) => alternative.missing.length === 0);
  if (met) {
    const again = modelAuthentication(rules, token);
    return again === undefined
      ? allow(met.scopes)
      : denial("insufficient_user_authentication", again);
  }
  const fewest = Math.min(...obtainable.map((alternative) => alternative.missing.length));
  const chosen = obtainable.find((alternative) => alternative.missing.length === fewest);
  if (chosen) {
    const accepted = obtainable.map((alternative) => alternative.scopes);
    const { scopes, missing } = chosen;
    return denial("insufficient_scope", { scopes, missing, accepted });
  }
  const blocked = (code: string) => bound.filter((alternative) => alternative.blocker === code);
  const [mismatch] = blocked("binding_mismatch");
  // With two placeholders, or several rules, the API document does not state which parameter is named.
  if (mismatch) {
    const { elsewhere, outside } = mismatch;
    const isKnown = rules.length === 1;
    const named = isKnown ? (elsewhere?.params ?? (outside ? [outside.param] : [])) : [];
    const [param] = named;
    return denial("binding_mismatch", named.length === 1 && param ? { param } : {});
  }
  if (blocked("account_type_required").length > 0) return denial("account_type_required");
  const lowest = Math.min(...blocked("upgrade_required").map((alternative) => alternative.tier));
  const tier = tiers[lowest];
  if (tier !== undefined)
    return denial("upgrade_required", { tier, ...(typeof had === "string" ? { had } : {}) });
  const [entitlement] = blocked("entitlement").flatMap((one) => lacks(one).slice(0, 1));
  return entitlement === undefined
    ? denial("reserved_scope")
    : denial("upgrade_required", { entitlement });
}

/** The clock of every policy of the laws, in seconds. */
export const MODEL_NOW = 1_800_000_000;

/** Returns what the token does not show of how and when the user authenticated; `undefined` if it is enough. */
function modelAuthentication(
  rules: readonly RuleOptions[],
  token: unknown,
): Pick<ModelDecision, "acr" | "maxAge"> | undefined {
  const lists = rules.flatMap(({ acr }) => (acr === undefined ? [] : [[acr].flat()]));
  const ages = rules.flatMap(({ maxAge }) => maxAge ?? []);
  const acr = lists[0]?.filter((one) => lists.every((list) => list.includes(one)));
  const maxAge = Math.min(...ages);
  const time = member(token, "auth_time");
  const isRecent =
    typeof time === "number" &&
    time > 0 &&
    time < 100_000_000_000 &&
    time <= MODEL_NOW &&
    MODEL_NOW - time <= maxAge;
  const isStrong = acr === undefined || acr.includes(member(token, "acr") as string);
  if (isStrong && (ages.length === 0 || isRecent)) return undefined;
  return { ...(acr && { acr }), ...(ages.length > 0 && { maxAge }) };
}
