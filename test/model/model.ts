// The decision as the API document tells it: slow, small, and sharing nothing with `src`.

export interface Gates {
  tier?: string;
  accountTypes?: string[];
}
export interface RuleOptions extends Gates {
  scope?: string;
  allOf?: Rule[];
  anyOf?: Rule[];
  params?: Record<string, string>;
  deny?: string;
  public?: true;
  enrichedBy?: string;
  authenticated?: true;
  hidden?: true;
}
export type Rule = string | RuleOptions;
export interface ScopeOptions extends Gates {
  description?: string;
  reserved?: true;
  implies?: string[];
  replaces?: string[];
}
export interface Definition {
  name: string;
  version: string;
  tiers?: string[];
  accountTypes?: string[];
  scopes: Record<string, string | ScopeOptions>;
  baseline?: string[];
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
  param?: string;
  tier?: string;
  had?: string;
  reason?: string;
}
type Values = Record<string, string>;
interface Use {
  template: string;
  params: string[];
}
interface Alternative {
  uses: Use[];
  tier: number;
  types: string[] | undefined;
}

const PLACEHOLDER = /^\{(.+)\}$/;
const SAFE = /^[A-Za-z0-9_.~-]{1,128}$/;

export const canonical = (scope: string): string => scope.replace(/<([^<>]+)>/g, "{$1}");
const unique = (texts: string[]): string[] => [...new Set(texts)];
const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
const optionsOf = (rule: Rule): RuleOptions => (typeof rule === "string" ? { scope: rule } : rule);

function separatorOf(scope: string): string {
  if (scope.includes("://") || scope.startsWith("urn:")) return "\n";
  if (scope.startsWith("/")) return "/";
  return scope.includes(":") ? ":" : ".";
}
const segmentsOf = (template: string): string[] =>
  canonical(template).split(separatorOf(canonical(template)));
const placeholderOf = (segment: string): string | undefined => PLACEHOLDER.exec(segment)?.[1];
export const placeholdersOf = (template: string): string[] =>
  segmentsOf(template).flatMap((segment) => placeholderOf(segment) ?? []);
const isSafe = (value: unknown): value is string =>
  typeof value === "string" && SAFE.test(value) && value !== "." && value !== "..";

export function modelBind(template: string, values: Values): string {
  return segmentsOf(template)
    .map((segment) => values[placeholderOf(segment) ?? ""] ?? segment)
    .join(separatorOf(canonical(template)));
}

export function modelMatchScope(template: string, text: string): Values | undefined {
  const wanted = segmentsOf(template);
  const given = text.split(separatorOf(canonical(template)));
  if (wanted.length !== given.length) return undefined;
  const values: Values = {};
  for (const [index, segment] of wanted.entries()) {
    const name = placeholderOf(segment);
    const value = given[index] ?? "";
    if (name === undefined ? segment !== value : !isSafe(value)) return undefined;
    if (name !== undefined) values[name] = value;
  }
  return values;
}

/** The glob of tool patterns: literals, `*` and `?`. */
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

export function scopeOptions(definition: Definition, scope: string): ScopeOptions {
  for (const [key, value] of Object.entries(definition.scopes)) {
    if (canonical(key) === canonical(scope)) return typeof value === "string" ? {} : value;
  }
  throw new Error(`the policy does not declare ${scope}`);
}

/** The scope-tokens of an access token as they stand, or undefined where the token is no good. */
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

function rebound(held: string[], from: string, to: string): string[] {
  return held.flatMap((text) => {
    const values = modelMatchScope(from, text);
    return values === undefined ? [] : [modelBind(to, values)];
  });
}

/** What the tokens come to: old names resolved, reserved ones dropped, implications closed. */
export function modelHeld(definition: Definition, token: unknown): string[] {
  const scopes = Object.keys(definition.scopes);
  let held = unique(modelTokens(token) ?? []);
  for (const scope of scopes) {
    for (const old of scopeOptions(definition, scope).replaces ?? []) {
      held = unique([...held, ...rebound(held, old, scope)]);
    }
  }
  if (member(token, "first_party") !== true) {
    const reserved = scopes.filter((scope) => scopeOptions(definition, scope).reserved);
    held = held.filter((text) => !reserved.some((scope) => modelMatchScope(scope, text)));
  }
  for (let before = -1; before !== held.length; ) {
    before = held.length;
    for (const scope of scopes) {
      for (const implied of scopeOptions(definition, scope).implies ?? []) {
        held = unique([...held, ...rebound(held, scope, implied)]);
      }
    }
  }
  return held;
}

function join(left: Alternative, right: Alternative): Alternative {
  const uses = unique([...left.uses, ...right.uses].map((use) => JSON.stringify(use)));
  const { types } = right;
  return {
    uses: uses.map((use) => JSON.parse(use) as Use),
    tier: Math.max(left.tier, right.tier),
    types:
      left.types && types
        ? left.types.filter((type) => types.includes(type))
        : (left.types ?? types),
  };
}
const product = (lists: Alternative[][]): Alternative[] =>
  lists.reduce(
    (made, next) => made.flatMap((left) => next.map((right) => join(left, right))),
    [{ uses: [], tier: -1, types: undefined }],
  );

