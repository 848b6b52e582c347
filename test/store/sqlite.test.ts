import { type Client, createClient } from "@libsql/client";
import { LibsqlDialect } from "@libsql/kysely-libsql";
import {
  type Driver,
  DummyDriver,
  Kysely,
  MssqlAdapter,
  MysqlDialect,
  PostgresAdapter,
  PostgresDialect,
  SqliteAdapter,
  sql,
} from "kysely";
import { PolicyError } from "scope-policy";
import { createStore, type StoreOptions } from "scope-policy/store";
import { afterEach, describe, expect, it, vi } from "vitest";
import { dialectOf } from "../../src/store/dialect.js";
import { MAX_LOCK_WAIT } from "../../src/store/limits.js";
import { openDatabase } from "../../src/store/open-database.js";
import { titled } from "../titled.js";
import { answer } from "./consents.js";
import { sqliteFiles } from "./sqlite-backend.js";
import { describeStore } from "./suite.js";

describeStore("a file of libSQL", () => sqliteFiles);

const READ = { requested: "openid courses:read", scopes: ["courses:read"] };

const inMemory = () => new Kysely<unknown>({ dialect: new LibsqlDialect({ url: ":memory:" }) });

/** A Kysely instance whose driver does nothing, or has some other functions. */
const dummy = (
  adapter: PostgresAdapter | SqliteAdapter | MssqlAdapter,
  functions: Partial<Driver> = {},
) => {
  const parts = new PostgresDialect({ pool: {} as never });
  return new Kysely<unknown>({
    dialect: {
      createAdapter: () => adapter,
      createDriver: () => Object.assign(new DummyDriver(), functions),
      createIntrospector: (db) => parts.createIntrospector(db),
      createQueryCompiler: () => parts.createQueryCompiler(),
    },
  });
};

describe("the store on libSQL in memory", () => {
  it("keeps its data over transactions, and shares one order of work between two stores", async () => {
    const db = inMemory();
    const stores = [await createStore({ db }), await createStore({ db })] as const;
    await stores[0].migrate();
    const given = await answer(stores[1].grants, { ...READ, id: "request-1" });
    const ids = await Promise.all(stores.map(({ grants }) => grants.record(given)));
    expect(new Set(ids).size).toBe(1);
    expect(await stores[0].grants.list("user-1")).toHaveLength(1);
    for (const store of stores) await store.close();
    await db.destroy();
  });
});

describe("a file that another process has locked", () => {
  afterEach(() => void vi.useRealTimers());

  /** Opens a store, and another connection that keeps the lock for writing. */
  const openLocked = async () => {
    const file = await sqliteFiles.create();
    const store = await createStore({ db: file.open() });
    await store.migrate();
    const given = await answer(store.grants, READ);
    const other = file.open();
    await sql`begin immediate`.execute(other);
    return { file, store, given, other };
  };

  it("is written as soon as the lock is gone, and can be read until then", async () => {
    const { file, store, given, other } = await openLocked();
    const recorded = store.grants.record(given);
    const reader = await createStore({ db: file.open() });
    expect(await reader.grants.list("user-1")).toEqual([]);
    await sql`commit`.execute(other);
    const id = await recorded;
    expect(await store.grants.get(id)).toBeDefined();
    for (const each of [store, reader]) await each.close();
    await file.close();
  });

  it("makes a write fail after MAX_LOCK_WAIT, and the store goes on after that", async () => {
    const { file, store, given, other } = await openLocked();
    await store.close(); // its timer would also wait for the lock, on the clock that this test stops
    vi.useFakeTimers({ toFake: ["setTimeout", "Date"] });
    const recorded = expect(store.grants.record(given)).rejects.toThrow(/SQLITE_BUSY/);
    await vi.advanceTimersByTimeAsync(MAX_LOCK_WAIT + 100);
    await recorded;
    vi.useRealTimers();
    await sql`rollback`.execute(other);
    expect(await store.grants.record(given)).toMatch(/-/);
    await file.close();
  });
});

