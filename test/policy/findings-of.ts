import { loadPolicy } from "../../src/decision/define-policy.js";
import { type Finding, PolicyError } from "../../src/errors.js";
import type { FindingCase, Found } from "../cases/finding-case.js";

/** Returns the findings of a policy, or an empty list if it is accepted. Throws every other exception. */
export function findingsOf(source: unknown): readonly Finding[] {
  try {
    loadPolicy(source);
    return [];
  } catch (error) {
    if (error instanceof PolicyError && error.code === "ERR_POLICY_INVALID") return error.findings;
    throw error;
  }
}

/** Returns a policy with its required members and the parts under test. */
export function policyWith(parts: FindingCase["policy"]): Record<string, unknown> {
  return { name: "Loopwise", version: "1", scopes: {}, ...parts };
}

/** Returns a finding in the notation of the tables. Its message is reduced to the part that an expected finding names. */
export function asFound(finding: Finding, expected: readonly Found[]): readonly string[] {
  const { code, path, message, suggestion } = finding;
  const named = expected.find(
    (one) => one[0] === code && one[1] === path && message.includes(one[2]),
  );
  const found = [code, path, named?.[2] ?? message];
  return suggestion === undefined ? found : [...found, suggestion];
}

/** Returns findings in a canonical order, because the library does not promise one. */
export function sorted(list: readonly (readonly string[])[]): readonly string[] {
  return list.map((one) => JSON.stringify(one)).sort();
}
