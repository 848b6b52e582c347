import type { PreparedOperation } from "../decision/prepared.js";
import type { When } from "../policy/compiled-policy.js";
import type { CaseValue } from "../policy/definition.js";
import { argumentChoices, type ComparedArguments, mergeCompared } from "./compared-arguments.js";

/** Arguments of a call by name. */
export type CallArguments = Readonly<Record<string, CaseValue>>;

/**
 * Yields arguments that choose every branch of operations: each combination of the values that their cases compare. Each argument can
 * also be left out.
 */
export function* branchArguments(
  operations: readonly PreparedOperation[],
): Generator<CallArguments> {
  for (const chosen of argumentChoices(comparedArguments(operations)))
    yield Object.fromEntries(chosen);
}

/** Returns the arguments that the cases of operations compare, each with the values. */
export function comparedArguments(operations: readonly PreparedOperation[]): ComparedArguments {
  return mergeCompared(operations.flatMap(conditionsOf).flat());
}

function conditionsOf({ branches, combined }: PreparedOperation): readonly When[] {
  return [...(branches ?? []).map(({ when }) => when), ...(combined ?? []).flatMap(conditionsOf)];
}

/** Returns arguments with a new word for each parameter that has no value yet. */
export function withWords(
  args: CallArguments,
  params: Iterable<string>,
  nextWord: () => string,
): CallArguments {
  const missing = [...new Set(params)].filter((name) => !Object.hasOwn(args, name));
  return Object.fromEntries([
    ...Object.entries(args),
    ...missing.map((name) => [name, nextWord()] as const),
  ]);
}
