import type { AccessToken } from "../decision/access-token.js";
import { readClock } from "../decision/authentication.js";
import { FROM_CODE } from "../decision/decide.js";
import type { Decider } from "../decision/decider.js";
import type { DecisionCode } from "../decision/decision.js";
import type { Policy } from "../decision/define-policy.js";
import { decideByOrigin, deciderOf } from "../decision/gate-decider.js";
import type { OperationName } from "../decision/operation-name.js";
import { branchOf } from "../decision/prepare.js";
import type { PreparedOperation } from "../decision/prepared.js";
import { isBoundValue, PROBE_VALUES } from "../grammar/bound-value.js";
import { acceptsValue } from "../grammar/template.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import { createFreshWords } from "./fresh-words.js";
import { type AuthenticationClaims, minimalTokens } from "./minimal-tokens.js";
import { haveSameRules, operationFor, paramsOf } from "./operation-branches.js";
import { branchArguments, type CallArguments, withWords } from "./sample-calls.js";
import { waysOf } from "./ways.js";

/** A call that a token may make of one operation, but not of the other. */
export interface OperationDifference {
  /** The operations are proved to differ. */
  readonly exact: true;
  /** A token that one of the operations allows, with nothing that this one does not need. */
  readonly witness: AccessToken;
  /** The arguments of both calls. */
  readonly params: CallArguments;
  /** The code of the decision about the first operation. */
  readonly a: DecisionCode;
  /** The code of the decision about the second operation. */
  readonly b: DecisionCode;
}

/** The result of {@link equivalent} if the comparison stopped at its limit without a difference: nothing is proved. */
export interface UnprovedEquivalence {
  /** Neither that the operations are equivalent nor that they differ is proved. */
  readonly exact: false;
}

/** Maximum number of calls and minimal tokens of two operations that are compared. */
const MAX_COMPARED_TOKENS = 10_000;

/**
 * Returns whether two operations are opened by exactly the same tokens: `true`, or a token that only one of them allows.
 *
 * Both are proofs, not samples. More in a token never closes an operation, so it is enough to compare the minimal tokens that each
 * operation allows, for every branch. Parameters of the same name have the same value in both calls, also a value that only one operation
 * rejects; a parameter that only one of them has gets a safe value. Not compared: the codes of denials, additional detail
 * (`enrichedBy`), texts, calls without a token, and whether an operation is hidden or internal.
 *
 * If the operations have more than 10,000 calls and minimal tokens, as several patterns with many alternatives for one name have, only
 * the first ones are compared. The result is then `{ exact: false }`, unless one of them shows a difference. Compare with `=== true`.
 *
 * `policy.decide` confirms the witness: with `params`, it allows one of the operations and denies the other, with the codes of the
 * result. If the operations differ in `maxAge` alone, the time of the witness is that of the policy's clock at the time of the call.
 *
 * @throws {@link index!PolicyError} `ERR_OPERATION_UNKNOWN` for an operation that the policy does not declare, `ERR_POLICY_UNKNOWN`
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 * import { equivalent } from "scope-policy/analysis";
 *
 * const policy = loadPolicy({
 *   name: "Shop",
 *   version: "1",
 *   scopes: { "orders:read": {}, "orders:write": { implies: ["orders:read"] } },
 *   tools: { list_orders: "orders:read", add_order: "orders:write" },
 *   endpoints: { "GET /orders": { anyOf: ["orders:read", "orders:write"] } },
 * });
 * equivalent(policy, "list_orders", "GET /orders"); // true
 * equivalent(policy, "list_orders", "add_order"); // { exact: true, witness: { scope: "orders:read" }, params: {}, a: "allowed", b: "insufficient_scope" }
 * ```
 */
