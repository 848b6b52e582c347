import { runtime } from "../policy/runtime.js";
import type { StoreDatabase } from "./database.js";
import { MAX_FEED_READS } from "./limits.js";
import { endOfRow, FEED_BATCH, type RevocationRow, readFeed } from "./revocation-rows.js";
import type { RevokedSet } from "./revoked-set.js";

/** What a feed needs. Times are in milliseconds. */
export interface FeedOptions {
  readonly database: StoreDatabase;
  readonly set: RevokedSet;
  /** Longest lifetime of an access token in seconds; `Infinity` if it is unknown. */
  readonly lifetime: number;
  /** Time after which a catch-up that has no result is given up. */
  readonly patience: number;
}

/** The replica of the feed of revocations in one process. */
export interface RevocationFeed {
  /**
   * Reads what was committed before the call. A catch-up that runs already may have read before that, so the promise waits for
   * another one, which all who wait share. Rejects if the database fails or does not respond.
   */
  readonly catchUp: () => Promise<void>;
  /** Returns the milliseconds since the start of the last complete catch-up; `Infinity` before the first. */
  readonly lag: () => number;
  /** Returns the error of the last catch-up; `undefined` after a complete one. */
  readonly fault: () => unknown;
}

/** How far a catch-up has read: every row up to the last one is in the set. */
interface Place {
  readonly seq: number;
  /** The row itself as text. If it is not the same at the next read, the database is not the one that was read. */
  readonly row: string;
}

const START: Place = { seq: 0, row: "" };

/** Returns the time of the monotonic clock in milliseconds. It does not follow the wall clock, which can be set. */
const monotonic = () => performance.now();

/**
 * Creates the replica. Numbers of rows become visible in their order, so a catch-up reads from the last one that it knows, that one
 * included. If that row is missing or another, the database was restored or compacted, and the catch-up reads all rows again.
 */
export function createRevocationFeed(options: FeedOptions): RevocationFeed {
  let place = START;
  let completeFrom = Number.NEGATIVE_INFINITY;
  let fault: unknown;
  let reads = 0;

  const read = async (): Promise<void> => {
    const start = monotonic();
    // a read that was given up can end after a later one, and set the place back: then some rows are read again
    place = await readAll(options, place);
    completeFrom = Math.max(completeFrom, start);
  };

  const attempt = async (): Promise<void> => {
    if (reads >= MAX_FEED_READS) throw new Error("the database does not respond");
    reads += 1;
    const reading = read().finally(() => {
      reads -= 1;
    });
    await withinTime(reading, options.patience);
  };

  const run = async (): Promise<void> => {
    try {
      await attempt();
      fault = undefined;
    } catch (error) {
      fault = error;
      throw error;
    }
  };

  return {
    catchUp: createShared(run),
    lag: () => monotonic() - completeFrom,
    fault: () => fault,
  };
}

/** Reads every row from a place on, and returns the place after them. */
async function readAll({ database, set, lifetime }: FeedOptions, from: Place): Promise<Place> {
  let place = from;
  for (;;) {
    const rows = await database.read((connection) => readFeed(connection, place.seq));
    if (place !== START && !isAt(rows, place)) {
      place = START;
      continue;
    }
    for (const row of rows) set.add(row, endOfRow(row, lifetime));
    const last = rows.at(-1);
    if (last !== undefined) place = { seq: last.seq, row: JSON.stringify(last) };
    if (rows.length < FEED_BATCH) return place;
  }
}

function isAt(rows: readonly RevocationRow[], { seq, row }: Place): boolean {
  return rows[0]?.seq === seq && JSON.stringify(rows[0]) === row;
}

/** Creates a function that runs work one at a time. All calls that come before a run starts share it. */
function createShared(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= last.then(() => {
      next = undefined;
      return work();
    });
    last = next.catch(() => undefined);
    return next;
  };
}

/** Returns the result of a promise, or rejects after a time. The work goes on, and its result still counts. */
async function withinTime(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: unknown;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () =>
      reject(new Error(`the database did not respond within ${milliseconds} ms`));
    timer = runtime.setTimeout(giveUp, milliseconds);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    runtime.clearTimeout(timer);
  }
}
