import { describe, expect, it } from "vitest";
import type { StoreDatabase } from "../../src/store/database.js";
import { createLastUse } from "../../src/store/last-use.js";
import { MAX_PENDING_USES } from "../../src/store/limits.js";
import type { StoreContext } from "../../src/store/store-context.js";
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

  it("are those of MAX_PENDING_USES (50,000) grants at most", async () => {
    const opened = open();
    touchAll(opened, MAX_PENDING_USES + 1_000, "user-");
    touchAll(opened, 10, "user-"); // these grants wait already
    await opened.uses.flush();
    expect(opened.state.writes).toBe(MAX_PENDING_USES / 500);
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
