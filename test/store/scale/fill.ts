import { type Kysely, sql } from "kysely";
import type { Store } from "scope-policy/store";
import { eventOf } from "../audit-cases.js";
import { answer, client } from "../consents.js";
import { createRandom } from "../random.js";
import { millisecondsOf } from "./measure.js";

/** How much a store has. A part of it is written by the store, and the rest are copies of that part. */
export interface Extent {
  readonly events: number;
  readonly grants: number;
  readonly revocations: number;
}

/** What the store wrote in a second. */
export interface FillRates {
  readonly events: number;
  readonly grants: number;
  readonly revocations: number;
}

export const CLIENTS = 500;
const USERS = 5_000;
/** Number of copies in addition to the part that the store wrote. */
const COPIES = { events: 19, grants: 99, revocations: 99, clients: 19 };

/** Milliseconds between two events. */
const STEP = 2_000;
const NEWEST = 1_790_000_000_000;

/** The second in which the first of the revoked tokens expires; each further one expires a second later. */
export const FIRST_EXPIRY = 1_900_000_000;

/** Returns a time of an event, in milliseconds: `share` 0 is the oldest, 1 the newest. */
export const timeAt = ({ events }: Extent, share: number): number =>
  NEWEST - Math.floor((1 - share) * events) * STEP;

const APPS_OF_BUSY_USER = 100;

/** Returns the user of a grant: the first user has 100 apps, each other one has four. */
const userOf = (grant: number): string =>
  `u${Math.max(0, Math.floor((grant - APPS_OF_BUSY_USER) / 4) + 1)}`;

/** Runs work on numbers from 0, several at once, and returns how much of it was done in a second. */
async function rateOf(
  count: number,
  atOnce: number,
  work: (number: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  const milliseconds = await millisecondsOf(() =>
    Promise.all(Array.from({ length: atOnce }, worker)),
  );
  return (count / milliseconds) * 1_000;
}

/** Fills a store: the first part by its own functions, and the rest by copies of that part with other identifiers and times. */
export async function fill(store: Store, db: Kysely<unknown>, extent: Extent): Promise<FillRates> {
  const parts = {
    events: extent.events / (COPIES.events + 1),
    grants: extent.grants / (COPIES.grants + 1),
    revocations: extent.revocations / (COPIES.revocations + 1),
  };
  const rates = {
    grants: await rateOf(parts.grants, 8, (number) => addGrant(store, number)),
    events: await rateOf(parts.events, 1_000, addEvent(store)),
    revocations: await rateOf(parts.revocations, 8, (number) =>
      store.revocations.add({
        kind: "token",
        jti: `token-${number}`,
        exp: FIRST_EXPIRY + number,
        by: "support",
      }),
    ),
  };
  await store.flush();
  await copyAll(db, parts);
  return rates;
}

async function addGrant(store: Store, number: number): Promise<void> {
  const sub = userOf(number);
  const client_id = `app-${number % CLIENTS}`;
  const given = { sub, client: { ...client, client_id }, id: `request-${number}` };
  const requested = "openid courses:read courses:write keys:read";
  await store.grants.record(
    await answer(store.grants, { ...given, requested, scopes: ["courses:read"] }),
  );
  store.touch({ scope: "", sub, client_id });
}

/** User 0 has a tenth of the events, app 0 a fifth, and one of 997 events is refused. */
function addEvent(store: Store): (number: number) => Promise<void> {
  const random = createRandom(1);
  return (number) =>
    store.audit({
      ...eventOf({
        id: `0${random.id().slice(1)}`,
        at: NEWEST - number * STEP,
        sub: `u${number % 10 === 0 ? 0 : random.below(USERS)}`,
        client_id: `app-${number % 5 === 0 ? 0 : random.below(CLIENTS)}`,
        isAllowed: number % 997 !== 0,
      }),
      arguments: Array.from({ length: 6 }, (_, n) => ({
        name: `argument-${n}`,
        type: "string" as const,
        size: 12,
      })),
    });
}

/** The rows that the store wrote, while they are copied. */
const PART = "scale_part";

/** Copies the rows of a table a number of times. The statement gets the number of the copy, and reads the rows from {@link PART}. */
async function copyRows(
  db: Kysely<unknown>,
  table: string,
  copies: number,
  statementOf: (copy: number) => string,
): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  await run(`create table ${PART} as select * from scope_policy_${table}`);
  for (let copy = 1; copy <= copies; copy += 1) await run(statementOf(copy));
  await run(`drop table ${PART}`);
}

const EVENT_COLUMNS = "client_id, client_name, operation, code, allowed, status, event";
const GRANT_COLUMNS = {
  refusals: "client_id, position, scope, until",
  requests: "request_id, client_id, grant_id, used_at",
  receipts: "grant_id, replaces, kind, client_id, recorded_at, body",
  grants:
    "grant_id, issuer, client_id, scope, boundaries, texts, policy_name, policy_version, policy_digest, authorized_at, updated_at",
} as const;
const REVOCATION_COLUMNS =
  "kind, issuer, grant_id, sub, client_id, cut_off, revoked_at, revoked_by";

/** Copies all that the store wrote, with other identifiers, other users of the grants, and earlier times of the events. */
async function copyAll(db: Kysely<unknown>, parts: Pick<Extent, "events" | "revocations">) {
  // in the older half of all events, the busy user is another one
  const busy = (copy: number) => (copy > COPIES.events / 2 ? "former" : "u0");
  await copyRows(
    db,
    "audit_events",
    COPIES.events,
    (copy) => `insert into scope_policy_audit_events (id, occurred_at, sub, ${EVENT_COLUMNS})
      select '${String.fromCodePoint(103 + copy)}' || substr(id, 2), occurred_at - ${copy * parts.events * STEP},
        case when sub = 'u0' then '${busy(copy)}' else sub end, ${EVENT_COLUMNS} from ${PART}`,
  );
  for (const [table, columns] of Object.entries(GRANT_COLUMNS))
    await copyRows(
      db,
      table,
      COPIES.grants,
      (copy) => `insert into scope_policy_${table} (sub, ${columns})
        select '${copy}-' || sub, ${columns.replace("grant_id", `'${copy}-' || grant_id`)} from ${PART}`,
    );
  await copyRows(
    db,
    "last_uses",
    COPIES.grants,
    (copy) => `insert into scope_policy_last_uses (grant_id, used_at)
      select '${copy}-' || grant_id, used_at from ${PART}`,
  );
  await copyRows(
    db,
    "clients",
    COPIES.clients,
    (copy) => `insert into scope_policy_clients (client_id, details, updated_at)
      select '${copy}-' || client_id, details, updated_at from ${PART}`,
  );
  await copyRows(
    db,
    "revocations",
    COPIES.revocations,
    (copy) => `insert into scope_policy_revocations (jti, expires_at, ${REVOCATION_COLUMNS})
      select jti || '-${copy}', expires_at + ${copy * parts.revocations}, ${REVOCATION_COLUMNS} from ${PART}`,
  );
}
