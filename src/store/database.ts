import type { Kysely } from "kysely";
import type { StoreDialect } from "./dialect.js";
import type { StoreTables } from "./tables.js";

/** A connection for the queries of one unit of work. */
export type Connection = Kysely<StoreTables>;

/** What a transaction locks until its end, in addition to its rows. Locks are always taken in the order of this list. */
export type StoreLock =
  /** The tables themselves. */
  | { readonly kind: "migration" }
  /** Everything of one user and client. */
  | { readonly kind: "grant"; readonly key: string }
  /** The feed of revocations: rows become visible in the order of their numbers. */
  | { readonly kind: "feed" };

/**
 * The database of a store. All queries go through it, because the connection of an embedded database is shared: a query between
 * those of a transaction would read what is not committed.
 */
export interface StoreDatabase {
  readonly dialect: StoreDialect;
  /** Runs queries that change nothing. They can run twice, so they must have no other effect. Do not call it inside of `work`. */
  read<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** Runs queries in one transaction, which is rolled back if `work` rejects. Do not call it inside of `work`. */
  write<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** Waits for a lock, inside of `write`. The transaction keeps it until it has ended, and what it wrote is visible. */
  lock(connection: Connection, lock: StoreLock): Promise<void>;
  /**
   * Has the database tell other processes, when the transaction commits, that the feed has a new row. It is a hint: not every database
   * can do it, and it can be lost.
   */
  hint(connection: Connection): Promise<void>;
  /** Prepares the database before the first migration. */
  prepare(): Promise<void>;
}
