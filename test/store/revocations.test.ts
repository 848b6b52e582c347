import pg from "pg";
import { createStore } from "scope-policy/store";
import { describe, expect, it, vi } from "vitest";
import type { StoreDatabase } from "../../src/store/database.js";
import { MAX_FEED_READS } from "../../src/store/limits.js";
import { createRevocationFeed } from "../../src/store/revocation-feed.js";
import {
  createRevocationHints,
  type NotificationClient,
} from "../../src/store/revocation-hints.js";
import { createRevokedSet } from "../../src/store/revoked-set.js";
import { describeRevocations } from "./revocation-suite.js";
import { sqliteFiles } from "./sqlite-backend.js";

describeRevocations("a file of libSQL", () => sqliteFiles);

describe("the option `listen`", () => {
  it("is rejected on SQLite, which has no notifications, and if it is not a function", async () => {
    const file = await sqliteFiles.create();
    const db = file.open();
    const listen = () => new pg.Client();
    await expect(createStore({ db, listen })).rejects.toThrow(/listen: is for PostgreSQL only/);
    await file.close();
  });
});

/** A database of which each read waits until the test ends it. */
function slowDatabase() {
  const ends: ((rows: readonly unknown[]) => void)[] = [];
  const read = () => new Promise((resolve) => ends.push(resolve));
  return { database: { read } as unknown as StoreDatabase, ends };
}

describe("a reading of the feed without a result", () => {
  it("MAX_FEED_READS: is given up, does not hold up the next ones, and counts when it ends after all", async () => {
    const { database, ends } = slowDatabase();
    const options = { database, set: createRevokedSet(), lifetime: Infinity, patience: 200 };
    const feed = createRevocationFeed(options);
    for (let read = 0; read < MAX_FEED_READS; read += 1)
      await expect(feed.catchUp()).rejects.toThrow("did not respond within 200 ms");
    await expect(feed.catchUp()).rejects.toThrow("the database does not respond");
    expect(feed.fault()).toBeInstanceOf(Error);
    expect([ends.length, feed.lag()]).toEqual([MAX_FEED_READS, Infinity]);
    ends[0]?.([]);
    await vi.waitFor(() => expect(feed.lag()).toBeLessThan(60_000));
    const next = feed.catchUp();
    await vi.waitFor(() => expect(ends).toHaveLength(MAX_FEED_READS + 1), {
      interval: 1,
    });
    ends.at(-1)?.([]);
    await next;
    expect(feed.fault()).toBeUndefined();
    const start = performance.now() - feed.lag();
    ends[1]?.([]); // an older one, which does not make the list older
    await new Promise((resolve) => setImmediate(resolve));
    expect(performance.now() - feed.lag()).toBeCloseTo(start, 0);
  });
});

/** A connection that fails at its end too, as one that was cut does. */
function brokenClient(): NotificationClient {
  const fail = () => Promise.reject(new Error("cut"));
  return { connect: fail, query: fail, end: fail, addListener: () => undefined };
}

/** A connection whose events the test sends, and what was done with it. */
function fakeClient() {
  const listeners: (readonly [event: string, listener: () => void])[] = [];
  const done = () => Promise.resolve();
  const client = {
    connect: done,
    query: done,
    end: vi.fn(done),
    addListener: (event: string, listener: () => void) => listeners.push([event, listener]),
  } satisfies NotificationClient;
  const emit = (event: string) => {
    for (const [name, listener] of listeners) if (name === event) listener();
  };
  return { client, emit };
}

describe("hints", () => {
  it("come from another connection after an error of one, whose end then changes nothing", () => {
    const [first, second] = [fakeClient(), fakeClient()];
    const listen = vi.fn(() => second.client).mockImplementationOnce(() => first.client);
    const hints = createRevocationHints(listen, () => undefined);
    hints.connect();
    first.emit("error");
    hints.connect();
    first.emit("end"); // of the connection that is not used any more
    hints.connect();
    expect(listen).toHaveBeenCalledTimes(2);
    expect(first.client.end).toHaveBeenCalled();
    expect(second.client.end).not.toHaveBeenCalled();
    hints.close();
    expect(second.client.end).toHaveBeenCalledTimes(1);
  });

  it("are not needed: an error of a connection, and of its end, is followed by another connection", async () => {
    const listen = vi.fn(brokenClient);
    const hints = createRevocationHints(listen, () => undefined);
    hints.connect();
    hints.connect(); // one is there
    expect(listen).toHaveBeenCalledTimes(1);
    await vi.waitFor(() => {
      hints.connect();
      expect(listen).toHaveBeenCalledTimes(2);
    });
    hints.close();
  });

  it("are not needed: a connection that cannot be made is tried again at the next call, until the end", () => {
    const listen = vi.fn(() => {
      throw new Error("no address");
    });
    const hints = createRevocationHints(listen, () => undefined);
    hints.connect();
    hints.connect();
    expect(listen).toHaveBeenCalledTimes(2);
    hints.close();
    hints.connect();
    expect(listen).toHaveBeenCalledTimes(2);
  });
});
