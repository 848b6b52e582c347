import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAuditQueue } from "../../src/store/audit-queue.js";
import { type NewAuditRow, rowOfEvent } from "../../src/store/audit-row.js";
import {
  MAX_BATCH_EVENTS,
  MAX_EVENT_FAILURES,
  MAX_QUEUED_EVENTS,
  MAX_QUEUED_TEXT,
} from "../../src/store/limits.js";
import { eventOf } from "./audit-cases.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const rowOf = (id: string): NewAuditRow => rowOfEvent(eventOf({ id }));

/** Opens a queue on a database that refuses some events, or is away. */
function open() {
  const database = {
    isAway: false,
    refused: new Set<string>(),
    batches: [] as string[][],
    written: [] as string[],
  };
  const queue = createAuditQueue(async (rows) => {
    const ids = rows.map(({ values }) => values.id);
    database.batches.push(ids);
    await Promise.resolve();
    if (database.isAway) throw new Error("away");
    if (ids.some((id) => database.refused.has(id))) throw new Error("refused");
    database.written.push(...ids);
  });
  const results = new Map<string, string>();
  const add = (id: string) => {
    void queue.add(rowOf(id)).then(
      () => results.set(id, "written"),
      (error: unknown) => results.set(id, (error as Error).message),
    );
  };
  return { database, queue, results, add };
}

/** Returns `count` names. */
const names = (count: number) => Array.from({ length: count }, (_, index) => `e${index}`);

describe("the queue of audit events", () => {
  it("writes the first event at once, and those that come in the meantime together, at most MAX_BATCH_EVENTS (500)", async () => {
    const { database, queue, results, add } = open();
    const all = names(MAX_BATCH_EVENTS + 2);
    all.forEach(add);
    await queue.flush();
    expect(database.batches.map(({ length }) => length)).toEqual([1, MAX_BATCH_EVENTS, 1]);
    expect([...results.values()]).toEqual(all.map(() => "written"));
    expect(database.written).toEqual(all);
  });

  it("keeps events while the database is away, and writes them by itself when it is back", async () => {
    const { database, queue, results, add } = open();
    database.isAway = true;
    names(20).forEach(add);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(database.batches.length).toBeLessThan(25); // the pauses get longer
    expect(results.size).toBe(0);
    database.isAway = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect([...database.written].sort()).toEqual(names(20).sort());
    expect(queue.dropped()).toBe(0);
  });

  it("rejects an event at once if MAX_QUEUED_EVENTS (10,000) wait, and takes others when there is room again", async () => {
    const { database, queue, results, add } = open();
    database.isAway = true;
    names(MAX_QUEUED_EVENTS).forEach(add);
    add("too-many");
    await vi.advanceTimersByTimeAsync(0);
    expect([...results]).toEqual([["too-many", "too many audit events wait for the database"]]);
    expect(queue.dropped()).toBe(1);
    database.isAway = false;
    await queue.flush();
    add("later");
    await queue.flush();
    expect(results.get("later")).toBe("written");
    expect(database.written).toHaveLength(MAX_QUEUED_EVENTS + 1);
  });

  it("rejects an event at once if MAX_QUEUED_TEXT (16,777,216) characters wait", async () => {
    const { database, queue } = open();
    database.isAway = true;
    const { values } = rowOf("large");
    const rowWith = (id: string, length: number) => ({
      isAnswered: false,
      values: { ...values, id, event: "x".repeat(length) },
    });
    const kept = queue.add(rowWith("large", MAX_QUEUED_TEXT - 1));
    await expect(queue.add(rowWith("more", 2))).rejects.toThrow("too many audit events");
    const fits = queue.add(rowWith("fits", 1));
    database.isAway = false;
    await queue.flush();
    await Promise.all([kept, fits]);
    expect(database.written).toEqual(["large", "fits"]);
  });

  it("drops an event that the database refuses MAX_EVENT_FAILURES (3) times while it writes others", async () => {
    const { database, queue, results, add } = open();
    database.refused.add("e3");
    names(10).forEach(add);
    for (let step = 0; step < MAX_EVENT_FAILURES + 3; step += 1) {
      await vi.advanceTimersByTimeAsync(5_000);
      add(`later-${step}`);
    }
    await vi.advanceTimersByTimeAsync(5_000);
    expect(results.get("e3")).toBe("refused");
    expect(queue.dropped()).toBe(1);
    const others = [...results].filter(([id]) => id !== "e3").map(([, result]) => result);
    expect(new Set(others)).toEqual(new Set(["written"]));
    expect(others).toHaveLength(9 + MAX_EVENT_FAILURES + 3);
  });

  it("keeps an event that is refused alone, as long as no other one is written", async () => {
    const { database, queue, results, add } = open();
    database.isAway = true;
    add("e0");
    await vi.advanceTimersByTimeAsync(600_000);
    database.isAway = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(results.get("e0")).toBe("written");
    expect(queue.dropped()).toBe(0);
  });

  it("flushes despite one event that is refused, and rejects with the error of the database", async () => {
    const { database, queue, add } = open();
    database.refused.add("e0");
    names(600).forEach(add);
    await expect(queue.flush()).rejects.toThrow("refused");
    expect(database.written).toHaveLength(599);
    await expect(queue.close()).rejects.toThrow("refused");
    expect(queue.dropped()).toBe(1);
  });

  it("flushes what was added before, and does not wait for what comes in the meantime", async () => {
    const { database, queue, add } = open();
    add("e0");
    const flushed = queue.flush();
    for (let index = 1; index < 100; index += 1) {
      add(`e${index}`);
      await Promise.resolve();
    }
    await flushed;
    expect(database.written[0]).toBe("e0");
    await queue.flush();
    expect(database.written).toHaveLength(100);
  });

  it("writes everything when it is closed, then takes nothing", async () => {
    const { database, queue, results, add } = open();
    names(3).forEach(add);
    await queue.close();
    add("late");
    await vi.advanceTimersByTimeAsync(0);
    expect(database.written).toEqual(names(3));
    expect(results.get("late")).toBe("the store is closed");
    expect(queue.dropped()).toBe(1);
  });

  it("stops trying when it is closed while the database is away", async () => {
    const { database, queue, results, add } = open();
    database.isAway = true;
    names(3).forEach(add);
    await expect(queue.close()).rejects.toThrow("away");
    const attempts = database.batches.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(database.batches).toHaveLength(attempts);
    expect([...results.values()]).toEqual(names(3).map(() => "the store is closed"));
  });
});
