import { printedScope } from "../grammar/scope-syntax.js";
import type { Template } from "../grammar/template.js";
import {
  type Alternative,
  ANY_TIER,
  type CompiledScope,
  type Param,
  type Rule,
  type ScopeUse,
} from "./compiled.js";
import type { RequirementOptions } from "./definition.js";
import { formatPath, type Path, type Report } from "./findings.js";
import { checkAccountTypes, type Gates, rankOf, reportDuplicates } from "./gates.js";
import { isParamName } from "./names.js";
import type { ScopeTable } from "./scopes.js";

/** How many alternatives one operation may have. */
export const MAX_ALTERNATIVES = 1_024;

/** A requirement as it is written: one scope, or an object. */
export type Written = string | RequirementOptions | undefined;

/** What a requirement is read with. */
export interface Reading {
  readonly table: ScopeTable;
  readonly gates: Gates;
  readonly report: Report;
}

/** A scope with the parameters its placeholders take their values from. */
interface NamedUse {
  readonly scope: CompiledScope;
  readonly params: readonly string[];
}

/** One way to meet a requirement, before its gates and parameters are settled. */
export interface Draft {
  readonly uses: readonly NamedUse[];
  readonly tier: number;
  readonly accountTypes: readonly string[] | undefined;
}

/** The gates and names that a requirement inherits from those around it. */
interface Scope {
  readonly tier: number;
  readonly accountTypes: readonly string[] | undefined;
  readonly params: ReadonlyMap<string, Renaming>;
}

interface Renaming {
  readonly param: string;
  readonly path: Path;
  used: boolean;
}

const OUTERMOST: Scope = { tier: ANY_TIER, accountTypes: undefined, params: new Map() };

/** The part of an object that says what is needed; exactly one of them is given. */
export const PARTS = ["scope", "allOf", "anyOf"] as const;

/**
 * Turns a requirement into its alternatives, in declared order: any-of is one after the other, all-of is each with
 * each. Reports what is undeclared, empty, doubled, ambiguous or too large; returns what can be read.
 */
export function readRequirement(written: Written, path: Path, reading: Reading): readonly Draft[] {
  const size = countAlternatives(written);
  if (size > MAX_ALTERNATIVES) {
    const message = `${size > 1e15 ? "far too many" : size} alternatives, and at most ${MAX_ALTERNATIVES} are allowed: every any-of inside an all-of multiplies them`;
    reading.report.add("too_many_alternatives", path, message);
    return [];
  }
  return expand(written, path, OUTERMOST, reading);
}

/** The gates of an object that has no requirement of its own (`authenticated`). */
export function readGates(written: RequirementOptions, path: Path, reading: Reading): Draft {
  const { tier, accountTypes } = within(written, path, OUTERMOST, reading);
  return { uses: [], tier, accountTypes };
}

function countAlternatives(written: Written): number {
  if (typeof written !== "object") return 1;
  if (written.anyOf !== undefined) {
    return written.anyOf.reduce((sum, part) => sum + countAlternatives(part), 0);
  }
  return (written.allOf ?? []).reduce((product, part) => product * countAlternatives(part), 1);
}

function expand(written: Written, path: Path, outer: Scope, reading: Reading): readonly Draft[] {
  if (written === undefined) return unreadable(outer);
  if (typeof written === "string") return useOf(written, path, outer, reading);
  const given = PARTS.filter((part) => written[part] !== undefined);
  const inner = within(written, path, outer, reading);
  // a wrong part has been taken out, with a finding of its own
  if (given.length === 0 && reading.report.damaged.has(formatPath(path))) return unreadable(inner);
  if (given.length !== 1) {
    const message =
      given.length === 0
        ? "nothing is required: give one of `scope`, `allOf` and `anyOf`"
        : `\`${given.join("` and `")}\` together are ambiguous: nest them, as in { allOf: ["a", { anyOf: ["b", "c"] }] }`;
    reading.report.add(
      given.length === 0 ? "empty_requirement" : "ambiguous_requirement",
      path,
      message,
    );
    return [];
  }
  const drafts = expandPart(written, path, inner, reading);
  for (const { used, path: at } of inner.own) {
    if (!used) reading.report.add("unused_param", at, "no scope beneath has this placeholder");
  }
  return drafts;
}

function expandPart(
  written: RequirementOptions,
  path: Path,
  inner: Scope,
  reading: Reading,
): readonly Draft[] {
  const { scope, anyOf } = written;
  const expandList = (list: readonly Written[], key: string) => {
    reportDuplicates(list, [...path, key], reading.report, (part) => canonical(part as Written));
    return list.map((part, index) => expand(part, [...path, key, index], inner, reading));
  };
  if (scope !== undefined) return useOf(scope, [...path, "scope"], inner, reading);
  if (anyOf !== undefined) return expandList(anyOf, "anyOf").flat();
  return expandList(written.allOf as readonly Written[], "allOf").reduce(
    (product, part) => product.flatMap((left) => part.map((right) => merge(left, right))),
    [{ uses: [], tier: inner.tier, accountTypes: inner.accountTypes }] as readonly Draft[],
  );
}

