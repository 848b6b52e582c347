import type { AuditEvent } from "../audit/audit-event.js";
import type { AuthorizationEvent } from "../audit/authorization-event.js";
import {
  checkOptions,
  isBoolean,
  type OptionCheck,
  optional,
  positive,
  required,
} from "../policy/option-checks.js";
import { type AuditSelection, deleteEvents, readEvents, writeEvents } from "./audit-queries.js";
import { createAuditQueue } from "./audit-queue.js";
import { cursorOf, type LoggedEvent, positionOf, rowOfEvent } from "./audit-row.js";
import { MAX_PAGE_EVENTS } from "./limits.js";
import { isIdentifier, readSeconds } from "./options.js";
import type { StoreContext } from "./store-context.js";

/** Which events of the log to read. `client_id` can be input of a client: a value that no client can have selects nothing. */
export interface AuditFilter {
  /** Only the events of this client. Default: those of every client, and those without one. */
  readonly client_id?: string | undefined;
  /** `true`: only what was not allowed. `false`: only what was allowed. Default: both. */
  readonly refused?: boolean | undefined;
}

/** Which page of the log to read. */
export interface AuditPageFilter extends AuditFilter {
  /**
   * The `next` of the page before, which can come from a client: it gives access to nothing, and a text that is not a cursor counts as none.
   * Default: the newest events.
   */
  readonly before?: string | undefined;
  /** Number of events, from 1 to 1,000. Default: `50`. */
  readonly limit?: number | undefined;
}

/** The user whose events to read. */
export interface AuditSubject {
  /** Identifier of the user, as the `sub` of the tokens. Take it from the session, never from the request. */
  readonly sub: string;
}

/** One page of the log. */
export interface AuditPage {
  /** The events, newest first. */
  readonly events: readonly LoggedEvent[];
  /** The cursor of the next page, with older events; missing on the last page. */
  readonly next?: string;
}

/**
 * The log of what clients did, on behalf of a user or of all users. It survives the revocation of grants and the deletion of clients.
 *
 * An event keeps its place: while pages are read one after the other, new events neither repeat nor hide any of the others.
 */
export interface AuditLog {
  /**
   * Returns a page of the events of one user, newest first.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` (as a rejection), also for a query without `sub`
   */
  page(query: AuditSubject & AuditPageFilter): Promise<AuditPage>;
  /** Returns a page of the events of all users, and of callers who are not known. For administrators only. */
  pageOfAllUsers(query?: AuditPageFilter): Promise<AuditPage>;
  /**
   * Returns the events of one user, newest first, as NDJSON: each text is one `LoggedEvent` as JSON with a line break at its end. It reads
   * a part of the log at a time, so its memory does not grow with the log.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID`, also for a query without `sub`
   *
   * @example
   * ```ts
   * import type { Store } from "scope-policy/store";
   *
   * async function download(store: Store, sub: string, write: (line: string) => Promise<void>) {
   *   for await (const line of store.auditLog.export({ sub })) await write(line);
   * }
   * ```
   */
  export(query: AuditSubject & AuditFilter): AsyncIterable<string>;
  /** Returns the events of all users as `export` does. For administrators only. */
  exportOfAllUsers(query?: AuditFilter): AsyncIterable<string>;
  /**
   * Deletes the events that are older than `maxAge` seconds, in many short transactions. Returns how many. Call it once a day; without
   * it, nothing is deleted.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` (as a rejection)
   */
  prune(options: { readonly maxAge: number }): Promise<number>;
  /**
   * Number of events that this process dropped: because too many waited for the database, because the database refused them, or
   * because the store was closed. The promise of `store.audit` rejects for each of them.
   */
  readonly dropped: number;
}

/**
 * The audit sink of a store: the option `audit` of `createAuthorizer`. The promise resolves when the event is committed, so with
 * `onAuditError: "deny"` a call waits for it. It takes the events of `authorizationEvent` too.
 *
 * Events are written in batches, each at least once and never as two rows. If the database fails, they wait in memory, at most 10,000
 * of them and 16,777,216 characters. Beyond that the promise rejects at once.
 */
