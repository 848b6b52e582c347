import { LibsqlDialect } from "@libsql/kysely-libsql";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";

/** Opens a database by its URL: `postgres:` or `file:`. */
export function connect(url: string): Kysely<unknown> {
  const dialect = url.startsWith("postgres:")
    ? new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 8 }) })
    : new LibsqlDialect({ url });
  return new Kysely<unknown>({ dialect });
}
