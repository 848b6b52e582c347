import { escapeInvisible } from "../grammar/shown-text.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type { AcceptedFinding } from "../policy/definition.js";
import type { LintCode } from "../policy/lint-codes.js";
import { checkOptions } from "../policy/option-checks.js";
import { formatPath } from "../policy/report.js";
import { nearest } from "../policy/suggest.js";
import { LINT_CHECKS, type LintOptions } from "./lint/lint-options.js";
import { LINT_RULES } from "./lint/rules.js";

export type { LintOptions, LintProvider } from "./lint/lint-options.js";

/** Something in a valid policy that is probably not meant. */
export interface LintFinding {
  /** The kind of finding. `lint_not_needed` is an accepted finding that no longer occurs. The list can grow. */
  readonly code: LintCode | "lint_not_needed";
  /**
   * The place, such as `scopes["courses:read"]`, at most 10,000 characters. Empty for the whole policy. `trustClaims[0]` is a place in
   * the options. An accepted finding must have the same text.
   */
  readonly path: string;
  /** What is wrong, in one line for people. The sentence may change, the code does not. */
  readonly message: string;
  /** What to do about it, in one line for people. */
  readonly fix?: string;
  /** The section about the code in the documentation of this package, relative to its folder: `docs/lint.md#unused_scope`. */
  readonly page: string;
}

const RULES = Object.entries(LINT_RULES) as (readonly [LintCode, (typeof LINT_RULES)[LintCode]])[];

/**
 * Returns what is probably not meant in a valid policy: scopes that open nothing, operations that no third party reaches, missing
 * texts, names that a provider refuses, and more. The page `docs/lint.md` describes each code. The order is that of the page, and the
 * declared order within a code.
 *
 * Findings that the policy accepts in its member `lint` are omitted. An accepted finding that does not occur is a finding, unless it
 * needs an option that is not given. A finding has no effect on a decision.
 *
 * @throws {@link index!PolicyError} `ERR_POLICY_UNKNOWN` for a value that is not a policy, `ERR_OPTIONS_INVALID` with all invalid
 * options at once
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 * import { lintPolicy } from "scope-policy/analysis";
 *
 * const policy = loadPolicy({
 *   name: "Shop",
 *   version: "1",
 *   scopes: { "orders:read": "Read orders", "orders:write": "Change orders" },
 *   endpoints: { "GET /orders": "orders:read" },
 * });
 *
 * for (const { code, path } of lintPolicy(policy)) console.log(code, path);
 * // unused_scope scopes["orders:write"]
 * ```
 */
export function lintPolicy(policy: AnyPolicy, options: LintOptions = {}): readonly LintFinding[] {
  const compiled = compiledPolicyOf(policy);
  const given = checkOptions("`lintPolicy`", options, LINT_CHECKS);
  const accepted = compiled.definition.lint ?? [];
  const checked = new Set<string>();
  const found = RULES.flatMap(([code, rule]): readonly LintFinding[] => {
    const all = rule(compiled, given);
    if (all !== undefined) checked.add(code);
    return (all ?? []).map(({ path, message, fix }) =>
      findingOf(code, formatPath(path), message, fix),
    );
  });
  const isSame = (one: AcceptedFinding, { code, path }: LintFinding) =>
    one.code === code && one.path === path;
  const left = found.filter((finding) => !accepted.some((one) => isSame(one, finding)));
  const stale = accepted.flatMap((one, index) => {
    if (!checked.has(one.code) || found.some((finding) => isSame(one, finding))) return [];
    return notNeeded(one, index, left);
  });
  return [...left, ...stale];
}

function findingOf(
  code: LintFinding["code"],
  path: string,
  message: string,
  fix?: string,
): LintFinding {
  return {
    code,
    path,
    message: escapeInvisible(message),
    ...(fix !== undefined && { fix: escapeInvisible(fix) }),
    page: `docs/lint.md#${code}`,
  };
}

/** Returns the finding about an accepted finding that does not occur. */
function notNeeded(
  { code, path }: AcceptedFinding,
  index: number,
  left: readonly LintFinding[],
): LintFinding {
  const places = left.filter((finding) => finding.code === code).map((finding) => finding.path);
  const place = nearest(path, places);
  return findingOf(
    "lint_not_needed",
    formatPath(["lint", index]),
    `\`${code}\` does not occur at \`${path}\``,
    place === undefined ? "remove the entry" : `remove the entry, or write the path \`${place}\``,
  );
}
