import type { DecisionCode } from "../decision/decision.js";
import type { Policy } from "../decision/define-policy.js";
import { deciderOf } from "../decision/gate-decider.js";
import type { OperationName } from "../decision/operation-name.js";
import { splitPlaceholders } from "../grammar/placeholder.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type { CaseValue } from "../policy/definition.js";
import {
  checkOptions,
  isString,
  type OptionCheck,
  optional,
  required,
} from "../policy/option-checks.js";
import { ownMembers } from "../policy/own-members.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import { ACCOUNT_CHECKS, type Account } from "./account.js";
import { createFreshWords } from "./fresh-words.js";
import {
  type NamedStep,
  needOf,
  type PlanContext,
  type PlannedScope,
  type StepNeed,
} from "./plan-needs.js";
import { orderSteps } from "./plan-order.js";
import { type Fits, type PlannedRequest, requestsOf, setOfStep } from "./plan-requests.js";

/** A call that a program makes, as a step of a {@link tokenPlan}. Names of ids are your own. */
export interface PlanStep<Name extends string = string> {
  /** The tool or endpoint. */
  readonly operation: Name;
  /** For each parameter: the name of the id that is its value, `{ accountID: "user" }`. */
  readonly params?: { readonly [param: string]: string };
  /** For each member of the response that is an id: the name of this id, which is known after the step. */
  readonly returns?: { readonly [member: string]: string };
}

/** Options of {@link tokenPlan}. The account is that of the user, or of the client itself. */
export interface TokenPlanOptions extends Account {
  /** The values of ids that are known from the start, by the name of the id. Default: none. */
  readonly known?: { readonly [id: string]: CaseValue };
  /** Maximum number of scope tokens in one request, 1 or more. Default: no limit. */
  readonly maxScopes?: number;
  /** Maximum number of characters of the scope of one request, 1 or more. Default: no limit. */
  readonly maxLength?: number;
}

/** A token of a {@link TokenPlan}. */
export interface PlannedToken {
  /**
   * The scope to request, space-delimited. An id that is not known from the start is `{id}`, under your name for it. Replace it as soon as
   * it is known, for example with `bindScope`. `""` if the operations need no scope.
   */
  readonly scope: string;
  /** The same scope with `{id}` for every id, those that are known from the start included. */
  readonly template: string;
  /** The ids that must be known before the token is requested: those that `scope` has as `{id}`. */
  readonly waitsFor: readonly string[];
  /** The operations that the token is for, one for each step, in an order in which they can be called. */
  readonly operations: readonly string[];
}

/** A step that no token opens. */
export interface UnreachableStep {
  readonly operation: string;
  /**
   * The code of the decision about a token with all that a third party with this account can have. `insufficient_scope` if the scope of
   * the step alone is larger than `maxScopes` or `maxLength`. `invalid_params` if a parameter is missing, not safe, or never known.
   */
  readonly reason: DecisionCode;
  /** The ids that are never known when the step needs them. Missing if there are none. */
  readonly waitsFor?: readonly string[];
}

/** The result of {@link tokenPlan}: each step is in one of the tokens, or is unreachable. */
export interface TokenPlan {
  /** The tokens in the order of their requests. */
  readonly tokens: readonly PlannedToken[];
  readonly unreachable: readonly UnreachableStep[];
}

/**
 * Returns the tokens that a program requests to make some calls as a third party, and their order.
 *
 * A scope can contain an id that only exists after an earlier call, such as that of a new account. The program then needs several
 * tokens. A step that returns such an id is in the earliest token that is possible; any other step is in the latest token so far,
 * unless it waits for an id of that token. The order of the steps counts only where no id decides. The scope of each token is the
 * smallest set that opens its steps, as {@link leastPrivilege} chooses it. With a limit, a token is split: each step is in the first part
 * in which it fits. Only a step whose smallest set does not fit alone gets a larger one: the smallest that fits, such as one broad scope
 * in place of two narrow ones.
 *
 * `params` has names of ids only. For the value of another argument, such as one that cases compare, add a name with this value to
 * `known`. The length of an id without a value is that of `{id}`, so leave room for it in `maxLength`. Boundaries and the
 * authentication that an operation requires are no scopes: the plan takes them as met. Reserved and restricted scopes are never
 * part of it.
 *
 * @throws {@link index!PolicyError} `ERR_POLICY_UNKNOWN`, `ERR_OPERATION_UNKNOWN` for an operation that the policy does not declare, and
 * `ERR_OPTIONS_INVALID` for invalid options or an invalid step
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 * import { tokenPlan } from "scope-policy/analysis";
 *
 * const policy = loadPolicy({
 *   name: "Payments",
 *   version: "1",
 *   scopes: { "/accounts.write": {}, "/accounts/{accountID}/profile.write": {} },
 *   endpoints: {
 *     "POST /accounts": "/accounts.write",
 *     "PUT /accounts/{accountID}": "/accounts/{accountID}/profile.write",
 *   },
 * });
 * const { tokens } = tokenPlan(policy, [
 *   { operation: "POST /accounts", returns: { accountID: "user" } },
 *   { operation: "PUT /accounts/{accountID}", params: { accountID: "user" } },
 * ]);
 * tokens[0]?.scope; // "/accounts.write"
 * tokens[1]?.scope; // "/accounts/{user}/profile.write"
 * tokens[1]?.waitsFor; // ["user"]
 * ```
 */
