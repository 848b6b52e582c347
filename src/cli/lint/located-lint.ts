import { type LintFinding, type LintOptions, lintPolicy } from "../../analysis/lint-policy.js";
import { type LoadedPolicy, type Located, locate } from "../policy-file/load-policy-file.js";

/** A finding of `lintPolicy` with its position in the file. */
export type LocatedLint = Located<LintFinding>;

/** Returns the findings of `lintPolicy` about the policy of a file, in the order of the file. */
export function lintFile(loaded: LoadedPolicy, options: LintOptions = {}): readonly LocatedLint[] {
  return locate(loaded, lintPolicy(loaded.policy, options));
}
