import { sql } from "kysely";
import { runtime } from "../policy/runtime.js";
import type { Connection, StoreDatabase } from "./database.js";
import { MAX_LOCK_WAIT } from "./limits.js";

/**
 * Creates the store's view of a SQLite file, or of a database in memory.
 *
 * Kysely's own transactions are not used: the libSQL client opens a new connection after each of them, which loses a database in
 * memory and leaves open files behind. All work is done on one connection instead, one unit after the other.
 */
export function sqliteDatabase(db: Connection): StoreDatabase {
  const run = createQueue();
  const onConnection = <Result>(work: (connection: Connection) => Promise<Result>) =>
    run(() => db.connection().execute(work));
  return {
    dialect: "sqlite",
    read: (work) => onConnection((connection) => whenFree(() => work(connection))),
    write: (work) => onConnection((connection) => inTransaction(connection, work)),
    lock: () => Promise.resolve(), // a transaction is the only one that writes
    prepare: () =>
      onConnection(async (connection) => {
        // with a write-ahead log nobody who reads waits for one who writes
        await whenFree(() => sql`pragma journal_mode = wal`.execute(connection));
      }),
  };
}

/** Creates the function that runs one piece of work after the other, each after the end of the one before, whatever its result. */
function createQueue(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
}

/** Runs work in a transaction that no other process can write beside. */
async function inTransaction<Result>(
  connection: Connection,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  await whenFree(() => sql`begin immediate`.execute(connection));
  try {
    const result = await work(connection);
    await whenFree(() => sql`commit`.execute(connection));
    return result;
  } catch (error) {
    // SQLite ends the transaction itself if, for instance, the disk is full
    await sql`rollback`.execute(connection).catch(() => undefined);
    throw error;
  }
}

/** Milliseconds between two attempts, at first and at most. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 50;

/** Repeats a statement while another process has the lock that it needs. The database's own wait would stop the whole process. */
async function whenFree<Result>(statement: () => Promise<Result>): Promise<Result> {
  const end = Date.now() + MAX_LOCK_WAIT;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await statement();
    } catch (error) {
      if (!isBusy(error) || Date.now() >= end) throw error;
      await new Promise<void>((resolve) => runtime.setTimeout(resolve, pause));
    }
  }
}

/** Returns whether an error says that another process has a lock: `SQLITE_BUSY` and its extended codes. */
function isBusy(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" && code.startsWith("SQLITE_BUSY");
}
