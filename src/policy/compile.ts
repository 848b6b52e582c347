import { PolicyError } from "../errors.js";
import { printedScope } from "../grammar/scope-syntax.js";
import { checkAcceptedFindings } from "./accepted-findings.js";
import { compileBoundaries } from "./boundaries.js";
import type { CompiledPolicy, CompiledScope } from "./compiled-policy.js";
import { compileConditions, reportDuplicates } from "./conditions.js";
import { checkCounts } from "./counts.js";
import type { BundleDefinition, PolicyDefinition } from "./definition.js";
import { readJson } from "./json-text.js";
import { checkNoPlaceholder, compileOperations } from "./operations.js";
import { deepFreeze, snapshot } from "./plain-data.js";
import { checkPolicyTexts } from "./policy-texts.js";
import { createReport, describeFindings, type Path, type Report } from "./report.js";
import type { RequirementContext } from "./requirement.js";
import { reportRestrictedLists } from "./restricted.js";
import { createRuleBudget, reportExceededBudget } from "./rule.js";
import { checkShape } from "./schema.js";
import { buildLookups, templatesByName } from "./scope-lookup.js";
import { compileScopes } from "./scopes.js";

/**
 * Compiles plain data into a policy. Copies the input, so that later changes to it have no effect.
 *
 * @throws {@link PolicyError} `ERR_POLICY_INVALID` with all findings
 */
export function compilePolicy(source: unknown): CompiledPolicy {
  const report = createReport();
  return accept(compileData(snapshot(source, report), report), report);
}

/** Compiles JSON text as {@link compilePolicy} compiles data. Text that is not JSON has no finding but that. */
export function compilePolicyText(text: string): CompiledPolicy {
  const report = createReport();
  const data = readJson(text, report);
  return accept(
    data === undefined ? undefined : compileData(snapshot(data, report), report),
    report,
  );
}

function accept(compiled: CompiledPolicy | undefined, report: Report): CompiledPolicy {
  if (compiled !== undefined && report.findings.length === 0) return compiled;
  const findings = report.close();
  throw new PolicyError("ERR_POLICY_INVALID", describeFindings(findings), findings);
}

function compileData(data: unknown, report: Report): CompiledPolicy | undefined {
  // data that was cut off would cause follow-up findings
  if (report.findings.some(({ code }) => code === "too_large")) return undefined;
  const definition = checkShape(data, report);
  // for editors only: nothing that is computed from a policy may depend on it
  delete (definition as { $schema?: string }).$schema;
  if (!checkCounts(definition, report)) return undefined;
  const conditions = compileConditions(definition, report);
  const table = compileScopes(definition, conditions, report);
  const budget = createRuleBudget();
  const boundaries = compileBoundaries(definition, report);
  const reading: RequirementContext = { table, conditions, boundaries, report, budget };
  const baseline = scopeList(definition.baseline, ["baseline"], reading);
  const defaults = scopeList(definition.defaultScopes, ["defaultScopes"], reading);
  for (const { scope, path } of defaults) {
    if (scope.reserved) {
      report.add(
        "reserved_default",
        path,
        `\`${scope.name}\` is reserved, so it cannot be a default scope`,
      );
    } else if (scope.options.default === "off") {
      report.add(
        "denied_default",
        path,
        `\`${scope.name}\` is off by default, so it cannot be a default scope`,
      );
    }
  }
  reportRestrictedLists(baseline, defaults, report);
  checkBundles(definition, reading);
  const always = baseline.map(({ scope }) => scope);
  const operations = compileOperations(definition, always, reading);
  reportExceededBudget(budget, report);
  checkAcceptedFindings(definition, report);
  checkPolicyTexts(definition, report);
  return {
    definition: deepFreeze(definition),
    tiers: definition.tiers ?? [],
    tierRank: conditions.tierRank,
    boundaries: [...boundaries.byName.values()],
    scopes: table.scopes,
    twins: table.twins,
    baseline: always,
    lookups: buildLookups(table.names),
    templates: templatesByName(table.names),
    ...operations,
  };
}

interface ListedScopeName {
  readonly scope: CompiledScope;
  readonly path: Path;
}

/** Reads a list of scopes that may not have placeholders. */
function scopeList(
  names: readonly string[] | undefined,
  path: Path,
  reading: RequirementContext,
): readonly ListedScopeName[] {
  reportDuplicates(names, path, reading.report, printedScope);
  return (names ?? []).flatMap((name, index) => {
    const at = [...path, index];
    const scope = reading.table.find(name, at);
    if (scope === undefined) return [];
    checkNoPlaceholder(scope, at, reading);
    return [{ scope, path: at }];
  });
}

function checkBundles(definition: PolicyDefinition, { table, report }: RequirementContext): void {
  for (const [name, bundle] of Object.entries(definition.bundles ?? {})) {
    const [members, path] = isScopeList(bundle)
      ? [bundle, ["bundles", name]]
      : [bundle.except, ["bundles", name, "except"]];
    reportDuplicates(members, path, report, printedScope);
    for (const [index, member] of (members ?? []).entries()) table.find(member, [...path, index]);
  }
}

/**
 * Returns whether a bundle is a list of scopes. `Array.isArray` does not narrow a readonly array, and every array has a member
 * `every`.
 */
export function isScopeList(bundle: BundleDefinition): bundle is readonly string[] {
  return Array.isArray(bundle);
}
