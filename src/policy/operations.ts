import {
  ANY_TIER,
  type CompiledScope,
  type Operation,
  type Rule,
  type ToolPattern,
} from "./compiled.js";
import type { OperationDefinition, OperationOptions, PolicyDefinition } from "./definition.js";
import { formatPath, nearest, type Path } from "./findings.js";
import { isPattern, toolKeyFault } from "./names.js";
import { patternMatcher } from "./pattern.js";
import {
  compileRule,
  type Draft,
  merge,
  PARTS,
  type Reading,
  readGates,
  readRequirement,
} from "./requirement.js";
import {
  buildRouter,
  type Endpoint,
  endpointIdentity,
  METHODS,
  parseEndpoint,
  type RouterOf,
} from "./route.js";

/** The operations of a policy, each under every way it can be asked for. */
export interface OperationTable {
  readonly operations: ReadonlyMap<string, Operation>;
  readonly patterns: readonly ToolPattern[];
  readonly router: RouterOf<Operation>;
}

/** Compiles `tools` and `endpoints`. */
export function compileOperations(
  definition: PolicyDefinition,
  baseline: readonly CompiledScope[],
  reading: Reading,
): OperationTable {
  const operations = new Map<string, Operation>();
  const patterns: ToolPattern[] = [];
  const always = draftOf(baseline);
  for (const [name, entry] of Object.entries(definition.tools ?? {})) {
    const path = ["tools", name];
    const fault = toolKeyFault(name);
    if (fault !== undefined) {
      reading.report.add(isPattern(name) ? "pattern_syntax" : "tool_name", path, fault);
    }
    const operation = compileOperation(name, "tool", entry, path, always, reading);
    if (fault !== undefined || operation === undefined) continue;
    if (isPattern(name)) patterns.push({ matches: patternMatcher(name), operation });
    else operations.set(name, operation);
  }
  for (const [name, operation] of operations) {
    const denial = patterns.find(
      (pattern) => pattern.operation.denial !== undefined && pattern.matches(name),
    );
    if (denial !== undefined && operation.denial === undefined) {
      operations.set(name, { ...operation, denial: denial.operation.denial });
    }
  }
  const endpoints = readEndpoints(definition, reading);
  const routes = endpoints.flatMap(({ name, endpoint, entry }) => {
    const target = compileOperation(
      name,
      "endpoint",
      entry,
      ["endpoints", name],
      draftOf([]),
      reading,
    );
    if (target === undefined || endpoint === undefined) return [];
    operations.set(name, target);
    return [{ endpoint, target }];
  });
  return { operations, patterns, router: buildRouter(routes) };
}

/** Scopes without placeholders, as one way to meet a requirement. */
function draftOf(scopes: readonly CompiledScope[]): Draft {
  return {
    uses: scopes.map((scope) => ({ scope, params: [] })),
    tier: ANY_TIER,
    accountTypes: undefined,
  };
}

interface ReadEndpoint {
  readonly name: string;
  readonly endpoint: Endpoint | undefined;
  readonly entry: OperationDefinition;
}

function readEndpoints(definition: PolicyDefinition, { report }: Reading): readonly ReadEndpoint[] {
  const seen = new Map<string, string>();
  return Object.entries(definition.endpoints ?? {}).map(([name, entry]) => {
    const path = ["endpoints", name];
    const endpoint = parseEndpoint(name);
    if (!("segments" in endpoint)) {
      const { code, message, method } = endpoint;
      report.add(code, path, message, () => method && nearest(method, METHODS));
      return { name, endpoint: undefined, entry };
    }
    const identity = endpointIdentity(endpoint);
    const twin = seen.get(identity);
    if (twin !== undefined) {
      report.add(
        "duplicate_endpoint",
        path,
        `\`${twin}\` is the same endpoint: names of parameters and letter case make no difference to a router`,
      );
    }
    seen.set(identity, name);
    return { name, endpoint, entry };
  });
}

/** What stands only at the top of an entry, and excludes a requirement and each other. */
const KINDS = ["deny", "public", "authenticated"] as const;

const NO_PARAMS: readonly string[] = Object.freeze([]);

const GATES = ["tier", "accountTypes", "params"] as const;

function compileOperation(
  name: string,
  kind: Operation["kind"],
  entry: OperationDefinition,
  path: Path,
  always: Draft,
  reading: Reading,
): Operation | undefined {
  const options: OperationOptions = typeof entry === "string" ? { scope: entry } : entry;
  if (!checkKind(options, path, reading)) return undefined;
  const base = { name, kind, hidden: options.hidden === true, denial: options.deny };
  if (options.deny !== undefined) return { ...base, rules: [], params: NO_PARAMS, public: false };
  const rule = compileEntry(entry, options, path, always, reading);
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
  always: Draft,
  reading: Reading,
): Rule {
  if (options.public === true) {
    const at = [...path, "enrichedBy"];
    const scope =
      options.enrichedBy === undefined ? undefined : reading.table.find(options.enrichedBy, at);
    if (scope !== undefined) checkNoPlaceholder(scope, at, reading);
    return compileRule([], { isPublic: true, enriched: scope && draftOf([scope]) });
  }
  const drafts =
    options.authenticated === true
      ? [readGates(options, path, reading)]
      : readRequirement(entry, path, reading);
  return compileRule(
    drafts.map((draft) => merge(draft, always)),
    {},
  );
}

/** Reports a placeholder where no parameter could fill it. */
export function checkNoPlaceholder(scope: CompiledScope, path: Path, { report }: Reading): void {
  if (scope.template.names.length > 0) {
    report.add(
      "placeholder",
      path,
      `\`${scope.name}\` holds a placeholder, and nothing here has a value for it`,
    );
  }
}

/** Whether an entry says one thing: a requirement, or one of the kinds; reports what it says besides. */
function checkKind(options: OperationOptions, path: Path, { report }: Reading): boolean {
  const kinds = KINDS.filter((kind) => options[kind] !== undefined);
  const [kind] = kinds;
  const isStray = options.enrichedBy !== undefined && options.public === undefined;
  if (isStray && !report.removed.has(formatPath([...path, "public"]))) {
    report.add(
      "mixed_operation",
      [...path, "enrichedBy"],
      "`enrichedBy` belongs to a `public` operation",
    );
  }
  if (kind === undefined) return true;
  const parts = PARTS.filter((part) => options[part] !== undefined);
  const gates = GATES.filter((gate) => options[gate] !== undefined);
  const allowed: readonly string[] = kind === "authenticated" ? ["tier", "accountTypes"] : [];
  const extra = [...kinds.slice(1), ...parts, ...gates].filter((key) => !allowed.includes(key));
  for (const key of extra) {
    report.add("mixed_operation", [...path, key], `\`${key}\` and \`${kind}\` exclude each other`);
  }
  return extra.length === 0;
}
