/** One step from a version of the tables to the next. It is never edited after a release: a change is a new migration. */
export interface Migration {
  /** The version after the migration: 1 for the first one, then counted up. */
  readonly version: number;
  readonly name: string;
  /**
   * Statements that both databases understand. `{sequence}` is the type of a key that counts up in the order of insertion and is
   * never used again.
   */
  readonly statements: readonly string[];
}

/** The migrations, in order. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "grants, revocations, audit events",
    statements: [
      `create table scope_policy_clients (
        client_id text primary key,
        details text not null,
        updated_at bigint not null
      )`,
      `create table scope_policy_grants (
        grant_id text primary key,
        issuer text,
        sub text not null,
        client_id text not null,
        scope text not null,
        boundaries text not null,
        texts text not null,
        policy_name text not null,
        policy_version text not null,
        policy_digest text not null,
        authorized_at bigint not null,
        updated_at bigint not null,
        unique (sub, client_id)
      )`,
      "create index scope_policy_grants_client on scope_policy_grants (client_id)",
      `create table scope_policy_refusals (
        sub text not null,
        client_id text not null,
        position integer not null,
        scope text not null,
        until bigint,
        primary key (sub, client_id, position)
      )`,
      `create table scope_policy_requests (
        request_id text not null,
        sub text not null,
        client_id text not null,
        grant_id text not null,
        used_at bigint not null,
        primary key (request_id, sub, client_id)
      )`,
      "create index scope_policy_requests_used on scope_policy_requests (used_at)",
      `create table scope_policy_receipts (
        seq {sequence},
        grant_id text not null,
        replaces text,
        kind text not null,
        sub text not null,
        client_id text not null,
        recorded_at bigint not null,
        body text not null
      )`,
      "create index scope_policy_receipts_grant on scope_policy_receipts (grant_id, seq)",
      // few receipts replace a grant, and with the others SQLite would take the index for useless
      "create index scope_policy_receipts_replaces on scope_policy_receipts (replaces) where replaces is not null",
      "create index scope_policy_receipts_sub on scope_policy_receipts (sub, seq)",
      `create table scope_policy_revocations (
        seq {sequence},
        kind text not null,
        issuer text,
        grant_id text,
        jti text,
        sub text,
        client_id text,
        cut_off bigint,
        expires_at bigint,
        revoked_at bigint not null,
        revoked_by text not null
      )`,
      "create index scope_policy_revocations_cut_off on scope_policy_revocations (cut_off)",
      // partial, since SQLite would look for rows without an expiry by it, and read nearly all of them
      "create index scope_policy_revocations_expires on scope_policy_revocations (expires_at) where expires_at is not null",
      `create table scope_policy_audit_events (
        id text primary key,
        occurred_at bigint not null,
        sub text,
        client_id text,
        client_name text,
        operation text not null,
        code text not null,
        allowed integer not null,
        status integer,
        event text not null
      )`,
      // one for each choice of user, client and refused events: pages and their order come from the index alone
      "create index scope_policy_audit_all on scope_policy_audit_events (occurred_at, id)",
      "create index scope_policy_audit_sub on scope_policy_audit_events (sub, occurred_at, id)",
      "create index scope_policy_audit_client on scope_policy_audit_events (client_id, occurred_at, id)",
      "create index scope_policy_audit_both on scope_policy_audit_events (sub, client_id, occurred_at, id)",
      "create index scope_policy_audit_all_refused on scope_policy_audit_events (occurred_at, id) where allowed = 0",
      "create index scope_policy_audit_sub_refused on scope_policy_audit_events (sub, occurred_at, id) where allowed = 0",
      "create index scope_policy_audit_client_refused on scope_policy_audit_events (client_id, occurred_at, id) where allowed = 0",
      "create index scope_policy_audit_both_refused on scope_policy_audit_events (sub, client_id, occurred_at, id) where allowed = 0",
      `create table scope_policy_last_uses (
        grant_id text primary key,
        used_at bigint not null
      )`,
    ],
  },
];
