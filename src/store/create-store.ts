import { dialectOf, type StoreDialect } from "./dialect.js";
import { createGrants, type GrantStore } from "./grants.js";
import { migrate } from "./migrate.js";
import { openDatabase } from "./open-database.js";
import { checkStoreOptions, readSeconds, type StoreOptions } from "./options.js";
import { createContext } from "./store-context.js";

/** A store. Each method rejects if the database fails. */
export interface Store {
  /**
   * Creates the tables, or brings them to the version of this package. Call it at every start: it changes nothing if nothing is
   * missing, and processes that start at once wait for each other.
   */
  migrate(): Promise<void>;
  /** The grants. */
  readonly grants: GrantStore;
}

/**
 * Creates a store of grants, refusals and revocations on a database of yours. Nothing is read or written before `migrate`. The tables start with `scope_policy_`.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` (as a rejection)
 *
 * @example
 * ```ts
 * import { LibsqlDialect } from "@libsql/kysely-libsql";
 * import { Kysely } from "kysely";
 * import { createStore } from "scope-policy/store";
 *
 * const db = new Kysely({ dialect: new LibsqlDialect({ url: ":memory:" }) });
 * const store = await createStore({ db });
 * await store.migrate();
 * await store.grants.list("user-1"); // []
 * ```
 */
export async function createStore(options: StoreOptions): Promise<Store> {
  const checked = checkStoreOptions(options);
  const database = openDatabase(checked.db, dialectOf(checked.db) as StoreDialect);
  const context = createContext(checked, database);
  return Promise.resolve({
    migrate: () => migrate(database, readSeconds(checked.now)),
    grants: createGrants(context),
  });
}
