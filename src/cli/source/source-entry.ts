import type { OperationDefinition, OperationOptions } from "../../policy/definition.js";
import type { Outcome } from "./source.js";

/** The texts of an operation of a source, where an absent one can be `undefined`. */
type Texts = Readonly<Record<"title" | "description", string | undefined>>;

/** Returns texts without those that are `undefined`. */
export function definedTexts({ title, description }: Texts): {
  readonly title?: string;
  readonly description?: string;
} {
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
  };
}

/** Returns the entry of an operation in a policy: its rule with its texts, or the one scope if there is nothing else. */
export function sourceEntry(rule: OperationOptions, texts: Texts): OperationDefinition {
  const entry = { ...rule, ...definedTexts(texts) };
  const { scope } = entry;
  return scope !== undefined && Object.keys(entry).length === 1 ? scope : entry;
}

/** Returns how many operations have each outcome. */
export function countOutcomes(
  operations: readonly { readonly outcome: Outcome }[],
): Readonly<Record<Outcome, number>> {
  const counts = { read: 0, merged: 0, guessed: 0, left: 0 };
  for (const { outcome } of operations) counts[outcome] += 1;
  return counts;
}