/** One text for requirements that are written alike; `"a"` and `{ scope: "a" }` are. */
function canonical(written: Written): string {
  if (typeof written !== "object") return printedScope(written);
  const { scope, ...rest } = written;
  const bare = scope !== undefined && Object.keys(rest).length === 0;
  return bare ? printedScope(scope) : JSON.stringify(written);
}

function within(
  written: RequirementOptions,
  path: Path,
  outer: Scope,
  { gates, report }: Reading,
): Scope & { readonly own: readonly Renaming[] } {
  const tier = rankOf(written.tier, gates, [...path, "tier"], report);
  const types = checkAccountTypes(written.accountTypes, gates, [...path, "accountTypes"], report);
  const params = new Map(outer.params);
  const own: Renaming[] = [];
  for (const [placeholder, param] of Object.entries(written.params ?? {})) {
    const renaming = { param, path: [...path, "params", placeholder], used: false };
    if (!isParamName(param)) {
      report.add(
        "param_name",
        renaming.path,
        `\`${param}\` can name no parameter: expected 1 to 128 of \`A-Z a-z 0-9 _ . -\``,
      );
    }
    params.set(placeholder, renaming);
    own.push(renaming);
  }
  return {
    tier: Math.max(outer.tier, tier),
    accountTypes: intersection(outer.accountTypes, types),
    params,
    own,
  };
}

function useOf(name: string, path: Path, outer: Scope, reading: Reading): readonly Draft[] {
  const scope = reading.table.find(name, path);
  if (scope === undefined) return unreadable(outer);
  const params = scope.template.names.map((placeholder) => {
    const renaming = outer.params.get(placeholder);
    if (renaming === undefined) return placeholder;
    renaming.used = true;
    return renaming.param;
  });
  return [{ uses: [{ scope, params }], tier: outer.tier, accountTypes: outer.accountTypes }];
}

/** Returns no way to meet a part that has a finding. The scope for which a renaming is meant may be in it, so all count as used. */
function unreadable(outer: Scope): readonly Draft[] {
  for (const renaming of outer.params.values()) renaming.used = true;
  return [];
}

/** Both at once; a use that both have stands once, where it stood first. */
export function merge(left: Draft, right: Draft): Draft {
  const added = right.uses.filter((use) => !left.uses.some((other) => sameUse(use, other)));
  return {
    uses: [...left.uses, ...added],
    tier: Math.max(left.tier, right.tier),
    accountTypes: intersection(left.accountTypes, right.accountTypes),
  };
}

function sameUse(left: NamedUse, right: NamedUse): boolean {
  return (
    left.scope === right.scope && left.params.every((param, index) => param === right.params[index])
  );
}

/** Account types under two gates; no gate is `undefined`, and an empty list is a gate that nobody passes. */
export function intersection(
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
): readonly string[] | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return Object.freeze(left.filter((type) => right.includes(type)));
}

/** Settles drafts into a rule: parameters get their places, and each scope named brings its own gates. */
export function compileRule(
  drafts: readonly Draft[],
  {
    isPublic = false,
    enriched,
  }: { readonly isPublic?: boolean; readonly enriched?: Draft | undefined },
): Rule {
  const params: { readonly name: string; readonly sites: Param["sites"][number][] }[] = [];
  const placeOf = (name: string, template: Template, index: number): number => {
    const known = params.findIndex((param) => param.name === name);
    const place = known === -1 ? params.push({ name, sites: [] }) - 1 : known;
    const { sites } = params[place] as (typeof params)[number];
    if (!sites.some((site) => site.template === template && site.index === index)) {
      sites.push({ template, index });
    }
    return place;
  };
  const settle = ({ uses, tier, accountTypes }: Draft): Alternative => {
    const settled: ScopeUse[] = uses.map(({ scope, params: names }) => ({
      scope,
      params: names.map((name, index) => placeOf(name, scope.template, index)),
    }));
    const scopes = settled.map((use) => use.scope);
    return {
      uses: settled,
      scopes: settled.some((use) => use.params.length > 0)
        ? undefined
        : Object.freeze(scopes.map((scope) => scope.name)),
      tier: Math.max(tier, ...scopes.map((scope) => scope.tier)),
      accountTypes: scopes.reduce<readonly string[] | undefined>(
        (types, scope) => intersection(types, scope.accountTypes),
        accountTypes,
      ),
      reserved: scopes.some((scope) => scope.reserved),
    };
  };
  return {
    alternatives: drafts.map(settle),
    enriched: enriched && settle(enriched),
    public: isPublic,
    params,
  };
}
