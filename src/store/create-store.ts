import type { AccessToken } from "../decision/access-token.js";
import { type AuditLog, createAuditLog, type StoreAudit } from "./audit-log.js";
import { dialectOf, type StoreDialect } from "./dialect.js";
import { createGrants, type GrantStore } from "./grants.js";
import { createLastUse } from "./last-use.js";
import { migrate } from "./migrate.js";
import { openDatabase } from "./open-database.js";
import { checkStoreOptions, readSeconds, type StoreOptions } from "./options.js";
import { createRevocations, type RevocationStore } from "./revocation-store.js";
import { createContext } from "./store-context.js";

/** A store. Each method rejects if the database fails. */
export interface Store {
  /**
   * Creates the tables, or brings them to the version of this package. Call it at every start: it changes nothing if nothing is
   * missing, and processes that start at once wait for each other. From then on the process follows the list of revocations.
   */
  migrate(): Promise<void>;
  /** The grants. */
  readonly grants: GrantStore;
  /** The revocations of tokens, which every process obeys. */
  readonly revocations: RevocationStore;
  /**
   * Returns whether a token is revoked: the option `isRevoked` of `createAuthorizer`. It reads memory only. A token without `iss` or
   * `client_id` counts as one of every issuer or client, and one without `iat` as issued before every cut-off. `grant_id` is read
   * from `claims`, so name it in the option `claims` of the verifier.
   *
   * **A revoked token is not allowed later than `maxLag` after the commit of its revocation.** If the process has not read the list
   * of revocations within `maxLag`, and before it read it at all, no token is known not to be revoked.
   *
   * @throws an error in that case, which an authorizer answers with 503 as an outage
   */
  readonly isRevoked: (token: AccessToken) => boolean;
  /** The audit sink: the option `audit` of `createAuthorizer`. The promise resolves when the event is committed. */
  readonly audit: StoreAudit;
  /** The log of what `audit` received. */
  readonly auditLog: AuditLog;
  /**
   * Notes that a token was used: the option `onUsed` of `createAuthorizer`. The `lastUsedAt` of its grant changes within
   * `lastUsedInterval`, and a use can be lost if the process ends or the database fails, so show it as "about".
   */
  readonly touch: (token: AccessToken) => void;
  /**
   * Writes the events and the last uses that wait in memory, and reads all revocations that are committed. Rejects if the database fails,
   * and if it does not return the revocations within `maxLag`.
   */
  flush(): Promise<void>;
  /**
   * Writes what waits in memory, drops what could not be written, accepts no later event, and stops following the list of revocations:
   * from then on `isRevoked` throws. Call it when the process ends. It does not close the Kysely instance.
   */
  close(): Promise<void>;
}

/**
 * Creates a store of grants, refusals and revocations on a database of yours. Nothing is read or written before `migrate`. The tables start with `scope_policy_`.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` (as a rejection)
 *
 * @example
 * ```ts
 * import { LibsqlDialect } from "@libsql/kysely-libsql";
 * import { Kysely } from "kysely";
 * import { createStore } from "scope-policy/store";
 *
 * const db = new Kysely({ dialect: new LibsqlDialect({ url: ":memory:" }) });
 * const store = await createStore({ db });
 * await store.migrate();
 * await store.grants.list("user-1"); // []
 * ```
 */
export async function createStore(options: StoreOptions): Promise<Store> {
  const checked = checkStoreOptions(options);
  const database = openDatabase(checked.db, dialectOf(checked.db) as StoreDialect);
  const context = createContext(checked, database);
  const { revocations, isRevoked, catchUp, start, stop } = createRevocations(context, checked);
  const { audit, auditLog, ...events } = createAuditLog(context);
  const { touch, ...uses } = createLastUse(context, checked.lastUsedInterval ?? LAST_USED_INTERVAL);
  return Promise.resolve({
    migrate: async () => {
      await migrate(database, readSeconds(checked.now));
      start();
      await catchUp().catch(() => undefined); // the timer tries again
    },
    grants: obeyAtOnce(createGrants(context), catchUp),
    revocations,
    isRevoked,
    audit,
    auditLog,
    touch,
    flush: () => allOf(events.flush(), uses.flush(), catchUp()),
    close: async () => {
      stop();
      await allOf(events.close(), uses.close());
    },
  });
}

/** Returns grants whose revocations this process obeys when the promise settles. */
function obeyAtOnce(grants: GrantStore, catchUp: () => Promise<void>): GrantStore {
  const obey = () => catchUp().catch(() => undefined);
  return {
    ...grants,
    record: async (record) => {
      const grantId = await grants.record(record);
      await obey();
      return grantId;
    },
    revoke: (grantId, options) => grants.revoke(grantId, options).finally(obey),
  };
}

const LAST_USED_INTERVAL = 60_000;

/** Waits for the end of all promises, and rejects if one of them rejected. */
async function allOf(...promises: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(promises);
  await Promise.all(promises);
}
