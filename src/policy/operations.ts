import { printedScope } from "../grammar/scope-syntax.js";
import { readAuthentication } from "./authentication.js";
import { readWithin } from "./boundaries.js";
import { checkBranches, readWhen } from "./cases.js";
import {
  ANY_TIER,
  branchesOf,
  type Case,
  type CompiledScope,
  type Operation,
  type Rule,
  type ToolPattern,
} from "./compiled-policy.js";
import { reportDuplicates } from "./conditions.js";
import type { OperationDefinition, OperationOptions, PolicyDefinition } from "./definition.js";
import { denyByCatchAll, denyByPattern } from "./denials.js";
import { withoutInternal } from "./internal.js";
import { membersIn, withoutPrototype } from "./own-members.js";
import { patternMatcher } from "./pattern.js";
import { checkCatchAll, readEndpoints } from "./read-endpoints.js";
import { formatPath, type Path } from "./report.js";
import {
  type ExpansionContext,
  PARTS,
  type RequirementContext,
  readConditions,
  readRequirement,
} from "./requirement.js";
import { createSizeSum, excessOf, sizeOfOperation } from "./requirement-size.js";
import {
  type AlternativeDraft,
  compileRule,
  createRuleBudget,
  merge,
  type NamedBoundary,
  NO_PARTS,
  type RuleParts,
} from "./rule.js";
import { isPattern, toolKeyError } from "./tool-names.js";

/** The operations of a policy, for lookup by name, by pattern and by request. */
export type OperationTable = ReturnType<typeof withoutInternal>;

/** Compiles `tools` and `endpoints` of a definition. */
export function compileOperations(
  definition: PolicyDefinition,
  baseline: readonly CompiledScope[],
  reading: RequirementContext,
): OperationTable {
  const { report } = reading;
  const tools = Object.entries(definition.tools ?? {});
  const endpoints = Object.entries(definition.endpoints ?? {});
  const sizes = createSizeSum();
  for (const [name, entry] of tools)
    sizes.include("tools", name, sizeOfOperation(entry, baseline.length));
  for (const [name, entry] of endpoints)
    sizes.include("endpoints", name, sizeOfOperation(entry, 0));
  const around = { ...reading, isDry: !sizes.check(report), shared: NO_PARTS, within: [] };
  const ofTools: OperationContext = { ...around, always: draftFromScopes(baseline) };
  const ofEndpoints: OperationContext = { ...around, always: draftFromScopes([]) };
  const operations = new Map<string, Operation>();
  const patterns: ToolPattern[] = [];
  for (const [name, entry] of tools) {
    const path = ["tools", name];
    const fault = toolKeyError(name);
    if (fault !== undefined)
      report.add(isPattern(name) ? "pattern_syntax" : "tool_name", path, fault);
    const operation = compileOperation(name, "tool", entry, path, ofTools);
    if (fault !== undefined || operation === undefined) continue;
    if (isPattern(name)) patterns.push({ matches: patternMatcher(name), operation });
    else operations.set(name, operation);
  }
  denyByPattern(operations, patterns, report);
  const routes = readEndpoints(endpoints, report).flatMap(({ name, endpoint, entry }) => {
    const path = ["endpoints", name];
    const target = compileOperation(name, "endpoint", entry, path, ofEndpoints);
    if (target === undefined || endpoint === undefined) return [];
    const rules = branchesOf(target).flatMap((branch) => branch.rules);
    for (const rule of rules) checkCatchAll(endpoint, rule, path, report);
    return [{ endpoint, target }];
  });
  const { router, denied } = denyByCatchAll(routes);
  for (const { target } of denied) operations.set(target.name, target);
  return withoutInternal({ operations, patterns }, router);
}

/** The context in which an operation is compiled. */
interface OperationContext extends ExpansionContext {
  /** The additional requirement of every operation of the kind. */
  readonly always: AlternativeDraft;
  /** In a branch: the parts of the whole operation, for a branch without such a part of its own. */
  readonly shared: RuleParts;
  /** In a branch: the boundaries of the whole operation. */
  readonly within: readonly NamedBoundary[];
}

/** Returns scopes without placeholders as one way to satisfy a requirement. */
function draftFromScopes(scopes: readonly CompiledScope[]): AlternativeDraft {
  return {
    uses: scopes.map((scope) => ({ scope, params: [] })),
    tier: ANY_TIER,
    accountTypes: undefined,
    typeConditions: [],
    entitlements: [],
    within: [],
  };
}

