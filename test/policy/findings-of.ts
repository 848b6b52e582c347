import { loadPolicy } from "../../src/decision/policy.js";
import { type Finding, PolicyError } from "../../src/errors.js";
import type { FindingCase, Found } from "../cases/finding-case.js";

/** The findings of a policy; none where it is accepted. Any other exception passes through. */
export function findingsOf(source: unknown): readonly Finding[] {
  try {
    loadPolicy(source);
    return [];
  } catch (error) {
    if (error instanceof PolicyError && error.code === "ERR_POLICY_INVALID") return error.findings;
    throw error;
  }
}

/** The least that a policy must have, and what is to be tried of it. */
export function policyWith(parts: FindingCase["policy"]): Record<string, unknown> {
  return { name: "Loopwise", version: "1", scopes: {}, ...parts };
}

/** A finding as the tables write it, with the part of the message that the expected one names. */
export function asFound(finding: Finding, expected: readonly Found[]): readonly string[] {
  const { code, path, message, suggestion } = finding;
  const named = expected.find(
    (one) => one[0] === code && one[1] === path && message.includes(one[2]),
  );
  const found = [code, path, named?.[2] ?? message];
  return suggestion === undefined ? found : [...found, suggestion];
}

/** One order for two lists of findings: which of them comes first is not promised. */
export function sorted(list: readonly (readonly string[])[]): readonly string[] {
  return list.map((one) => JSON.stringify(one)).sort();
}
