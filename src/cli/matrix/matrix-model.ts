import { loadPolicy, type Policy } from "../../decision/define-policy.js";
import { acceptsValue, bindTemplate } from "../../grammar/template.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import type { CompiledPolicy, CompiledScope, Operation } from "../../policy/compiled-policy.js";
import type { OperationDefinition, PolicyDefinition } from "../../policy/definition.js";
import { isPattern } from "../../policy/tool-names.js";
import {
  type Access,
  accessOf,
  conditionsOf,
  type DescribedBranch,
  describedBranches,
  plainWords,
  renamingsOf,
  requirementWords,
  type Word,
} from "../describe-rule.js";

/**
 * The role of a scope for an operation: named by all alternatives (`all`), by some (`any`), only for additional detail (`more`), or not named itself, but it implies a named scope (`via`).
 */
export type CellMark = "all" | "any" | "more" | "via";

/** The cell of an operation and a scope. */
export interface MatrixCell {
  readonly mark: CellMark;
  /** Whether the scope alone, with the baseline and every condition met, allows the operation. The policy decides this; it is not read from the rule. */
  readonly alone: boolean;
}

/** The row of a tool, a pattern of tools or an endpoint, or of one of its branches. */
export interface MatrixRow {
  readonly name: string;
  /** The condition of the branch, such as `mode: "explain"`, or `otherwise`; `undefined` for an entry without cases. */
  readonly when: string | undefined;
  readonly kind: "tool" | "pattern" | "endpoint";
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly hidden: boolean;
  readonly access: Access;
  /** The reason of the denial, if the operation is denied. */
  readonly reason: string | undefined;
  readonly needs: readonly Word[];
  readonly gates: readonly string[];
  readonly renamings: readonly string[];
  readonly cells: ReadonlyMap<number, MatrixCell>;
}

/** The rows of one kind, and the scopes that at least one of them uses. */
export interface MatrixPart {
  readonly rows: readonly MatrixRow[];
  readonly columns: readonly CompiledScope[];
}

/** The operations of a policy by scopes. */
export interface Matrix {
  readonly policy: CompiledPolicy;
  readonly tools: MatrixPart;
  readonly endpoints: MatrixPart;
}

/** The sizes of the sections of a policy. */
export interface Counts {
  readonly scopes: number;
  readonly tools: number;
  readonly endpoints: number;
  readonly patterns: number;
  readonly bundles: number;
  readonly denials: number;
}

/** Counts the entries of a policy. A pattern does not count as a tool; a denied entry counts as a denial and as what it is. */
export function countsOf(policy: Policy): Counts {
  const { scopes, tools = {}, endpoints = {}, bundles = {} } = policy.definition;
  const names = Object.keys(tools);
  const rules = [...Object.values(tools), ...Object.values(endpoints)];
  return {
    scopes: Object.keys(scopes).length,
    tools: names.filter((name) => !isPattern(name)).length,
    endpoints: Object.keys(endpoints).length,
    patterns: names.filter(isPattern).length,
    bundles: Object.keys(bundles).length,
    denials: rules.filter((rule) => typeof rule === "object" && rule.deny !== undefined).length,
  };
}

/** Returns the matrix of a policy. */
export function matrixOf(policy: Policy): Matrix {
  const compiled = compiledPolicyOf(policy);
  const { definition } = compiled;
  const patterns = new Map(compiled.patterns.map(({ operation }) => [operation.name, operation]));
  const branchesOf = (entries: PolicyDefinition["tools"]): readonly NamedBranch[] =>
    Object.entries(entries ?? {}).flatMap(([name, entry]) => {
      const operation = patterns.get(name) ?? compiled.operations.get(name);
      if (operation === undefined) return [];
      const branches = describedBranches(entry, operation);
      return branches.map((branch): NamedBranch => ({ name, entry, branch }));
    });
  const [tools, endpoints] = [branchesOf(definition.tools), branchesOf(definition.endpoints)];
  const ask = createAskers(policy, definition, [...tools, ...endpoints]);
  const rowsOf = (branches: readonly NamedBranch[]): readonly MatrixRow[] =>
    branches.map((named) => ({
      ...rowOf(named, compiled),
      cells: cellsOf(named.branch.operation, compiled, ask(named)),
    }));
  return {
    policy: compiled,
    tools: partOf(rowsOf(tools), compiled),
    endpoints: partOf(rowsOf(endpoints), compiled),
  };
}

function partOf(rows: readonly MatrixRow[], policy: CompiledPolicy): MatrixPart {
  const used = new Set(rows.flatMap((row) => [...row.cells.keys()]));
  return { rows, columns: policy.scopes.filter((scope) => used.has(scope.id)) };
}

/** A branch of the entry of a name. */
interface NamedBranch {
  readonly name: string;
  readonly entry: OperationDefinition;
  readonly branch: DescribedBranch;
}

/** Returns the name of a row with the condition of its branch. */
export function labelOf({ name, when }: Pick<MatrixRow, "name" | "when">): string {
  return when === undefined ? name : `${name} (${when})`;
}

