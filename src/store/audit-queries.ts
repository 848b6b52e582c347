import { type SqlBool, sql } from "kysely";
import { cleanClientText } from "../consent/clean-text.js";
import type { ConsentClient } from "../policy/client.js";
import { type AuditPosition, eventOfRow, type LoggedEvent, type NewAuditRow } from "./audit-row.js";
import type { Connection } from "./database.js";

/** Which events of the log a query returns. */
export interface AuditSelection {
  /** The user; `undefined`: every user, and events without one. */
  readonly sub: string | undefined;
  readonly client_id: string | undefined;
  readonly refused: boolean | undefined;
}

/**
 * Writes events, inside a transaction. An event that was written already changes nothing, and the second event of a call replaces the
 * first one, at its place in the log.
 */
export async function writeEvents(
  connection: Connection,
  events: readonly NewAuditRow[],
): Promise<void> {
  const names = await clientNames(connection, events);
  const rows = mergeEvents(events).map(({ isAnswered, values }) => ({
    isAnswered,
    values: { ...values, client_name: values.client_name ?? names.get(values.client_id) ?? null },
  }));
  const insert = (isAnswered: boolean) =>
    connection
      .insertInto("scope_policy_audit_events")
      .values(rows.filter((row) => row.isAnswered === isAnswered).map(({ values }) => values));
  if (rows.some(({ isAnswered }) => !isAnswered))
    await insert(false)
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  if (rows.some(({ isAnswered }) => isAnswered))
    await insert(true)
      .onConflict((conflict) =>
        conflict.column("id").doUpdateSet((row) => ({
          status: row.ref("excluded.status"),
          event: row.ref("excluded.event"),
        })),
      )
      .execute();
}

/** Returns one row for each call: that of its second event, with the time of the first one. */
function mergeEvents(events: readonly NewAuditRow[]): readonly NewAuditRow[] {
  const merged = new Map<string, NewAuditRow>();
  for (const event of events) {
    const { id } = event.values;
    const before = merged.get(id);
    if (before === undefined) merged.set(id, event);
    else if (event.isAnswered)
      merged.set(id, {
        ...event,
        values: { ...event.values, occurred_at: before.values.occurred_at },
      });
  }
  return [...merged.values()];
}

/** Returns the names of the clients that the store knows, cleaned, by the identifiers of the clients. */
async function clientNames(
  connection: Connection,
  events: readonly NewAuditRow[],
): Promise<ReadonlyMap<unknown, string | undefined>> {
  const ids = new Set(events.flatMap(({ values }) => values.client_id ?? []));
  if (ids.size === 0) return new Map();
  const rows = await connection
    .selectFrom("scope_policy_clients")
    .select(["client_id", "details"])
    .where("client_id", "in", [...ids])
    .execute();
  return new Map(
    rows.map(({ client_id, details }) => {
      const { client_name } = JSON.parse(details) as ConsentClient;
      return [client_id, cleanClientText(client_name)];
    }),
  );
}

/** Creates the query for events before a place in the log, newest first. */
export function selectEvents(
  connection: Connection,
  { sub, client_id, refused }: AuditSelection,
  before: AuditPosition | undefined,
  limit: number,
) {
  const all = connection.selectFrom("scope_policy_audit_events").selectAll();
  const ofUser = sub === undefined ? all : all.where("sub", "=", sub);
  const ofClient = client_id === undefined ? ofUser : ofUser.where("client_id", "=", client_id);
  const chosen =
    refused === undefined
      ? ofClient
      : // a literal, so that the index of refused events alone is used
        ofClient.where(sql<SqlBool>`allowed = ${sql.lit(refused ? 0 : 1)}`);
  const older =
    before === undefined
      ? chosen
      : chosen.where(sql<SqlBool>`(occurred_at, id) < (${before.occurredAt}, ${before.id})`);
  return older.orderBy("occurred_at", "desc").orderBy("id", "desc").limit(limit);
}

/** Returns events before a place in the log, newest first. */
export async function readEvents(
  ...query: Parameters<typeof selectEvents>
): Promise<readonly LoggedEvent[]> {
  const rows = await selectEvents(...query).execute();
  return rows.map(eventOfRow);
}

/** Deletes the oldest events before a time in milliseconds, at most `limit` of them. Returns how many. */
export async function deleteEvents(
  connection: Connection,
  before: number,
  limit: number,
): Promise<number> {
  const { numDeletedRows } = await connection
    .deleteFrom("scope_policy_audit_events")
    .where("id", "in", (old) =>
      old
        .selectFrom("scope_policy_audit_events")
        .select("id")
        .where("occurred_at", "<", before)
        .orderBy("occurred_at")
        .orderBy("id")
        .limit(limit),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
