/** One fault of a policy: where it stands, what is wrong, and what was probably meant. */
export interface Finding {
  /** What kind of fault, for programs: `unknown_scope`, `unknown_key`, `overlap` … The list may grow. */
  readonly code: string;
  /** Where, as `tools.get_settings.anyOf[0]`; names that are not identifiers are in brackets: `scopes["courses:read"]`. Empty for the whole. At most 10,000 characters. */
  readonly path: string;
  /** One line, for people, cut after 1,024 characters. The sentence may change, the code does not. */
  readonly message: string;
  /** What was probably meant: the nearest name that would be right. Looked for in the first hundred findings. */
  readonly suggestion?: string;
}

/**
 * The kinds of fault of a program: `ERR_POLICY_INVALID` (the definition has findings), `ERR_POLICY_UNKNOWN`
 * (a value that `definePolicy` or `loadPolicy` did not make), `ERR_OPERATION_UNKNOWN` (a tool or endpoint that the policy
 * does not name), `ERR_BUNDLE_UNKNOWN` (a bundle that it does not name),
 * `ERR_SCOPE_INVALID` (a value that is no scope-token where one is written), `ERR_OPTIONS_INVALID` (options of an
 * authorizer, a verifier or an adapter), `ERR_COVERAGE` (routes or tools that the policy lacks, or the reverse).
 */
export type PolicyErrorCode =
  | "ERR_POLICY_INVALID"
  | "ERR_POLICY_UNKNOWN"
  | "ERR_OPERATION_UNKNOWN"
  | "ERR_BUNDLE_UNKNOWN"
  | "ERR_SCOPE_INVALID"
  | "ERR_OPTIONS_INVALID"
  | "ERR_COVERAGE";

/**
 * A fault of the program, never of a request: thrown at start-up, and never sent to a client.
 *
 * For a policy it holds every finding at once, so that one run shows all there is to mend.
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
  /** The kind of fault. */
  readonly code: PolicyErrorCode;
  /**
   * Every finding at once; of a policy those of shape first, then those of meaning. At most 1,001: after 1,000 the last one,
   * `more_findings`, says how many more there are. Empty for an error without findings.
   */
  readonly findings: readonly Finding[];

  constructor(code: PolicyErrorCode, message: string, findings: readonly Finding[] = []) {
    super(message);
    this.code = code;
    this.findings = findings;
  }
}
