import { sql } from "kysely";
import { runtime } from "../policy/runtime.js";
import type { Connection, StoreDatabase } from "./database.js";
import { MAX_LOCK_WAIT } from "./limits.js";

/** Work on a connection. */
type Work<Result> = (connection: Connection) => Promise<Result>;

/**
 * Creates the store's view of a SQLite file, or of a database in memory.
 *
 * Kysely's own transactions are not used: the libSQL client opens a new connection after each of them, which loses a database in
 * memory and leaves open files behind. All work is done on one connection instead, one unit after the other.
 */
export function sqliteDatabase(db: Connection): StoreDatabase {
  const run = createQueue();
  const whenFree = createRetry();
  const onConnection = <Result>(work: Work<Result>) => run(() => db.connection().execute(work));
  const begin: Work<unknown> = (connection) => sql`begin immediate`.execute(connection);
  return {
    dialect: "sqlite",
    read: (work) => onConnection((connection) => whenFree(connection, work)),
    write: (work) =>
      onConnection(async (connection) => {
        await whenFree(connection, begin);
        return untilCommit(connection, work);
      }),
    lock: () => Promise.resolve(), // a transaction is the only one that writes
    hint: () => Promise.resolve(), // other processes read the feed by their timers
    prepare: () =>
      onConnection(async (connection) => {
        await checkConnection(connection);
        // with a write-ahead log, reading does not wait for writing
        await whenFree(connection, (free) => sql`pragma journal_mode = wal`.execute(free));
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

/** Does work in the transaction that is open, and commits it. */
async function untilCommit<Result>(connection: Connection, work: Work<Result>): Promise<Result> {
  try {
    const result = await work(connection);
    await sql`commit`.execute(connection);
    return result;
  } catch (error) {
    // SQLite ends the transaction itself if, for instance, the disk is full
    await sql`rollback`.execute(connection).catch(() => undefined);
    throw error;
  }
}

/** Throws if two queries of a connection are not in the same transaction, as with a pool of connections or a server. */
async function checkConnection(connection: Connection): Promise<void> {
  try {
    await sql`begin`.execute(connection);
    await sql`commit`.execute(connection);
  } catch (error) {
    throw new Error(
      "the SQLite driver does not keep a transaction from one query to the next: use `new LibsqlDialect({ url })` with a file",
      { cause: error },
    );
  }
}

/** Milliseconds between two attempts, at first and at most. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 50;

/**
 * Creates the function that repeats work while another process has the lock that it needs, for `MAX_LOCK_WAIT`. The database's own
 * wait would stop the whole process.
 */
function createRetry(): <Result>(connection: Connection, work: Work<Result>) => Promise<Result> {
  let isStuck = false;
  return async (connection, work) => {
    const end = Date.now() + MAX_LOCK_WAIT;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        if (isStuck) await renew(connection);
        isStuck = false;
        return await work(connection);
      } catch (error) {
        if (!isBusy(error)) throw error;
        isStuck = true;
        if (Date.now() >= end) throw error;
      }
      await new Promise<void>((resolve) => runtime.setTimeout(resolve, pause));
    }
  };
}

/** Returns whether an error says that another process has a lock: `SQLITE_BUSY` and its extended codes. */
function isBusy(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" && code.startsWith("SQLITE_BUSY");
}

const ROLLBACK = new Error("roll back");

/**
 * Gives the libSQL client a new connection. It leaves a statement that found a lock open until the garbage collector runs, and no
 * transaction of the connection can commit before that. A database in memory has no such locks, and so never gets here.
 */
async function renew(connection: Connection): Promise<void> {
  try {
    await connection.transaction().execute(() => Promise.reject(ROLLBACK));
  } catch (error) {
    if (error !== ROLLBACK) throw error;
  }
}
