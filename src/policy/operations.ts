import {
  ANY_TIER,
  type CompiledScope,
  type Operation,
  type Rule,
  type ToolPattern,
} from "./compiled-policy.js";
import type { OperationDefinition, OperationOptions, PolicyDefinition } from "./definition.js";
import { denyByCatchAll, denyByPattern } from "./denials.js";
import { withoutPrototype } from "./own-members.js";
import { patternMatcher } from "./pattern.js";
import { checkCatchAll, readEndpoints } from "./read-endpoints.js";
import { formatPath, type Path } from "./report.js";
import { PARTS, type RequirementContext, readConditions, readRequirement } from "./requirement.js";
import { checkRequirementSizes, excessOf, sizeOfOperation } from "./requirement-size.js";
import type { EndpointRouter } from "./route.js";
import { type AlternativeDraft, compileRule, createRuleBudget, merge } from "./rule.js";
import { isPattern, toolKeyError } from "./tool-names.js";

/** The operations of a policy, for lookup by name, by pattern and by request. */
export interface OperationTable {
  readonly operations: ReadonlyMap<string, Operation>;
  readonly patterns: readonly ToolPattern[];
  readonly router: EndpointRouter<Operation>;
}

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
  return { operations, patterns, router };
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
  };
}

/** Compiles a tool that needs a baseline alone. */
export function compileBaseline(baseline: readonly CompiledScope[]): Operation {
  const rule = compileRule([draftFromScopes(baseline)], createRuleBudget());
  const base = { name: "baseline", kind: "tool", hidden: false, denial: undefined } as const;
  return { ...base, rules: [rule], params: NO_PARAMS, public: false };
}

/** Members of an entry, but not of a nested requirement. They exclude a requirement and each other. */
const KINDS = ["deny", "public", "authenticated"] as const;

const NO_PARAMS: readonly string[] = Object.freeze([]);

const CONDITIONS = ["tier", "accountTypes", "params"] as const;

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
  const base = { name, kind, hidden: options.hidden === true, denial: options.deny };
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
  const { table, report, budget, always, hasRoom } = around;
  if (options.public === true) {
    const at = [...path, "enrichedBy"];
    const scope = options.enrichedBy === undefined ? undefined : table.find(options.enrichedBy, at);
    if (scope !== undefined) checkNoPlaceholder(scope, at, around);
    const enriched = scope && draftFromScopes([scope]);
    return compileRule([], budget, { enriched });
  }
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
  const settled = hasRoom ? drafts.map((draft) => merge([draft, always], budget)) : [];
  return compileRule(settled, budget);
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
  const isStray = options.enrichedBy !== undefined && options.public === undefined;
  if (isStray && !report.removed.has(formatPath([...path, "public"]))) {
    report.add("mixed_operation", [...path, "enrichedBy"], "`enrichedBy` requires `public: true`");
  }
  if (kind === undefined) return true;
  const parts = PARTS.filter((part) => options[part] !== undefined);
  const gates = CONDITIONS.filter((gate) => options[gate] !== undefined);
  const allowed: readonly string[] = kind === "authenticated" ? ["tier", "accountTypes"] : [];
  const extra = [...kinds.slice(1), ...parts, ...gates].filter((key) => !allowed.includes(key));
  for (const key of extra) {
    report.add("mixed_operation", [...path, key], `\`${key}\` and \`${kind}\` cannot be combined`);
  }
  return extra.length === 0;
}