/** Compiles a tool that needs a baseline alone. */
export function compileBaseline(baseline: readonly CompiledScope[]): Operation {
  const rule = compileRule([draftFromScopes(baseline)], createRuleBudget());
  const base = { name: "baseline", kind: "tool", denial: undefined } as const;
  const shown = { public: false, hidden: false, internal: false };
  return { ...base, ...shown, rules: [rule], params: NO_PARAMS, cases: NO_CASES };
}

/** Members of an entry, but not of a nested requirement. They exclude a requirement and each other. */
const KINDS = ["cases", "deny", "public", "authenticated"] as const;

const NO_PARAMS: readonly string[] = Object.freeze([]);
const NO_CASES: readonly Case[] = Object.freeze([]);

const CONDITIONS = [
  "tier",
  "accountTypes",
  "entitlement",
  "within",
  "params",
  "acr",
  "maxAge",
  "enrichedBy",
] as const;

/** The members that an entry of each kind may have in addition. */
const ALLOWED_WITH: Readonly<Record<(typeof KINDS)[number], readonly string[]>> = {
  cases: ["within", "acr", "maxAge", "enrichedBy"],
  deny: [],
  public: ["enrichedBy"],
  authenticated: ["tier", "accountTypes", "entitlement", "within", "acr", "maxAge", "enrichedBy"],
};

function compileOperation(
  name: string,
  kind: Operation["kind"],
  entry: OperationDefinition,
  path: Path,
  around: OperationContext,
): Operation | undefined {
  const options: OperationOptions = typeof entry === "string" ? withoutPrototype({}) : entry;
  if (!checkKind(options, path, around)) return undefined;
  const flags = { hidden: options.hidden === true, internal: options.internal === true };
  if (options.cases !== undefined)
    return compileCases({ name, kind, flags }, options, path, around);
  const rule = options.deny === undefined ? compileEntry(entry, options, path, around) : undefined;
  return {
    name,
    kind,
    denial: options.deny,
    rules: rule === undefined ? [] : [rule],
    params:
      rule === undefined || rule.params.length === 0
        ? NO_PARAMS
        : Object.freeze(rule.params.map((param) => param.name)),
    public: rule?.public === true,
    hidden: flags.hidden,
    internal: flags.internal,
    cases: NO_CASES,
  };
}

interface NamedFlags extends Pick<Operation, "name" | "kind"> {
  readonly flags: Pick<Operation, "hidden" | "internal">;
}

/** Compiles an operation with cases: each branch is an operation of its own, and `otherwise` is the one that has the cases. */
function compileCases(
  { name, kind, flags }: NamedFlags,
  options: OperationOptions,
  path: Path,
  around: OperationContext,
): Operation | undefined {
  const { cases = [], otherwise: last, weakOtherwise } = options;
  const within = readWithin(options.within, path, around);
  const ofBranch = { ...around, shared: partsOf(options, path, around), within };
  const compileBranch = (entry: OperationDefinition, at: Path) =>
    compileOperation(name, kind, entry, at, ofBranch);
  const branches = cases.flatMap((one, index) => {
    // an invalid case was removed, with a finding of its own
    if (one === undefined) return [];
    const at = [...path, "cases", index];
    const { when: written, ...entry } = one;
    const when = readWhen(written, [...at, "when"], kind === "endpoint" ? name : "", around.report);
    const branch = compileBranch(withoutPrototype(entry), at);
    return branch === undefined || when === undefined ? [] : [{ when, branch, path: at }];
  });
  if (last === undefined) {
    const message = "`cases` require `otherwise`: what decides a call that meets none of them";
    if (!around.report.removed.has(formatPath([...path, "otherwise"])))
      around.report.add("missing_otherwise", path, message);
    return undefined;
  }
  const otherwise = compileBranch(last, [...path, "otherwise"]);
  if (otherwise === undefined) return undefined;
  const end = { when: [], branch: otherwise, path: [...path, "otherwise"] };
  const isWeakAccepted =
    weakOtherwise === true || around.report.removed.has(formatPath([...path, "weakOtherwise"]));
  checkBranches([...branches, end], isWeakAccepted, path, around.report);
  const compared = branches.flatMap(({ when }) => when.map(([argument]) => argument));
  const params = [...branches, end].flatMap(({ branch }) => branch.params);
  return {
    ...otherwise,
    ...flags,
    params: Object.freeze([...new Set([...params, ...compared])]),
    cases: branches.map(({ when, branch }) => ({ when, branch: { ...branch, ...flags } })),
  };
}

