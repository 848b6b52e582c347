import { LibsqlDialect } from "@libsql/kysely-libsql";
import { Kysely, type LogEvent, PostgresDialect } from "kysely";
import pg from "pg";

/** Opens a database by its URL: `postgres:` or `file:`. `log` gets each query. */
export function connect(url: string, log: (event: LogEvent) => void = () => undefined) {
  const dialect = url.startsWith("postgres:")
    ? new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 8 }) })
    : new LibsqlDialect({ url });
  return new Kysely<unknown>({ dialect, log });
}
