import type { Kysely } from "kysely";
import { dialectOf, type StoreDialect } from "../../../src/store/dialect.js";
import { openDatabase } from "../../../src/store/open-database.js";
import { addRevocation, type NewRevocation } from "../../../src/store/revocations.js";
import { monotonic } from "./messages.js";

const openStoreDatabase = (db: Kysely<unknown>) => openDatabase(db, dialectOf(db) as StoreDialect);

/** Returns the row of a token that expires tomorrow. */
function rowOf(jti: string): NewRevocation {
  const second = Math.floor(Date.now() / 1_000);
  return {
    kind: "token",
    issuer: null,
    grant_id: null,
    jti,
    sub: null,
    client_id: null,
    cut_off: null,
    expires_at: second + 86_400,
    revoked_at: second,
    revoked_by: "the faults",
  };
}

/** Revokes a token as `revocations.add` does, and returns the time at which the commit was known. It does not wait for more. */
export async function revokeToken(db: Kysely<unknown>, jti: string): Promise<number> {
  const database = openStoreDatabase(db);
  await database.write((connection) => addRevocation(database, connection, rowOf(jti)));
  return monotonic();
}

/** Revokes a token in a transaction that ends when `end` does. */
export async function revokeSlowly(
  db: Kysely<unknown>,
  jti: string,
  end: () => Promise<void>,
): Promise<void> {
  const database = openStoreDatabase(db);
  await database.write(async (connection) => {
    await addRevocation(database, connection, rowOf(jti));
    await end();
  });
}
