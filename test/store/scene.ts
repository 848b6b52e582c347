import { sql } from "kysely";
import { createStore, type Store, type StoreOptions } from "scope-policy/store";
import { afterEach, beforeEach } from "vitest";
import type { Backend, TestDatabase } from "./backend.js";

/** An empty database for each test, and what opens stores on it. */
export interface Scene {
  readonly database: () => TestDatabase;
  /** Opens a store as a process of its own would, with its tables. The test's end closes it. */
  readonly openStore: (options?: Partial<StoreOptions>) => Promise<Store>;
  /** Runs a statement on a connection of its own. Returns the rows. */
  readonly execute: (statement: string) => Promise<readonly object[]>;
}

/**
 * Creates the database of each test of the surrounding `describe`. A store that nothing closes would look for revocations until its
 * worker ends, on the timers of the tests that run after it.
 *
 * @param defaults - options of its stores
 */
export function sceneOf(backend: () => Backend, defaults: Partial<StoreOptions> = {}): Scene {
  let database: TestDatabase;
  const stores: Store[] = [];
  beforeEach(async () => {
    database = await backend().create();
  });
  afterEach(async () => {
    // a test can have broken the database, so that the last writes fail
    for (const store of stores.splice(0)) await store.close().catch(() => undefined);
    await database.close();
  });
  return {
    database: () => database,
    openStore: async (options = {}) => {
      const store = await createStore({ db: database.open(), ...defaults, ...options });
      stores.push(store);
      await store.migrate();
      return store;
    },
    execute: async (statement) => {
      const { rows } = await sql.raw<object>(statement).execute(database.open());
      return rows;
    },
  };
}
