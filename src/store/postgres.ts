import { sql } from "kysely";
import type { Connection, StoreDatabase, StoreLock } from "./database.js";
import { MAX_LOCK_WAIT } from "./limits.js";

/** The first half of each advisory lock of the store; the second half says what is locked. */
const LOCK_CLASS: Readonly<Record<StoreLock["kind"], number>> = {
  migration: 0x5c0be001,
  grant: 0x5c0be002,
  feed: 0x5c0be003,
};

/** The channel of the notifications about new rows of the feed of revocations. */
export const FEED_CHANNEL = "scope_policy_revocations";

/**
 * Creates the store's view of a PostgreSQL database.
 *
 * Without the settings of each transaction, a process that stops between two queries would keep its locks for ever, and no
 * other process could revoke a grant.
 */
export function postgresDatabase(db: Connection): StoreDatabase {
  return {
    dialect: "postgres",
    read: (work) => work(db),
    write: (work) =>
      db
        .transaction()
        .setIsolationLevel("read committed") // a later level would read the state before it got the lock
        .execute(async (transaction) => {
          const wait = `${MAX_LOCK_WAIT}ms`;
          await sql`select set_config('lock_timeout', ${wait}, true),
            set_config('idle_in_transaction_session_timeout', ${wait}, true)`.execute(transaction);
          return work(transaction);
        }),
    lock: async (connection, lock) => {
      const key = lock.kind === "grant" ? lock.key : "";
      // the end of the transaction releases it, after what it wrote is visible
      await sql`select pg_advisory_xact_lock(${LOCK_CLASS[lock.kind]}::int, hashtext(${key}))`.execute(
        connection,
      );
    },
    hint: async (connection) => {
      await sql`select pg_notify(${FEED_CHANNEL}, '')`.execute(connection);
    },
    prepare: () => Promise.resolve(),
  };
}
