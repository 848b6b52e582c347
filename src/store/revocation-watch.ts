import { startTimer } from "../policy/timer.js";
import { readSeconds, type StoreOptions } from "./options.js";
import type { FeedOptions, RevocationFeed } from "./revocation-feed.js";
import { createRevocationHints, NO_HINTS } from "./revocation-hints.js";
import { deleteEnded, readDatabaseClock } from "./revocation-rows.js";

/** What keeps a replica of the feed up to date. */
export interface RevocationWatch {
  /** Starts the timer and connects for notifications, once. */
  readonly start: () => void;
  /** Stops both for good. */
  readonly stop: () => void;
  readonly isStopped: () => boolean;
}

/** Number of catch-ups by the timer in `maxLag`: four of five can fail. */
const CATCH_UPS_PER_LAG = 5;

/** Milliseconds between two deletions of revocations that have ended. */
const COMPACTION_INTERVAL = 3_600_000;

interface WatchOptions extends Omit<FeedOptions, "patience"> {
  readonly listen: StoreOptions["listen"];
  readonly now: StoreOptions["now"];
  readonly feed: RevocationFeed;
  readonly maxLag: number;
}

/** Creates the watch of a feed. It does not keep the process alive. */
export function createRevocationWatch(options: WatchOptions): RevocationWatch {
  const { feed, listen, maxLag } = options;
  const catchUp = (): Promise<void> => feed.catchUp().catch(() => undefined);
  const hints =
    listen === undefined ? NO_HINTS : createRevocationHints(listen, () => void catchUp());
  const compact = createCompaction(options);
  let isStarted = false;
  let isStopped = false;
  let stopTimer: (() => void) | undefined;

  const tick = async (): Promise<void> => {
    hints.connect();
    await catchUp();
    await compact().catch(() => undefined); // the next one deletes what this one left
    schedule();
  };
  const schedule = (): void => {
    if (isStopped) return;
    stopTimer = startTimer(maxLag / CATCH_UPS_PER_LAG, () => void tick());
  };
  return {
    start() {
      if (isStarted || isStopped) return;
      isStarted = true;
      hints.connect();
      schedule();
    },
    stop() {
      isStopped = true;
      stopTimer?.();
      hints.close();
    },
    isStopped: () => isStopped,
  };
}

/**
 * Creates the function that deletes what has ended, in the database and in memory, unless it did so within the last hour.
 *
 * A revocation that is deleted too early would allow a revoked token. So the time is the earliest of three: the store's clock, the
 * database's clock, and the first time of both plus what the monotonic clock has counted since. A clock that is set forward
 * deletes nothing.
 */
function createCompaction({ database, set, lifetime, now }: WatchOptions): () => Promise<void> {
  let nextAt = Number.NEGATIVE_INFINITY;
  let first: { readonly second: number; readonly at: number } | undefined;
  return async () => {
    const at = performance.now();
    if (at < nextAt) return;
    nextAt = at + COMPACTION_INTERVAL;
    const clock = await database.read((connection) =>
      readDatabaseClock(connection, database.dialect),
    );
    const second = Math.min(readSeconds(now), clock);
    first ??= { second, at };
    const time = Math.min(second, first.second + (at - first.at) / 1_000);
    set.removeEnded(time);
    await database.write((connection) => deleteEnded(connection, Math.floor(time), lifetime));
  };
}