export function equivalent<Types extends PolicyTypes>(
  policy: Policy<Types>,
  a: OperationName<Types>,
  b: OperationName<Types>,
): true | OperationDifference | UnprovedEquivalence {
  compiledPolicyOf(policy);
  const decider = deciderOf(policy);
  const left = operationFor(policy, a);
  const right = operationFor(policy, b);
  const now = Math.floor(readClock(decider.now));
  const codesOf = (token: AccessToken, params: CallArguments) => {
    const origin = { ...FROM_CODE, now: () => now };
    const codeOf = (name: string) => decideByOrigin(policy, token, name, params, origin).code;
    return { a: codeOf(a), b: codeOf(b) };
  };
  let count = 0;
  for (const { params, witness } of comparisonsOf(decider, left, right, now)) {
    if (count === MAX_COMPARED_TOKENS) return { exact: false };
    count += 1;
    const codes = witness && codesOf(witness, params);
    if (codes && (codes.a === "allowed") !== (codes.b === "allowed"))
      return { exact: true, witness, params, ...codes };
  }
  return true;
}

/** A call to compare, with a token or alone. */
interface Comparison {
  readonly params: CallArguments;
  readonly witness?: AccessToken;
}

/** Yields each call of two operations, and with it each minimal token if the rules that decide on it differ. */
function* comparisonsOf(
  decider: Decider,
  left: PreparedOperation,
  right: PreparedOperation,
  now: number,
): Generator<Comparison> {
  for (const params of callsOf(decider, left, right)) {
    // a call counts by itself, because cases can have many that no token is compared for
    yield { params };
    const branches = [branchOf(left, params), branchOf(right, params)] as const;
    if (haveSameRules(...branches)) continue;
    for (const witness of witnessesOf(decider, branches, params, now)) yield { params, witness };
  }
}

/** Yields the calls to compare: each branch with new values for all parameters, and with values that only one of the operations accepts. */
function* callsOf(
  { policy }: Decider,
  left: PreparedOperation,
  right: PreparedOperation,
): Generator<CallArguments> {
  const nextWord = createFreshWords(policy, PROBE_VALUES);
  for (const args of branchArguments([left, right])) {
    const branches = [branchOf(left, args), branchOf(right, args)] as const;
    const [ofLeft, ofRight] = branches.map(paramsOf) as [readonly string[], readonly string[]];
    const call = withWords(args, [...ofLeft, ...ofRight], nextWord);
    yield call;
    const shared = ofLeft.filter((name) => ofRight.includes(name) && !Object.hasOwn(args, name));
    for (const name of shared) {
      const [acceptsLeft, acceptsRight] = branches.map((one) => acceptanceOf(one, name));
      const probe = PROBE_VALUES.find((value) => acceptsLeft?.(value) !== acceptsRight?.(value));
      if (probe !== undefined) yield { ...call, [name]: probe };
    }
  }
}

/** Returns whether the rules of a branch accept a value of a parameter. */
function acceptanceOf({ rules }: PreparedOperation, name: string): (value: string) => boolean {
  const sites = rules.flatMap(({ params }) =>
    params.flatMap((param) => (param.name === name ? param.sites : [])),
  );
  return (value) =>
    sites.length === 0
      ? isBoundValue(value)
      : sites.every(({ template, index }) => acceptsValue(template, index, value));
}

/** Yields the minimal tokens of two branches. */
function* witnessesOf(
  { policy }: Decider,
  [left, right]: readonly [PreparedOperation, PreparedOperation],
  params: CallArguments,
  now: number,
): Generator<AccessToken> {
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    for (const authentication of authenticationsOf(from, to, now)) {
      for (const way of waysOf(from)) yield* minimalTokens(policy, way, params, authentication);
    }
  }
}

/** Returns the weakest authentications that `from` accepts: each class, and a time that `to` does not accept if `from` does. */
function authenticationsOf(
  { authentication: from }: PreparedOperation,
  { authentication: to }: PreparedOperation,
  now: number,
): readonly AuthenticationClaims[] {
  const { acr, maxAge } = from ?? { acr: undefined, maxAge: undefined };
  const other = to?.maxAge ?? Number.POSITIVE_INFINITY;
  // between both limits, so that time may pass before the witness is used
  const age = maxAge !== undefined && other < maxAge ? Math.ceil((other + maxAge) / 2) : 0;
  const time = maxAge === undefined ? {} : { auth_time: now - age };
  return acr === undefined ? [time] : acr.map((one) => ({ acr: one, ...time }));
}
