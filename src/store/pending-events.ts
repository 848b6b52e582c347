import type { NewAuditRow } from "./audit-row.js";
import {
  MAX_BATCH_EVENTS,
  MAX_EVENT_FAILURES,
  MAX_QUEUED_EVENTS,
  MAX_QUEUED_TEXT,
} from "./limits.js";

/** An event that is not written yet. */
export interface PendingEvent {
  readonly row: NewAuditRow;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** How often it failed alone, counted once for each state of the log. */
  failures: number;
  /** Number of writes that had succeeded when it failed alone last. */
  writesAtFailure: number | undefined;
}

/** The events that are not written yet, in memory. */
export interface PendingEvents {
  /** Adds an event. The promise resolves when the event is written, and rejects when it is dropped: at once, if there is no room. */
  readonly add: (row: NewAuditRow) => Promise<void>;
  /** Returns the events that have been added and are neither written nor dropped. */
  readonly all: () => readonly PendingEvent[];
  readonly isEmpty: () => boolean;
  readonly has: (event: PendingEvent) => boolean;
  /** Returns the events of the next write. They stay until `succeed` or `fail`. */
  readonly next: () => readonly PendingEvent[];
  /** Removes events that are written. */
  readonly succeed: (batch: readonly PendingEvent[]) => void;
  /** Keeps events for a later write, except for one that the database refuses. */
  readonly fail: (batch: readonly PendingEvent[], error: unknown) => void;
  /** Drops all events, and every later one. */
  readonly close: () => void;
  /** Number of events that were dropped. */
  readonly dropped: () => number;
}

/**
 * Creates an empty list of events. Events that are written together fail together, so after a failure the next write has one event only.
 * An event that fails alone goes to the end, so it does not stop the others. If they can be written and it cannot, the database
 * refuses it, and it is dropped.
 */
export function createPendingEvents(): PendingEvents {
  const pending = new Set<PendingEvent>();
  let text = 0;
  let dropped = 0;
  let writes = 0;
  let limit = MAX_BATCH_EVENTS;
  let isClosed = false;

  const remove = (event: PendingEvent): void => {
    if (pending.delete(event)) text -= sizeOf(event.row);
  };
  const drop = (event: PendingEvent, error: unknown): void => {
    remove(event);
    dropped += 1;
    event.reject(error);
  };
  return {
    add: (row) =>
      new Promise((resolve, reject) => {
        const event = { row, resolve, reject, failures: 0, writesAtFailure: undefined };
        const isFull = pending.size >= MAX_QUEUED_EVENTS || text + sizeOf(row) > MAX_QUEUED_TEXT;
        if (isClosed) return drop(event, new Error("the store is closed"));
        if (isFull) return drop(event, new Error("too many audit events wait for the database"));
        pending.add(event);
        text += sizeOf(row);
      }),
    all: () => [...pending],
    isEmpty: () => pending.size === 0,
    has: (event) => pending.has(event),
    next: () => [...pending].slice(0, limit),
    succeed: (batch) => {
      writes += 1;
      limit = Math.min(4 * limit, MAX_BATCH_EVENTS);
      for (const event of batch) {
        remove(event);
        event.resolve();
      }
    },
    fail: (batch, error) => {
      limit = 1;
      const [event] = batch;
      if (event === undefined || batch.length > 1) return;
      if (event.writesAtFailure !== writes) event.failures += 1;
      event.writesAtFailure = writes;
      if (event.failures >= MAX_EVENT_FAILURES) return drop(event, error);
      pending.delete(event);
      pending.add(event);
    },
    close: () => {
      isClosed = true;
      for (const event of pending) drop(event, new Error("the store is closed"));
    },
    dropped: () => dropped,
  };
}

/** Returns the length of what an event takes of the memory: its text is nearly all of it. */
function sizeOf({ values }: NewAuditRow): number {
  return values.event.length;
}
