import type { LintOptions } from "scope-policy/analysis";

/** Members that are merged into a policy with a name, a version and no scopes. */
export type Parts = Readonly<Record<string, unknown>>;

/** A code of lint: a policy with it, one that is nearly the same and has not, and the first one after its fix. */
export interface LintCase {
  readonly title: string;
  readonly code: string;
  readonly policy: Parts;
  /** The places of all findings with the code. */
  readonly paths: readonly string[];
  /** A part of the message of the first finding. */
  readonly says: string;
  /** The fixes of all findings with the code, if they name something of the policy. */
  readonly fixes?: readonly string[];
  readonly near: Parts;
  readonly fixed: Parts;
  readonly options?: LintOptions;
}
