import { printedScope } from "../grammar/scope-syntax.js";
import type { BoundaryTable } from "./boundaries.js";
import { ANY_TIER, type TypeConditions } from "./compiled-policy.js";
import {
  type ConditionNames,
  checkAccountTypes,
  entitlementsOf,
  rankOf,
  reportDuplicates,
  union,
} from "./conditions.js";
import type { RequirementOptions } from "./definition.js";
import { membersIn } from "./own-members.js";
import { formatPath, type Path, type Report } from "./report.js";
import type { RequirementSource } from "./requirement-size.js";
import { type AlternativeDraft, intersection, merge, type RuleBudget } from "./rule.js";
import type { ScopeTable } from "./scopes.js";
import { checkParamName } from "./tool-names.js";

/** The context in which a requirement is read. */
export interface RequirementContext {
  readonly table: ScopeTable;
  readonly conditions: ConditionNames;
  readonly boundaries: BoundaryTable;
  readonly report: Report;
  readonly budget: RuleBudget;
}

/** The context in which the alternatives of a requirement are multiplied. */
export interface ExpansionContext extends RequirementContext {
  /** Whether requirements are only checked, because the alternatives of all operations exceed a limit. */
  readonly isDry: boolean;
}

/** The conditions and renamings of a requirement, with those that it inherits from the requirement around it. */
interface Inherited {
  readonly tier: number;
  readonly accountTypes: readonly string[] | undefined;
  readonly typeConditions: TypeConditions;
  readonly entitlements: readonly string[];
  /** Renamings by placeholder. */
  readonly params: ReadonlyMap<string, Renaming>;
  readonly outer: Inherited | undefined;
  /** Whether a scope inside is unknown, so that it is also unknown whether a renaming is used. */
  isUnclear: boolean;
}

interface Renaming {
  readonly param: string;
  readonly path: Path;
  used: boolean;
}

const NO_RENAMINGS: Inherited["params"] = new Map();
const NONE: readonly never[] = Object.freeze([]);

function createOutermost(): Inherited {
  return {
    tier: ANY_TIER,
    accountTypes: undefined,
    typeConditions: NONE,
    entitlements: NONE,
    params: NO_RENAMINGS,
    outer: undefined,
    isUnclear: false,
  };
}

/** The members of which a requirement has exactly one. */
export const PARTS = ["scope", "allOf", "anyOf"] as const;

/**
 * Returns the alternatives of a requirement in declared order: `anyOf` concatenates them, `allOf` combines each with each.
 * Reports undeclared, empty, duplicate and ambiguous parts, and returns the alternatives of the others.
 */
export function readRequirement(
  written: RequirementSource,
  path: Path,
  reading: ExpansionContext,
): readonly AlternativeDraft[] {
  return expand(written, path, createOutermost(), reading);
}

/** Returns the conditions of an entry without a requirement (`authenticated`) as an alternative without scopes. */
export function readConditions(
  written: RequirementOptions,
  path: Path,
  reading: RequirementContext,
): AlternativeDraft {
  return draftOf([], createInherited(written, path, createOutermost(), reading));
}

function draftOf(
  uses: AlternativeDraft["uses"],
  { tier, accountTypes, typeConditions, entitlements }: Inherited,
): AlternativeDraft {
  return { uses, tier, accountTypes, typeConditions, entitlements, within: NONE };
}

function expand(
  written: RequirementSource,
  path: Path,
  outer: Inherited,
  reading: ExpansionContext,
): readonly AlternativeDraft[] {
  if (written === undefined) return unreadable(outer);
  if (typeof written === "string") return useOf(written, path, outer, reading);
  const given = membersIn(PARTS, written);
  const inner = createInherited(written, path, outer, reading);
  if (given.length !== 1) return expandUnclear(given, path, inner, reading);
  const drafts = expandPart(written, path, inner, reading);
  if (inner === outer) return drafts;
  for (const { used, path: at } of inner.params.values()) {
    if (!used && !inner.isUnclear)
      reading.report.add("unused_param", at, "no scope of this requirement has this placeholder");
  }
  return drafts;
}

/** Reports a requirement with none or several of the parts of which it must have one. */
function expandUnclear(
  given: readonly string[],
  path: Path,
  inner: Inherited,
  { report }: RequirementContext,
): readonly AlternativeDraft[] {
  // an invalid part was removed, with a finding of its own
  if (given.length === 0 && report.damaged.has(formatPath(path))) return unreadable(inner);
  if (given.length === 0) {
    const message = "missing requirement: give one of `scope`, `allOf` and `anyOf`";
    report.add("empty_requirement", path, message);
  } else {
    const message = `\`${given.join("` and `")}\` together are ambiguous: nest them, as in { allOf: ["a", { anyOf: ["b", "c"] }] }`;
    report.add("ambiguous_requirement", path, message);
  }
  return NONE;
}

