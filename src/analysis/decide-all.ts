import { type AccessToken, readOwn } from "../decision/access-token.js";
import { AT_GATE } from "../decision/decide.js";
import type { Decision } from "../decision/decision.js";
import { decideByOrigin } from "../decision/gate-decider.js";
import { jointScopes } from "../decision/joint-scopes.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { checkOptions, type OptionCheck, required } from "../policy/option-checks.js";

/** A call: the name of a tool or endpoint, and the values of its parameters by name. */
export type PlannedCall = readonly [operation: string, params?: unknown];

/** The decision about several calls together. */
export interface JointDecision {
  /** Whether every call is allowed. */
  readonly allowed: boolean;
  /** The decision about each call, in the given order. */
  readonly decisions: readonly Decision[];
  /**
   * The smallest scope to ask the user for so that no call is denied with `insufficient_scope`. `""` if no call is. Calls that are
   * denied for another reason stay denied.
   */
  readonly missing: string;
}

const isList: OptionCheck = (value) => (Array.isArray(value) ? undefined : "expected a list");

/**
 * Returns the decision about several calls with one token, and the one scope to ask for. Separate denials name scopes each for itself,
 * so together they can ask for more than is needed. If several sets of scopes are enough, `missing` is chosen as by {@link leastPrivilege}.
 * A scope that the token has for other values only is never in `missing`: a call that needs it is denied with `binding_mismatch`.
 *
 * Names, parameters and the token can come from a client: no value of them makes the function throw, and internal operations are
 * unknown. Without a token, `missing` is `""`, because each denial is `unauthenticated`; call {@link leastPrivilege} instead.
 * An empty list of calls is allowed.
 *
 * @throws {@link index!PolicyError} `ERR_POLICY_UNKNOWN`; `ERR_OPTIONS_INVALID` if `calls` is not a list
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 * import { decideAll } from "scope-policy/analysis";
 *
 * const policy = loadPolicy({
 *   name: "School",
 *   version: "1",
 *   scopes: { "school:read": {}, "courses:read": {} },
 *   tools: { get_settings: { anyOf: ["school:read", "courses:read"] }, list_courses: "courses:read" },
 * });
 * decideAll(policy, { scope: "" }, [["get_settings"], ["list_courses"]]).missing; // "courses:read"
 * ```
 */
export function decideAll(
  policy: AnyPolicy,
  token: AccessToken | undefined,
  calls: readonly PlannedCall[],
): JointDecision {
  const compiled = compiledPolicyOf(policy);
  checkOptions("`decideAll`", { calls }, { calls: required(isList) });
  const decisions = Array.from(calls, (call) =>
    decideByOrigin(policy, token, readOwn(call, "0"), readOwn(call, "1"), AT_GATE),
  );
  const fixable = decisions.filter((decision) => decision.code === "insufficient_scope");
  const { missing } = jointScopes(compiled, token, fixable);
  return {
    allowed: decisions.every(({ allowed }) => allowed),
    decisions,
    missing: missing.join(" "),
  };
}
