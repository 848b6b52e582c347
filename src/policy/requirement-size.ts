import type { OperationDefinition, RequirementOptions } from "./definition.js";
import type { Path, Report } from "./report.js";

/** A requirement in a definition: one scope, or an object. `undefined` in place of a removed one. */
export type RequirementSource = string | RequirementOptions | undefined;

/** Maximum number of alternatives of one operation. */
export const MAX_ALTERNATIVES = 1_024;
/** Maximum total number of scopes in the alternatives of one operation. A denial may have to print them all. */
const MAX_USES_OF_ONE = 32_768;
/** Maximum total number of scopes in the alternatives of all operations. Each takes some 250 bytes. */
const MAX_USES = 500_000;

/** The size of a compiled requirement, which is computed before the requirement is compiled. */
export interface Size {
  /** The number of alternatives. */
  readonly alternatives: number;
  /** The total number of scopes in the alternatives. */
  readonly uses: number;
}

/** The number from which sizes are not exact. */
const UNCOUNTED = 1e15;
/** The size of no alternative. */
const NONE: Size = { alternatives: 0, uses: 0 };
/** The size of one alternative without scopes. */
const EMPTY: Size = { alternatives: 1, uses: 0 };
const ONE: Size = { alternatives: 1, uses: 1 };

/** Returns the size of a requirement: `anyOf` adds its parts, `allOf` multiplies them. */
export function sizeOf(written: RequirementSource): Size {
  if (typeof written !== "object" || written.scope !== undefined) return ONE;
  const { anyOf, allOf = [] } = written;
  if (anyOf !== undefined) return anyOf.reduce<Size>((sum, part) => add(sum, sizeOf(part)), NONE);
  return allOf.reduce<Size>((product, part) => multiply(product, sizeOf(part)), EMPTY);
}

/**
 * Returns the size of the rules of an operation, of all branches together. A denial and a public operation have no alternatives.
 */
export function sizeOfOperation(entry: OperationDefinition | undefined, baseline: number): Size {
  if (entry === undefined) return NONE;
  if (typeof entry !== "string") {
    if (entry.deny !== undefined || entry.public === true) return NONE;
    if (entry.cases !== undefined || entry.otherwise !== undefined) {
      const branches = [...(entry.cases ?? []), entry.otherwise];
      return branches.map((branch) => sizeOfOperation(branch, baseline)).reduce(add, NONE);
    }
  }
  const { alternatives, uses } = sizeOf(entry);
  return { alternatives, uses: uses + alternatives * baseline };
}

function add(left: Size, right: Size): Size {
  return {
    alternatives: left.alternatives + right.alternatives,
    uses: left.uses + right.uses,
  };
}

function multiply(left: Size, right: Size): Size {
  const alternatives = left.alternatives * right.alternatives;
  const uses = left.uses * right.alternatives + right.uses * left.alternatives;
  return { alternatives: Math.min(alternatives, UNCOUNTED), uses: Math.min(uses, UNCOUNTED) };
}

/** Returns which limit one operation exceeds, as a code and a message; `undefined` if it can be compiled. */
export function excessOf({
  alternatives,
  uses,
}: Size): readonly [code: string, message: string] | undefined {
  if (alternatives > MAX_ALTERNATIVES) {
    return [
      "too_many_alternatives",
      `${countOf(alternatives)} alternatives: at most ${MAX_ALTERNATIVES} are allowed (each \`anyOf\` inside an \`allOf\` multiplies them)`,
    ];
  }
  if (uses > MAX_USES_OF_ONE) {
    return [
      "too_large",
      `the alternatives name ${uses} scopes in total: at most ${MAX_USES_OF_ONE} are allowed (each alternative names every scope that it requires)`,
    ];
  }
  return undefined;
}

/** Sums the sizes of operations. */
export interface SizeSum {
  readonly include: (kind: "tools" | "endpoints", name: string, size: Size) => void;
  /** Reports operations that are too large in total, at the largest of them. Returns whether all are within the limit. */
  readonly check: (report: Report) => boolean;
}

/** Creates the sum of the sizes of operations. One that is too large alone has a finding of its own and does not count. */
export function createSizeSum(): SizeSum {
  let total = 0;
  let most = 0;
  let largest: Path = [];
  return {
    include: (kind, name, size) => {
      if (excessOf(size) !== undefined) return;
      total += size.uses;
      if (size.uses > most) [most, largest] = [size.uses, [kind, name]];
    },
    check: (report) => {
      if (total <= MAX_USES) return true;
      report.add(
        "too_large",
        largest,
        `the alternatives of all tools and endpoints name ${total} scopes in total: at most ${MAX_USES} are allowed (this one names the most: ${most})`,
      );
      return false;
    },
  };
}

function countOf(number: number): string {
  return number < UNCOUNTED ? String(number) : "far too many";
}
