import type { PolicyDiff } from "../analysis/diff-policies.js";
import type { Policy } from "../decision/define-policy.js";
import { escapeControls } from "../policy/report.js";
import type { PolicyFault } from "./source-result.js";

/** A change of the policy of a source. */
export interface PolicyChange {
  /** The policy before. */
  readonly before: Policy;
  /** The policy in force. */
  readonly after: Policy;
  /** What the change does, as `diffPolicies` of `scope-policy/analysis` returns it. */
  readonly diff: PolicyDiff;
}

const MAX_LOGGED_NAMES = 10;

/** Returns the line that a change logs by default. */
export function describeChange({ before, after, diff }: PolicyChange): string {
  const { operations, semver, unproved } = diff;
  const kinds = ["wider", "narrower", "different", "added", "removed"] as const;
  const parts = kinds.flatMap((kind) => {
    const names = operations.filter(({ change }) => change === kind).map(({ name }) => name);
    return names.length === 0 ? [] : [`${kind}: ${nameList(names)}`];
  });
  const more = unproved.length === 0 ? [] : [`not proved: ${nameList(unproved)}`];
  const effect = [...parts, ...more].join("; ") || "no operation changes";
  const versions = `from version \`${before.version}\` to \`${after.version}\` (${semver})`;
  return escapeControls(`scope-policy: \`${after.name}\` changed ${versions}: ${effect}`);
}

function nameList(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LOGGED_NAMES).map((name) => `\`${name}\``);
  const left = names.length - shown.length;
  return left === 0 ? shown.join(", ") : `${shown.join(", ")} and ${left} more`;
}

/** Returns the line that a fault logs by default. */
export function describeFault({ code, message }: PolicyFault, current: Policy): string {
  const kept = `\`${current.name}\` stays at version \`${current.version}\``;
  return `scope-policy: ${escapeControls(kept)} (\`${code}\`): ${message}`;
}
