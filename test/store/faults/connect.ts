import { LibsqlDialect } from "@libsql/kysely-libsql";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";

/** Opens a database as a program in production does: a connection that is lost ends no process, and nothing waits for ever. */
export function connect(url: string): Kysely<unknown> {
  if (!url.startsWith("postgres:"))
    return new Kysely<unknown>({ dialect: new LibsqlDialect({ url }) });
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    keepAlive: true,
    connectionTimeoutMillis: 1_000,
  });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
}
