import { decideOperation, FROM_CODE } from "../decision/decide.js";
import { type Decider, operationOf } from "../decision/decider.js";
import { branchOf } from "../decision/prepare.js";
import type { PreparedOperation } from "../decision/prepared.js";
import { callsWith, type SearchedClient, withBoundaries } from "./callable-branch.js";
import { intersectPatterns } from "./diff/pattern-intersections.js";
import { paramsOf } from "./operation-branches.js";
import type { CallArguments } from "./sample-calls.js";

/** A name that several patterns match. */
export interface JointName {
  /** The operation that decides on it: all of the patterns together. */
  readonly whole: PreparedOperation;
  /** The patterns, each alone. */
  readonly patterns: readonly PreparedOperation[];
}

/**
 * Returns names for each pattern that other patterns match wherever it does: one for each set of other patterns. A pattern that decides alone
 * on some name has no entry.
 */
export function jointNames({
  fromCode,
}: Pick<Decider, "fromCode">): ReadonlyMap<string, readonly JointName[]> {
  const alone = new Map(fromCode.patterns.map(({ operation }) => [operation.name, operation]));
  if (alone.size < 2) return new Map();
  const exact = new Set(fromCode.operations.keys());
  const { found } = intersectPatterns([...alone.keys()].sort(), exact);
  const sets = new Map(
    [...alone.keys()].map((glob) => [glob, found.filter(({ globs }) => globs.includes(glob))]),
  );
  return new Map(
    [...sets]
      .filter(([, list]) => list.every(({ globs }) => globs.length > 1))
      .map(([glob, list]) => [
        glob,
        list.map(({ name, globs }) => ({
          whole: operationOf(fromCode, name) as PreparedOperation,
          patterns: globs.map((one) => alone.get(one) as PreparedOperation),
        })),
      ]),
  );
}

/** Returns whether some call of a name that several patterns match is allowed. Each value is within each boundary. */
export function isJointlyCallable(
  whole: PreparedOperation,
  { decider, token, values }: SearchedClient,
): boolean {
  const paramsFor = (args: CallArguments) => paramsOf(branchOf(whole, args));
  for (const call of callsWith(whole, paramsFor, values)) {
    const inside = withBoundaries(decider, token, call);
    if (decideOperation(decider, whole, inside, call, FROM_CODE).allowed) return true;
  }
  return false;
}
