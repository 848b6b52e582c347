import type { Decider } from "../decision/decider.js";
import { bindingMismatch, type Decision } from "../decision/decision.js";
import type { Policy } from "../decision/define-policy.js";
import { deciderOf } from "../decision/gate-decider.js";
import { createViewer } from "../decision/list-tools.js";
import type { PreparedOperation } from "../decision/prepared.js";
import { hasPlaceholder } from "../grammar/placeholder.js";
import { readScopeTokens } from "../grammar/scope.js";
import { printedScope } from "../grammar/scope-syntax.js";
import { acceptsGranted, bindTemplate } from "../grammar/template.js";
import { isOpen } from "../policy/approval.js";
import { bundleScopes } from "../policy/bundles.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type { CompiledPolicy, CompiledScope } from "../policy/compiled-policy.js";
import {
  checkOptions,
  isBoolean,
  isString,
  type OptionCheck,
  optional,
} from "../policy/option-checks.js";
import type { ScopeInput } from "../policy/policy-scopes.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import { expandTokens } from "../policy/scope-meanings.js";
import type { TemplateName } from "../policy/template-names.js";
import { ACCOUNT_CHECKS, type Account, accountClaims } from "./account.js";
import {
  comparedParams,
  comparedTexts,
  isCallable,
  type SearchedClient,
} from "./callable-branch.js";
import { isJointlyCallable, type JointName, jointNames } from "./callable-pattern.js";
import { combinations } from "./combinations.js";
import { createFreshWords } from "./fresh-words.js";
import { paramsOf } from "./operation-branches.js";

/** Options of {@link reachable}: what a client is granted, and the account of the user. */
export interface ReachableOptions<Bundle extends string = string> extends Account {
  /** A scope. A name with placeholders stands for each of its values. */
  readonly scopes?: ScopeInput;
  /** A bundle by name, and the baseline. */
  readonly bundle?: Bundle;
  /** Whether the client has what a user grants by default: the baseline, scopes with `default: "on"`, and `defaultScopes`. */
  readonly defaults?: boolean;
}

/** An operation with the decision about a call of it. */
export interface OperationDecision {
  /** The tool, the pattern of tool names, or the endpoint. */
  readonly operation: string;
  /** The decision about a call with the values that the client is granted. */
  readonly decision: Decision;
}

/**
 * Returns what a third-party client can call: the decision for every operation of the policy, in declared order, patterns last. Hidden,
 * denied and internal operations are included.
 *
 * The client has the scopes of all given options together. Without `scopes`, `bundle` and `defaults`, it has every scope that is neither
 * reserved nor restricted: what is not allowed then is open to no third party with this account.
 *
 * An operation with parameters is `allowed` if some values are. One with cases is `allowed` if some call is: with arguments that choose the
 * branch, and values that the client is granted. Otherwise the decision is that of `otherwise`. A pattern is `allowed` if some call of a name
 * that it matches is, also where other patterns match all of its names; otherwise the decision is that of a pattern that denies. Boundaries and the authentication that an
 * operation requires are not scopes: they count as met. A denial names no placeholder, so its `missing` can be empty.
 *
 * @throws {@link index!PolicyError} `ERR_POLICY_UNKNOWN`, `ERR_OPTIONS_INVALID`, `ERR_BUNDLE_UNKNOWN` for a bundle that the policy does not
 * declare, and `ERR_SCOPE_INVALID` for a name with placeholders that it does not declare
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 * import { reachable } from "scope-policy/analysis";
 *
 * const policy = loadPolicy({
 *   name: "Shop",
 *   version: "1",
 *   scopes: { "orders:read": {}, "orders:write": {} },
 *   bundles: { "read-only": ["orders:read"] },
 *   tools: { list_orders: "orders:read", add_order: "orders:write" },
 * });
 * const open = reachable(policy, { bundle: "read-only" }).filter(({ decision }) => decision.allowed);
 * open.map(({ operation }) => operation); // ["list_orders"]
 * ```
 */
export function reachable<Types extends PolicyTypes>(
  policy: Policy<Types>,
  options: ReachableOptions<Types["bundle"]> = {},
): OperationDecision[] {
  const compiled = compiledPolicyOf(policy);
  const own = checkOptions("`reachable`", options, OPTION_CHECKS);
  const decider = deciderOf(policy);
  const operations = operationsOf(decider);
  const names = grantedNames(compiled, own);
  const nextWord = createFreshWords(compiled, names);
  const compared = comparedTexts(operations.map(({ operation }) => operation));
  const tokens = boundTokens(policy, compiled, names, [nextWord(), ...compared]);
  const token = { ...accountClaims(own), scope: tokens };
  const values = calledValues(valuesOf(compiled, tokens), nextWord());
  const decisionOf = createDecisions({ decider, token, values });
  return operations.map(({ name, operation }) => ({
    operation: name,
    decision: decisionOf(withoutAuthentication(operation)),
  }));
}

