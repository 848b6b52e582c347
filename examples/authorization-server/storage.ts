// The state of the server in one folder: the database of the store, and another one with the rows and keys of node-oidc-provider. SQLite
// has one writer at a time, and in two files they never wait for each other.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { LibsqlDialect } from "@libsql/kysely-libsql";
import { Kysely } from "kysely";
import type { Adapter, AdapterPayload } from "oidc-provider";
import type { AnyKysely } from "scope-policy/store";

export interface Storage {
  /** The database of the store. */
  readonly db: AnyKysely;
  /** Returns the storage of one kind of rows of node-oidc-provider. */
  readonly adapters: (model: string) => Adapter;
  /** Returns a secret of the server, which is created at its first start. */
  secret(name: string, create: () => string | Promise<string>): Promise<string>;
  close(): Promise<void>;
}

const TABLES = [
  `create table if not exists provider_rows (
    model text not null, id text not null, payload text not null,
    grant_id text, uid text, expires_at integer, primary key (model, id))`,
  "create index if not exists provider_rows_by_grant on provider_rows (grant_id)",
  "create index if not exists provider_rows_by_uid on provider_rows (uid)",
  "create table if not exists provider_secrets (name text primary key, value text not null)",
];

/** Opens a folder, which is created if it is missing. Without one, everything is in memory. */
export async function openStorage(folder: string | undefined): Promise<Storage> {
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const urlOf = (name: string) =>
    folder === undefined ? ":memory:" : `file:${join(folder, name)}`;
  const db = new Kysely<unknown>({ dialect: new LibsqlDialect({ url: urlOf("store.db") }) });
  const client = createClient({ url: urlOf("provider.db") });
  const run: Run = async (sql, args = []) => (await client.execute({ sql, args: [...args] })).rows;
  for (const table of TABLES) await run(table);
  await run("delete from provider_rows where expires_at < ?", [seconds()]);
  return {
    db,
    adapters: (model) => createAdapter(run, model),
    secret: async (name, create) => {
      const value = await create();
      await run("insert into provider_secrets values (?, ?) on conflict do nothing", [name, value]);
      const [row] = await run("select value from provider_secrets where name = ?", [name]);
      return row?.["value"] as string;
    },
    close: async () => {
      client.close();
      await db.destroy();
    },
  };
}

type Run = (
  sql: string,
  args?: readonly (string | number | null)[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/**
 * Creates the storage of one kind of rows. A client's registered scope is checked and returned but not stored: node-oidc-provider would
 * limit later requests to it, and an MCP client that registers the scopes it needs first could never request more.
 */
function createAdapter(run: Run, model: string): Adapter {
  const findBy = async (column: "id" | "uid", value: string) => {
    const [row] = await run(`select payload from provider_rows where model = ? and ${column} = ?`, [
      model,
      value,
    ]);
    return row && (JSON.parse(String(row["payload"])) as AdapterPayload);
  };
  return {
    upsert: async (id, { scope, ...payload }, expiresIn) => {
      const isKept = model !== "Client" && scope !== undefined;
      await run("insert or replace into provider_rows values (?, ?, ?, ?, ?, ?)", [
        model,
        id,
        JSON.stringify(isKept ? { ...payload, scope } : payload),
        payload.grantId ?? null,
        payload.uid ?? null,
        expiresIn ? seconds() + expiresIn : null,
      ]);
    },
    find: (id) => findBy("id", id),
    findByUid: (uid) => findBy("uid", uid),
    findByUserCode: () => Promise.resolve(undefined), // there is no device flow
    consume: async (id) => {
      await run(
        "update provider_rows set payload = json_set(payload, '$.consumed', ?) where model = ? and id = ?",
        [seconds(), model, id],
      );
    },
    destroy: async (id) => {
      await run("delete from provider_rows where model = ? and id = ?", [model, id]);
    },
    revokeByGrantId: async (grantId) => {
      await run("delete from provider_rows where model = ? and grant_id = ?", [model, grantId]);
    },
  };
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}
