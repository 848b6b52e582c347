import type { Finding } from "../../errors.js";
import type { OperationDefinition } from "../../policy/definition.js";

/**
 * What became of one operation of a source. `read`: taken as written. `merged`: the same rule as an operation of the same shape.
 * `guessed`: taken with an interpretation, which a note explains. `left`: no rule could be taken, so the operation is denied or is
 * not in the policy, and a note explains why.
 */
export type Outcome = "read" | "merged" | "guessed" | "left";

/** A remark of the report. */
export interface ReportNote {
  /** The outcome of the operation; missing for a remark on the whole source. */
  readonly outcome?: Outcome;
  /** The operation, scope or scheme as the source writes it. */
  readonly subject: string;
  /** A code in snake_case, such as `no_security` or `scope_and_read_scope`. */
  readonly code: string;
  readonly message: string;
}

/** The report of reading a source. Each operation of the source counts once. */
export interface SourceReport {
  readonly source: string;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** A note for everything that is not plainly `read`. */
  readonly notes: readonly ReportNote[];
}

/** One operation of a source. */
export interface SourceOperation {
  readonly kind: "tool" | "endpoint";
  /** The name in the policy: a tool name, or a key of `endpoints`. */
  readonly name: string;
  /** The rule that the source assigns; `undefined` if it assigns none. */
  readonly rule: OperationDefinition | undefined;
  readonly title?: string;
  readonly description?: string;
  /** The members of the operation in the source of which a fingerprint is made. */
  readonly descriptor: Readonly<Record<string, unknown>>;
}

/** An operation of a source that is not in the policy that follows from it. */
export interface UnplacedOperation extends Pick<SourceOperation, "descriptor"> {
  /** The name as the source writes it, with any character. */
  readonly name: string;
  /** The name that it would have in a policy; missing if no policy can have the operation. */
  readonly key?: string;
}

/** What a source contains. */
export interface SourceContents {
  /** The operations that are in the policy. A server can list several tools of one name. */
  readonly operations: readonly SourceOperation[];
  /** All others. Default: none. */
  readonly unplaced?: readonly UnplacedOperation[];
  /** The policy that follows from the source. */
  readonly definition: Readonly<Record<string, unknown>>;
  readonly report: SourceReport;
  /** The findings of `definition` that the reader could not avoid. Default: none, so `loadPolicy` accepts it. */
  readonly findings?: readonly Finding[];
}
