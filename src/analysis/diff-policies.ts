import type { AnyPolicy } from "../policy/any-policy.js";
import { checkOptions, type OptionCheck, optional } from "../policy/option-checks.js";
import { type ExistingGrant, isGrantList } from "./diff/existing-grant.js";
import { type GrantChanges, grantChanges } from "./diff/grant-changes.js";
import { type OperationChange, operationChanges } from "./diff/operation-changes.js";
import { type ScopeChange, scopeChanges } from "./diff/scope-changes.js";
import { type SemverStep, semverStep } from "./diff/semver-step.js";
import { createSides } from "./diff/sides.js";
import { timeOf } from "./diff/witness.js";

/** Options of {@link diffPolicies}. */
export interface DiffOptions {
  /** The grants that exist now, to find out what happens to them. Default: none, and the result has no `grants`. */
  readonly grants?: readonly ExistingGrant[];
}

/** What a change of a policy does. */
export interface PolicyDiff {
  /** Every operation of both policies, equal ones included. */
  readonly operations: readonly OperationChange[];
  /** Each difference in a scope. */
  readonly scopes: readonly ScopeChange[];
  /** Operations for which the search stopped at its limit, so nothing is proved about them. They count as `different`. */
  readonly unproved: readonly string[];
  /** What happens to existing grants. Absent without the option `grants`. */
  readonly grants?: GrantChanges;
  /** The step of the version that the change asks for. */
  readonly semver: SemverStep;
}

const CHECKS = {
  grants: optional(isGrantList),
} satisfies Record<keyof DiffOptions, OptionCheck>;

/**
 * Returns what a change of a policy does to each operation, to the scopes, and to existing grants.
 *
 * Each operation is decided exactly, in both directions: the result is a proof, not a sample. A difference comes with a witness, a
 * smallest token and a call. `decideUntrusted` of each policy, or `decideRequest` for an endpoint, has the decision that the witness
 * names; for an internal operation `decide`. `auth_time` of a witness fits the clock of `after` at the time of the call. If the search
 * in one operation stops at its limit, it counts as `different` and is listed in `unproved`.
 *
 * Tools are compared by name, endpoints by request: an endpoint is the same one if only names of path parameters differ, and a HEAD
 * beside its GET counts as the GET. A request that an added or removed endpoint routes elsewhere is a change of the endpoint that
 * now allows it, or no longer does. Operations are in the order of `before`, then of `after`, then those that only patterns match.
 *
 * Existing grants are compared by the calls of their tokens. `acr` and `maxAge` count as met, because a user can meet them without
 * consent. Conditions read the members of the grant: without `tier`, the account has none.
 *
 * | `semver` | if |
 * |---|---|
 * | `major` | an operation is `narrower`, `different`, unproved, or `removed` with a witness; a scope is removed without a successor, or becomes reserved or restricted; a grant loses an operation |
 * | `minor` | an operation is `wider` or `added`; a scope is added, renamed, or no longer reserved or restricted |
 * | `patch` | otherwise, also without any change |
 *
 * Not compared: claims of boundaries, messages and codes of calls that both policies deny,
 * texts of operations, and the order of lists.
 *
 * @throws {@link index!PolicyError} `ERR_POLICY_UNKNOWN` for a value that is not a policy, `ERR_OPTIONS_INVALID` for invalid options
 * or grants
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 * import { diffPolicies } from "scope-policy/analysis";
 *
 * const shop = { name: "Shop", scopes: { "orders:read": {}, "orders:write": {} } };
 * const before = loadPolicy({ ...shop, version: "1", tools: { list_orders: "orders:read" } });
 * const after = loadPolicy({ ...shop, version: "2", tools: { list_orders: "orders:write" } });
 * const { operations, grants, semver } = diffPolicies(before, after, { grants: [{ scope: "orders:read", user: "u1" }] });
 * operations[0]?.change; // "different"
 * operations[0]?.witness?.token; // { scope: "orders:write" }
 * grants?.losing; // 1
 * semver; // "major"
 * ```
 */
export function diffPolicies(
  before: AnyPolicy,
  after: AnyPolicy,
  options: DiffOptions = {},
): PolicyDiff {
  const sides = createSides(before, after);
  const { grants: given } = checkOptions("the comparison", options, CHECKS);
  const { operations, changed, unproved } = operationChanges(sides, timeOf(sides.after));
  const scopes = scopeChanges(sides.before.policy, sides.after.policy);
  const grants = given && grantChanges(given, changed, sides);
  const isLoss = grants !== undefined && grants.losing + grants.unproved.length > 0;
  return {
    operations,
    scopes,
    unproved,
    ...(grants && { grants }),
    semver: semverStep(operations, scopes, unproved, isLoss),
  };
}