describe("work on SQLite that fails", () => {
  afterEach(() => void vi.useRealTimers());

  const busy = () => Object.assign(new Error("locked"), { code: "SQLITE_BUSY_SNAPSHOT" });
  const openDummy = (functions: Partial<Driver> = {}) =>
    openDatabase(dummy(new SqliteAdapter(), functions), "sqlite");

  it("is repeated after 1, 2, 4 … milliseconds, then each 50, while another process has the lock", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "Date"], now: 0 });
    const attempts: number[] = [];
    const read = openDummy().read(() => {
      attempts.push(Date.now());
      return attempts.length < 9 ? Promise.reject(busy()) : Promise.resolve("read");
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read).toBe("read");
    expect(attempts).toEqual([0, 1, 3, 7, 15, 31, 63, 113, 163]);
  });

  it.each<[title: string, error: unknown]>([
    ["without a code", new Error("no code")],
    ["with a code that is a number", Object.assign(new Error("number"), { code: 5 })],
    ["with the code of another error", Object.assign(new Error("x"), { code: "SQLITE_CORRUPT" })],
  ])("reports an error %s at once", async (_title, error) => {
    const work = vi.fn(() => Promise.reject(error as Error));
    await expect(openDummy().read(work)).rejects.toBe(error);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it("reports why it has no new connection after a lock", async () => {
    const beginTransaction = () => Promise.reject(new Error("no connection"));
    const work = vi.fn(() => Promise.reject(busy()));
    await expect(openDummy({ beginTransaction }).read(work)).rejects.toThrow("no connection");
    expect(work).toHaveBeenCalledTimes(1);
  });
});

describe("a revocation on SQLite", () => {
  afterEach(() => void vi.useRealTimers());

  it("makes a consent in the same second wait until the second is over", async () => {
    const db = inMemory();
    const store = await createStore({ db, now: () => 1_000.5 });
    await store.migrate();
    const id = await store.grants.record(await answer(store.grants, READ));
    await store.grants.revoke(id, { by: "user-1" });
    const given = await answer(store.grants, READ);
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    let isRecorded = false;
    const recorded = store.grants.record(given).then(() => {
      isRecorded = true;
    });
    while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(499);
    expect(isRecorded).toBe(false);
    await vi.advanceTimersByTimeAsync(2);
    expect(isRecorded).toBe(true);
    await recorded;
    vi.useRealTimers();
    await store.close();
    await db.destroy();
  });
});

describe("a transaction on SQLite", () => {
  it("needs a driver that keeps it from one query to the next", async () => {
    // each query has a connection of its own, as with a pool
    const pooled: Client = {
      ...createClient({ url: ":memory:" }),
      execute: (statement) => createClient({ url: ":memory:" }).execute(statement),
    };
    const db = new Kysely<unknown>({ dialect: new LibsqlDialect({ client: pooled }) });
    const store = await createStore({ db });
    await expect(store.migrate()).rejects.toThrow(
      "the SQLite driver does not keep a transaction from one query to the next",
    );
  });

  it("reports the error of its work, even if SQLite has ended the transaction already", async () => {
    const db = inMemory();
    const database = openDatabase(db, "sqlite");
    const failed = database.write(async (connection) => {
      await sql`rollback`.execute(connection);
      throw new Error("the disk is full");
    });
    await expect(failed).rejects.toThrow("the disk is full");
    expect(await database.write(() => Promise.resolve(7))).toBe(7);
    await db.destroy();
  });
});

describe("the dialect of a Kysely instance", () => {
  const mysql = new Kysely<unknown>({ dialect: new MysqlDialect({ pool: {} as never }) });
  const rows: readonly { readonly title: string; readonly db: unknown; readonly is: unknown }[] = [
    { title: "PostgreSQL", db: dummy(new PostgresAdapter()), is: "postgres" },
    { title: "SQLite", db: dummy(new SqliteAdapter()), is: "sqlite" },
    { title: "MySQL", db: mysql, is: undefined },
    { title: "SQL Server", db: dummy(new MssqlAdapter()), is: undefined },
    { title: "nothing", db: undefined, is: undefined },
    { title: "null", db: null, is: undefined },
    { title: "another object", db: {}, is: undefined },
  ];

  it.each(titled(rows))(
    "of %s is found from what it can do, or not at all",
    (_title, { db, is }) => {
      expect(dialectOf(db)).toBe(is);
    },
  );

  it("is required when a store is created", async () => {
    const options = { db: mysql, maxlag: 1, maxLag: 0 } as unknown as StoreOptions;
    const error = await createStore(options).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PolicyError);
    expect((error as PolicyError).findings).toMatchObject([
      { path: "db", message: expect.stringContaining("PostgreSQL or SQLite") as unknown },
      { path: "maxLag" },
      { path: "maxlag", suggestion: "maxLag" },
    ]);
  });
});