function alternativesOf(definition: Definition, rule: Rule, names: Values): Alternative[] {
  const gated = (gates: Gates, uses: Use[]): Alternative => ({
    uses,
    tier: gates.tier === undefined ? -1 : (definition.tiers ?? []).indexOf(gates.tier),
    types: gates.accountTypes,
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
  return made.map((alternative) => join(alternative, gated(rule, [])));
}

interface Operation {
  rules: RuleOptions[];
  alternatives: Alternative[];
  params: string[];
}

export const isPattern = (name: string): boolean => /[*?]/.test(name);

/** The rules that a name comes to, and their alternatives taken together. */
export function modelOperation(definition: Definition, name: unknown): Operation | undefined {
  if (typeof name !== "string") return undefined;
  const tools = Object.entries(definition.tools ?? {});
  const endpoint = Object.entries(definition.endpoints ?? {}).find(([key]) => key === name);
  const exact = tools.filter(([key]) => key === name && !isPattern(key));
  const legal = /^[A-Za-z0-9_.-]{1,128}$/.test(name) && name !== "." && name !== "..";
  const matching = tools.filter(([key]) => legal && isPattern(key) && modelMatch(key, name));
  const denied = [...exact, ...matching].filter(([, rule]) => optionsOf(rule).deny !== undefined);
  const found = endpoint
    ? [endpoint]
    : denied.length > 0
      ? denied
      : exact.length > 0
        ? exact
        : matching;
  if (found.length === 0) return undefined;
  const rules = found.map(([, rule]) => optionsOf(rule));
  const baseline = endpoint ? [] : (definition.baseline ?? []);
  const demanding = rules.filter((rule) => !rule.public && rule.deny === undefined);
  const byRule = demanding.map((rule) =>
    product([
      alternativesOf(definition, rule, {}),
      ...baseline.map((scope) => alternativesOf(definition, scope, {})),
    ]),
  );
  // parameters in declared order: those of one rule after those of the other
  const uses = byRule.flat().flatMap((alternative) => alternative.uses);
  return {
    rules,
    alternatives: product(byRule),
    params: unique(uses.flatMap((use) => use.params)),
  };
}

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
): ModelDecision {
  const operation = modelOperation(definition, name);
  if (!operation) return denial("unknown_operation");
  const { rules, alternatives } = operation;
  for (const rule of rules)
    if (rule.deny !== undefined) return denial("denied", { reason: rule.deny });

  const uses = alternatives.flatMap((alternative) => alternative.uses);
  for (const param of operation.params) {
    const value = member(params, param);
    const undotted = uses.some(
      (use) => use.params.includes(param) && separatorOf(use.template) === ".",
    );
    if (!isSafe(value) || (undotted && value.includes("."))) {
      return denial("invalid_params", { param });
    }
  }

  const isPublic = rules.every((rule) => rule.public);
  if (token === undefined && !isPublic) return denial("unauthenticated");
  if (token !== undefined && !modelTokens(token)) return denial("invalid_token");
  const held = modelHeld(definition, token);
  const tiers = definition.tiers ?? [];
  const had = member(token, "tier");
  const ownTier = tiers.indexOf(had as string);
  const ownType = member(token, "account_type") as string;
  const passes = (gate: { tier: number; types: string[] | undefined }): boolean =>
    ownTier >= gate.tier && (!gate.types || gate.types.includes(ownType));

  if (isPublic) {
    const enriching = rules.flatMap((rule) => rule.enrichedBy ?? []);
    const enriched =
      enriching.length > 0 &&
      enriching.every(
        (scope) => held.includes(scope) && alternativesOf(definition, scope, {}).every(passes),
      );
    return { code: "allowed", allowed: true, scopes: [], enriched };
  }

  const bound = alternatives.map((alternative) => {
    const parts = alternative.uses.map((use) => {
      const names = placeholdersOf(use.template);
      const values = names.map((key, at) => [key, member(params, use.params[at] ?? "") as string]);
      return { ...use, text: modelBind(use.template, Object.fromEntries(values) as Values) };
    });
    const scopes = unique(parts.map((part) => part.text));
    const missing = scopes.filter((scope) => !held.includes(scope));
    const elsewhere = parts.find(
      (part) =>
        part.params.length > 0 &&
        missing.includes(part.text) &&
        held.some((text) => modelMatchScope(part.template, text)),
    );
    const reserved = parts.some((part) => scopeOptions(definition, part.template).reserved);
    const blockers = [
      reserved && member(token, "first_party") !== true && "reserved_scope",
      !passes({ tier: -1, types: alternative.types }) && "account_type_required",
      !passes({ tier: alternative.tier, types: undefined }) && "upgrade_required",
      elsewhere && "binding_mismatch",
    ];
    return { ...alternative, scopes, missing, elsewhere, blocker: blockers.find(Boolean) };
  });

  const obtainable = bound.filter((alternative) => !alternative.blocker);
  const met = obtainable.find((alternative) => alternative.missing.length === 0);
  if (met) return { code: "allowed", allowed: true, scopes: met.scopes, enriched: false };
  const fewest = Math.min(...obtainable.map((alternative) => alternative.missing.length));
  const chosen = obtainable.find((alternative) => alternative.missing.length === fewest);
  if (chosen) {
    const accepted = obtainable.map((alternative) => alternative.scopes);
    const { scopes, missing } = chosen;
    return denial("insufficient_scope", { scopes, missing, accepted });
  }
  const blocked = (code: string) => bound.filter((alternative) => alternative.blocker === code);
  const mismatch = blocked("binding_mismatch")[0]?.elsewhere;
  // With two placeholders the document does not say which one is named.
  if (mismatch) {
    const [param] = mismatch.params;
    return denial("binding_mismatch", mismatch.params.length === 1 && param ? { param } : {});
  }
  if (blocked("account_type_required").length > 0) return denial("account_type_required");
  const lowest = Math.min(...blocked("upgrade_required").map((alternative) => alternative.tier));
  const tier = tiers[lowest];
  if (tier === undefined) return denial("reserved_scope");
  return denial("upgrade_required", { tier, ...(typeof had === "string" ? { had } : {}) });
}
