// `npm run bench:store`: fills a store of each kind with 1,000,000 audit events and 100,000 grants, and reads pages. Each query must use
// an index, without a sort, and the median of its times must be under 20 milliseconds, in addition to that of an empty query: on a busy
// machine, any query waits for its turn.
import { CompiledQuery, sql } from "kysely";
import { createStore, type Store } from "scope-policy/store";
import { type AuditSelection, selectEvents } from "../../../src/store/audit-queries.js";
import type { Connection } from "../../../src/store/database.js";
import { dialectOf, type StoreDialect } from "../../../src/store/dialect.js";
import type { Backend } from "../backend.js";
import { createRandom } from "../random.js";
import { sqliteFiles } from "../sqlite-backend.js";
import { startPostgres } from "./server.js";

const EVENTS = Number(process.argv[2] ?? 1_000_000);
const GRANTS = EVENTS / 10;
const PART = EVENTS / 10;
const USERS = 5_000;
const MOST_MILLISECONDS = 20;
const READS = 200;

/** One event of about the size that an authorizer writes. */
const EVENT = JSON.stringify({
  policy: { name: "School", version: "1" },
  operation: { name: "list_keys", kind: "tool" },
  requirement: { rules: [{ anyOf: [{ scopes: ["keys:read"] }] }] },
  arguments: Array.from({ length: 6 }, (_, n) => ({
    name: `argument-${n}`,
    type: "string",
    size: 12,
  })),
});

const SERIES: Readonly<Record<StoreDialect, (from: number, to: number) => string>> = {
  postgres: (from, to) => `series(i) as (select * from generate_series(${from}, ${to - 1}))`,
  sqlite: (from, to) =>
    `recursive series(i) as (select ${from} union all select i + 1 from series where i + 1 < ${to})`,
};

/** User 0 has a tenth of all events, and one of 997 events is refused. */
const eventRows = (series: string) => `with ${series}
  insert into scope_policy_audit_events
    (id, occurred_at, sub, client_id, client_name, operation, code, allowed, status, event)
  select 'e' || i, 1700000000000 + (i / 3) * 7, 'u' || (case when i % 10 = 0 then 0 else i % ${USERS} end),
    'c' || (i % 7), 'Reports', 'list_keys', 'allowed', case when i % 997 = 0 then 0 else 1 end, 200, '${EVENT}'
  from series`;

const grantRows = (series: string) => `with ${series}
  insert into scope_policy_grants (grant_id, sub, client_id, scope, boundaries, texts, policy_name, policy_version,
    policy_digest, authorized_at, updated_at)
  select 'g' || i, 'u' || (i / 4), 'c' || (i % 4), 'keys:read', '{}', '[]', 'School', '1', 'sha256:0', 1700000000, 1700000000
  from series`;

async function fill(connection: Connection, dialect: StoreDialect): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(connection);
  for (let from = 0; from < EVENTS; from += PART) {
    await run(eventRows(SERIES[dialect](from, from + PART)));
    console.log(`  ${(from + PART).toLocaleString("en-US")} events`);
  }
  await run(grantRows(SERIES[dialect](0, GRANTS)));
  await run(
    "insert into scope_policy_clients (client_id, details, updated_at) values " +
      [0, 1, 2, 3].map((n) => `('c${n}', '{"client_id":"c${n}"}', 1)`).join(),
  );
  await run(
    "insert into scope_policy_last_uses select grant_id, 1700000000 from scope_policy_grants",
  );
  await run("analyze");
}

/** What a page can be chosen by, for the user with the most events and for all users. */
const SELECTIONS: readonly AuditSelection[] = ["u0", undefined].flatMap((sub) =>
  ["c1", undefined].flatMap((client_id) =>
    [true, undefined].map((refused) => ({ sub, client_id, refused })),
  ),
);

/** Returns the plan of a page in the middle of the log, as one text. */
async function planOf(
  connection: Connection,
  dialect: StoreDialect,
  selection: AuditSelection,
): Promise<string> {
  const before = { occurredAt: 1_700_000_000_000 + EVENTS, id: "e5" };
  const query = selectEvents(connection, selection, before, 51).compile();
  const explain = dialect === "postgres" ? "explain" : "explain query plan";
  const { rows } = await connection.executeQuery<object>(
    CompiledQuery.raw(`${explain} ${query.sql}`, [...query.parameters]),
  );
  return rows.flatMap((row) => Object.values(row) as unknown[]).join(" ");
}

const USES_INDEX =
  /index (?:only )?(?:scan )?(?:backward )?using (?:index )?scope_policy_audit|using index scope_policy_audit/i;
const SORTS = /\bsort\b|temp b-tree/i;

/** Returns the median and the 99th percentile of the milliseconds that a read takes. */
async function measure(read: () => Promise<unknown>): Promise<readonly [number, number]> {
  const times: number[] = [];
  for (let count = 0; count < READS; count += 1) {
    const start = performance.now();
    await read();
    times.push(performance.now() - start);
  }
  times.sort((left, right) => left - right);
  return [times[READS / 2] ?? 0, times[Math.floor(READS * 0.99)] ?? 0];
}

const faults: string[] = [];

/** The median of an empty query on each database. */
let waiting = 0;

function report(title: string, [middle, slow]: readonly [number, number]): void {
  console.log(`  ${title}: median ${middle.toFixed(2)} ms, p99 ${slow.toFixed(2)} ms`);
  if (middle - waiting >= MOST_MILLISECONDS) faults.push(`${title}: ${middle.toFixed(2)} ms`);
}

async function measurePages(store: Store, selection: AuditSelection, title: string): Promise<void> {
  const random = createRandom(1);
  const { sub, client_id, refused } = selection;
  const read = () => {
    const before = `${1_700_000_000_000 + random.below((EVENTS / 3) * 7)}.e5`;
    const page = { client_id, refused, before, limit: 50 };
    return sub === undefined
      ? store.auditLog.pageOfAllUsers(page)
      : store.auditLog.page({ sub, ...page });
  };
  report(title, await measure(read));
}

async function check(name: string, backend: Backend): Promise<void> {
  console.log(name);
  const database = await backend.create();
  const db = database.open();
  const dialect = dialectOf(db) as StoreDialect;
  const store = await createStore({ db });
  await store.migrate();
  const connection = db as unknown as Connection;
  await fill(connection, dialect);
  const empty = await measure(() => sql`select 1`.execute(db));
  waiting = empty[0];
  report(`${name}, an empty query`, empty);
  for (const selection of SELECTIONS) {
    const title = `${name}, a page of ${JSON.stringify(selection)}`;
    const plan = await planOf(connection, dialect, selection);
    if (!USES_INDEX.test(plan) || SORTS.test(plan)) faults.push(`${title} has the plan: ${plan}`);
    await measurePages(store, selection, title);
  }
  const random = createRandom(2);
  const list = () => store.grants.list(`u${random.below(GRANTS / 4)}`);
  report(`${name}, the grants of a user`, await measure(list));
  await store.close();
  await database.close();
}

await check("SQLite", sqliteFiles);
const server = await startPostgres();
await check("PostgreSQL", server);
await server.stop();
for (const fault of faults) console.error(`too slow, or without an index: ${fault}`);
if (faults.length === 0) console.log("every page uses an index");
process.exit(faults.length === 0 ? 0 : 1);
