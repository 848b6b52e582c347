export type { Account } from "./analysis/account.js";
export { decideAll, type JointDecision, type PlannedCall } from "./analysis/decide-all.js";
export type { ExistingGrant } from "./analysis/diff/existing-grant.js";
export type { GrantChange, GrantChanges } from "./analysis/diff/grant-changes.js";
export type { OperationChange } from "./analysis/diff/operation-changes.js";
export type { ScopeAspect, ScopeChange, ScopeValue } from "./analysis/diff/scope-changes.js";
export type { SemverStep } from "./analysis/diff/semver-step.js";
export type { DiffWitness } from "./analysis/diff/witness.js";
export {
  type DiffOptions,
  diffPolicies,
  type PolicyDiff,
} from "./analysis/diff-policies.js";
export {
  equivalent,
  type OperationDifference,
  type UnprovedEquivalence,
} from "./analysis/equivalent.js";
export {
  type LeastPrivilege,
  type LeastPrivilegeOptions,
  leastPrivilege,
  type UnreachableOperation,
} from "./analysis/least-privilege.js";
export type { LintFinding, LintOptions, LintProvider } from "./analysis/lint-policy.js";
export { lintPolicy } from "./analysis/lint-policy.js";
export { type OperationDecision, type ReachableOptions, reachable } from "./analysis/reachable.js";
export type { CallArguments } from "./analysis/sample-calls.js";
export {
  type PlannedToken,
  type PlanStep,
  type TokenPlan,
  type TokenPlanOptions,
  tokenPlan,
  type UnreachableStep,
} from "./analysis/token-plan.js";
export { type AccessConditions, type WhoCan, whoCan } from "./analysis/who-can.js";
