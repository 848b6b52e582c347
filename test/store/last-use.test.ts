import { createStore } from "scope-policy/store";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { StoreDatabase } from "../../src/store/database.js";
import { createLastUse } from "../../src/store/last-use.js";
import { MAX_PENDING_USES } from "../../src/store/limits.js";
import { openDatabase } from "../../src/store/open-database.js";
import type { StoreContext } from "../../src/store/store-context.js";
import { answer } from "./consents.js";
import { describeLastUse } from "./last-use-suite.js";
import { sqliteFiles } from "./sqlite-backend.js";

describeLastUse("a file of libSQL", () => sqliteFiles);

describe("last uses that wait for the database", () => {
  /** Creates the record of last uses on a database that fails or does nothing. */
  const open = () => {
    const state = { writes: 0, isAway: false };
    const database: Partial<StoreDatabase> = {
      dialect: "sqlite",
      write: () => {
        state.writes += 1;
        return state.isAway
          ? Promise.reject(new Error("away"))
          : Promise.resolve(undefined as never);
      },
    };
    const context = { database, issuer: null, now: () => 1_000 } as unknown as StoreContext;
    return { state, uses: createLastUse(context, 60_000) };
  };
  const touchAll = ({ uses }: ReturnType<typeof open>, count: number, prefix: string) => {
    for (let user = 0; user < count; user += 1)
      uses.touch({ scope: "", sub: `${prefix}${user}`, client_id: "app-1" });
  };

  afterEach(() => void vi.useRealTimers());

  it("are written once in each interval, however often a grant is used, and not at all without a use", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const opened = open();
    for (let second = 0; second < 150; second += 1) {
      touchAll(opened, 1, "user-");
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(opened.state.writes).toBe(2);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(opened.state.writes).toBe(3);
  });

  it("are not written again after the end, if the last write fails", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const opened = open();
    touchAll(opened, 1, "user-");
    opened.state.isAway = true;
    await expect(opened.uses.close()).rejects.toThrow("away");
    await vi.advanceTimersByTimeAsync(600_000);
    expect(opened.state.writes).toBe(1);
  });

  it("are those of MAX_PENDING_USES (50,000) grants at most", async () => {
    const opened = open();
    touchAll(opened, MAX_PENDING_USES + 1_000, "user-");
    touchAll(opened, 10, "user-"); // these grants wait already
    await opened.uses.flush();
    expect(opened.state.writes).toBe(MAX_PENDING_USES / 500);
  });

  it("are the latest ones, if a write of earlier ones fails last", async () => {
    let now = 1_000;
    const file = await sqliteFiles.create();
    const db = file.open();
    const store = await createStore({ db, now: () => now });
    await store.migrate();
    await store.grants.record(
      await answer(store.grants, { requested: "openid courses:read", scopes: ["courses:read"] }),
    );
    const database = openDatabase(db, "sqlite");
    const failures: ((error: Error) => void)[] = [];
    const write = () => new Promise<never>((_, reject) => failures.push(reject));
    const failing = { ...database, write };
    const uses = createLastUse(
      { database: failing, issuer: null, now: () => now } as never,
      60_000,
    );
    const flushes: Promise<void>[] = [];
    for (now of [1_000, 1_001]) {
      uses.touch({ scope: "", sub: "user-1", client_id: "app-1" });
      flushes.push(uses.flush());
    }
    for (const index of [1, 0]) {
      failures[index]?.(new Error("away"));
      await expect(flushes[index]).rejects.toThrow("away");
    }
    Object.assign(failing, database);
    await uses.flush();
    expect(await store.grants.list("user-1")).toMatchObject([{ lastUsedAt: 1_001 }]);
    await store.close();
    await file.close();
  });

  it("stay at most that many if a write fails while others come", async () => {
    const opened = open();
    touchAll(opened, MAX_PENDING_USES, "old-");
    opened.state.isAway = true;
    const failed = expect(opened.uses.flush()).rejects.toThrow("away");
    touchAll(opened, MAX_PENDING_USES - 500, "new-");
    await failed;
    Object.assign(opened.state, { writes: 0, isAway: false });
    await opened.uses.close();
    expect(opened.state.writes).toBe(MAX_PENDING_USES / 500);
  });
});
