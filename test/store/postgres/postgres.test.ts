import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAX_LOCK_WAIT } from "../../../src/store/limits.js";
import { openDatabase } from "../../../src/store/open-database.js";
import { describeStore } from "../suite.js";
import { type PostgresServer, startPostgres } from "./server.js";

let server: PostgresServer | undefined;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

describeStore("PostgreSQL", () => server as PostgresServer);

describe("a transaction on PostgreSQL", () => {
  it("is ended by the server after MAX_LOCK_WAIT, if its process stops or another one has its lock", async () => {
    const database = await (server as PostgresServer).create();
    const db = database.open();
    const settings = await openDatabase(db, "postgres").write(async (connection) => {
      const { rows } = await sql<object>`select current_setting('lock_timeout') as lock_wait,
        current_setting('idle_in_transaction_session_timeout') as idle,
        current_setting('transaction_isolation') as isolation`.execute(connection);
      return rows;
    });
    const wait = `${MAX_LOCK_WAIT / 1_000}s`;
    expect(settings).toEqual([{ lock_wait: wait, idle: wait, isolation: "read committed" }]);
    const { rows } = await sql<object>`select current_setting('lock_timeout') as lock_wait`.execute(
      db,
    );
    expect(rows).toEqual([{ lock_wait: "0" }]);
    await database.close();
  });
});
