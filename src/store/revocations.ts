import type { Insertable } from "kysely";
import type { Connection, StoreDatabase } from "./database.js";
import type { StoreTables } from "./tables.js";

/** A row of the feed, without its number. */
export type NewRevocation = Insertable<StoreTables["scope_policy_revocations"]>;

/**
 * Adds a row to the feed of revocations, inside a transaction and near its end. The lock, which lasts until after the commit, makes
 * the numbers visible in their order: a process that has seen number 2 never asks for number 1 again.
 */
export async function addRevocation(
  database: StoreDatabase,
  connection: Connection,
  revocation: NewRevocation,
): Promise<void> {
  await database.lock(connection, { kind: "feed" });
  await connection.insertInto("scope_policy_revocations").values(revocation).execute();
  await database.hint(connection);
}

/**
 * Returns whether a token that is issued in a second would be revoked already: a cut-off that can concern this user and client is in
 * that second or later.
 */
export async function isCutOff(
  connection: Connection,
  { sub, client_id }: { readonly sub: string; readonly client_id: string },
  second: number,
): Promise<boolean> {
  const found = await connection
    .selectFrom("scope_policy_revocations")
    .select("seq")
    .where("cut_off", ">=", second)
    .where((is) => is.or([is("sub", "is", null), is("sub", "=", sub)]))
    .where((is) => is.or([is("client_id", "is", null), is("client_id", "=", client_id)]))
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
