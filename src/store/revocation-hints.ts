import { FEED_CHANNEL } from "./postgres.js";

/** A connection of PostgreSQL that receives notifications: a `Client` of `pg` that is not connected. */
export interface NotificationClient {
  /** Connects. Called once. */
  connect(): Promise<unknown>;
  /** Runs a statement. */
  query(text: string): Promise<unknown>;
  /** Adds a listener of `notification`, `error` or `end`. */
  addListener(event: string, listener: () => void): unknown;
  /** Closes the connection. */
  end(): Promise<unknown>;
}

/** The hints that the feed has a new row. */
export interface RevocationHints {
  /** Connects, unless a connection is there. Call it again and again: a connection that is lost is not restored by itself. */
  connect(): void;
  /** Closes the connection for good. */
  close(): void;
}

/**
 * Creates the receiver of hints. Nothing depends on it, so an error only means that there are no hints until the next `connect`.
 *
 * @param onHint - called for each notification, and after each `LISTEN`, since what was sent before it did not arrive
 */
export function createRevocationHints(
  listen: () => NotificationClient,
  onHint: () => void,
): RevocationHints {
  let current: NotificationClient | undefined;
  let isClosed = false;

  const drop = (client: NotificationClient): void => {
    if (current === client) current = undefined;
    client.end().catch(() => undefined);
  };
  const open = async (client: NotificationClient): Promise<void> => {
    // without a listener, the error of a lost connection would end the process
    for (const event of ["error", "end"]) client.addListener(event, () => drop(client));
    client.addListener("notification", onHint);
    await client.connect();
    await client.query(`listen ${FEED_CHANNEL}`);
    onHint();
  };
  return {
    connect() {
      if (isClosed || current !== undefined) return;
      try {
        const client = listen();
        current = client;
        open(client).catch(() => drop(client));
      } catch {
        // the next call tries again
      }
    },
    close() {
      isClosed = true;
      if (current !== undefined) drop(current);
    },
  };
}

/** What a store without `listen` has. */
export const NO_HINTS: RevocationHints = { connect: () => undefined, close: () => undefined };
