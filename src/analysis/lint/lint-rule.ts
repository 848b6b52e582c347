import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import type { Path } from "../../policy/report.js";
import type { LintOptions } from "./lint-options.js";

/** What a rule finds: the place, the problem, and how to fix it. */
export interface Found {
  readonly path: Path;
  readonly message: string;
  readonly fix?: string;
}

/**
 * A rule of `lintPolicy`. Returns what it finds, in declared order; `undefined` if it cannot look, because an option that it needs is
 * missing.
 */
export type LintRule = (
  policy: CompiledPolicy,
  options: LintOptions,
) => readonly Found[] | undefined;
