import type { CaseValue } from "../policy/definition.js";
import { combinations } from "./combinations.js";

/** The arguments that cases compare, each with the values. */
export type ComparedArguments = ReadonlyMap<string, ReadonlySet<unknown>>;

/** Returns arguments with the values of each together. */
export function mergeCompared(
  lists: Iterable<readonly [argument: string, values: ReadonlySet<unknown>]>,
): ComparedArguments {
  const compared = new Map<string, Set<unknown>>();
  for (const [argument, values] of lists)
    compared.set(argument, new Set([...(compared.get(argument) ?? []), ...values]));
  return compared;
}

/** Yields every combination of the compared values. Each argument can also be left out. */
export function* argumentChoices(
  compared: ComparedArguments,
): Generator<readonly (readonly [argument: string, value: CaseValue])[]> {
  const lists = [...compared].map(([argument, values]) => [
    undefined,
    ...[...values].map((value) => [argument, value as CaseValue] as const),
  ]);
  for (const chosen of combinations(lists)) yield chosen.filter((one) => one !== undefined);
}
