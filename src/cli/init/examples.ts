import type { DecisionCode } from "../../decision/decision.js";
import type { Policy } from "../../decision/define-policy.js";
import type { OperationDefinition } from "../../policy/definition.js";
import { isNotAssigned } from "../source/not-assigned.js";

/** A call whose decision a test can state. */
export interface ExampleCall {
  readonly operation: string;
  readonly params: Readonly<Record<string, string>>;
  /** The scope of the token; `undefined` for a call without a token. */
  readonly scope: string | undefined;
  readonly code: DecisionCode;
}

/** The calls for the first test of a policy, and the operations that still need a rule. */
export interface Examples {
  readonly allowed: ExampleCall | undefined;
  readonly denied: ExampleCall | undefined;
  /** The operations that are denied because they are not assigned, in the order of the policy. */
  readonly notAssigned: readonly string[];
}

/** Returns calls with which the first test of a policy can begin: if possible one operation with its scopes, and without them. */
export function examplesOf(policy: Policy): Examples {
  const { tools = {}, endpoints = {} } = policy.definition;
  const entries: readonly (readonly [string, OperationDefinition])[] = [
    ...Object.entries(tools),
    ...Object.entries(endpoints),
  ];
  const calls = [...policy.toolNames, ...policy.endpointNames].flatMap((name) =>
    callsOf(policy, name),
  );
  const permits = calls.filter(({ code }) => code === "allowed");
  const allowed = permits.find(({ scope }) => scope) ?? permits[0];
  // an operation without a rule is denied only until it gets one
  const denials = calls.filter(({ code }) => code !== "allowed" && code !== "denied");
  const denied =
    denials.find(({ operation, scope }) => operation === allowed?.operation && scope === "") ??
    denials[0];
  return {
    allowed,
    denied,
    notAssigned: entries
      .filter(([, rule]) => typeof rule === "object" && isNotAssigned(rule.deny))
      .map(([name]) => name),
  };
}

/** Returns calls of an operation: without a token, with a token without scopes, and with the scopes that this one lacks. */
function callsOf(policy: Policy, operation: string): readonly ExampleCall[] {
  const names = policy.operation(operation).params;
  const params = Object.fromEntries(names.map((name) => [name, "1"]));
  const decide = (scope: string | undefined) =>
    policy.decideUntrusted(scope === undefined ? undefined : { scope }, operation, params);
  const bare = decide("");
  const needed = bare.code === "insufficient_scope" ? [bare.scopes.join(" ")] : [];
  return [undefined, "", ...needed].map((scope) => ({
    operation,
    params,
    scope,
    code: decide(scope).code,
  }));
}
