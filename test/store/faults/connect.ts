import { setTimeout as wait } from "node:timers/promises";
import { LibsqlDialect } from "@libsql/kysely-libsql";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Store } from "scope-policy/store";

/** Milliseconds after which a connection that cannot be made is an error. */
const PATIENCE = 1_000;

/** Opens a database as a program in production does: a connection that is lost ends no process, and nothing waits for ever. */
export function connect(url: string, patience = PATIENCE): Kysely<unknown> {
  if (!url.startsWith("postgres:"))
    return new Kysely<unknown>({ dialect: new LibsqlDialect({ url }) });
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    keepAlive: true,
    connectionTimeoutMillis: patience,
  });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
}

/** Creates the tables, as a program does that is started again until it can. */
export async function migrate(store: Store): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store.migrate();
    } catch (error) {
      if (attempt === 30) throw error;
      await wait(100);
    }
  }
}
