// What the program of the faults and its processes tell each other.

/** How a process decides. */
export interface ReplicaSettings {
  /** The database: `postgres:` or `file:`. */
  readonly url: string;
  /** Where it listens for notifications. Default: it does not. */
  readonly listenUrl?: string;
  /** Milliseconds. */
  readonly maxLag: number;
  /** Seconds that its wall clock is ahead. */
  readonly clockOffset: number;
  /** Milliseconds that it rests after each turn of deciding. */
  readonly rest: number;
}

/** What the program asks a process to do. */
export type Order =
  /** Decide about these tokens too. */
  | { readonly kind: "watch"; readonly jtis: readonly string[] }
  /** Decide about these tokens once, now. */
  | { readonly kind: "decide"; readonly jtis: readonly string[] }
  | { readonly kind: "clock"; readonly offset: number }
  | { readonly kind: "report" }
  /** Start a transaction with a revocation, and do not end it. */
  | { readonly kind: "transaction"; readonly jti: string }
  | { readonly kind: "rollback" }
  | { readonly kind: "commit" }
  /** Revoke these tokens, one after the other, with a pause in milliseconds between them. */
  | { readonly kind: "revoke"; readonly jtis: readonly string[]; readonly pause: number };

/** What a process returns. */
export type Reply =
  | { readonly kind: "ready" }
  | { readonly kind: "in_transaction" }
  /** `at`: when the commit was known. Missing: it failed. */
  | { readonly kind: "committed"; readonly at?: number }
  | { readonly kind: "revoked"; readonly times: Readonly<Record<string, number>> }
  | { readonly kind: "report"; readonly report: ReplicaReport };

/** What a process decided. Times are of the monotonic clock in milliseconds, which all processes of a machine share. */
export interface ReplicaReport {
  /** Before the last decision that allowed a token, by token. */
  readonly lastAllowed: Readonly<Record<string, number>>;
  /** After the first decision that refused it. */
  readonly firstRefused: Readonly<Record<string, number>>;
  /** Decisions by time, in slices of {@link SLICE}. */
  readonly slices: Readonly<Record<number, Decisions>>;
}

/** Numbers of decisions. */
export interface Decisions {
  readonly allowed: number;
  readonly refused: number;
  /** Those that were a 503. */
  readonly outages: number;
}

/** Milliseconds of a slice of time. */
export const SLICE = 25;

/** A token that is never revoked. */
export const CONTROL = "control";

/** Returns the time of the monotonic clock in milliseconds. */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;
