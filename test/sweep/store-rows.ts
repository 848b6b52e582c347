import { LibsqlDialect } from "@libsql/kysely-libsql";
import { Kysely } from "kysely";
import type * as store from "scope-policy/store";
import type { Table } from "./row.js";

/** A database in memory, which no row reads or writes. */
export const storeDatabase = new Kysely<unknown>({
  dialect: new LibsqlDialect({ url: ":memory:" }),
});

/** The rows of the store. Only a database shows what its functions return: see the tests of the store. */
export const STORE_ROWS: Table<typeof store> = {
  createStore: { takes: ["options"], samples: [] },
};