function compileEntry(
  entry: OperationDefinition,
  options: OperationOptions,
  path: Path,
  around: OperationContext,
): Rule {
  const { report, budget, always, isDry } = around;
  const parts = partsOf(options, path, around);
  if (options.public === true) return compileRule([], budget, parts);
  const excess = excessOf(sizeOfOperation(entry, always.uses.length));
  if (excess !== undefined) {
    const [code, message] = excess;
    report.add(code, path, message);
    return compileRule([], budget);
  }
  const drafts =
    options.authenticated === true
      ? [readConditions(options, path, around)]
      : readRequirement(entry, path, around);
  const own = readWithin(options.within, path, around);
  const within = own.length === 0 ? around.within : [...around.within, ...own];
  if (isDry) return compileRule([], budget, parts);
  const isAlone = always.uses.length === 0 && within.length === 0;
  const settled = isAlone
    ? drafts
    : drafts.map((draft) => merge([draft, { ...always, within }], budget));
  return compileRule(settled, budget, parts);
}

/** Returns the parts of an operation or a branch in addition to its requirement. */
function partsOf(options: OperationOptions, path: Path, around: OperationContext): RuleParts {
  const { authentication: given, enrichments } = around.shared;
  const own = readAuthentication(options, path, around.report);
  const isBare = options.public !== true && own === undefined && options.enrichedBy === undefined;
  if (isBare) return around.shared;
  return {
    isPublic: options.public === true,
    authentication:
      own && given
        ? { acr: own.acr ?? given.acr, maxAge: own.maxAge ?? given.maxAge }
        : (own ?? given),
    enrichments:
      readEnrichments(options.enrichedBy, [...path, "enrichedBy"], around) ?? enrichments,
  };
}

/** Returns each scope for additional detail as a way to meet it. */
function readEnrichments(
  written: OperationOptions["enrichedBy"],
  path: Path,
  around: OperationContext,
): readonly AlternativeDraft[] | undefined {
  if (written === undefined) return undefined;
  const isOne = typeof written === "string";
  const names = isOne ? [written] : written;
  reportDuplicates(names, path, around.report, printedScope);
  return names.flatMap((name, index) => {
    const at = isOne ? path : [...path, index];
    const scope = around.table.find(name, at);
    if (scope === undefined) return [];
    checkNoPlaceholder(scope, at, around);
    return [draftFromScopes([scope])];
  });
}

/** Reports a placeholder of a scope in a place where no parameter can fill it. */
export function checkNoPlaceholder(
  scope: CompiledScope,
  path: Path,
  { report }: RequirementContext,
): void {
  if (scope.template.names.length > 0) {
    report.add(
      "placeholder",
      path,
      `\`${scope.name}\` has a placeholder, which no parameter can fill here`,
    );
  }
}

/** Returns whether an entry is either a requirement or one of the kinds. Reports the members that do not fit. */
function checkKind(options: OperationOptions, path: Path, { report }: RequirementContext): boolean {
  const kinds = membersIn(KINDS, options);
  const [kind] = kinds;
  for (const key of ["otherwise", "weakOtherwise"] as const) {
    if (options[key] === undefined || options.cases !== undefined) continue;
    if (report.removed.has(formatPath([...path, "cases"]))) continue;
    report.add("mixed_operation", [...path, key], `\`${key}\` requires \`cases\``);
    return false;
  }
  if (kind === undefined) return true;
  const parts = membersIn(PARTS, options);
  const gates = membersIn(CONDITIONS, options);
  const allowed: readonly string[] = ALLOWED_WITH[kind];
  const extra = [...kinds.slice(1), ...parts, ...gates].filter((key) => !allowed.includes(key));
  for (const key of extra) {
    const hint = kind === "cases" ? ": write it in each case and in `otherwise`" : "";
    report.add(
      "mixed_operation",
      [...path, key],
      `\`${key}\` and \`${kind}\` cannot be combined${hint}`,
    );
  }
  return extra.length === 0;
}
