/** One error in a policy or in options: its place, what is wrong, and what was probably meant. */
export interface Finding {
  /** The kind of error, for programs: `unknown_scope`, `unknown_key`, `overlap` … The list may grow. */
  readonly code: string;
  /**
   * The place, such as `tools.get_settings.anyOf[0]`. Names that are not identifiers are in brackets: `scopes["courses:read"]`.
   * Empty for the whole. At most 10,000 characters.
   */
  readonly path: string;
  /** What is wrong, in one line for people, truncated to 1,024 characters. The sentence may change, the code does not. */
  readonly message: string;
  /** What was probably meant: the nearest valid name. Only the first hundred findings can have one. */
  readonly suggestion?: string;
}

/**
 * The code of a {@link PolicyError}:
 *
 * - `ERR_POLICY_INVALID`: the definition has findings
 * - `ERR_POLICY_UNKNOWN`: the value was not returned by `definePolicy` or `loadPolicy`
 * - `ERR_POLICY_SOURCE`: the file or the server of a policy cannot be read
 * - `ERR_OPERATION_UNKNOWN`: the policy does not declare the tool or endpoint
 * - `ERR_BUNDLE_UNKNOWN`: the policy does not declare the bundle
 * - `ERR_SCOPE_INVALID`: the value is not a scope-token, or the policy does not declare the scope
 * - `ERR_OPTIONS_INVALID`: the options of a function have findings
 * - `ERR_COVERAGE`: routes or tools are missing from the policy, or the policy has more than the app
 */
export type PolicyErrorCode =
  | "ERR_POLICY_INVALID"
  | "ERR_POLICY_UNKNOWN"
  | "ERR_POLICY_SOURCE"
  | "ERR_OPERATION_UNKNOWN"
  | "ERR_BUNDLE_UNKNOWN"
  | "ERR_SCOPE_INVALID"
  | "ERR_OPTIONS_INVALID"
  | "ERR_COVERAGE";

/**
 * An error of the program, never of a request. It is thrown at startup and never sent to a client.
 *
 * For a policy it has all findings at once, so that one run shows everything to fix.
 *
 * @example
 * ```ts
 * import { loadPolicy, PolicyError } from "scope-policy";
 *
 * try {
 *   loadPolicy({ name: "Shop", version: "1", scopes: {}, tools: { list_orders: "orders:read" } });
 * } catch (error) {
 *   if (error instanceof PolicyError) for (const finding of error.findings) console.log(finding.path);
 * }
 * ```
 */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  /** The kind of error. */
  readonly code: PolicyErrorCode;
  /**
   * All findings. For a policy, findings of shape come before findings of meaning. At most 1,001: after 1,000 findings, the last
   * one (`more_findings`) gives the number of others. Empty for an error without findings.
   */
  readonly findings: readonly Finding[];

  constructor(code: PolicyErrorCode, message: string, findings: readonly Finding[] = []) {
    super(message);
    this.code = code;
    this.findings = findings;
  }
}
