// npm run bench:store [-- EVENTS] [SQLite] [PostgreSQL]: fills a store of each kind with 1,000,000 audit events, 100,000 grants and 100,000
// revocations, and does what pages, the feed of revocations and calls do. Each query must use an index. Pages and the feed must take less
// than 20 milliseconds in the median and in the 99th percentile, in addition to the waits that
// a busy machine causes: those of an empty query, and of a piece of work.
import { type Kysely, sql } from "kysely";
import { createStore } from "scope-policy/store";
import type { StoreDialect } from "../../../src/store/dialect.js";
import type { Backend } from "../backend.js";
import { connect } from "../connect.js";
import { measureMemory } from "../faults/memory.js";
import { createQueryLog, findingsOf, type QueryLog } from "../plans.js";
import { startPostgres } from "../postgres/server.js";
import { sqliteFiles } from "../sqlite-backend.js";
import { bytesPerRow, measureProcess } from "./costs.js";
import { type Extent, fill } from "./fill.js";
import { type Measured, measure } from "./measure.js";
import { type Operation, operationsOf } from "./operations.js";

const DIALECTS = { SQLite: "sqlite", PostgreSQL: "postgres" } as const;
type DatabaseName = keyof typeof DIALECTS;

const EVENTS = Number(process.argv.find((argument) => /^\d+$/.test(argument)) ?? 1_000_000);
const EXTENT: Extent = { events: EVENTS, grants: EVENTS / 10, revocations: EVENTS / 10 };
const MOST_MILLISECONDS = 20;
const ROUNDS = { page: 200, write: 30 };
const ATTEMPTS = 3;

/** PostgreSQL collects statistics by itself, and the owner of a file rarely does. */
const STATISTICS: Readonly<Record<StoreDialect, string>> = {
  postgres: "vacuum analyze",
  sqlite: "analyze",
};

/** Makes the copies of rows faster, on the connection that makes them. */
const WHILE_FILLING: Readonly<Record<StoreDialect, readonly string[]>> = {
  postgres: [],
  sqlite: ["pragma cache_size = -1000000", "pragma synchronous = off"],
};

/** For a user with 100 apps, PostgreSQL reads the 10,000 clients at once: that is less than to look for 100 of them. */
const SMALL_TABLE = "scope_policy_clients";

const TABLES = ["audit_events", "grants", "receipts", "revocations"];

/** A database that is measured. */
interface Subject {
  readonly name: DatabaseName;
  readonly dialect: StoreDialect;
  /** What the store uses. */
  readonly db: Kysely<unknown>;
  readonly queries: QueryLog;
  /** Another instance, for queries that are not the store's. */
  readonly other: Kysely<unknown>;
}

let failed = 0;

function fail(finding: string): void {
  failed += 1;
  console.error(`FAILED: ${finding.replace(/(?:, \(\$\d+.*?\)|, \(\?.*?\)){3,}/g, ", …")}`);
}

const print = ({ name }: Subject, text: string) => console.log(`${name.padEnd(12)}${text}`);
const show = (milliseconds: number) => milliseconds.toFixed(2).padStart(8);

/** Runs each operation once, and looks at the plans of its queries. */
async function checkPlans(
  { name, dialect, queries, other }: Subject,
  operations: readonly Operation[],
  when: string,
): Promise<void> {
  for (const { title, run } of operations) {
    queries.take();
    await run();
    for (const finding of await findingsOf(other, dialect, queries.take(), SMALL_TABLE))
      fail(`${name}, ${when}: ${title} reads a whole table or sorts:\n  ${finding}`);
  }
}

/** Returns whether an operation takes too long, without the waits that the machine causes. */
function isSlow({ times, waits }: Measured, queries: number): boolean {
  const others = Math.max(queries - 1, 0) * waits.median;
  return (["median", "p99"] as const).some(
    (which) => times[which] - waits[which] - others >= MOST_MILLISECONDS,
  );
}

/** Measures an operation, and prints its row of the table. What is slow because of another program is not slow again and again. */
async function measureOperation(
  subject: Subject,
  { title, run, isWrite = false }: Operation,
): Promise<void> {
  const { name, db, queries } = subject;
  const before = queries.count();
  await run();
  const count = queries.count() - before;
  const empty = () => sql`select 1`.execute(db);
  for (let attempt = 1; ; attempt += 1) {
    const measured = await measure(isWrite ? ROUNDS.write : ROUNDS.page, empty, run);
    const { times, waits } = measured;
    const columns = [times.median, times.p99, waits.median, waits.p99].map(show).join("");
    print(subject, title.padEnd(62) + String(count).padStart(8) + columns);
    if (isWrite || !isSlow(measured, count)) return;
    if (attempt === ATTEMPTS) return fail(`${name}: ${title} takes too long`);
  }
}

async function printSizes(subject: Subject): Promise<void> {
  for (const table of TABLES) {
    const bytes = await bytesPerRow(subject.other, subject.dialect, `scope_policy_${table}`);
    print(subject, `bytes of a row of ${table}, with its indexes: ${bytes.toFixed(0)}`);
  }
}

async function printProcess(subject: Subject, url: string): Promise<void> {
  const costs = await measureProcess(url, subject.dialect);
  print(
    subject,
    `another process: start ${costs.start.toFixed(0)} ms with ${costs.revocations} revocations, ` +
      `${costs.queries} queries a second, ${costs.connections ?? "no"} connections, isRevoked ${costs.isRevoked.toFixed(0)} ns`,
  );
}

async function check(name: DatabaseName, backend: Backend): Promise<void> {
  const database = await backend.create();
  const queries = createQueryLog();
  const [db, other] = [connect(database.url, queries.log), connect(database.url)];
  const subject = { name, dialect: DIALECTS[name], db, queries, other };
  const store = await createStore({ db, maxTokenLifetime: 3_600 });
  await store.migrate();
  for (const pragma of WHILE_FILLING[subject.dialect]) await sql.raw(pragma).execute(other);
  const rates = await fill(store, other, EXTENT);
  for (const [what, rate] of Object.entries<number>({ ...rates }))
    print(subject, `${what} that the store wrote in a second: ${rate.toFixed(0)}`);
  await printSizes(subject);
  const operations = operationsOf(store, db, EXTENT);
  if (name === "SQLite") await checkPlans(subject, operations, "without statistics");
  await sql.raw(STATISTICS[subject.dialect]).execute(other);
  await checkPlans(subject, operations, "with statistics");
  print(subject, `${"milliseconds".padEnd(62)} queries  median     p99   waits: median and p99`);
  for (const operation of operations) await measureOperation(subject, operation);
  await store.close();
  await printProcess(subject, database.url);
  await Promise.all([db.destroy(), other.destroy()]);
  await database.close();
}

const isWanted = (name: DatabaseName) =>
  process.argv.includes(name) ||
  !Object.keys(DIALECTS).some((other) => process.argv.includes(other));

const { bytesPerRule, nanoseconds } = measureMemory();
console.log(
  `memory: ${bytesPerRule.toFixed(0)} bytes a rule, ${nanoseconds.toFixed(0)} ns an answer`,
);
if (isWanted("SQLite")) await check("SQLite", sqliteFiles);
if (isWanted("PostgreSQL")) {
  const server = await startPostgres(true);
  await check("PostgreSQL", server);
  await server.stop();
}
if (failed === 0) console.log("each query uses an index, and each page is fast enough");
process.exit(failed === 0 ? 0 : 1);
