import { loadPolicy, type Policy, type PolicyOptions } from "../decision/define-policy.js";
import type { PolicyError } from "../errors.js";
import { escapeControls } from "../policy/report.js";
import { createFault, type PolicyFault } from "./source-result.js";

/** What a text means for a source that has a policy: nothing new, a new policy, or a fault. */
export type Review =
  | { readonly kind: "same"; readonly fault?: undefined }
  | { readonly kind: "policy"; readonly policy: Policy }
  | { readonly kind: "fault"; readonly fault: PolicyFault };

/** Orders two versions: negative if the first is older. */
export type CompareVersions = (one: string, other: string) => number | undefined;

/** Reads a policy from a text. */
export function parsePolicy(
  text: string,
  { now }: { readonly now?: NonNullable<PolicyOptions["now"]> },
): Exclude<Review, { kind: "same" }> {
  try {
    return { kind: "policy", policy: loadPolicy(text, now === undefined ? {} : { now }) };
  } catch (error) {
    const { message, findings } = error as PolicyError;
    return { kind: "fault", fault: createFault("invalid", message, findings) };
  }
}

/** Compares the name and the version of a new policy with those of the policy in force. */
export function reviewPolicy(policy: Policy, current: Policy, compare: CompareVersions): Review {
  if (isSameDefinition(policy, current)) return { kind: "same" };
  const fault = nameFault(policy, current) ?? versionFault(policy, current, compare);
  return fault === undefined ? { kind: "policy", policy } : { kind: "fault", fault };
}

function isSameDefinition(one: Policy, other: Policy): boolean {
  return JSON.stringify(one.definition) === JSON.stringify(other.definition);
}

function nameFault(next: Policy, current: Policy): PolicyFault | undefined {
  if (next.name === current.name) return undefined;
  const message = `the policy is \`${next.name}\`, not \`${current.name}\``;
  return createFault("other_policy", escapeControls(message));
}

function versionFault(
  next: Policy,
  current: Policy,
  compare: CompareVersions,
): PolicyFault | undefined {
  const versions = `\`${next.version}\` and the version in force, \`${current.version}\``;
  const fault = (code: PolicyFault["code"], message: string) =>
    createFault(code, escapeControls(message));
  if (next.version === current.version) {
    return fault("reused", `other content under the version in force, \`${next.version}\``);
  }
  let order: unknown;
  try {
    order = compare(next.version, current.version);
  } catch {
    return fault("callback", "`compareVersions` threw an exception");
  }
  if (typeof order !== "number" || Number.isNaN(order)) {
    return fault("unordered", `${versions} cannot be compared; give \`compareVersions\``);
  }
  if (order > 0) return undefined;
  return order < 0
    ? fault(
        "older",
        `\`${next.version}\` is older than the version in force, \`${current.version}\``,
      )
    : fault("reused", `${versions} mean the same, but the content differs`);
}
