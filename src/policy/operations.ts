import { printedScope } from "../grammar/scope-syntax.js";
import { readAuthentication } from "./authentication.js";
import { readWithin } from "./boundaries.js";
import {
  ANY_TIER,
  type CompiledScope,
  type Operation,
  type Rule,
  type ToolPattern,
} from "./compiled-policy.js";
import { reportDuplicates } from "./conditions.js";
import type { OperationDefinition, OperationOptions, PolicyDefinition } from "./definition.js";
import { denyByCatchAll, denyByPattern } from "./denials.js";
import { withoutInternal } from "./internal.js";
import { withoutPrototype } from "./own-members.js";
import { patternMatcher } from "./pattern.js";
import { checkCatchAll, readEndpoints } from "./read-endpoints.js";
import type { Path } from "./report.js";
import { PARTS, type RequirementContext, readConditions, readRequirement } from "./requirement.js";
import { checkRequirementSizes, excessOf, sizeOfOperation } from "./requirement-size.js";
import {
  type AlternativeDraft,
  compileRule,
  createRuleBudget,
  merge,
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
  const hasRoom = checkRequirementSizes(
    [
      ...tools.map(
        ([name, entry]) => [["tools", name], sizeOfOperation(entry, baseline.length)] as const,
      ),
      ...endpoints.map(
        ([name, entry]) => [["endpoints", name], sizeOfOperation(entry, 0)] as const,
      ),
    ],
    report,
  );
  const ofTools: OperationContext = { ...reading, hasRoom, always: draftFromScopes(baseline) };
  const ofEndpoints: OperationContext = { ...reading, hasRoom, always: draftFromScopes([]) };
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
    for (const rule of target.rules) checkCatchAll(endpoint, rule, path, report);
    return [{ endpoint, target }];
  });
  const { router, denied } = denyByCatchAll(routes);
  for (const { target } of denied) operations.set(target.name, target);
  return withoutInternal({ operations, patterns }, router);
}

/** The context in which an operation is compiled. */
interface OperationContext extends RequirementContext {
  /** Whether the alternatives of all operations are within the limit. */
  readonly hasRoom: boolean;
  /** The additional requirement of every operation of the kind. */
  readonly always: AlternativeDraft;
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
  return { ...base, ...shown, rules: [rule], params: NO_PARAMS };
}

/** Members of an entry, but not of a nested requirement. They exclude a requirement and each other. */
const KINDS = ["deny", "public", "authenticated"] as const;

const NO_PARAMS: readonly string[] = Object.freeze([]);

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
  const options: OperationOptions =
    typeof entry === "string" ? withoutPrototype({ scope: entry }) : entry;
  if (!checkKind(options, path, around)) return undefined;
  const flags = { hidden: options.hidden === true, internal: options.internal === true };
  const base = { name, kind, ...flags, denial: options.deny };
  if (options.deny !== undefined) return { ...base, rules: [], params: NO_PARAMS, public: false };
  const rule = compileEntry(entry, options, path, around);
  return {
    ...base,
    rules: [rule],
    params: Object.freeze(rule.params.map((param) => param.name)),
    public: rule.public,
  };
}

function compileEntry(
  entry: OperationDefinition,
  options: OperationOptions,
  path: Path,
  around: OperationContext,
): Rule {
  const { report, budget, always, hasRoom } = around;
  const parts: RuleParts = {
    isPublic: options.public === true,
    authentication: readAuthentication(options, path, report),
    enrichments: readEnrichments(options.enrichedBy, [...path, "enrichedBy"], around),
  };
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
      : readRequirement(entry, path, around, !hasRoom);
  const inside = { ...always, within: readWithin(options.within, path, around) };
  const settled = hasRoom ? drafts.map((draft) => merge([draft, inside], budget)) : [];
  return compileRule(settled, budget, parts);
}

/** Returns each scope for additional detail as a way to meet it. */
function readEnrichments(
  written: OperationOptions["enrichedBy"],
  path: Path,
  around: OperationContext,
): readonly AlternativeDraft[] {
  if (written === undefined) return [];
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
  const kinds = KINDS.filter((kind) => options[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined) return true;
  const parts = PARTS.filter((part) => options[part] !== undefined);
  const gates = CONDITIONS.filter((gate) => options[gate] !== undefined);
  const allowed: readonly string[] = ALLOWED_WITH[kind];
  const extra = [...kinds.slice(1), ...parts, ...gates].filter((key) => !allowed.includes(key));
  for (const key of extra) {
    report.add("mixed_operation", [...path, key], `\`${key}\` and \`${kind}\` cannot be combined`);
  }
  return extra.length === 0;
}