export function tokenPlan<Types extends PolicyTypes>(
  policy: Policy<Types>,
  steps: readonly PlanStep<OperationName<Types>>[],
  options: TokenPlanOptions = {},
): TokenPlan {
  const compiled = compiledPolicyOf(policy);
  const own = checkOptions("`tokenPlan`", options, OPTION_CHECKS);
  const { steps: list } = checkOptions("`tokenPlan`", { steps }, { steps: required(isList) });
  const named = list.map((step, index) => readStep(policy, step, index));
  const context = contextOf(policy, own);
  const fits = fitsIn(own, context.scopes);
  const unreachable: UnreachableStep[] = [];
  const needs: StepNeed[] = [];
  for (const step of named) {
    const { operation } = step;
    const need = needOf(step, context);
    if (typeof need === "string") unreachable.push({ operation, reason: need });
    else if (setOfStep(compiled, need, fits) === undefined)
      unreachable.push({ operation, reason: "insufficient_scope" });
    else needs.push(need);
  }
  const { placed, stuck } = orderSteps(needs);
  for (const { step, waitsFor } of stuck)
    unreachable.push({ operation: step.operation, reason: "invalid_params", waitsFor });
  const requests = requestsOf(compiled, placed, fits);
  return { tokens: requests.map((one) => tokenOf(one, context.scopes)), unreachable };
}

/** @param options - a copy without a prototype, so that nothing of the account is inherited */
function contextOf(policy: object, options: TokenPlanOptions): PlanContext {
  const { known = {} } = options;
  const decider = deciderOf(policy);
  const values = new Map(Object.entries(known));
  const nextWord = createFreshWords(decider.policy, known);
  const words = new Map<string, string>();
  const readValue = (id: string): CaseValue => {
    const value = values.get(id);
    if (value !== undefined) return value;
    const word = words.get(id) ?? nextWord();
    words.set(id, word);
    return word;
  };
  return { policy, decider, account: options, known: values, readValue, scopes: new Map() };
}

function tokenOf(
  { steps, set }: PlannedRequest,
  scopes: ReadonlyMap<string, PlannedScope>,
): PlannedToken {
  const planned = set.map(({ text }) => scopes.get(text) as PlannedScope);
  return {
    scope: planned.map(({ scope }) => scope).join(" "),
    template: planned.map(({ template }) => template).join(" "),
    waitsFor: [...new Set(planned.flatMap(({ ids }) => ids))],
    operations: steps.map(({ step }) => step.operation),
  };
}

function fitsIn(
  { maxScopes = Number.POSITIVE_INFINITY, maxLength = Number.POSITIVE_INFINITY }: TokenPlanOptions,
  scopes: ReadonlyMap<string, PlannedScope>,
): Fits {
  return (set) => {
    const texts = set.map(({ text }) => (scopes.get(text) as PlannedScope).scope);
    return texts.length <= maxScopes && texts.join(" ").length <= maxLength;
  };
}

const isList: OptionCheck = (value) =>
  Array.isArray(value) ? undefined : "expected a list of steps";

const isCount: OptionCheck = (value) =>
  Number.isSafeInteger(value) && (value as number) > 0 ? undefined : "expected an integer above 0";

/** Returns whether a text can be the name of an id: one that a placeholder can have. */
function isIdName(name: unknown): name is string {
  if (typeof name !== "string") return false;
  const { literals, names } = splitPlaceholders(`{${name}}`);
  return names.length === 1 && names[0] === name && literals.every((literal) => literal === "");
}

const ID_NAME = "a letter or `_`, then letters, digits and `_`";

const isIds: OptionCheck = (value) => {
  const members = ownMembers(value as object);
  return members !== undefined && Object.values(members).every(isIdName)
    ? undefined
    : `expected an object with names of ids: ${ID_NAME}`;
};

const isScalar = (value: unknown) =>
  value === null ||
  typeof value === "string" ||
  typeof value === "boolean" ||
  Number.isFinite(value);

const isKnown: OptionCheck = (value) => {
  const members = ownMembers(value as object);
  if (members === undefined) return "expected an object with the values of ids";
  const wrong = Object.keys(members).find((name: unknown) => !isIdName(name));
  if (wrong !== undefined) return `\`${wrong}\` cannot be the name of an id: expected ${ID_NAME}`;
  return Object.values(members).every(isScalar)
    ? undefined
    : "expected a text, a number, true, false or null for each id";
};

const OPTION_CHECKS = {
  ...ACCOUNT_CHECKS,
  known: optional(isKnown),
  maxScopes: optional(isCount),
  maxLength: optional(isCount),
} satisfies Record<keyof TokenPlanOptions, OptionCheck>;

const STEP_CHECKS = {
  operation: required(isString),
  params: optional(isIds),
  returns: optional(isIds),
} satisfies Record<keyof PlanStep, OptionCheck>;

/** Checks a step. Throws for an operation that the policy does not declare. */
function readStep(policy: Policy, step: NamedStep, index: number): NamedStep {
  const own = checkOptions(`step ${index + 1} of \`tokenPlan\``, step, STEP_CHECKS);
  policy.operation(own.operation);
  return own;
}
