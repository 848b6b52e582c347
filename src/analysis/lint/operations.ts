import { printedScope } from "../../grammar/scope-syntax.js";
import {
  type Alternative,
  branchesOf,
  type CompiledPolicy,
  type CompiledScope,
  type Operation,
} from "../../policy/compiled-policy.js";
import type {
  BranchOptions,
  OperationOptions,
  RequirementOptions,
} from "../../policy/definition.js";
import type { Path } from "../../policy/report.js";
import { accessOfScope, writeWordOf } from "./access.js";
import type { LintRule } from "./lint-rule.js";
import { operationsOf } from "./places.js";

/** Returns whether a third party can get past every rule of a branch with some token. */
function isOpenBranch({ rules }: Operation): boolean {
  return rules.every((rule) => rule.public || rule.alternatives.some(({ reserved }) => !reserved));
}

/** Operations that every third party is denied, although nothing says so. Those that are hidden or internal are meant to be. */
export const unreachableOperation: LintRule = (policy) =>
  operationsOf(policy).flatMap(({ operation, path }) => {
    const branches = branchesOf(operation);
    const isMeant = operation.hidden || operation.internal || branches.length === 0;
    if (isMeant || branches.some(isOpenBranch)) return [];
    return {
      path,
      message:
        "no third party can be allowed: every way to satisfy the requirement has a reserved scope",
      fix: "add an alternative without a reserved scope, or `hidden: true` if only first-party clients call it",
    };
  });

/** Operations whose names tell of a change, and that a token with scopes for reading opens. */
export const writeOnReadScope: LintRule = (policy) => {
  const baseline = new Set(policy.baseline.map(({ id }) => id));
  // every tool requires the baseline, so it does not tell what a tool is for
  const scopesOfWay = ({ uses }: Alternative) =>
    uses.flatMap(({ scope }) => (baseline.has(scope.id) ? [] : [scope]));
  const readScopesOf = ({ rules }: Operation) =>
    rules
      .flatMap(({ alternatives }) => alternatives.map(scopesOfWay))
      .find((scopes) => scopes.length > 0 && scopes.every(isForReading));
  return operationsOf(policy).flatMap(({ operation, path }) => {
    const word = writeWordOf(operation.name);
    const ways = word === undefined ? [] : branchesOf(operation).map(readScopesOf);
    const [way] = ways;
    if (way === undefined || ways.includes(undefined)) return [];
    const names = way.map(({ name }) => `\`${name}\``).join(" and ");
    return {
      path,
      message: `the name says \`${word}\`, and ${names} alone is enough to call it`,
      fix: "require a scope for writing, or rename the operation",
    };
  });
};

const isForReading = (scope: CompiledScope): boolean => accessOfScope(scope) === "read";

type Requirement = string | RequirementOptions;

/** A list of requirements of which one must be satisfied, with its place. */
interface AnyOf {
  readonly path: Path;
  readonly parts: readonly Requirement[];
}

/** Returns every `anyOf` of a requirement, at any depth. */
function anyOfIn(requirement: Requirement, path: Path): readonly AnyOf[] {
  if (typeof requirement === "string") return [];
  const inner = (["anyOf", "allOf"] as const).flatMap((key) =>
    (requirement[key] ?? []).flatMap((part, index) => anyOfIn(part, [...path, key, index])),
  );
  const { anyOf } = requirement;
  return anyOf === undefined ? inner : [{ path: [...path, "anyOf"], parts: anyOf }, ...inner];
}

/** Returns the requirements of an entry, one for each branch. */
function requirementsOf(
  entry: string | OperationOptions,
  path: Path,
): readonly [Requirement, Path][] {
  if (typeof entry === "string") return [];
  const branches: readonly [string | BranchOptions, Path][] = [
    ...(entry.cases ?? []).map((one, index): [BranchOptions, Path] => [
      one,
      [...path, "cases", index],
    ]),
    ...(entry.otherwise === undefined
      ? []
      : [[entry.otherwise, [...path, "otherwise"]] as [string | BranchOptions, Path]]),
  ];
  return [[entry, path], ...branches];
}

/** Returns the scopes that a requirement names. */
function namesIn(requirement: Requirement): readonly string[] {
  if (typeof requirement === "string") return [printedScope(requirement)];
  const { scope, allOf = [], anyOf = [] } = requirement;
  return [
    ...(scope === undefined ? [] : [printedScope(scope)]),
    ...[...allOf, ...anyOf].flatMap(namesIn),
  ];
}

/** Lists of which one is enough, where one part is for reading and another for writing. */
export const mixedAnyOf: LintRule = (policy: CompiledPolicy) => {
  const byName = new Map(policy.scopes.map((scope) => [scope.name, scope]));
  const accessOf = (part: Requirement) => {
    const all = namesIn(part).map((name) => accessOfScope(byName.get(name) as CompiledScope));
    return all.includes("write") ? "write" : all.includes("read") ? "read" : undefined;
  };
  return operationsOf(policy)
    .flatMap(({ entry, path }) => requirementsOf(entry, path))
    .flatMap(([requirement, path]) => anyOfIn(requirement, path))
    .flatMap(({ path, parts }) => {
      const kinds = parts.map(accessOf);
      const [read, write] = [kinds.indexOf("read"), kinds.indexOf("write")];
      if (read === -1 || write === -1) return [];
      const [one, other] = [read, write].map((at) => namesIn(parts[at] as Requirement).join(" "));
      return {
        path,
        message: `one is enough of \`${one}\`, which is for reading, and \`${other}\`, which is for writing`,
        fix: "name the scope for reading alone, and let the one for writing imply it; or require the one for writing",
      };
    });
};
