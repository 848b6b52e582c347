import type { ColumnType } from "kysely";

/** A 64-bit integer, which the driver of PostgreSQL returns as text. Read it by {@link readInteger}. */
type Integer = ColumnType<number | string, number, number>;

/** The number of a row, which the database assigns in the order of insertion. */
type Sequence = ColumnType<number | string, never, never>;

/** Returns the number of an integer column. */
export function readInteger(value: number | string): number {
  return Number(value);
}

/** What happened to a grant. */
export type ReceiptKind = "granted" | "widened" | "renewed" | "narrowed" | "revoked";

/**
 * The tables of the store, by name. Times are in seconds since 1970, except where a comment says milliseconds. Columns with JSON are
 * texts, so that both databases return the same.
 */
export interface StoreTables {
  /** The migrations that have been applied. */
  readonly scope_policy_migrations: {
    readonly version: number;
    readonly name: string;
    readonly applied_at: Integer;
  };
  /** What was known about a client at its last consent. */
  readonly scope_policy_clients: {
    readonly client_id: string;
    /** JSON of a `ConsentClient`. */
    readonly details: string;
    readonly updated_at: Integer;
  };
  /** The grants in force: at most one for each user and client. A revoked grant has no row. */
  readonly scope_policy_grants: {
    readonly grant_id: string;
    /** The issuer of the tokens. `null`: the store serves one issuer. */
    readonly issuer: string | null;
    readonly sub: string;
    readonly client_id: string;
    /** Scope tokens, separated by spaces. */
    readonly scope: string;
    /** JSON: lists of values by boundary. */
    readonly boundaries: string;
    /** JSON: for each scope token the texts that were shown, of type `GrantedScopeText`. */
    readonly texts: string;
    readonly policy_name: string;
    readonly policy_version: string;
    readonly policy_digest: string;
    /** Time of the first consent. */
    readonly authorized_at: Integer;
    /** Time of the last consent. */
    readonly updated_at: Integer;
  };
  /** The refused scopes of each user and client, in the order of the outcome. */
  readonly scope_policy_refusals: {
    readonly sub: string;
    readonly client_id: string;
    readonly position: number;
    readonly scope: string;
    /** End of the refusal. `null`: no end. */
    readonly until: Integer | null;
  };
  /** The authorization requests that were answered, so that the second answer to one of them changes nothing. */
  readonly scope_policy_requests: {
    readonly request_id: string;
    readonly sub: string;
    readonly client_id: string;
    readonly grant_id: string;
    readonly used_at: Integer;
  };
  /** Append-only: the proof of each consent and of each revocation. It survives the grant. */
  readonly scope_policy_receipts: {
    readonly seq: Sequence;
    readonly grant_id: string;
    /** The grant that this one replaces, because a consent took something away. */
    readonly replaces: string | null;
    readonly kind: ReceiptKind;
    readonly sub: string;
    readonly client_id: string;
    readonly recorded_at: Integer;
    /** JSON of a `ConsentReceipt` or a `RevocationReceipt`. */
    readonly body: string;
  };
  /** Append-only: the feed that each process follows. `seq` becomes visible in the order of commits. */
  readonly scope_policy_revocations: {
    readonly seq: Sequence;
    /** `token`: by `jti`. `grant`: by `grant_id`, or by `sub`, `client_id` and `cut_off`. `all`: every token up to `cut_off`. */
    readonly kind: "token" | "grant" | "client" | "subject" | "all";
    /** The issuer of the tokens. `null`: every issuer. */
    readonly issuer: string | null;
    readonly grant_id: string | null;
    readonly jti: string | null;
    readonly sub: string | null;
    readonly client_id: string | null;
    /** Tokens whose `iat` is this second or before are revoked. `null`: whatever their `iat`. */
    readonly cut_off: Integer | null;
    /** Time from which no token that the row revokes can be valid, so that the row can be deleted. `null`: unknown. */
    readonly expires_at: Integer | null;
    readonly revoked_at: Integer;
    readonly revoked_by: string;
  };
  /** The audit log. The second event of a call replaces the first one, which has the same id. */
  readonly scope_policy_audit_events: {
    readonly id: string;
    /** Time of the event in milliseconds since 1970. */
    readonly occurred_at: Integer;
    readonly sub: string | null;
    readonly client_id: string | null;
    /** The name of the client at that time. It survives the deletion of the client. */
    readonly client_name: string | null;
    readonly operation: string;
    readonly code: string;
    /** `1` if the call was allowed, else `0`. */
    readonly allowed: number;
    /** The status that the client got. `null`: unknown. */
    readonly status: number | null;
    /** JSON of the `AuditEvent`. */
    readonly event: string;
  };
  /** When a token of a grant was last used, about. */
  readonly scope_policy_last_uses: {
    readonly grant_id: string;
    readonly used_at: Integer;
  };
}