export type StoreAudit = (event: AuditEvent | AuthorizationEvent) => Promise<void>;

/** The audit log, its sink, and what ends them. */
export interface AuditParts {
  readonly audit: StoreAudit;
  readonly auditLog: AuditLog;
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const PAGE_EVENTS = 50;

/** Number of events that an export reads at a time, and that a deletion deletes. */
const EXPORT_EVENTS = 200;
const PRUNE_EVENTS = 1_000;

/** Creates the audit log of a store. */
export function createAuditLog(store: StoreContext): AuditParts {
  const { database, now } = store;
  const queue = createAuditQueue((rows) =>
    database.write((connection) => writeEvents(connection, rows)),
  );
  return {
    audit: async (event) => queue.add(rowOfEvent(event)),
    auditLog: {
      page: async (query) => readPage(store, checkQuery(query, OF_USER)),
      pageOfAllUsers: async (query = {}) => readPage(store, checkQuery(query, OF_ALL)),
      export: (query) => exportLines(store, checkQuery(query, EXPORT_OF_USER)),
      exportOfAllUsers: (query = {}) => exportLines(store, checkQuery(query, EXPORT_OF_ALL)),
      prune: async (options) => {
        const { maxAge } = checkOptions("`prune`", options, { maxAge: required(positive(1e10)) });
        const before = Math.floor((readSeconds(now) - maxAge) * 1_000); // a bigint of PostgreSQL takes no fraction
        return prune(store, before);
      },
      get dropped() {
        return queue.dropped();
      },
    },
    flush: queue.flush,
    close: queue.close,
  };
}

type Query = Partial<AuditSubject> & AuditPageFilter;

const anyValue: OptionCheck = () => undefined;

const isLimit: OptionCheck = (value) =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_PAGE_EVENTS
    ? undefined
    : `expected a whole number from 1 to ${MAX_PAGE_EVENTS}`;

const EXPORT_OF_ALL = { client_id: anyValue, refused: optional(isBoolean) };
const EXPORT_OF_USER = { sub: required(isIdentifier), ...EXPORT_OF_ALL };
const PAGE = { before: anyValue, limit: optional(isLimit) };
const OF_ALL = { ...EXPORT_OF_ALL, ...PAGE };
const OF_USER = { ...EXPORT_OF_USER, ...PAGE };

/** Checks a query. A member that is `undefined` counts as left out, since a filter of a form often is. */
function checkQuery(query: Query, checks: Readonly<Record<string, OptionCheck>>): Query {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  return checkOptions<Query>("the audit log", Object.fromEntries(given), checks);
}

function selectionOf({ sub, client_id, refused }: Query): AuditSelection {
  return { sub, client_id, refused };
}

async function readPage({ database }: StoreContext, query: Query): Promise<AuditPage> {
  const { before, limit = PAGE_EVENTS, client_id } = query;
  if (client_id !== undefined && isIdentifier(client_id) !== undefined) return { events: [] };
  const found = await database.read((connection) =>
    readEvents(connection, selectionOf(query), positionOf(before), limit + 1),
  );
  const events = found.slice(0, limit);
  const last = events.at(-1);
  return found.length > limit && last !== undefined ? { events, next: cursorOf(last) } : { events };
}

async function* exportLines(store: StoreContext, query: Query): AsyncGenerator<string> {
  let before: string | undefined;
  do {
    const page = await readPage(store, { ...query, before, limit: EXPORT_EVENTS });
    for (const event of page.events) yield `${JSON.stringify(event)}\n`;
    before = page.next;
  } while (before !== undefined);
}

async function prune({ database }: StoreContext, before: number): Promise<number> {
  for (let total = 0; ; ) {
    const deleted = await database.write((connection) =>
      deleteEvents(connection, before, PRUNE_EVENTS),
    );
    total += deleted;
    if (deleted < PRUNE_EVENTS) return total;
  }
}
