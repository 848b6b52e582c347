import type { RefusedScope } from "../consent/model.js";
import type { Connection } from "./database.js";
import { grantOfRow, type StoredGrant } from "./grant-row.js";
import { readInteger } from "./tables.js";

/** The user and the client of a grant. */
export interface GrantOwner {
  readonly sub: string;
  readonly client_id: string;
}

function selectGrants(connection: Connection) {
  return connection
    .selectFrom("scope_policy_grants as grant")
    .innerJoin("scope_policy_clients as client", "client.client_id", "grant.client_id")
    .leftJoin("scope_policy_last_uses as use", "use.grant_id", "grant.grant_id")
    .selectAll("grant")
    .select(["client.details", "use.used_at"]);
}

/** Returns the grants of a user, newest consent first. */
export async function grantsOf(
  connection: Connection,
  sub: string,
): Promise<readonly StoredGrant[]> {
  const rows = await selectGrants(connection)
    .where("grant.sub", "=", sub)
    .orderBy("grant.updated_at", "desc")
    .orderBy("grant.grant_id")
    .execute();
  return rows.map(grantOfRow);
}

/** Returns a grant by its identifier; `undefined` if it is not in force. */
export async function grantById(
  connection: Connection,
  grantId: string,
): Promise<StoredGrant | undefined> {
  const row = await selectGrants(connection)
    .where("grant.grant_id", "=", grantId)
    .executeTakeFirst();
  return row && grantOfRow(row);
}

/** Returns the grant of a user to a client; `undefined` if the user has not granted anything. */
export async function grantOf(
  connection: Connection,
  { sub, client_id }: GrantOwner,
): Promise<StoredGrant | undefined> {
  const row = await selectGrants(connection)
    .where("grant.sub", "=", sub)
    .where("grant.client_id", "=", client_id)
    .executeTakeFirst();
  return row && grantOfRow(row);
}

/** Returns what a user refused to a client, in the order of the outcome. */
export async function refusalsOf(
  connection: Connection,
  { sub, client_id }: GrantOwner,
): Promise<readonly RefusedScope[]> {
  const rows = await connection
    .selectFrom("scope_policy_refusals")
    .select(["scope", "until"])
    .where("sub", "=", sub)
    .where("client_id", "=", client_id)
    .orderBy("position")
    .execute();
  return rows.map(({ scope, until }) =>
    until === null ? { scope } : { scope, until: readInteger(until) },
  );
}

/** Deletes what a user refused to a client. */
export async function deleteRefusals(
  connection: Connection,
  { sub, client_id }: GrantOwner,
): Promise<void> {
  await connection
    .deleteFrom("scope_policy_refusals")
    .where("sub", "=", sub)
    .where("client_id", "=", client_id)
    .execute();
}

/** Deletes a grant and its last use, in this order: until the grant is deleted, another process can write its use. */
export async function deleteGrant(connection: Connection, grantId: string): Promise<void> {
  for (const table of ["scope_policy_grants", "scope_policy_last_uses"] as const) {
    await connection.deleteFrom(table).where("grant_id", "=", grantId).execute();
  }
}

/** Returns the grant that the first answer to an authorization request made, whether or not it is still in force. */
export async function grantIdOfRequest(
  connection: Connection,
  id: string | null,
  { sub, client_id }: GrantOwner,
): Promise<string | undefined> {
  if (id === null) return undefined;
  const found = await connection
    .selectFrom("scope_policy_requests")
    .select("grant_id")
    .where("request_id", "=", id)
    .where("sub", "=", sub)
    .where("client_id", "=", client_id)
    .executeTakeFirst();
  return found?.grant_id;
}
