import type { DecisionCode } from "../decision/decision.js";
import type { Policy } from "../decision/define-policy.js";
import { deciderOf } from "../decision/gate-decider.js";
import type { OperationName } from "../decision/operation-name.js";
import { needsOf } from "../decision/operation-needs.js";
import type { ScopeNeed } from "../decision/scope-cover.js";
import { smallestSets } from "../decision/smallest-sets.js";
import { isObject } from "../grammar/is-object.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import {
  checkOptions,
  isStringList,
  type OptionCheck,
  optional,
  required,
} from "../policy/option-checks.js";
import type { ScopeInput } from "../policy/policy-scopes.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import { expandTokens, type Meaning, readGrantedTokens } from "../policy/scope-meanings.js";
import { ACCOUNT_CHECKS, type Account, accountClaims, isTextOrList } from "./account.js";
import { operationFor } from "./operation-branches.js";

/** Options of {@link leastPrivilege}: the account of the user, the scope that the client has, and the values of the calls. */
export interface LeastPrivilegeOptions extends Account {
  /** The scope that the client already has. Default: none. */
  readonly held?: ScopeInput;
  /** Values of parameters by name, for all operations. They also choose the branches of cases. Default: none. */
  readonly params?: { readonly [param: string]: unknown };
}

/** An operation that no consent opens. */
export interface UnreachableOperation {
  /** The name of the operation. */
  readonly operation: string;
  /** The code of the denial of a token that has every scope which the client can get. */
  readonly reason: DecisionCode;
}

/** The least scope that opens operations. */
export interface LeastPrivilege {
  /** The scope to ask for in addition to `held`, as `policy.reduce` writes it. `""` if nothing is missing. */
  readonly scopes: string;
  /** At most 16 other scopes of the same size, best first. */
  readonly alternatives: readonly string[];
  /** The operations that no consent opens, in the given order. `scopes` opens all others. */
  readonly unreachable: readonly UnreachableOperation[];
  /**
   * Whether no better scope exists. If `false`, the search stopped at its limit: `scopes` opens the operations and no scope of it
   * can be left out, but a smaller one can exist, and `alternatives` is incomplete.
   */
  readonly exact: boolean;
}

/** Maximum number of alternatives of a result. */
const MAX_PLAN_ALTERNATIVES = 16;

const isParams: OptionCheck = (value) => (isObject(value) ? undefined : "expected an object");

const CHECKS = {
  ...ACCOUNT_CHECKS,
  held: optional(isTextOrList),
  params: optional(isParams),
} satisfies Record<keyof LeastPrivilegeOptions, OptionCheck>;

/**
 * Returns the least scope with which a third party can call all of some operations. An operation that several scopes open gets the one
 * that adds the least to all others.
 *
 * The size of a scope is the number of scopes in `policy.expand` that it adds to `held`, so a scope that implies many others is large.
 * Of scopes of the same size, the one with the least risk is first: the fewest that are off by default, then the fewest with a
 * warning, then the fewest whose name does not say that they only read, then the lowest tiers. After that, the fewest scope tokens
 * and the declared order decide.
 *
 * A scope that `held` has for other values only can be part of the result, although a decision about `held` is then `binding_mismatch`.
 * Reserved scopes are never part of the result, restricted ones only of `held`. Values count as within every boundary, and
 * the user as just authenticated. `policy.decide` allows a token with `held` and `scopes`, the claims of the account, values within its
 * boundaries and a fresh authentication.
 *
 * @param operations - names of tools and endpoints, including internal ones and names that only patterns match
 * @throws {@link index!PolicyError} `ERR_OPERATION_UNKNOWN` for a name that the policy does not declare, `ERR_OPTIONS_INVALID`,
 * `ERR_POLICY_UNKNOWN`
 *
 * @example
 * ```ts
 * import { definePolicy } from "scope-policy";
 * import { leastPrivilege } from "scope-policy/analysis";
 *
 * const policy = definePolicy({
 *   name: "School",
 *   version: "1",
 *   scopes: { "courses:read": "Read courses", "school:read": { description: "Read all", implies: ["courses:read"] } },
 *   tools: { list_courses: "courses:read", search: { anyOf: ["school:read", "courses:read"] } },
 * });
 * leastPrivilege(policy, ["list_courses", "search"]).scopes; // "courses:read"
 * ```
 */
export function leastPrivilege<Types extends PolicyTypes>(
  policy: Policy<Types>,
  operations: readonly OperationName<Types>[],
  options: LeastPrivilegeOptions = {},
): LeastPrivilege {
  const compiled = compiledPolicyOf(policy);
  const own = checkOptions("`leastPrivilege`", options, CHECKS);
  const { held = "", params } = own;
  checkOptions("`leastPrivilege`", { operations }, { operations: required(isStringList) });
  const claims = { ...accountClaims(own), scope: held };
  const decider = deciderOf(policy);
  const needs: ScopeNeed[] = [];
  const unreachable: UnreachableOperation[] = [];
  for (const name of new Set<string>(operations)) {
    const needed = needsOf(decider, operationFor(policy, name), claims, params);
    if (needed.kind === "reachable") needs.push(...needed.needs);
    else unreachable.push({ operation: name, reason: needed.reason });
  }
  const granted = expandTokens(compiled, readGrantedTokens(held) ?? [], false);
  const { sets, exact } = smallestSets(compiled, needs, granted, false, MAX_PLAN_ALTERNATIVES + 1);
  const [scopes = "", ...alternatives] = sets.map(scopeOf);
  return { scopes, alternatives, unreachable, exact };
}

function scopeOf(meanings: readonly Meaning[]): string {
  return meanings.map(({ text }) => text).join(" ");
}
