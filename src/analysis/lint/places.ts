import {
  branchesOf,
  type CompiledPolicy,
  type CompiledScope,
  type Operation,
} from "../../policy/compiled-policy.js";
import type { OperationDefinition } from "../../policy/definition.js";
import type { Path } from "../../policy/report.js";

/** A scope with the place of its entry. */
export interface PlacedScope {
  readonly scope: CompiledScope;
  readonly path: Path;
}

/** Returns the scopes of a policy in declared order. */
export function scopesOf({ scopes, definition }: CompiledPolicy): readonly PlacedScope[] {
  // a placeholder can be written as `<name>`, so the key is not always the name
  const keys = Object.keys(definition.scopes);
  return scopes.map((scope, index) => ({ scope, path: ["scopes", keys[index] as string] }));
}

/** An operation with its entry and the place of it. */
export interface PlacedOperation {
  readonly operation: Operation;
  readonly entry: OperationDefinition;
  readonly path: Path;
}

/** Returns the operations of a policy in declared order: tools, patterns included, then endpoints. */
export function operationsOf({ definition, fromCode }: CompiledPolicy): readonly PlacedOperation[] {
  const patterns = new Map(
    fromCode.patterns.map(({ operation }) => [operation.name, operation] as const),
  );
  return (["tools", "endpoints"] as const).flatMap((kind) =>
    Object.entries(definition[kind] ?? {}).map(([name, entry]) => {
      const operation = fromCode.operations.get(name) ?? patterns.get(name);
      return { operation: operation as Operation, entry, path: [kind, name] };
    }),
  );
}

/** Returns the ids of the scopes that some operation names, baseline included, for additional detail too. */
export function namedScopes({ fromCode }: CompiledPolicy): ReadonlySet<number> {
  const all = [
    ...fromCode.operations.values(),
    ...fromCode.patterns.map(({ operation }) => operation),
  ];
  const rules = all.flatMap(branchesOf).flatMap((branch) => branch.rules);
  const alternatives = rules.flatMap((rule) => [...rule.alternatives, ...rule.enrichments]);
  return new Set(alternatives.flatMap(({ uses }) => uses.map(({ scope }) => scope.id)));
}
