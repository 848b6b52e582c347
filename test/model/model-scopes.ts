// A slow, small model, after the API document, of what a scope-token means. It shares no code with `src`.

import type { Definition, ScopeOptions } from "./model.js";

export type Values = Record<string, string>;

/** A declared scope with values. `text` is `undefined` if the form of the scope rejects one of them. */
interface Reached {
  scope: string;
  values: Values;
  text: string | undefined;
}

const PLACEHOLDER = /\{([A-Za-z_]\w*)\}/;
const SAFE = /^[A-Za-z0-9._~!$&'()+,;=:@|-]{1,128}$/;

export const canonical = (scope: string): string =>
  scope.includes("<") ? scope.replace(/<([A-Za-z_]\w*)>/g, "{$1}") : scope;

const formOf = (scope: string): string => {
  if (scope.startsWith("urn:")) return "urn";
  if (scope.includes("://")) return "url";
  if (scope.startsWith("/")) return "path";
  if (scope.includes(":")) return "colon";
  return scope.includes(".") ? "dot" : "flat";
};
const SEPARATORS = new Map([
  ["urn", ":"],
  ["url", "/"],
  ["path", "/"],
  ["colon", ":"],
  ["dot", "."],
]);
const segmentCount = (scope: string): number =>
  scope.split(SEPARATORS.get(formOf(scope)) ?? "\n").length;
/** Returns texts and placeholder names in turn: the first and the last are texts. */
const partsOf = (template: string): readonly string[] => {
  const known = parts.get(template) ?? canonical(template).split(PLACEHOLDER);
  parts.set(template, known);
  return known;
};
const parts = new Map<string, readonly string[]>();
export const placeholdersOf = (template: string): string[] =>
  partsOf(template).filter((_, index) => index % 2 === 1);
const isSafe = (value: unknown): value is string =>
  typeof value === "string" && SAFE.test(value) && value !== "." && value !== "..";

/** Returns the text of a value of a call: that of a whole number from 0 that is exact, otherwise the value. */
export const textOfValue = (value: unknown): unknown =>
  typeof value === "number" && value >= 0 && value < 2 ** 53 && value % 1 === 0 && 1 / value > 0
    ? BigInt(value).toString()
    : value;

export function modelBind(template: string, values: Values): string {
  return partsOf(template)
    .map((part, index) => (index % 2 === 1 ? (values[part] ?? part) : part))
    .join("");
}

/** Tries each length of each value. */
function divide(parts: readonly string[], text: string): string[] | undefined {
  const [before = "", name, after = "", ...rest] = parts;
  if (!text.startsWith(before)) return undefined;
  const left = text.slice(before.length);
  if (name === undefined) return left === "" ? [] : undefined;
  for (let length = 1; length <= left.length; length += 1) {
    const value = left.slice(0, length);
    if (!isSafe(value) || (after !== "" && value.includes(after.charAt(0)))) continue;
    const others = divide([after, ...rest], left.slice(length));
    if (others !== undefined) return [value, ...others];
  }
  return undefined;
}

export function modelMatchScope(template: string, text: string): Values | undefined {
  const wanted = canonical(template);
  if (formOf(wanted) !== formOf(text) || segmentCount(wanted) !== segmentCount(text))
    return undefined;
  const values = divide(partsOf(template), text);
  return (
    values &&
    Object.fromEntries(placeholdersOf(template).map((name, at) => [name, values[at] ?? ""]))
  );
}

/** Returns whether a template has a text for these values: the text must match the template with exactly these values. */
export function isLegal(template: string, values: Readonly<Record<string, unknown>>): boolean {
  const names = placeholdersOf(template);
  if (!names.every((name) => isSafe(values[name]))) return false;
  const back = modelMatchScope(template, modelBind(template, values as Values));
  return back !== undefined && names.every((name) => back[name] === values[name]);
}

export function scopeOptions(definition: Definition, scope: string): ScopeOptions {
  for (const [key, value] of Object.entries(definition.scopes)) {
    if (canonical(key) === canonical(scope)) return typeof value === "string" ? {} : value;
  }
  throw new Error(`the policy does not declare ${scope}`);
}

/** Returns the declared scope of a name, or every scope that replaces it; for a third-party client without reserved ones. */
function namedBy(definition: Definition, token: string, firstParty: boolean): Reached[] {
  return Object.keys(definition.scopes).flatMap((scope) => {
    const { replaces = [], reserved } = scopeOptions(definition, scope);
    if (reserved && !firstParty) return [];
    return [scope, ...replaces].flatMap((name) => {
      const values = modelMatchScope(name, token);
      return values === undefined ? [] : [reachedOf(scope, values)];
    });
  });
}

/** Returns the scopes that differ from a scope in placeholder names alone. A scope token is all of them. */
function twinsOf(definition: Definition, scope: string): string[] {
  const shapeOf = (name: string) => canonical(name).replace(/\{\w+\}/g, "{}");
  return Object.keys(definition.scopes).filter(
    (name) => canonical(name) !== canonical(scope) && shapeOf(name) === shapeOf(scope),
  );
}

function reachedOf(scope: string, values: Values): Reached {
  const names = placeholdersOf(scope);
  const own = Object.fromEntries(names.map((name) => [name, values[name] ?? ""]));
  const text = isLegal(scope, own) ? modelBind(scope, own) : undefined;
  return { scope: canonical(scope), values: own, text };
}

/** Returns the segments of a name for its matching rule, and the separator. */
function layersOf(name: string): readonly [separator: string | undefined, segments: string[]] {
  const separator = SEPARATORS.get(formOf(name));
  if (separator === undefined) return [undefined, [name]];
  return [separator, (name.startsWith("/") ? name.slice(1) : name).split(separator)];
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  const [first, ...others] = pattern;
  const [own, ...left] = segments;
  if (first === undefined || own === undefined) return pattern.length === segments.length;
  if (first === "*") {
    if (own === "") return false;
    return fits(others, left) || (others.length === 0 && left.every((one) => one !== ""));
  }
  return first === own && fits(others, left);
}

/** Returns whether a name with a matching rule covers another name. Both have no placeholder. */
export function modelCovers(match: ScopeOptions["match"], name: string, other: string): boolean {
  if (name === other) return false;
  const [separator, segments] = layersOf(other);
  if (match === "parent") {
    return separator !== undefined && !segments.includes("") && other.startsWith(name + separator);
  }
  if (match !== "wildcard" || !layersOf(name)[1].includes("*")) return false;
  return name === "*" || (formOf(name) === formOf(other) && fits(layersOf(name)[1], segments));
}

/** Returns what a scope implies, and the names that it covers by its matching rule: reserved and restricted ones only by such a name. */
function impliedBy(definition: Definition, scope: string): string[] {
  const { implies = [], match, reserved, restricted } = scopeOptions(definition, scope);
  const covered = Object.keys(definition.scopes).filter((other) => {
    if (placeholdersOf(other).length > 0 || !modelCovers(match, scope, other)) return false;
    const options = scopeOptions(definition, other);
    return (!options.reserved || reserved) && (!options.restricted || restricted);
  });
  return [...implies, ...covered];
}

/** Returns the scopes that a token names, without what they imply. A scope without a text is replaced by what it implies. */
export function modelNamed(definition: Definition, token: string, firstParty: boolean): string[] {
  const written = ({ scope, values, text }: Reached): string[] => {
    const implies = impliedBy(definition, scope);
    return text === undefined
      ? implies.flatMap((implied) => written(reachedOf(implied, values)))
      : [text];
  };
  return [...new Set(namedBy(definition, token, firstParty).flatMap(written))];
}

/** Returns everything that tokens mean, including scopes without a text. */
export function modelReached(
  definition: Definition,
  tokens: readonly string[],
  firstParty: boolean,
): Reached[] {
  const found = new Map<string, Reached>();
  const visit = (reached: Reached): void => {
    const key = JSON.stringify([reached.scope, reached.values]);
    if (found.has(key)) return;
    found.set(key, reached);
    for (const twin of twinsOf(definition, reached.scope)) {
      const names = placeholdersOf(twin);
      const values = placeholdersOf(reached.scope).map((name) => reached.values[name] ?? "");
      visit(reachedOf(twin, Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]))));
    }
    const implies = impliedBy(definition, reached.scope);
    for (const implied of implies) visit(reachedOf(implied, reached.values));
  };
  for (const token of tokens) namedBy(definition, token, firstParty).forEach(visit);
  return [...found.values()];
}

