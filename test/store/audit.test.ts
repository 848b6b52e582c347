import { sql } from "kysely";
import { createStore } from "scope-policy/store";
import { describe, expect, it } from "vitest";
import { selectEvents } from "../../src/store/audit-queries.js";
import { describeAuditLog } from "./audit-suite.js";
import { sqliteFiles } from "./sqlite-backend.js";

describeAuditLog("a file of libSQL", () => sqliteFiles);

describe("the query for a page on SQLite", () => {
  it.each([
    [{}, "all"],
    [{ sub: "user-1" }, "sub"],
    [{ client_id: "app-1" }, "client"],
    [{ sub: "user-1", client_id: "app-1" }, "both"],
    [{ refused: true }, "all_refused"],
    [{ sub: "user-1", refused: true }, "sub_refused"],
    [{ client_id: "app-1", refused: true }, "client_refused"],
    [{ sub: "user-1", client_id: "app-1", refused: true }, "both_refused"],
  ])("for %j takes the rows and their order from the index %s", async (given, index) => {
    const database = await sqliteFiles.create();
    const db = database.open();
    const store = await createStore({ db });
    await store.migrate();
    await store.close();
    const selection = { sub: undefined, client_id: undefined, refused: undefined, ...given };
    const place = { occurredAt: 1_000, id: "e" };
    const query = selectEvents(db, selection, place, 51);
    const plan = await query.explain<{ readonly detail: string }>(undefined, sql`query plan`);
    expect(plan).toMatchObject([
      { detail: expect.stringContaining(`USING INDEX scope_policy_audit_${index} (`) as unknown },
    ]);
    await database.close();
  });
});
