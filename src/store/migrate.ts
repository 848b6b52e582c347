import { sql } from "kysely";
import type { Connection, StoreDatabase } from "./database.js";
import type { StoreDialect } from "./dialect.js";
import { MIGRATIONS, type Migration } from "./migrations.js";

/** The type of a key that counts up and is never used again. */
const SEQUENCE: Readonly<Record<StoreDialect, string>> = {
  postgres: "bigint generated always as identity primary key",
  sqlite: "integer primary key autoincrement",
};

/**
 * Brings the tables to the newest version. It applies what is missing, in one transaction, and changes nothing if nothing is.
 * Processes that start at once do so one after the other.
 *
 * @throws an error if the tables are of a newer version of this package
 */
export async function migrate(
  database: StoreDatabase,
  now: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await database.prepare();
  await database.write(async (connection) => {
    await database.lock(connection, { kind: "migration" });
    const applied = await appliedVersion(connection);
    if (applied > migrations.length) {
      throw new Error(
        `the tables of the store have version ${applied}, and this version of scope-policy knows ${migrations.length}: ` +
          "update scope-policy in this program",
      );
    }
    for (const migration of migrations.slice(applied)) {
      await apply(connection, migration, SEQUENCE[database.dialect]);
      const { version, name } = migration;
      await connection
        .insertInto("scope_policy_migrations")
        .values({ version, name, applied_at: now })
        .execute();
    }
  });
}

/** Returns the version of the tables; 0 if there are none. */
async function appliedVersion(connection: Connection): Promise<number> {
  await sql`create table if not exists scope_policy_migrations (
    version integer primary key,
    name text not null,
    applied_at bigint not null
  )`.execute(connection);
  const newest = await connection
    .selectFrom("scope_policy_migrations")
    .select("version")
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
  return newest?.version ?? 0;
}

async function apply(
  connection: Connection,
  { statements }: Migration,
  sequence: string,
): Promise<void> {
  for (const statement of statements) {
    await sql.raw(statement.replace("{sequence}", sequence)).execute(connection);
  }
}
