import {
  type CompiledPolicy,
  isHardDenial,
  type ToolPattern,
} from "../../policy/compiled-policy.js";
import { denialOfAll } from "../../policy/denials.js";
import { endsInCatchAll, splitEndpoint } from "../../policy/endpoint-key.js";
import type { Path } from "../../policy/report.js";
import { buildRouter } from "../../policy/route.js";
import type { StepBudget } from "../../policy/suggest.js";
import { needlessParts } from "./alternatives.js";
import { haveCommonName, namesFor } from "./globs.js";
import type { Found, LintRule } from "./lint-rule.js";
import { operationsOf, type PlacedOperation } from "./places.js";

/** Maximum number of steps for comparing patterns with each other, for each of the two rules about patterns. Each takes some 10 ns. */
const MAX_PATTERN_STEPS = 5_000_000;

const nameOf = ({ operation }: ToolPattern) => operation.name;
const isDenying = ({ operation }: ToolPattern) => isHardDenial(operation);
const pathOf = (pattern: ToolPattern): Path => ["tools", nameOf(pattern)];

/** Takes the cost of a comparison of two patterns. Returns whether there was enough left. */
function spend(steps: StepBudget, one: ToolPattern, other: ToolPattern): boolean {
  steps.left -= nameOf(one).length * nameOf(other).length;
  return steps.left >= 0;
}

/**
 * Patterns that decide about no call: with the names of the server's tools, those that match none of them. Without, patterns that deny
 * only what is denied anyway, because they match no tool of the policy and no name of another pattern.
 */
export const unmatchedPattern: LintRule = (policy, { tools }) => {
  const { patterns } = policy.fromCode;
  if (tools !== undefined) {
    return patterns
      .filter(({ matches }) => !tools.some(matches))
      .map((pattern) => unmatched(pattern, "matches none of the server's tools"));
  }
  const names = [...policy.fromCode.operations.keys()].filter((name) => !name.includes(" "));
  const steps = { left: MAX_PATTERN_STEPS };
  const open = patterns.filter((pattern) => !isDenying(pattern));
  const isNeeded = (pattern: ToolPattern) =>
    names.some(pattern.matches) ||
    open.some(
      (other) => !spend(steps, pattern, other) || haveCommonName(nameOf(pattern), nameOf(other)),
    );
  return patterns
    .filter((pattern) => isDenying(pattern) && !isNeeded(pattern))
    .map((pattern) =>
      unmatched(pattern, "denies no tool of the policy, and unknown tools are denied without it"),
    );
};

function unmatched(pattern: ToolPattern, message: string): Found {
  return {
    path: pathOf(pattern),
    message: `the pattern \`${nameOf(pattern)}\` ${message}`,
    fix: "correct the pattern, or remove it",
  };
}

/** Rules that decide about no call, because a denial applies to all of their calls, and parts of rules that decide about no token. */
export const shadowedRule: LintRule = (policy) => [
  ...shadowedEntries(policy),
  ...shadowedPatterns(policy),
  ...needlessParts(policy),
];

const isWrittenDenial = ({ entry }: PlacedOperation): boolean =>
  typeof entry === "object" && entry.deny !== undefined;

/** Exact tools that a pattern denies, and endpoints that a catch-all denies. */
function shadowedEntries(policy: CompiledPolicy): readonly Found[] {
  const operations = operationsOf(policy);
  const denying = policy.fromCode.patterns.filter(isDenying);
  const catchAlls = buildRouter(
    operations
      .filter(isWrittenDenial)
      // the name of a tool ends in no catch-all
      .map(({ operation }) => ({ endpoint: splitEndpoint(operation.name), target: operation }))
      .filter(({ endpoint }) => endsInCatchAll(endpoint)),
  );
  return operations.flatMap((one) => {
    const { operation, path } = one;
    if (!isHardDenial(operation) || isWrittenDenial(one)) return [];
    const { name, kind } = operation;
    const by =
      kind === "tool"
        ? denying.find(({ matches }) => matches(name))?.operation
        : denialOfAll(catchAlls, splitEndpoint(name));
    return {
      path,
      message: `\`${by?.name}\` denies it, so its own requirement decides about no call`,
      fix: `remove the entry, or let \`${by?.name}\` not match it`,
    };
  });
}

/** Patterns all of whose names a pattern denies: any if they allow, an earlier one if they deny. */
function shadowedPatterns({ fromCode }: CompiledPolicy): readonly Found[] {
  const { patterns } = fromCode;
  const steps = { left: MAX_PATTERN_STEPS };
  return patterns.flatMap((pattern, index) => {
    const texts = namesFor(nameOf(pattern));
    const by = patterns.find(
      (other, at) =>
        other !== pattern &&
        isDenying(other) &&
        (at < index || !isDenying(pattern)) &&
        spend(steps, pattern, other) &&
        texts.every(other.matches),
    );
    if (by === undefined) return [];
    return {
      path: pathOf(pattern),
      message: `\`${nameOf(by)}\` denies every name that it matches, so it decides about no call`,
      fix: `remove the pattern, or let \`${nameOf(by)}\` not match its names`,
    };
  });
}
