import { isObject } from "../../grammar/is-object.js";
import { parseScopeToken, printedScope } from "../../grammar/scope-syntax.js";
import type { OperationOptions, RequirementOptions } from "../../policy/definition.js";
import type { Remark } from "./endpoint-key-of.js";
import type { SchemeTable } from "./read-schemes.js";
import { nameList } from "./texts.js";

/** What a reading of `security` depends on. */
export interface RuleContext {
  readonly schemes: SchemeTable;
  /** What several scopes in one list mean; `undefined` if that was not chosen. */
  readonly listMeans: "and" | "or" | undefined;
  /** Entries of lists that are not scopes. */
  readonly noScopeWords: ReadonlySet<string>;
  /** Returns whether a policy refuses a scope. */
  readonly isRefused: (scope: string) => boolean;
  /** Returns whether the extension of the document declares a scope. */
  readonly isOwn: (scope: string) => boolean;
}

/** The rule that `security` of an operation becomes, or why there is none, as the end of a sentence about the document. */
type RuleOrReason =
  | { readonly rule: OperationOptions; readonly reason?: undefined }
  | { readonly rule?: undefined; readonly reason: Remark };

/** What reading `security` of an operation finds. */
export type RuleReading = RuleOrReason & {
  readonly remarks: readonly Remark[];
  /** Whether the rule is an interpretation of what the document contains. */
  readonly isGuess: boolean;
  /** Whether the rule is public although alternatives have schemes. */
  readonly isOptional: boolean;
  /** The lists with several scopes. */
  readonly lists: readonly (readonly string[])[];
  /** Every scope that a supported scheme requires, whether a policy accepts it or not. */
  readonly used: readonly string[];
};

type Requirement = string | RequirementOptions;

/** What a list requires: a scope, or one of several. */
type Listed = string | { readonly anyOf: readonly string[] };

/** One alternative of `security`: all of these requirements. Without any, every token; `undefined` for an alternative without schemes. */
type Alternative = readonly Listed[] | undefined;

/** Collects what reading one `security` finds. */
interface Reading extends RuleContext {
  readonly remarks: Map<string, Remark>;
  readonly lists: (readonly string[])[];
  readonly used: Set<string>;
  isGuess: boolean;
  isOptional: boolean;
}

/**
 * Returns the rule that a list of alternatives becomes. An alternative with a scheme that is not supported, or with a scope that a policy
 * refuses, is left out: the rule is then stricter than the document.
 */
export function readRule(security: unknown, context: RuleContext): RuleReading {
  const reading: Reading = {
    ...context,
    remarks: new Map(),
    lists: [],
    used: new Set(),
    isGuess: false,
    isOptional: false,
  };
  return {
    ...ruleOf(security, reading),
    remarks: [...reading.remarks.values()],
    isGuess: reading.isGuess,
    isOptional: reading.isOptional,
    lists: reading.lists,
    used: [...reading.used],
  };
}

function ruleOf(security: unknown, reading: Reading): RuleOrReason {
  if (security === undefined) return without("no_security", "names no security for this operation");
  if (!Array.isArray(security))
    return without("security_syntax", "names no readable security for this operation");
  if (security.length === 0) return { rule: { public: true } };
  const read = security.map((written) => readAlternative(written, reading));
  const alternatives = read.filter((one) => one !== "left out");
  if (alternatives.length === 0)
    return without(
      "unsupported_security",
      "names only security for this operation that no scope decides",
    );
  if (alternatives.length < read.length) reading.isGuess = true;
  const withSchemes = alternatives.filter((one) => one !== undefined);
  const isPublic = withSchemes.length < alternatives.length;
  reading.isOptional = isPublic && withSchemes.length > 0;
  const open = isPublic
    ? { public: true as const }
    : withSchemes.some((one) => one.length === 0)
      ? { authenticated: true as const }
      : undefined;
  if (open === undefined) return { rule: anyOf(withSchemes.map(allOf)) };
  const names = namesIn(withSchemes.flat()).filter(isPlain);
  return { rule: { ...open, ...(names.length > 0 && { enrichedBy: names }) } };
}

function without(code: string, message: string): RuleOrReason {
  return { reason: { code, message } };
}

function remark(reading: Reading, code: string, message: string): void {
  reading.remarks.set(`${code} ${message}`, { code, message });
}

