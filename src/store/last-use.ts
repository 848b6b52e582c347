import { type RawBuilder, sql } from "kysely";
import { type AccessToken, readOwn } from "../decision/access-token.js";
import { startTimer } from "../policy/timer.js";
import type { Connection, StoreDatabase } from "./database.js";
import type { StoreDialect } from "./dialect.js";
import type { GrantOwner } from "./grant-queries.js";
import { MAX_PENDING_USES } from "./limits.js";
import { isIdentifier, readSeconds } from "./options.js";
import type { StoreContext } from "./store-context.js";

/** The record of when grants are used, and what ends it. */
export interface LastUse {
  readonly touch: (token: AccessToken) => void;
  /** Writes what was reported so far. */
  readonly flush: () => Promise<void>;
  /** Does what `flush` does, and ignores every later use. */
  readonly close: () => Promise<void>;
}

interface Use extends GrantOwner {
  readonly usedAt: number;
}

/**
 * Creates the record of last uses. Uses are collected in memory and written once in each interval, each grant once. What is not written
 * when the process ends is lost.
 */
export function createLastUse({ database, issuer, now }: StoreContext, interval: number): LastUse {
  let pending = new Map<string, Use>();
  let isClosed = false;
  let stopTimer: (() => void) | undefined;

  const keep = (key: string, use: Use): void => {
    const before = pending.get(key);
    if (before === undefined ? pending.size < MAX_PENDING_USES : before.usedAt < use.usedAt)
      pending.set(key, use);
  };
  const schedule = (): void => {
    stopTimer ??= startTimer(interval, () => void flush().catch(() => undefined));
  };
  const flush = async (): Promise<void> => {
    stopTimer?.();
    stopTimer = undefined;
    const uses = pending;
    pending = new Map();
    try {
      await writeUses(database, [...uses.values()]);
    } catch (error) {
      for (const [key, use] of uses) keep(key, use); // one that came in the meantime can be later
      if (!isClosed) schedule();
      throw error;
    }
  };
  return {
    touch: (token) => {
      const owner = ownerOfToken(token, issuer);
      if (owner === undefined || isClosed) return;
      const key = JSON.stringify([owner.sub, owner.client_id]);
      keep(key, { ...owner, usedAt: readSeconds(now) });
      schedule();
    },
    flush,
    close: () => {
      isClosed = true;
      return flush();
    },
  };
}

/** Returns the user and the client of a token; `undefined` if it has none, or is of another issuer than the grants. */
function ownerOfToken(token: AccessToken, issuer: string | null): GrantOwner | undefined {
  const [sub, client_id, iss] = (["sub", "client_id", "iss"] as const).map((name) =>
    readOwn(token, name),
  );
  const isOfIssuer = issuer === null || iss === undefined || iss === issuer;
  const hasOwner = isIdentifier(sub) === undefined && isIdentifier(client_id) === undefined;
  return isOfIssuer && hasOwner
    ? { sub: sub as string, client_id: client_id as string }
    : undefined;
}

/** Number of uses that one statement writes. */
const STATEMENT_USES = 500;

/** Locks that keep a grant from being deleted until its use is written, so that the deletion finds the use. */
const LOCK: Readonly<Record<StoreDialect, RawBuilder<unknown>>> = {
  postgres: sql`for key share of owned`,
  sqlite: sql``,
};

/** Writes uses of grants that are in force. A use is never replaced by an earlier one. */
async function writeUses(database: StoreDatabase, uses: readonly Use[]): Promise<void> {
  for (let start = 0; start < uses.length; start += STATEMENT_USES) {
    const part = uses.slice(start, start + STATEMENT_USES);
    await database.write((connection) => writePart(connection, part, LOCK[database.dialect]));
  }
}

async function writePart(
  connection: Connection,
  uses: readonly Use[],
  lock: RawBuilder<unknown>,
): Promise<void> {
  const rows = uses.map(
    ({ sub, client_id, usedAt }) => sql`(${sub}, ${client_id}, cast(${usedAt} as bigint))`,
  );
  // in the order of the key, since two processes that write the same rows must lock them in the same order
  await sql`with used (sub, client_id, used_at) as (values ${sql.join(rows)})
    insert into scope_policy_last_uses (grant_id, used_at)
    select owned.grant_id, used.used_at from used
    inner join scope_policy_grants as owned on owned.sub = used.sub and owned.client_id = used.client_id
    where true
    order by owned.grant_id
    ${lock}
    on conflict (grant_id) do update set used_at = excluded.used_at
    where scope_policy_last_uses.used_at < excluded.used_at`.execute(connection);
}
