import { type CompiledQuery, type Kysely, sql } from "kysely";
import { createStore } from "scope-policy/store";
import { describe, expect, it } from "vitest";
import type { Connection } from "../../src/store/database.js";
import { dialectOf, type StoreDialect } from "../../src/store/dialect.js";
import type { Backend } from "./backend.js";
import { connect } from "./connect.js";
import { answer } from "./consents.js";
import { createQueryLog, findingsOf } from "./plans.js";
import { operationsOf } from "./scale/operations.js";

const EXTENT = { events: 1_000, grants: 250, revocations: 2_000 };

/** Has PostgreSQL use an index wherever one can serve: for a table of a few rows it reads the whole table otherwise. */
const INDEXES_ONLY: Readonly<Record<StoreDialect, readonly string[]>> = {
  postgres: ["enable_seqscan", "enable_bitmapscan", "enable_sort"].map(
    (name) => `set local ${name} = off`,
  ),
  sqlite: [],
};

/** The plans of all queries that the store makes, which are the same for every database. */
export function describePlans(name: string, backend: () => Backend): void {
  describe(`the queries of the store on ${name}`, () => {
    const inspect = async (work: (queries: Queries) => Promise<void>) => {
      const database = await backend().create();
      const log = createQueryLog();
      const [db, other] = [connect(database.url, log.log), database.open()];
      const store = await createStore({ db, maxTokenLifetime: 3_600 });
      await store.migrate();
      log.take(); // those of the migration
      const dialect = dialectOf(db) as StoreDialect;
      const findings = (queries: readonly CompiledQuery[]) =>
        other.connection().execute(async (connection) => {
          await sql`begin`.execute(connection);
          for (const setting of INDEXES_ONLY[dialect]) await sql.raw(setting).execute(connection);
          const found = await findingsOf(connection, dialect, queries);
          await sql`rollback`.execute(connection);
          return found;
        });
      await work({ store, db, take: log.take, findings });
      await store.close();
      await db.destroy();
      await database.close();
    };

    it("each find their rows by an index, and the pages of the audit log are read in its order", () =>
      inspect(async ({ store, db, take, findings }) => {
        for (const { run } of operationsOf(store, db, EXTENT)) await run();
        const asked = { requested: "openid courses:read", scopes: ["courses:read"], id: "a" };
        const grantId = await store.grants.record(await answer(store.grants, asked));
        await store.grants.revoke(grantId, { by: "support" });
        await store.grants.receipts(grantId);
        const queries = take();
        expect(await findings(queries)).toEqual([]);
        const tables = new Set(queries.flatMap(({ sql: text }) => text.match(/scope_policy_\w+/g)));
        expect([...tables].sort()).toEqual([
          "scope_policy_audit_events",
          "scope_policy_clients",
          "scope_policy_grants",
          "scope_policy_last_uses",
          "scope_policy_receipts",
          "scope_policy_refusals",
          "scope_policy_requests",
          "scope_policy_revocations",
        ]);
      }));

    it("would be found if they read a whole table, or sorted a page", () =>
      inspect(async ({ db, take, findings }) => {
        const events = (db as unknown as Connection).selectFrom("scope_policy_audit_events");
        await events.selectAll().where("operation", "=", "list_keys").execute();
        await events.selectAll().where("sub", "=", "user-1").orderBy("operation").execute();
        expect(await findings(take())).toHaveLength(2);
      }));
  });
}

interface Queries {
  readonly store: Awaited<ReturnType<typeof createStore>>;
  readonly db: Kysely<unknown>;
  readonly take: () => readonly CompiledQuery[];
  readonly findings: (queries: readonly CompiledQuery[]) => Promise<readonly string[]>;
}