function readAlternative(written: unknown, reading: Reading): Alternative | "left out" {
  if (!isObject(written)) {
    remark(reading, "security_syntax", "an alternative that is not an object is left out");
    return "left out";
  }
  const schemes = Object.entries(written);
  if (schemes.length === 0) return undefined;
  // every scheme is read, so that each fault is reported
  const parts = schemes.map(([name, list]) => readSchemeEntry(name, list, reading));
  const required = parts.flatMap((part) => part ?? []);
  return parts.includes(undefined) ? "left out" : distinct(required);
}

/** Returns what one scheme of an alternative requires; `undefined` if the alternative must be left out. */
function readSchemeEntry(
  name: string,
  list: unknown,
  reading: Reading,
): readonly Listed[] | undefined {
  const scheme = reading.schemes.find(name);
  if (scheme === undefined) {
    remark(
      reading,
      "unknown_scheme",
      `\`${name}\` is not a declared security scheme: the alternative is left out`,
    );
    return undefined;
  }
  if (scheme.kind === "unsupported") {
    remark(
      reading,
      "unsupported_scheme",
      `\`${name}\` is ${scheme.what}: the alternative is left out`,
    );
    return undefined;
  }
  if (!isListOfTexts(list)) {
    remark(
      reading,
      "security_syntax",
      `\`${name}\` has no list of scopes: the alternative is left out`,
    );
    return undefined;
  }
  const given = [...new Set(list.map(printedScope))];
  const names = given.filter((one) => !reading.noScopeWords.has(one));
  if (names.length < given.length) {
    reading.isGuess = true;
    remark(
      reading,
      "no_scope_word",
      `${nameList(given.filter((one) => reading.noScopeWords.has(one)))} counts as no scope`,
    );
  }
  if (scheme.kind === "bearer" && names.length > 0) {
    reading.isGuess = true;
    remark(
      reading,
      "bearer_scopes",
      `\`${name}\` is a bearer token without declared scopes: its list is read as scopes`,
    );
  }
  for (const one of names) reading.used.add(one);
  return readList(names, reading);
}

function readList(names: readonly string[], reading: Reading): readonly Listed[] | undefined {
  const isOr = reading.listMeans === "or" && names.length > 1;
  if (names.length > 1) reading.lists.push(names);
  const refused = names.filter(reading.isRefused);
  const accepted = names.filter((name) => !reading.isRefused(name));
  if (refused.length > 0) {
    reading.isGuess = true;
    const what = isOr && accepted.length > 0 ? "left out" : "left out, with the alternative";
    remark(reading, "refused_scope", `no policy accepts the scope ${nameList(refused)}: ${what}`);
    if (!isOr || accepted.length === 0) return undefined;
  }
  noteTemplates(accepted, reading);
  if (!isOr) return accepted;
  reading.isGuess = true;
  remark(reading, "list_means_or", `one of ${nameList(names)} is enough, by \`--list-means or\``);
  return accepted.length > 1 ? [{ anyOf: accepted }] : accepted;
}

/** Notes scopes with a parameter: a document has no syntax for one, so that it may be part of the name. */
function noteTemplates(names: readonly string[], reading: Reading): void {
  for (const name of names) {
    if (isPlain(name) || reading.isOwn(name)) continue;
    reading.isGuess = true;
    const message = `the braces in \`${name}\` are read as a parameter: the scope must have the value of the request there`;
    remark(reading, "scope_template", message);
  }
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isPlain(scope: string): boolean {
  const parsed = parseScopeToken<string>(scope);
  return parsed.ok && parsed.token.params.length === 0;
}

/** Returns every scope in lists, each once. */
function namesIn(listed: readonly Listed[]): readonly string[] {
  return [...new Set(listed.flatMap((one) => (typeof one === "string" ? one : one.anyOf)))];
}

function distinct<One extends Requirement>(requirements: readonly One[]): readonly One[] {
  return [...new Map(requirements.map((one) => [JSON.stringify(one), one])).values()];
}

/** Returns one requirement that is met if all are. */
function allOf(requirements: readonly Requirement[]): Requirement {
  const [first = "", ...others] = requirements;
  return others.length === 0 ? first : { allOf: requirements };
}

/** Returns one requirement that is met if any is, in one list where that is possible. */
function anyOf(requirements: readonly Requirement[]): OperationOptions {
  const flat = requirements.flatMap((one) =>
    typeof one === "object" && one.anyOf !== undefined ? one.anyOf : [one],
  );
  const [first = "", ...others] = distinct(flat);
  if (others.length > 0) return { anyOf: [first, ...others] };
  return typeof first === "string" ? { scope: first } : first;
}