function rowOf(named: NamedBranch, policy: CompiledPolicy): Omit<MatrixRow, "cells"> {
  const { name, branch } = named;
  const { entry, operation, when } = branch;
  const options = typeof named.entry === "string" ? {} : named.entry;
  const access = accessOf(entry, operation);
  return {
    name,
    when,
    kind: operation.kind === "tool" && isPattern(name) ? "pattern" : operation.kind,
    title: options.title,
    description: options.description,
    hidden: operation.hidden,
    access,
    reason: operation.denial,
    needs: access === "scopes" ? requirementWords(entry) : [],
    gates: access === "denied" ? [] : conditionsOf(operation, policy),
    renamings: access === "denied" ? [] : renamingsOf(operation),
  };
}

/** Returns whether a scope, for an account of these types, allows an operation (or the detail of a public one). */
type Ask = (scope: CompiledScope, accountTypes: readonly string[]) => boolean;

/** Values for every placeholder and parameter: with one value, all bindings match. Not all are accepted in `a:{id}x`. */
const SAMPLES = [..."xyz0123456789abcdefghijklmnopqrstuvw"];

/** Returns a value that every template accepts; the first one if there is none. */
function sampleOf({ scopes }: CompiledPolicy): string {
  const isAccepted = (value: string) =>
    scopes.every(({ template }) =>
      template.names.every((_, index) => acceptsValue(template, index, value)),
    );
  return SAMPLES.find(isAccepted) ?? (SAMPLES[0] as string);
}

/**
 * Returns a function that asks the policy about an operation. A name that a pattern matches may match other patterns too, and a
 * branch is chosen by arguments, so each pattern and each branch gets its own tool name in a separate policy, which contains only
 * these tools.
 */
function createAskers(
  policy: Policy,
  definition: PolicyDefinition,
  branches: readonly NamedBranch[],
): (named: NamedBranch) => Ask {
  const apartOnes = branches.filter(
    ({ name, branch: { when, operation } }) =>
      when !== undefined || (operation.kind === "tool" && isPattern(name)),
  );
  const standIns = new Map(apartOnes.map((named, index) => [named, `p${index}`]));
  const apart =
    apartOnes.length === 0
      ? policy
      : loadPolicy({
          ...definition,
          endpoints: {},
          tools: Object.fromEntries(
            apartOnes.map(({ branch }, index) => [`p${index}`, branch.entry]),
          ),
        });
  const { tiers, entitlements, boundaries = {}, baseline = [] } = definition;
  const sample = sampleOf(compiledPolicyOf(policy));
  const within = Object.fromEntries(Object.keys(boundaries).map((name) => [name, [sample]]));
  const plan = tiers?.at(-1);
  return (named) => {
    const { name } = named;
    const standIn = standIns.get(named);
    const [asked, operation] =
      standIn === undefined ? [policy, policy.operation(name)] : [apart, apart.operation(standIn)];
    const params = Object.fromEntries(operation.params.map((param) => [param, sample]));
    const always = standIn === undefined && name.includes(" ") ? [] : baseline;
    return (scope, accountTypes) => {
      const bound = bindTemplate(
        scope.template,
        scope.template.names.map(() => sample),
      );
      const account = { tier: plan, account_type: accountTypes, entitlements, boundaries: within };
      const facts = { ...account, first_party: true };
      const token = { scope: [bound, ...always], ...facts };
      const decision = asked.decideUntrusted(token, operation.name, params);
      // how the user authenticated is a condition, which is met here
      if (decision.code === "insufficient_user_authentication") return true;
      return decision.allowed && (decision.enriched || decision.scopes.length > 0);
    };
  };
}

function cellsOf(
  operation: Operation,
  { scopes }: CompiledPolicy,
  ask: Ask,
): ReadonlyMap<number, MatrixCell> {
  const cells = new Map<number, MatrixCell>();
  if (operation.denial !== undefined) return cells;
  const ways = operation.rules.flatMap((rule) => rule.alternatives);
  const detail = operation.rules.flatMap((rule) => rule.enrichments);
  const named = new Map(detail.flatMap(({ uses }) => uses.map(({ scope }) => [scope.id, 0])));
  for (const { uses } of ways) {
    for (const id of new Set(uses.map((use) => use.scope.id)))
      named.set(id, (named.get(id) ?? 0) + 1);
  }
  // an account that has a type of each condition: with more types, up to 1,024, it meets at least as much
  const types = [...ways, ...detail].flatMap(({ typeConditions }) =>
    typeConditions.map(([type]) => type as string),
  );
  const accountTypes = [...new Set(types)];
  for (const scope of scopes) {
    const count = named.get(scope.id);
    const mark = markOf(count, ways.length);
    const implies = count === undefined && scope.closure.some((one) => named.has(one.scope));
    if (mark === undefined && !implies) continue;
    cells.set(scope.id, { mark: mark ?? "via", alone: ask(scope, accountTypes) });
  }
  return cells;
}

function markOf(count: number | undefined, ways: number): CellMark | undefined {
  if (count === undefined) return undefined;
  if (count === 0) return "more";
  return count === ways ? "all" : "any";
}

/** Returns the requirement of an operation as text. */
export function needsText(row: MatrixRow): string {
  if (row.access === "denied") return `never: ${row.reason ?? ""}`;
  if (row.access === "public") return "nothing: public";
  return row.access === "authenticated" ? "any valid token" : plainWords(row.needs);
}