/**
 * Returns the meanings of scope-tokens: the scope itself, or every scope that replaces it, then everything that these imply.
 * They are in declared order, and those of one scope in the order of the texts.
 */
export function modelMeanings(
  definition: Definition,
  tokens: readonly string[],
  firstParty: boolean,
): string[] {
  const reached = modelReached(definition, tokens, firstParty);
  const texts = Object.keys(definition.scopes).flatMap((scope) => {
    const own = reached.filter((one) => one.scope === canonical(scope));
    return own.flatMap(({ text }) => text ?? []).sort();
  });
  return [...new Set(texts)];
}

/** Returns the entries of a list of approved scopes; an empty list for a malformed value. */
export function approvedEntries(list: unknown): string[] {
  const entries: unknown = typeof list === "string" && list !== "" ? list.split(" ") : list;
  if (!Array.isArray(entries) || entries.length > 4_096) return [];
  const isToken = (text: unknown) =>
    typeof text === "string" && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text);
  return (entries as unknown[]).every(isToken) ? (entries as string[]) : [];
}

/** Returns whether a list of approved scopes covers a scope-token: some instance of an entry means it. */
export function modelApproves(definition: Definition, list: unknown, text: string): boolean {
  const values = Object.keys(definition.scopes).flatMap((scope) =>
    Object.values(modelMatchScope(scope, text) ?? {}),
  );
  // all values of the placeholders together: a template is bound once
  const instancesOf = (entry: string) =>
    placeholdersOf(entry)
      .reduce<Record<string, string>[]>(
        (made, name) =>
          made.flatMap((one) => [...values, "a"].map((value) => ({ ...one, [name]: value }))),
        [{}],
      )
      .map((bound) => modelBind(canonical(entry), bound));
  return approvedEntries(list)
    .flatMap(instancesOf)
    .some((instance) => modelMeanings(definition, [instance], true).includes(text));
}
