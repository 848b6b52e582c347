import { CompiledQuery, type Kysely, type LogEvent } from "kysely";
import type { StoreDialect } from "../../src/store/dialect.js";

/** The queries that a store runs, as its Kysely instance logs them. */
export interface QueryLog {
  readonly log: (event: LogEvent) => void;
  /** Returns the queries since the last call: those that read or change tables of the store, each text once. */
  readonly take: () => readonly CompiledQuery[];
  /** Number of queries of all kinds so far. */
  readonly count: () => number;
}

const OF_TABLES = /^\s*(?:with|select|insert|update|delete)\b[\s\S]*\bscope_policy_/i;

/** Creates an empty log. */
export function createQueryLog(): QueryLog {
  const queries = new Map<string, CompiledQuery>();
  let count = 0;
  return {
    log: ({ query }) => {
      count += 1;
      if (OF_TABLES.test(query.sql)) queries.set(query.sql, query);
    },
    take: () => {
      const taken = [...queries.values()];
      queries.clear();
      return taken;
    },
    count: () => count,
  };
}

/** Returns the steps of the plan that the database has for a query. It does not run the query. */
async function planOf(
  db: Kysely<unknown>,
  dialect: StoreDialect,
  query: CompiledQuery,
): Promise<readonly string[]> {
  const explain = dialect === "postgres" ? "explain (costs off)" : "explain query plan";
  const { rows } = await db.executeQuery<Readonly<Record<string, unknown>>>(
    CompiledQuery.raw(`${explain} ${query.sql}`, [...query.parameters]),
  );
  return rows.map((row) => String(row["QUERY PLAN"] ?? row["detail"]));
}

/**
 * A step that reads a whole table, or all of it up to a number. SQLite names a table by its alias; `used` and constants are rows of the
 * query itself.
 */
const FULL_SCAN: Readonly<Record<StoreDialect, RegExp>> = {
  postgres: /Seq Scan on scope_policy_/,
  sqlite: /^SCAN (?!used\b|CONSTANT|\d)\S+$|\(rowid<\?\)$/,
};

const SORT = /\bSort\b|TEMP B-TREE/;
const AUDIT_PAGE = /^select[\s\S]*scope_policy_audit_events[\s\S]*order by/i;

/** PostgreSQL sorts what it collects in a bitmap, where it expects a few rows. */
const BITMAP = /Bitmap Heap Scan/;

/**
 * Returns what is wrong with the plans of queries: a scan of a whole table, or a page of the audit log that has to be sorted.
 *
 * @param smallTable - a table that may be read as a whole. Default: none
 */
export async function findingsOf(
  db: Kysely<unknown>,
  dialect: StoreDialect,
  queries: readonly CompiledQuery[],
  smallTable?: string,
): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const query of queries) {
    const plan = await planOf(db, dialect, query);
    const isSmall = (step: string) => smallTable !== undefined && step.includes(` ${smallTable} `);
    const isScan = plan.some((step) => FULL_SCAN[dialect].test(step) && !isSmall(step));
    const isSort =
      AUDIT_PAGE.test(query.sql) &&
      plan.some((step) => SORT.test(step)) &&
      !plan.some((step) => BITMAP.test(step));
    if (isScan || isSort) findings.push(`${query.sql}\n    ${plan.join("\n    ")}`);
  }
  return findings;
}
