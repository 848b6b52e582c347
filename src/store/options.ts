import { PolicyError } from "../errors.js";
import { CONTROL } from "../grammar/shown-text.js";
import {
  checkOptions,
  isFunction,
  type OptionCheck,
  optional,
  positive,
  required,
} from "../policy/option-checks.js";
import { runtime } from "../policy/runtime.js";
import { type AnyKysely, dialectOf } from "./dialect.js";
import { MAX_IDENTIFIER_BYTES, MAX_REQUEST_ID_BYTES } from "./limits.js";
import type { NotificationClient } from "./revocation-hints.js";

/** A grant whose codes and tokens end. */
export interface EndedGrant {
  /** Identifier of the grant. */
  readonly grantId: string;
  /** Identifier of the user. */
  readonly sub: string;
  /** Identifier of the client. */
  readonly client_id: string;
}

/** The options of `createStore`. */
export interface StoreOptions {
  /**
   * A Kysely instance on PostgreSQL, or on SQLite by libSQL in a file or in memory. On SQLite the store needs an instance of its own, since all
   * queries of an instance share one connection. The store does not use its plugins and does not close it.
   */
  readonly db: AnyKysely;
  /**
   * Milliseconds after which a revocation is obeyed by every process, and so how old the list of revocations may be before it
   * counts as an outage. Default: `5000`.
   */
  readonly maxLag?: number;
  /**
   * Creates a connection of PostgreSQL for `LISTEN`: `() => new pg.Client({ connectionString, keepAlive: true })`. With it, a process reads a
   * revocation some milliseconds after another one committed it. It is only a hint: without it, and if notifications are lost, the
   * process reads the list five times in `maxLag`. The store connects and closes it. Default: none.
   */
  readonly listen?: () => NotificationClient;
  /**
   * The longest lifetime of an access token in seconds. The store deletes a revocation when every token that it revokes has expired: at
   * the `exp` of the token, or after this time. Default: a revocation without `exp` is kept for ever.
   */
  readonly maxTokenLifetime?: number;
  /**
   * Milliseconds between two writes of the last uses of grants, and so how old the `lastUsedAt` of a grant in use can be. Default: `60000`.
   */
  readonly lastUsedInterval?: number;
  /**
   * The issuer (`iss`) of the tokens of the grants. With it, a revocation counts for tokens of this issuer only. Default: a
   * revocation counts for tokens of every issuer.
   */
  readonly issuer?: string;
  /**
   * Deletes what the store does not have: first the authorization codes, then the refresh tokens of a grant. Called when a grant is revoked, and
   * when a consent takes something away, always before the access tokens are revoked. It can be called again for the same grant, and with a grant that has neither. Default: the server has neither.
   */
  readonly endTokens?: (
    step: "authorization_codes" | "refresh_tokens",
    grant: EndedGrant,
  ) => unknown;
  /** The clock of the issuer, in seconds since 1970. Default: the clock of the runtime. */
  readonly now?: () => number;
}

/** Creates the check that a value is a text of bounded length that both databases can store and compare. */
function identifier(maxBytes: number): OptionCheck {
  return (value) => {
    if (typeof value !== "string" || value === "") return "expected a non-empty string";
    if (CONTROL.test(value)) return "expected a string without control characters";
    const bytes = new runtime.TextEncoder().encode(value).length;
    return bytes > maxBytes ? `expected at most ${maxBytes} bytes, got ${bytes}` : undefined;
  };
}

/** Checks an identifier of a user, a client or an issuer. */
export const isIdentifier: OptionCheck = identifier(MAX_IDENTIFIER_BYTES);

/** Checks the id of an authorization request. */
export const isRequestId: OptionCheck = identifier(MAX_REQUEST_ID_BYTES);

const isDatabase: OptionCheck = (value) =>
  dialectOf(value) === undefined
    ? "expected a Kysely instance on PostgreSQL or SQLite: `new Kysely({ dialect })`"
    : undefined;

/** Checks the function that connects for notifications, which only PostgreSQL has. */
function listenFinding(
  value: unknown,
  { db }: Readonly<Record<string, unknown>>,
): string | undefined {
  if (value === undefined) return undefined;
  return dialectOf(db) === "sqlite"
    ? "is for PostgreSQL only: SQLite has no notifications"
    : isFunction(value);
}

const CHECKS = {
  db: required(isDatabase),
  maxLag: optional(positive(600_000)),
  listen: listenFinding,
  maxTokenLifetime: optional(positive(10 * 366 * 86_400)),
  lastUsedInterval: optional(positive(86_400_000)),
  issuer: optional(isIdentifier),
  endTokens: optional(isFunction),
  now: optional(isFunction),
} satisfies Record<keyof StoreOptions, unknown>;

/**
 * Checks the options of a store and returns a frozen copy of their own members.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function checkStoreOptions(options: StoreOptions): StoreOptions {
  return checkOptions("the store", options, CHECKS);
}

/** Returns an identifier that the program passed. */
export function requireIdentifier(name: string, value: unknown): string {
  const message = isIdentifier(value);
  if (message === undefined) return value as string;
  throw new PolicyError("ERR_OPTIONS_INVALID", `\`${name}\`: ${message}`);
}

/**
 * Returns whether a grant can have an identifier. Others must not reach the database: PostgreSQL rejects a query with a null
 * character, and libSQL ends the process for an object.
 */
export function isGrantId(grantId: unknown): boolean {
  return isIdentifier(grantId) === undefined;
}

/** Checks a time in seconds since 1970. */
export const isSeconds: OptionCheck = (value) =>
  typeof value === "number" && value >= 0 && value < MAX_SECONDS
    ? undefined
    : "expected seconds since 1970";

/** Returns the time of a clock in whole seconds. */
export function readSeconds(now: StoreOptions["now"]): number {
  const time: unknown = now === undefined ? Date.now() / 1_000 : now();
  const message = isSeconds(time);
  if (message === undefined) return Math.floor(time as number);
  throw new PolicyError("ERR_OPTIONS_INVALID", `\`now\`: ${message}`);
}

/** Upper limit of a time in seconds since 1970, in the year 5138. A larger number is taken for milliseconds. */
const MAX_SECONDS = 1e11;
