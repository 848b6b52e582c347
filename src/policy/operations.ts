import { checkBranches, readWhen } from "./cases.js";
import {
  ANY_TIER,
  type Case,
  type CompiledScope,
  type Operation,
  type Rule,
  type ToolPattern,
} from "./compiled-policy.js";
import type { OperationDefinition, OperationOptions, PolicyDefinition } from "./definition.js";
import { denyByPattern } from "./denials.js";
import { withoutPrototype } from "./own-members.js";
import { patternMatcher } from "./pattern.js";
import { formatPath, type Path, type Report } from "./report.js";
import { PARTS, type RequirementContext, readConditions, readRequirement } from "./requirement.js";
import { checkRequirementSizes, excessOf, sizeOfOperation } from "./requirement-size.js";
import {
  buildRouter,
  type Endpoint,
  type EndpointRouter,
  endpointIdentity,
  isEndpoint,
  MAX_PATH_LENGTH,
  METHODS,
  parseEndpoint,
} from "./route.js";
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
    const target = compileOperation(name, "endpoint", entry, ["endpoints", name], ofEndpoints);
    if (target === undefined || endpoint === undefined) return [];
    operations.set(name, target);
    return [{ endpoint, target }];
  });
  return { operations, patterns, router: buildRouter(routes) };
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
  return { ...base, rules: [rule], params: NO_PARAMS, public: false, cases: NO_CASES };
}

interface ParsedEndpoint {
  readonly name: string;
  readonly endpoint: Endpoint | undefined;
  readonly entry: OperationDefinition;
}

function readEndpoints(
  endpoints: readonly (readonly [name: string, entry: OperationDefinition])[],
  report: Report,
): readonly ParsedEndpoint[] {
  const seen = new Map<string, string>();
  return endpoints.map(([name, entry]) => {
    const path = ["endpoints", name];
    const endpoint = parseEndpoint(name);
    if (!isEndpoint(endpoint)) {
      const { code, message, method } = endpoint;
      report.add(code, path, message, (suggest) => method && suggest(method, METHODS));
      return { name, endpoint: undefined, entry };
    }
    const { length } = name.slice(endpoint.method.length + 1);
    if (length > MAX_PATH_LENGTH) {
      const message = `a path of ${length} characters: at most ${MAX_PATH_LENGTH} are allowed in a request`;
      report.add("too_large", path, message);
      return { name, endpoint: undefined, entry };
    }
    const identity = endpointIdentity(endpoint);
    const twin = seen.get(identity);
    if (twin !== undefined) {
      report.add(
        "duplicate_endpoint",
        path,
        `same endpoint as \`${twin}\`: a router may ignore parameter names and letter case`,
      );
    }
    seen.set(identity, name);
    return { name, endpoint, entry };
  });
}

/** Members of an entry, but not of a nested requirement. They exclude a requirement and each other. */
const KINDS = ["cases", "deny", "public", "authenticated"] as const;

const NO_PARAMS: readonly string[] = Object.freeze([]);
const NO_CASES: readonly Case[] = Object.freeze([]);

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
  if (options.cases !== undefined) return compileCases(base, options, path, around);
  if (options.deny !== undefined)
    return { ...base, rules: [], params: NO_PARAMS, public: false, cases: NO_CASES };
  const rule = compileEntry(entry, options, path, around);
  return {
    ...base,
    rules: [rule],
    params: Object.freeze(rule.params.map((param) => param.name)),
    public: rule.public,
    cases: NO_CASES,
  };
}

/** Compiles an operation with cases: each branch is an operation of its own, and `otherwise` is the one that has the cases. */
function compileCases(
  { name, kind, hidden }: Pick<Operation, "name" | "kind" | "hidden">,
  { cases = [], otherwise: last, weakOtherwise }: OperationOptions,
  path: Path,
  around: OperationContext,
): Operation | undefined {
  const compileBranch = (entry: OperationDefinition, at: Path) =>
    compileOperation(name, kind, entry, at, around);
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
    hidden,
    params: Object.freeze([...new Set([...params, ...compared])]),
    cases: branches.map(({ when, branch }) => ({ when, branch: { ...branch, hidden } })),
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
  for (const key of ["otherwise", "weakOtherwise"] as const) {
    if (options[key] === undefined || options.cases !== undefined) continue;
    if (report.removed.has(formatPath([...path, "cases"]))) continue;
    report.add("mixed_operation", [...path, key], `\`${key}\` requires \`cases\``);
    return false;
  }
  if (kind === undefined) return true;
  const parts = PARTS.filter((part) => options[part] !== undefined);
  const gates = CONDITIONS.filter((gate) => options[gate] !== undefined);
  const allowed: readonly string[] = kind === "authenticated" ? ["tier", "accountTypes"] : [];
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
