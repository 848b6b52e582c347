import type { LeastPrivilege } from "../../analysis/least-privilege.js";
import type { DecisionCode } from "../../decision/decision.js";
import type { Policy } from "../../decision/define-policy.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { scopeWithDescription } from "../scope-names.js";
import { type Line, styled } from "../terminal/output.js";
import { wrap } from "../terminal/wrap.js";

/** A plan and what was asked. */
export interface AskedPlan {
  readonly policy: Policy;
  readonly names: readonly string[];
  readonly planned: LeastPrivilege;
  readonly held: string;
}

const INDENT = "     ";

/** Returns a plan for people: the scopes to ask for, other sets, and what cannot be reached. */
export function planLines(
  { policy, names, planned, held }: AskedPlan,
  columns: number,
): readonly Line[] {
  const compiled = compiledPolicyOf(policy);
  const { scopes, alternatives, unreachable, exact } = planned;
  const out = new Set(unreachable.map(({ operation }) => operation));
  const opened = names.filter((name) => !out.has(name));
  const flow = (line: string) => wrap(line, columns, INDENT);
  return [
    ...askLines(scopes, opened, held, compiled, columns),
    ...(alternatives.length === 0 ? [] : ["", styled("bold", "As good")]),
    ...alternatives.flatMap((one) => flow(`  ${one}`)),
    ...(exact ? [] : ["", "The search stopped at its limit: a smaller scope can exist."]),
    ...unreachableLines(unreachable, columns),
  ];
}

function askLines(
  scopes: string,
  opened: readonly string[],
  held: string,
  compiled: CompiledPolicy,
  columns: number,
): readonly Line[] {
  const flow = (line: string) => wrap(line, columns, INDENT);
  if (opened.length === 0) return [[styled("red", "Nothing to ask for"), ": no scope opens this."]];
  const what = flow(`It opens ${opened.join(", ")}.`);
  if (scopes === "") {
    const why = held === "" ? "no scope is required." : "the scope that the client has is enough.";
    return [[styled("green", "Nothing to ask for"), `: ${why}`], ...what];
  }
  return [
    [styled("green", "Ask for"), ":"],
    ...scopes.split(" ").flatMap((one) => flow(`  ${scopeWithDescription(one, compiled)}`)),
    ...what,
    "",
    styled("dim", `scope=${scopes}`),
  ];
}

/** Why no token of a third party opens an operation, by the code of the decision. */
const REASONS: ReadonlyMap<DecisionCode, string> = new Map([
  ["denied", "the policy denies it for every token"],
  ["reserved_scope", "it requires a scope that this client cannot be granted"],
  ["upgrade_required", "the account needs a higher tier or an entitlement"],
  ["account_type_required", "it is not available to this account type"],
  ["invalid_params", "it needs a safe value for each of its parameters"],
  ["insufficient_scope", "its scope alone is larger than one request can have"],
  ["insufficient_user_authentication", "no authentication of the user is accepted"],
]);

/** Returns the operations that cannot be reached, each with the reason. */
export function unreachableLines(
  unreachable: readonly {
    readonly operation: string;
    readonly reason: DecisionCode;
    readonly waitsFor?: readonly string[];
  }[],
  columns: number,
): readonly Line[] {
  if (unreachable.length === 0) return [];
  const lines = unreachable.flatMap(({ operation, reason, waitsFor = [] }) => {
    const ids = waitsFor.map((id) => `\`${id}\``).join(" and ");
    const why = ids === "" ? (REASONS.get(reason) ?? "no token opens it") : `no step gives ${ids}`;
    return wrap(`  ${operation}: ${why} (${reason})`, columns, INDENT);
  });
  return ["", styled("bold", "Cannot be reached"), ...lines];
}
