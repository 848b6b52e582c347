import type { Alternative, CompiledPolicy, Operation } from "../../policy/compiled-policy.js";
import type { BranchOptions, OperationDefinition } from "../../policy/definition.js";
import type { Path } from "../../policy/report.js";
import { sizeOf } from "../../policy/requirement-size.js";
import { hasWeakerConditions } from "../condition-order.js";
import type { Found } from "./lint-rule.js";
import { operationsOf } from "./places.js";

/** Maximum number of steps for comparing alternatives with each other. Each takes some 10 ns. */
const MAX_ALTERNATIVE_STEPS = 5_000_000;

/** A list of requirements of which one must be satisfied, with the alternatives of each. */
interface AnyOf {
  readonly path: Path;
  readonly parts: readonly (readonly Alternative[])[];
}

/**
 * Parts of `anyOf` without effect: each token that satisfies the part satisfies another one too, because it has the same scopes or
 * scopes that imply them, and no weaker conditions. Only the outermost `anyOf` of a rule is compared.
 */
export function needlessParts(policy: CompiledPolicy): readonly Found[] {
  const steps = { left: MAX_ALTERNATIVE_STEPS };
  return operationsOf(policy)
    .flatMap(({ operation, entry, path }) => anyOfsOf(operation, entry, path))
    .flatMap(({ path, parts }) =>
      parts.flatMap((part, index) => {
        const by = part.map((stronger) =>
          parts.findIndex(
            (others, at) =>
              at !== index &&
              others.some((weaker) => {
                steps.left -= weaker.uses.length * stronger.uses.length + 1;
                // of two equal parts, the first one counts
                return (
                  steps.left >= 0 &&
                  isMetBy(weaker, stronger) &&
                  (at < index || !isMetBy(stronger, weaker))
                );
              }),
          ),
        );
        const [first = -1] = by;
        if (by.includes(-1)) return [];
        return {
          path: [...path, index],
          message: `has no effect: a token that satisfies it satisfies part ${first + 1} too`,
          fix: "remove the part; the first part is the one that a challenge names",
        };
      }),
    );
}

/** Returns the outermost `anyOf` of each branch of an operation. */
function anyOfsOf(operation: Operation, entry: OperationDefinition, path: Path): readonly AnyOf[] {
  if (typeof entry === "string") return [];
  const { cases = [], otherwise = entry } = entry;
  const branches: readonly (readonly [string | BranchOptions, Path, Operation | undefined])[] = [
    ...cases.map(
      (one, index) => [one, [...path, "cases", index], operation.cases[index]?.branch] as const,
    ),
    [otherwise, otherwise === entry ? path : [...path, "otherwise"], operation],
  ];
  return branches.flatMap(([written, place, branch]) => {
    const alternatives = branch?.rules[0]?.alternatives;
    if (typeof written === "string" || written.anyOf === undefined || alternatives === undefined)
      return [];
    let end = 0;
    const parts = written.anyOf.map((part) => {
      const start = end;
      end += sizeOf(part).alternatives;
      return alternatives.slice(start, end);
    });
    return { path: [...place, "anyOf"], parts };
  });
}

/** Returns whether each token that meets the one alternative meets the other one too. Only a reserved scope implies a reserved one. */
function isMetBy(weaker: Alternative, stronger: Alternative): boolean {
  return (
    hasWeakerConditions(weaker, stronger) &&
    weaker.uses.every((use) =>
      stronger.uses.some(({ scope, params }) =>
        scope.closure.some(
          (implied) =>
            implied.scope === use.scope.id &&
            implied.values.every((at, index) => params[at] === use.params[index]),
        ),
      ),
    )
  );
}
