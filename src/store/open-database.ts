import type { Connection, StoreDatabase } from "./database.js";
import type { AnyKysely, StoreDialect } from "./dialect.js";
import { postgresDatabase } from "./postgres.js";
import { sqliteDatabase } from "./sqlite.js";

const DATABASES: Readonly<Record<StoreDialect, (db: Connection) => StoreDatabase>> = {
  postgres: postgresDatabase,
  sqlite: sqliteDatabase,
};

/** One for each Kysely instance, so that two stores on one instance share its order of work. */
const opened = new WeakMap<AnyKysely, StoreDatabase>();

/** Opens the database behind a Kysely instance, without its plugins: they could rename columns. */
export function openDatabase(db: AnyKysely, dialect: StoreDialect): StoreDatabase {
  const database =
    opened.get(db) ?? DATABASES[dialect]((db as unknown as Connection).withoutPlugins());
  opened.set(db, database);
  return database;
}
