// A slow, small model, after the API document, of what a scope-token means. It shares no code with `src`.

import type { Definition, ScopeOptions } from "./model.js";

export type Values = Record<string, string>;

/** A declared scope with values. `text` is `undefined` if the form of the scope rejects one of them. */
interface Reached {
  scope: string;
  values: Values;
  text: string | undefined;
}

const PLACEHOLDER = /^\{(.+)\}$/;
const SAFE = /^[A-Za-z0-9_.~-]{1,128}$/;

export const canonical = (scope: string): string => scope.replace(/<([^<>]+)>/g, "{$1}");

const formOf = (scope: string): string => {
  if (scope.includes("://") || scope.startsWith("urn:")) return "uri";
  if (scope.startsWith("/")) return "path";
  return scope.includes(":") ? "colon" : "dot";
};
const SEPARATORS = new Map([
  ["uri", "\n"],
  ["path", "/"],
  ["colon", ":"],
  ["dot", "."],
]);
const separatorOf = (scope: string): string => SEPARATORS.get(formOf(scope)) ?? "";
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
  if (formOf(canonical(template)) !== formOf(text)) return undefined;
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

function reachedOf(scope: string, values: Values): Reached {
  const names = placeholdersOf(scope);
  const own = Object.fromEntries(names.map((name) => [name, values[name] ?? ""]));
  const text = isLegal(scope, own) ? modelBind(scope, own) : undefined;
  return { scope: canonical(scope), values: own, text };
}

/** Returns the scopes that a token names, without what they imply. A scope without a text is replaced by what it implies. */
export function modelNamed(definition: Definition, token: string, firstParty: boolean): string[] {
  const written = ({ scope, values, text }: Reached): string[] => {
    const { implies = [] } = scopeOptions(definition, scope);
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
    found.set(JSON.stringify([reached.scope, reached.values]), reached);
    const { implies = [] } = scopeOptions(definition, reached.scope);
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
  return Object.keys(definition.scopes).flatMap((scope) => {
    const own = reached.filter((one) => one.scope === canonical(scope));
    return own.flatMap(({ text }) => text ?? []).sort();
  });
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
  const instancesOf = (entry: string) =>
    placeholdersOf(entry).reduce<string[]>(
      (made, name) =>
        made.flatMap((one) => [...values, "a"].map((value) => modelBind(one, { [name]: value }))),
      [canonical(entry)],
    );
  return approvedEntries(list)
    .flatMap(instancesOf)
    .some((instance) => modelMeanings(definition, [instance], true).includes(text));
}
