import { setTimeout as wait } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import pg from "pg";
import { createStore, type Store } from "scope-policy/store";
import type { StoreDialect } from "../../../src/store/dialect.js";
import { connect } from "../connect.js";
import { createQueryLog } from "../plans.js";
import { millisecondsOf } from "./measure.js";

/** What one process costs, while nothing is revoked. */
export interface ProcessCosts {
  /** Milliseconds from `createStore` until all revocations of the database are in memory. */
  readonly start: number;
  /** Number of these revocations. */
  readonly revocations: number;
  /** Queries in a second with the default `maxLag`. */
  readonly queries: number;
  /** Connections to PostgreSQL, with that of `listen`. */
  readonly connections: number | undefined;
  /** Nanoseconds of `store.isRevoked` for a token that is not revoked. */
  readonly isRevoked: number;
}

const SECONDS = 20;
const ANSWERS = 100_000;

/** Measures another process on a database, as far as one process can be measured inside of this one. */
export async function measureProcess(url: string, dialect: StoreDialect): Promise<ProcessCosts> {
  const queries = createQueryLog();
  const db = connect(
    `${url}${dialect === "postgres" ? "&application_name=measured" : ""}`,
    queries.log,
  );
  const listen = () => new pg.Client({ connectionString: url, application_name: "measured" });
  const store = await createStore({ db, ...(dialect === "postgres" && { listen }) });
  const start = await millisecondsOf(() => store.migrate());
  await wait(2_000); // until the first compaction is over
  const before = queries.count();
  await wait(SECONDS * 1_000);
  await store.flush();
  const costs = {
    isRevoked: nanosecondsOf(store),
    start,
    revocations: await countOf(db),
    queries: (queries.count() - before) / SECONDS,
    connections: dialect === "postgres" ? await connectionsOf(db) : undefined,
  };
  await store.close();
  await db.destroy();
  return costs;
}

async function countOf(db: Kysely<unknown>): Promise<number> {
  const { rows } = await sql<{ count: number | string }>`select count(*) as count
    from scope_policy_revocations`.execute(db);
  return Number(rows[0]?.count);
}

async function connectionsOf(db: Kysely<unknown>): Promise<number> {
  const { rows } = await sql<object>`select 1 from pg_stat_activity
    where application_name = 'measured'`.execute(db);
  return rows.length;
}

function nanosecondsOf(store: Store): number {
  const claims = { grant_id: "grant" };
  const token = {
    scope: "",
    iss: "a",
    sub: "b",
    client_id: "c",
    jti: "d",
    iat: 2_000_000_000,
    claims,
  };
  const start = process.cpuUsage();
  for (let answer = 0; answer < ANSWERS; answer += 1) store.isRevoked(token);
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1_000) / ANSWERS;
}

/** What a table takes on the disk, with its indexes. */
const SIZES: Readonly<Record<StoreDialect, (table: string) => string>> = {
  postgres: (table) => `select pg_total_relation_size('${table}') as bytes`,
  sqlite: (table) => `select sum(pgsize) as bytes from dbstat where name in
    (select name from sqlite_schema where tbl_name = '${table}')`,
};

/** Returns the bytes on the disk for each row of a table, with its indexes. */
export async function bytesPerRow(
  db: Kysely<unknown>,
  dialect: StoreDialect,
  table: string,
): Promise<number> {
  const query = `select (${SIZES[dialect](table)}) * 1.0 / (select count(*) from ${table}) as bytes`;
  const { rows } = await sql.raw<{ bytes: number | string }>(query).execute(db);
  return Number(rows[0]?.bytes);
}