/** Creates a function that returns the decision about an operation for the values of a client. */
function createDecisions(client: SearchedClient): (operation: PreparedOperation) => Decision {
  const view = createViewer(client.decider, client.token);
  const joint = jointNames(client.decider);
  const decideAlone = (operation: PreparedOperation) => {
    const branches = operation.branches?.map((branch) => branch.operation) ?? [operation];
    const decisions = branches.map((branch) => ({ branch, decision: view(branch) }));
    const open = decisions.find(
      ({ branch, decision }) => decision?.allowed && isCallable(operation, branch, client),
    );
    if (open?.decision !== undefined) return open.decision;
    const otherwise = decisions.at(-1) as (typeof decisions)[number];
    if (otherwise.decision?.allowed === false) return otherwise.decision;
    // values that do not agree, or that cases take; a parameter has no value then
    const [param] = [...comparedParams(operation, otherwise.branch), ...paramsOf(otherwise.branch)];
    return bindingMismatch(param as string);
  };
  return (operation) => {
    const alone = decideAlone(operation);
    const names = joint.get(operation.name) ?? [];
    const isOpen = ({ whole }: JointName) =>
      isJointlyCallable(withoutAuthentication(whole), client);
    if (!alone.allowed || names.length === 0 || names.some(isOpen)) return alone;
    const [{ whole, patterns }] = names as readonly [JointName, ...JointName[]];
    const others = patterns.map((one) => decideAlone(withoutAuthentication(one)));
    const last = view(withoutAuthentication(operation.branches?.at(-1)?.operation ?? operation));
    // values or arguments that do not agree
    return (
      [...others, last].find((one) => one?.allowed === false) ??
      bindingMismatch(paramsOf(whole)[0] as string)
    );
  };
}

const isScope: OptionCheck = (value) =>
  readScopeTokens(value) === undefined ? "expected a scope, or a list of scope tokens" : undefined;

const OPTION_CHECKS = {
  ...ACCOUNT_CHECKS,
  scopes: optional(isScope),
  bundle: optional(isString),
  defaults: optional(isBoolean),
} satisfies Record<keyof ReachableOptions, OptionCheck>;

/** Returns the scope tokens and the names with placeholders that a client is granted. */
function grantedNames(
  policy: CompiledPolicy,
  { scopes, bundle, defaults }: ReachableOptions,
): readonly string[] {
  const openNames = (list: readonly CompiledScope[]) => list.filter(isOpen).map(({ name }) => name);
  if (scopes === undefined && bundle === undefined && defaults !== true)
    return openNames(policy.scopes);
  const chosen = readScopeTokens(scopes ?? "") as readonly string[];
  const members = bundle === undefined ? [] : bundleScopes(policy, bundle);
  const byDefault = new Set((policy.definition.defaultScopes ?? []).map(printedScope));
  const isDefault = ({ name, options }: CompiledScope) =>
    options.default === "on" || byDefault.has(name);
  return [
    ...chosen,
    ...openNames(members),
    ...openNames(defaults === true ? policy.scopes.filter(isDefault) : []),
    ...(bundle === undefined && defaults !== true ? [] : openNames(policy.baseline)),
  ];
}

/** Returns the values that the scopes of scope tokens have. */
function valuesOf(policy: CompiledPolicy, tokens: readonly string[]): readonly string[] {
  return [...expandTokens(policy, tokens, false).values()].flatMap(({ values }) => values);
}

/** Returns the values of calls that tell apart what values cover: they, a value below each, and another one. */
function calledValues(values: readonly string[], other: string): readonly string[] {
  return [...new Set([...values, ...values.map((value) => `${value}/${other}`), other])];
}

/** Returns scope tokens, and for each name with placeholders the tokens with some values and with all values of the other tokens. */
function boundTokens(
  policy: object,
  compiled: CompiledPolicy,
  names: readonly string[],
  some: readonly string[],
): readonly string[] {
  const tokens = names.filter((name) => !hasPlaceholder(name));
  const values = [...new Set([...some, ...valuesOf(compiled, tokens)])];
  const bound = names.filter(hasPlaceholder).flatMap((name) => {
    const templates = compiled.templates.get(printedScope(name));
    // throws with a suggestion
    if (templates === undefined) (policy as Policy).bindScope(name, {});
    return (templates as readonly TemplateName[]).flatMap(({ template }) =>
      [
        ...combinations(
          template.names.map((_, at) => values.filter((one) => acceptsGranted(template, at, one))),
        ),
      ].map((chosen) => bindTemplate(template, chosen)),
    );
  });
  return [...new Set([...tokens, ...bound])];
}

function operationsOf({
  fromCode,
}: Decider): readonly { readonly name: string; readonly operation: PreparedOperation }[] {
  return [
    ...[...fromCode.operations.keys()].map((name) => {
      return { name, operation: fromCode.operations.get(name) as PreparedOperation };
    }),
    ...fromCode.patterns.map(({ operation }) => ({ name: operation.name, operation })),
  ];
}

function withoutAuthentication(operation: PreparedOperation): PreparedOperation {
  const branches = operation.branches?.map(({ when, operation: branch }) => ({
    when,
    operation: withoutAuthentication(branch),
  }));
  const combined = operation.combined?.map(withoutAuthentication);
  const rules = operation.rules.map((rule) => ({ ...rule, authentication: undefined }));
  return { ...operation, rules, branches, combined, authentication: undefined };
}
