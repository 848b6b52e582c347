import { startTimer } from "../policy/timer.js";
import type { NewAuditRow } from "./audit-row.js";
import { createPendingEvents } from "./pending-events.js";

/** The events on their way into the database. */
export interface AuditQueue {
  /** Adds an event. The promise resolves when the event is committed, and rejects when it is dropped. */
  readonly add: (row: NewAuditRow) => Promise<void>;
  /** Returns the number of events that were dropped. */
  readonly dropped: () => number;
  /** Writes what was added so far. Rejects with the error of the database if it fails several times in a row. */
  readonly flush: () => Promise<void>;
  /** Does what `flush` does, then drops what could not be written, and every later event. */
  readonly close: () => Promise<void>;
}

/** Milliseconds between two attempts, at first and at most. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;

/** Number of failures in a row after which `flush` gives up: one of many events, one of an event that is refused, and another one. */
const FLUSH_FAILURES = 3;

/**
 * Creates the queue. One write is made at a time, of what came during the one before. A write that fails is repeated until it succeeds,
 * so an event can be written twice.
 */
export function createAuditQueue(
  write: (rows: readonly NewAuditRow[]) => Promise<void>,
): AuditQueue {
  const events = createPendingEvents();
  let running: Promise<void> | undefined;
  let stopPause: (() => void) | undefined;
  let pause = FIRST_PAUSE;

  const writeNext = async (): Promise<void> => {
    const batch = events.next();
    try {
      await write(batch.map(({ row }) => row));
    } catch (error) {
      events.fail(batch, error);
      throw error;
    }
    events.succeed(batch);
  };
  const endPause = (): void => {
    stopPause?.();
    stopPause = undefined;
  };
  const succeeded = (): void => {
    running = undefined;
    endPause();
    pause = FIRST_PAUSE;
    proceed();
  };
  const failed = (error: unknown): never => {
    running = undefined;
    endPause();
    stopPause = startTimer(pause, () => {
      endPause();
      proceed();
    });
    pause = Math.min(2 * pause, LONGEST_PAUSE);
    throw error;
  };
  /** Makes the next write, or waits for the one that is being made. */
  const attempt = (): Promise<void> => {
    running ??= writeNext().then(succeeded, failed);
    return running;
  };
  /** Makes the next write, unless one is being made or it is not time yet. */
  const proceed = (): void => {
    if (stopPause === undefined && !events.isEmpty()) attempt().catch(() => undefined);
  };
  const flush = async (): Promise<void> => {
    const given = events.all();
    for (let failures = 0; given.some(events.has); ) {
      try {
        await attempt();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === FLUSH_FAILURES) throw error;
      }
    }
  };
  return {
    add: (row) => {
      const written = events.add(row);
      proceed();
      return written;
    },
    dropped: events.dropped,
    flush,
    close: async () => {
      try {
        await flush();
      } finally {
        events.close();
        endPause();
      }
    },
  };
}