function expandPart(
  written: RequirementOptions,
  path: Path,
  inner: Inherited,
  reading: ExpansionContext,
): readonly AlternativeDraft[] {
  const { scope, anyOf, allOf = [] } = written;
  if (scope !== undefined) return useOf(scope, [...path, "scope"], inner, reading);
  if (anyOf !== undefined) {
    return expandList(anyOf, [...path, "anyOf"], inner, reading).flat();
  }
  const lists = expandList(allOf, [...path, "allOf"], inner, reading);
  return reading.isDry ? [] : productOf(lists, reading.budget);
}

function expandList(
  list: readonly RequirementSource[],
  path: Path,
  inner: Inherited,
  reading: ExpansionContext,
): readonly (readonly AlternativeDraft[])[] {
  reportDuplicates(wholeParts(list, path, reading.report), path, reading.report, canonical);
  return list.map((part, index) => expand(part, [...path, index], inner, reading));
}

/** Returns the parts of a list without what is left of invalid ones, which can be equal to another part. */
function wholeParts(
  list: readonly RequirementSource[],
  path: Path,
  { broken }: Report,
): readonly RequirementSource[] {
  // a valid policy has none, and formats no path
  if (broken.size === 0 || !broken.has(formatPath(path))) return list;
  return list.map((part, index) => (broken.has(formatPath([...path, index])) ? undefined : part));
}

/** Returns every combination of one draft from each list, in declared order: the choice from the last list changes first. */
function productOf(
  lists: readonly (readonly AlternativeDraft[])[],
  budget: RuleBudget,
): readonly AlternativeDraft[] {
  const count = lists.reduce((product, list) => product * list.length, 1);
  return Array.from({ length: count }, (_, number) => {
    const chosen: AlternativeDraft[] = [];
    let rest = number;
    for (const list of lists.toReversed()) {
      chosen.push(list[rest % list.length] as AlternativeDraft);
      rest = Math.floor(rest / list.length);
    }
    return merge(chosen.reverse(), budget);
  });
}

/** Returns a text that is equal for equal requirements. `"a"` and `{ scope: "a" }` are equal. */
function canonical(part: unknown): string {
  const written = part as RequirementSource;
  if (typeof written !== "object") return printedScope(written);
  const { scope, ...rest } = written;
  const bare = scope !== undefined && Object.keys(rest).length === 0;
  return bare ? printedScope(scope) : JSON.stringify(written);
}

/** The members that the parts of a requirement inherit. */
const INHERITED = ["tier", "accountTypes", "entitlement", "params"] as const;

/** Returns what the parts of a requirement inherit: that of the requirement around it if it adds nothing. */
function createInherited(
  written: RequirementOptions,
  path: Path,
  outer: Inherited,
  { conditions, report, budget }: RequirementContext,
): Inherited {
  if (membersIn(INHERITED, written).length === 0) return outer;
  const tier = rankOf(written, conditions, path, report);
  const types = checkAccountTypes(written, conditions, path, report);
  const entitlements = entitlementsOf(written, conditions, path, report);
  const params = new Map<string, Renaming>();
  for (const [placeholder, param] of Object.entries(written.params ?? {})) {
    const renaming = { param, path: [...path, "params", placeholder], used: false };
    checkParamName(param, renaming.path, report);
    params.set(placeholder, renaming);
  }
  return {
    tier: Math.max(outer.tier, tier),
    accountTypes: intersection(outer.accountTypes, types, budget),
    typeConditions: union([outer.typeConditions, types === undefined ? [] : [types]]),
    entitlements: union([outer.entitlements, entitlements]),
    params,
    outer,
    isUnclear: false,
  };
}

function useOf(
  name: string,
  path: Path,
  frame: Inherited,
  reading: RequirementContext,
): readonly AlternativeDraft[] {
  const scope = reading.table.find(name, path);
  if (scope === undefined) return unreadable(frame);
  const { names } = scope.template;
  const params =
    names.length === 0 ? NONE : names.map((placeholder) => paramOf(placeholder, frame));
  return [draftOf([{ scope, params }], frame)];
}

/**
 * Returns no alternatives for a part with a finding. Marks the renamings around it as unclear, because they may be meant for it.
 */
function unreadable(frame: Inherited): readonly AlternativeDraft[] {
  for (let at: Inherited | undefined = frame; at?.isUnclear === false; at = at.outer) {
    at.isUnclear = true;
  }
  return [];
}

/** Returns the parameter that fills a placeholder: that of the nearest renaming, otherwise the one of the same name. */
function paramOf(placeholder: string, frame: Inherited): string {
  for (let at: Inherited | undefined = frame; at !== undefined; at = at.outer) {
    const renaming = at.params.get(placeholder);
    if (renaming === undefined) continue;
    renaming.used = true;
    return renaming.param;
  }
  return placeholder;
}
