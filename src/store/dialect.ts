import type { Kysely } from "kysely";

/** A Kysely instance, whatever its tables are. */
export type AnyKysely = Pick<Kysely<never>, "getExecutor">;

/** The databases that the store knows. */
export type StoreDialect = "postgres" | "sqlite";

/**
 * Returns the dialect of a Kysely instance; `undefined` for another database and for a value that is not a Kysely instance. It is
 * read from what the adapter can do, because a program can have two copies of Kysely, one of each module format.
 */
export function dialectOf(db: unknown): StoreDialect | undefined {
  const instance = db as Partial<AnyKysely> | null | undefined;
  if (typeof instance?.getExecutor !== "function") return undefined;
  const { adapter } = (instance as AnyKysely).getExecutor();
  // MySQL and SQL Server have no `returning`
  if (!adapter.supportsReturning) return undefined;
  return adapter.supportsTransactionalDdl ? "postgres" : "sqlite";
}
