import type { OperationChange } from "./operation-changes.js";
import type { ScopeChange } from "./scope-changes.js";

/** The step of a version by semantic versioning. */
export type SemverStep = "major" | "minor" | "patch";

/** The step for each change of an operation. */
const OPERATION_STEPS: Readonly<Record<OperationChange["change"], SemverStep>> = {
  narrower: "major",
  different: "major",
  removed: "major",
  wider: "minor",
  added: "minor",
  equal: "patch",
};

/** The step for each change of a scope that is not a patch. `true` and `false` are the new values of an option. */
const SCOPE_STEPS: ReadonlyMap<string, SemverStep> = new Map([
  ["removed", "major"],
  ["reserved true", "major"],
  ["restricted true", "major"],
  ["reserved false", "minor"],
  ["restricted false", "minor"],
  ["added", "minor"],
  ["renamed", "minor"],
]);

/**
 * Returns the step of the version for changes: the largest of the steps of all changes.
 *
 * @param unproved - the operations for which the search stopped at its limit
 * @param isLoss - whether an existing grant loses an operation
 */
export function semverStep(
  operations: readonly OperationChange[],
  scopes: readonly ScopeChange[],
  unproved: readonly string[],
  isLoss: boolean,
): SemverStep {
  const steps = new Set<SemverStep | undefined>([
    ...(isLoss || unproved.length > 0 ? ["major" as const] : []),
    ...operations.map(stepOfOperation),
    ...scopes.map(({ change, to }) =>
      SCOPE_STEPS.get(typeof to === "boolean" ? `${change} ${to}` : change),
    ),
  ]);
  return (["major", "minor"] as const).find((step) => steps.has(step)) ?? "patch";
}

/** Returns the step for one operation. To remove an operation that denied every call takes nothing from a client. */
function stepOfOperation({ change, witness }: OperationChange): SemverStep {
  return change === "removed" && witness === undefined ? "patch" : OPERATION_STEPS[change];
}
