import { decideOperation, FROM_CODE } from "../decision/decide.js";
import type { Decider } from "../decision/decider.js";
import { branchOf } from "../decision/prepare.js";
import type { PreparedOperation } from "../decision/prepared.js";
import { boundValueText } from "../grammar/bound-value.js";
import type { CaseValue } from "../policy/definition.js";
import { combinations } from "./combinations.js";
import { paramsOf } from "./operation-branches.js";
import { branchArguments, type CallArguments, comparedArguments } from "./sample-calls.js";

/** A client whose calls are searched. */
export interface SearchedClient {
  readonly decider: Decider;
  readonly token: object;
  /** The values that its calls give to parameters: those that it is granted, and values that they cover. */
  readonly values: readonly string[];
}

/** Returns the parameters of a branch that the cases of its operation compare. */
export function comparedParams(
  operation: PreparedOperation,
  branch: PreparedOperation,
): readonly string[] {
  const compared = comparedArguments([operation]);
  return paramsOf(branch).filter((name) => compared.has(name));
}

/** Returns the texts that cases compare parameters with. */
export function comparedTexts(operations: Iterable<PreparedOperation>): readonly string[] {
  const texts = [...operations].flatMap((operation) => {
    const branches = operation.branches ?? [];
    const names = branches.flatMap((branch) => comparedParams(operation, branch.operation));
    const compared = [...comparedArguments([operation])].filter(([name]) => names.includes(name));
    return compared.flatMap(([, values]) => [...values].map(boundValueText));
  });
  return texts.filter((text) => typeof text === "string");
}

/**
 * Returns whether some call takes a branch and is allowed. `branch` must be one that a list of operations shows as allowed. Each value is
 * within each boundary.
 */
export function isCallable(
  operation: PreparedOperation,
  branch: PreparedOperation,
  { decider, token, values }: SearchedClient,
): boolean {
  const isTaken = (call: CallArguments) => branchOf(operation, call) === branch;
  // the values of its parameters choose no branch
  if (comparedParams(operation, branch).length === 0)
    return [...branchArguments([operation])].some(isTaken);
  const isAllowed = (call: CallArguments) =>
    decideOperation(decider, branch, withBoundaries(decider, token, call), call, FROM_CODE).allowed;
  for (const call of callsWith(operation, () => paramsOf(branch), values))
    if (isTaken(call) && isAllowed(call)) return true;
  return false;
}

/**
 * Yields the calls of an operation with every combination of compared arguments, and of values for its other parameters. A parameter
 * that a case compares also gets the numbers among the values.
 *
 * @param paramsFor - returns the parameters of a call with some compared arguments
 */
export function* callsWith(
  operation: PreparedOperation,
  paramsFor: (args: CallArguments) => readonly string[],
  values: readonly string[],
): Generator<CallArguments> {
  const compared = comparedArguments([operation]);
  for (const args of branchArguments([operation])) {
    const open = [...new Set(paramsFor(args))].filter((name) => !Object.hasOwn(args, name));
    const lists = open.map((name) => {
      const given = compared.has(name) ? values.flatMap(spellingsOf) : values;
      return given.map((value) => [name, value] as const);
    });
    for (const chosen of combinations(lists)) yield { ...args, ...Object.fromEntries(chosen) };
  }
}

/** Returns a value, and the number of the same text, which cases tell apart. */
function spellingsOf(value: string): readonly CaseValue[] {
  const number = Number(value);
  return boundValueText(number) === value ? [value, number] : [value];
}

/** Returns a token with the values of a call within each boundary. */
export function withBoundaries(
  { policy }: Pick<Decider, "policy">,
  token: object,
  call: CallArguments,
): object {
  const texts = Object.values(call)
    .map(boundValueText)
    .filter((text) => typeof text === "string");
  const lists = policy.boundaries.map(({ name }) => [name, texts] as const);
  return lists.length === 0 ? token : { ...token, boundaries: Object.fromEntries(lists) };
}
