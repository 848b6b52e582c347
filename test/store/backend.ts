import type { Kysely } from "kysely";

/** One empty database of a test. */
export interface TestDatabase {
  /** Opens another Kysely instance on the database, as another process would. The test's end closes it. */
  open(): Kysely<unknown>;
  /** Where a program of its own finds the database: the argument of `connect`. */
  readonly url: string;
  /** Closes every instance. */
  close(): Promise<void>;
}

/** A kind of database for the suite of the store. */
export interface Backend {
  /** Creates an empty database. */
  create(): Promise<TestDatabase>;
}
