import { sql } from "kysely";
import type { Connection } from "./database.js";
import type { StoreDialect } from "./dialect.js";
import { MAX_CLOCK_SKEW } from "./limits.js";
import { readInteger } from "./tables.js";

/** A revocation as the feed has it. Times are in seconds since 1970. */
export interface RevocationRow {
  readonly seq: number;
  readonly kind: "token" | "grant" | "client" | "subject" | "all";
  readonly issuer: string | null;
  readonly grant_id: string | null;
  readonly jti: string | null;
  readonly sub: string | null;
  readonly client_id: string | null;
  readonly cut_off: number | null;
  readonly expires_at: number | null;
  readonly revoked_at: number;
}

/** Number of rows that one query of the feed reads. */
export const FEED_BATCH = 500;

/** Returns the rows of the feed from a number on, that one included, in order, and at most {@link FEED_BATCH} of them. */
export async function readFeed(
  connection: Connection,
  from: number,
): Promise<readonly RevocationRow[]> {
  const rows = await connection
    .selectFrom("scope_policy_revocations")
    .select(["seq", "kind", "issuer", "grant_id", "jti", "sub", "client_id"])
    .select(["cut_off", "expires_at", "revoked_at"])
    .where("seq", ">=", from)
    .orderBy("seq")
    .limit(FEED_BATCH)
    .execute();
  return rows.map((row) => ({
    ...row,
    seq: readInteger(row.seq),
    cut_off: row.cut_off === null ? null : readInteger(row.cut_off),
    expires_at: row.expires_at === null ? null : readInteger(row.expires_at),
    revoked_at: readInteger(row.revoked_at),
  }));
}

/**
 * Returns the second from which no token that a row revokes can be valid; `Infinity` if that is unknown: a row without an expiry, and
 * no longest lifetime. {@link MAX_CLOCK_SKEW} is in it.
 */
export function endOfRow(
  { expires_at, cut_off, revoked_at }: RevocationRow,
  lifetime: number,
): number {
  const end =
    expires_at ?? (cut_off === null ? Infinity : Math.max(cut_off, revoked_at) + lifetime);
  return end + MAX_CLOCK_SKEW;
}

/**
 * Deletes the rows that have ended. The newest row stays, whenever it ends: by it a process that follows the feed finds its place.
 *
 * @param second - the time; rows whose {@link endOfRow} is later stay
 */
export async function deleteEnded(
  connection: Connection,
  second: number,
  lifetime: number,
): Promise<void> {
  const expired = second - MAX_CLOCK_SKEW;
  // no time is before the first second
  const issued = Math.max(expired - lifetime, -1);
  // a comparison other than `<>` with the newest number would have a database walk through all numbers instead of one of the indexes
  const deleteOlder = () =>
    connection
      .deleteFrom("scope_policy_revocations")
      .where("seq", "<>", (is) =>
        is.selectFrom("scope_policy_revocations").select((row) => row.fn.max("seq").as("newest")),
      );
  await deleteOlder().where("expires_at", "<=", expired).execute();
  await deleteOlder()
    .where("cut_off", "<=", issued)
    .where("expires_at", "is", null)
    .where("revoked_at", "<=", issued)
    .execute();
}

/** The clock of the database, in seconds since 1970. */
const CLOCK: Readonly<Record<StoreDialect, string>> = {
  postgres: "select floor(extract(epoch from clock_timestamp()))::bigint as second",
  sqlite: "select cast(strftime('%s', 'now') as integer) as second",
};

/** Returns the time of the database's clock, in seconds since 1970. */
export async function readDatabaseClock(
  connection: Connection,
  dialect: StoreDialect,
): Promise<number> {
  const { rows } = await sql
    .raw<{ readonly second: number | string }>(CLOCK[dialect])
    .execute(connection);
  return Math.max(...rows.map(({ second }) => readInteger(second)));
}
