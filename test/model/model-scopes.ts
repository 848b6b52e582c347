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
const partsOf = (template: string): readonly string[] => canonical(template).split(PLACEHOLDER);
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
  const parts = partsOf(template);
  if (parts.length === 1) return parts[0] === text ? {} : undefined;
  const wanted = canonical(template);
  if (formOf(wanted) !== formOf(text) || segmentCount(wanted) !== segmentCount(text))
    return undefined;
  const values = divide(parts, text);
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
  const own = Object.hasOwn(definition.scopes, scope) ? definition.scopes[scope] : undefined;
  if (own !== undefined) return typeof own === "string" ? {} : own;
  const name = canonical(scope);
  for (const [key, value] of Object.entries(definition.scopes)) {
    if (canonical(key) === name) return typeof value === "string" ? {} : value;
  }
  throw new Error(`the policy does not declare ${scope}`);
}

/** A name of a scope: its own, or an older one. */
interface Name {
  readonly scope: string;
  readonly text: string;
  readonly options: ScopeOptions;
}
const allNames = new WeakMap<Definition["scopes"], readonly Name[]>();

/** Returns all names in declared order, read once for each list of scopes. */
function namesOf({ scopes }: Definition): readonly Name[] {
  const known =
    allNames.get(scopes) ??
    Object.entries(scopes).flatMap(([scope, given]) => {
      const options = typeof given === "string" ? {} : given;
      return [scope, ...(options.replaces ?? [])].map((text) => ({ scope, text, options }));
    });
  allNames.set(scopes, known);
  return known;
}

/** A scope token as a rule reads it: the texts around its value. It names one scope for each text after the value. */
interface Written {
  readonly before: string;
  readonly value: string;
  readonly after: readonly string[];
}

const LETTERS = [..."cruds"];

/** Returns the letters that the end of a SMART scope means; none for any other text. */
function lettersOf(suffix: string): readonly string[] {
  if (suffix === "*") return LETTERS;
  if (suffix === "read") return ["r", "s"];
  if (suffix === "write") return ["c", "u", "d"];
  const inOrder = LETTERS.filter((letter) => suffix.includes(letter));
  return inOrder.join("") === suffix ? inOrder : [];
}

function writtenSmart(token: string): Written | undefined {
  const [slash, dot] = [token.indexOf("/"), token.lastIndexOf(".")];
  if (slash === -1 || dot < slash) return undefined;
  const after = lettersOf(token.slice(dot + 1)).map((letter) => `.${letter}`);
  return { before: token.slice(0, slash + 1), value: token.slice(slash + 1, dot), after };
}

const TYPE = /^([a-z0-9]+)(?:\([a-z0-9]+\))?$/;
const ACTION = /^[a-z]+$/;

function writtenRegistry(token: string): Written | undefined {
  const [first, last] = [token.indexOf(":"), token.lastIndexOf(":")];
  const type = TYPE.exec(token.slice(0, Math.max(first, 0)))?.[1];
  if (type === undefined || first === last) return undefined;
  const end = token.slice(last + 1);
  const actions = end.split(",");
  const isList = end === "*" || actions.every((action) => ACTION.test(action));
  const after = isList ? actions.map((action) => `:${action}`) : [];
  return { before: `${type}:`, value: token.slice(first + 1, last), after };
}

/** Returns whether a call can bind the only placeholder of a template to a value of one or more segments. */
function isPath(template: string, value: unknown, hasPort: boolean): boolean {
  if (typeof value !== "string" || value.length > 1_024) return false;
  const [first = "", ...others] = value.split("/");
  const [host = "", port, ...more] = hasPort && others.length > 0 ? first.split(":") : [first];
  const isPort = (text: string) =>
    text.length >= 1 && text.length <= 5 && [...text].every((one) => one >= "0" && one <= "9");
  if (more.length > 0 || (port !== undefined && !isPort(port))) return false;
  const [name = ""] = placeholdersOf(template);
  return [host, ...others].every((segment) => isLegal(template, { [name]: segment }));
}

/** Returns whether a call can bind a name with a matching rule to values. */
export function isBindable(
  template: string,
  match: ScopeOptions["match"],
  values: Readonly<Record<string, unknown>>,
): boolean {
  if (match !== "path-prefix" && match !== "registry") return isLegal(template, values);
  const [name = ""] = placeholdersOf(template);
  return isPath(template, values[name], match === "registry");
}

