import { type Kysely, sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openDatabase } from "../../../src/store/open-database.js";
import { addRevocation, type NewRevocation } from "../../../src/store/revocations.js";
import type { TestDatabase } from "../backend.js";
import { describeRevocations } from "../revocation-suite.js";
import { sceneOf } from "../scene.js";
import { type PostgresServer, startPostgres } from "./server.js";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

describeRevocations("PostgreSQL", () => server);

const by = "a test";
const tokenOf = (jti: string) => ({ scope: "", jti });
const rowOf = (jti: string): NewRevocation => ({
  kind: "token",
  issuer: null,
  grant_id: null,
  jti,
  sub: null,
  client_id: null,
  cut_off: null,
  expires_at: null,
  revoked_at: 0,
  revoked_by: by,
});

describe("on PostgreSQL", () => {
  const { database, openStore } = sceneOf(() => server);

  it("a revocation that takes its number first and commits last is not lost, as it is to a reader of plain numbers", async () => {
    const store = await openStore();
    const [db, first, second] = [database().open(), database().open(), database().open()] as const;
    const insert = sql`insert into scope_policy_revocations (kind, jti, revoked_at, revoked_by)`;
    const seen: number[] = [];
    const naiveRead = async () => {
      const { rows } = await sql<{ seq: string }>`select seq from scope_policy_revocations
        where seq > ${seen.at(-1) ?? 0} order by seq`.execute(db);
      seen.push(...rows.map(({ seq }) => Number(seq)));
    };
    await first.transaction().execute(async (transaction) => {
      await sql`${insert} values ('token', 'naive-1', 0, ${by})`.execute(transaction);
      await sql`${insert} values ('token', 'naive-2', 0, ${by})`.execute(second);
      await naiveRead();
    });
    await naiveRead();
    expect(seen).toEqual([2]); // number 1 is committed, and no read returns it
    await sql`delete from scope_policy_revocations`.execute(db);

    const [inserted, mayCommit] = [latch(), latch()];
    const write = (jti: string, on: typeof first, wait: () => Promise<void>) =>
      openDatabase(on, "postgres").write(async (connection) => {
        await addRevocation(openDatabase(on, "postgres"), connection, rowOf(jti));
        await wait();
      });
    const last = write("ours-1", first, () => {
      inserted.open();
      return mayCommit.opened;
    });
    await inserted.opened;
    const other = write("ours-2", second, () => Promise.resolve());
    await whenWaiting(db);
    await store.flush();
    expect(store.isRevoked(tokenOf("ours-2"))).toBe(false);
    mayCommit.open();
    await Promise.all([last, other]);
    await store.flush();
    const { rows } = await sql`select jti from scope_policy_revocations order by seq`.execute(db);
    expect(rows).toEqual([{ jti: "ours-1" }, { jti: "ours-2" }]);
    expect(["ours-1", "ours-2"].map((jti) => store.isRevoked(tokenOf(jti)))).toEqual([true, true]);
    await store.close();
  });

  /** Returns the processes of the server to which connections for notifications are open. */
  const listeners = async (db: Kysely<unknown>) => {
    const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity
      where query = 'listen scope_policy_revocations'`.execute(db);
    return rows.map(({ pid }) => pid);
  };
  const connected = (db: Kysely<unknown>) =>
    vi.waitFor(async () => expect(await listeners(db)).toHaveLength(1), { timeout: 30_000 });

  it("a notification makes another process read at once, also after its connection was cut", async () => {
    const here = await openStore();
    const db = database().open();
    // by its timer, the other process reads every second
    const there = await openStore({ maxLag: 5_000, listen: () => new pg.Client(database().url) });
    await connected(db);
    const [pid] = await listeners(db);
    await sql`select pg_terminate_backend(${pid})`.execute(db);
    await vi.waitFor(async () => expect(await listeners(db)).not.toContain(pid), {
      timeout: 30_000,
    });
    await connected(db);
    await here.revocations.add({ kind: "token", jti: "a", by });
    await vi.waitFor(() => expect(there.isRevoked(tokenOf("a"))).toBe(true), {
      timeout: 30_000,
      interval: 5,
    });
    for (const store of [here, there]) await store.close();
    await vi.waitFor(async () => expect(await listeners(db)).toEqual([]), { timeout: 30_000 });
  });

  it("a notification is enough: the timer of the other process does not run within the test", async () => {
    const here = await openStore();
    const there = await openStore({ maxLag: 600_000, listen: () => new pg.Client(database().url) });
    await connected(database().open()); // the process reads once more when it is
    await there.flush();
    await here.revocations.add({ kind: "token", jti: "a", by });
    await vi.waitFor(() => expect(there.isRevoked(tokenOf("a"))).toBe(true), { timeout: 30_000 });
    for (const store of [here, there]) await store.close();
  });

  it("a server that refuses connections for notifications leaves the timer", async () => {
    const here = await openStore();
    const listen = () => new pg.Client({ host: "127.0.0.1", port: 1 });
    const there = await openStore({ maxLag: 200, listen });
    await here.revocations.add({ kind: "token", jti: "a", by });
    await vi.waitFor(() => expect(there.isRevoked(tokenOf("a"))).toBe(true), { timeout: 30_000 });
    for (const store of [here, there]) await store.close();
  });
});

function latch(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Waits until a connection waits for an advisory lock. */
async function whenWaiting(db: ReturnType<TestDatabase["open"]>): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await sql`select 1 from pg_locks
        where locktype = 'advisory' and not granted`.execute(db);
      expect(rows).toHaveLength(1);
    },
    { timeout: 30_000 },
  );
}
