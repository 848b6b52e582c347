import { sql } from "kysely";
import { createStore, type Store, type StoreOptions } from "scope-policy/store";
import { afterEach, beforeEach } from "vitest";
import type { Backend, TestDatabase } from "./backend.js";

/** An empty database for each test, and what opens stores on it. */
export interface Scene {
  readonly database: () => TestDatabase;
  /** Opens a store as a process of its own would, with its tables. */
  readonly openStore: (options?: Partial<StoreOptions>) => Promise<Store>;
  /** Runs a statement on a connection of its own. Returns the rows. */
  readonly execute: (statement: string) => Promise<readonly object[]>;
}

/** Creates the database of each test of the surrounding `describe`. */
export function sceneOf(backend: () => Backend): Scene {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await backend().create();
  });
  afterEach(() => database.close());
  return {
    database: () => database,
    openStore: async (options = {}) => {
      const store = await createStore({ db: database.open(), ...options });
      await store.migrate();
      return store;
    },
    execute: async (statement) => {
      const { rows } = await sql.raw<object>(statement).execute(database.open());
      return rows;
    },
  };
}