/** Returns whether a token can have a name with a matching rule for values: also for all paths, and for all types. */
function isGrantable(template: string, match: ScopeOptions["match"], values: Values): boolean {
  const [value] = Object.values(values);
  if (match === "path-prefix" && value === "") return true;
  if (match === "smart" && value === "*") return true;
  return isBindable(template, match, values);
}

/** Returns the values for which a scope token is a name with a matching rule. */
function valuesNamed(
  definition: Definition,
  name: string,
  match: ScopeOptions["match"],
  token: string,
): Values | undefined {
  const [before, param = "", after = ""] = partsOf(name);
  if (match === "path-prefix") {
    if (before === undefined || !token.startsWith(before)) return undefined;
    const values = { [param]: token.slice(before.length) };
    return isGrantable(name, match, values) ? values : undefined;
  }
  if (match !== "smart" && match !== "registry") return modelMatchScope(name, token);
  const written = match === "smart" ? writtenSmart(token) : writtenRegistry(token);
  if (written === undefined || written.before !== before) return undefined;
  const declared = namesOf(definition).flatMap(({ text, options }) => {
    const [start, , end] = partsOf(text);
    return options.match === match && start === before ? [end] : [];
  });
  // a text with a letter or an action that is not declared names no scope
  if (!written.after.includes(after) || !written.after.every((end) => declared.includes(end)))
    return undefined;
  const values = { [param]: written.value };
  return isGrantable(name, match, values) ? values : undefined;
}

/** Returns the declared scope of a name, or every scope that replaces it; for a third-party client without reserved ones. */
function namedBy(definition: Definition, token: string, firstParty: boolean): Reached[] {
  return namesOf(definition).flatMap(({ scope, text, options }) => {
    if (options.reserved && !firstParty) return [];
    const values = valuesNamed(definition, text, options.match, token);
    return values === undefined ? [] : [reachedOf(definition, scope, values)];
  });
}

/** Returns the values for which a scope token names a scope by its current name. */
export const modelValues = (definition: Definition, scope: string, token: string) =>
  valuesNamed(definition, scope, scopeOptions(definition, scope).match, token);

const shapeOf = (name: string): string => canonical(name).replace(/\{\w+\}/g, "{}");

/** Returns the scopes that differ from a scope in placeholder names alone. A scope token is all of them. */
export function twinsOf(definition: Definition, scope: string): string[] {
  if (placeholdersOf(scope).length === 0) return [];
  return Object.keys(definition.scopes).filter(
    (name) => shapeOf(name) === shapeOf(scope) && canonical(name) !== canonical(scope),
  );
}

function reachedOf(definition: Definition, scope: string, values: Values): Reached {
  const names = placeholdersOf(scope);
  const own = Object.fromEntries(names.map((name) => [name, values[name] ?? ""]));
  const isGranted = isGrantable(scope, scopeOptions(definition, scope).match, own);
  return {
    scope: canonical(scope),
    values: own,
    text: isGranted ? modelBind(scope, own) : undefined,
  };
}

/** Returns the texts of a scope that cover it for values: its own, and for a rule with values those of all broader values. */
export function modelCovering(definition: Definition, scope: string, values: Values): string[] {
  const { match } = scopeOptions(definition, scope);
  if (match !== "path-prefix" && match !== "smart") return [modelBind(scope, values)];
  const [name = ""] = placeholdersOf(scope);
  const bind = (value: string) => modelBind(scope, { [name]: value });
  const value = values[name] ?? "";
  if (match === "smart") return [bind(value), bind("*")];
  const segments = value.split("/");
  return [value, ...segments.map((_, count) => segments.slice(0, count).join("/"))].map(bind);
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
      ? implies.flatMap((implied) => written(reachedOf(definition, implied, values)))
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
      const renamed = Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
      visit(reachedOf(definition, twin, renamed));
    }
    const implies = impliedBy(definition, reached.scope);
    for (const implied of implies) visit(reachedOf(definition, implied, reached.values));
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

/** Returns whether a list of approved scopes covers a scope-token: some instance of an entry means it, or a scope that covers it. */
export function modelApproves(definition: Definition, list: unknown, text: string): boolean {
  const wanted = Object.keys(definition.scopes).flatMap((scope) => {
    const found = modelValues(definition, scope, text);
    return found === undefined ? [] : [{ scope, values: found }];
  });
  const values = wanted.flatMap((one) => Object.values(one.values));
  const covering = wanted.flatMap((one) => modelCovering(definition, one.scope, one.values));
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
    .some((instance) =>
      modelMeanings(definition, [instance], true).some((one) => covering.includes(one)),
    );
}
