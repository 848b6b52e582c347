import type { AccessToken } from "../decision/access-token.js";
import { PolicyError } from "../errors.js";
import { checkOptions, type OptionChecks, optional, required } from "../policy/option-checks.js";
import { isIdentifier, isSeconds, readSeconds, type StoreOptions } from "./options.js";
import { createRevocationFeed, type RevocationFeed } from "./revocation-feed.js";
import { createRevocationWatch, type RevocationWatch } from "./revocation-watch.js";
import { addRevocation, type NewRevocation } from "./revocations.js";
import { createRevokedSet } from "./revoked-set.js";
import type { StoreContext } from "./store-context.js";

/** What every revocation has. */
export interface RevocationFacts {
  /** Whoever revokes, as the program names them. It is stored, and nothing reads it. */
  readonly by: string;
  /** Revokes tokens of this issuer (`iss`) only. Default: the `issuer` of the store. */
  readonly issuer?: string;
}

/** A revocation of tokens that were issued up to a time. */
export interface CutOffFacts extends RevocationFacts {
  /**
   * Time in seconds since 1970, on the issuer's clock. Tokens whose `iat` is in this second or before are revoked, and tokens without
   * `iat`. Default: now, by the store's clock.
   */
  readonly cutOff?: number;
}

/** What to revoke, for `revocations.add`. */
export type Revocation =
  /** One token, by its `jti`. */
  | (RevocationFacts & {
      readonly kind: "token";
      readonly jti: string;
      /** The `exp` of the token, in seconds since 1970. The revocation is deleted after it. Default: `maxTokenLifetime` from now. */
      readonly exp?: number;
    })
  /** The tokens with this `grant_id` among their `claims`, whenever they were issued. */
  | (RevocationFacts & { readonly kind: "grant"; readonly grantId: string })
  /** The tokens of a user for a client. */
  | (CutOffFacts & { readonly kind: "grant"; readonly sub: string; readonly client_id: string })
  /** The tokens of a client. */
  | (CutOffFacts & { readonly kind: "client"; readonly client_id: string })
  /** The tokens of a user. */
  | (CutOffFacts & { readonly kind: "subject"; readonly sub: string })
  /** Every token. */
  | (CutOffFacts & { readonly kind: "all" });

/** The revocations of a store. */
export interface RevocationStore {
  /**
   * Revokes tokens. When the promise resolves, the revocation is committed and this process obeys it; every other process obeys it
   * within `maxLag`. A grant that the store has is revoked by `grants.revoke`, which also deletes it.
   *
   * Rejects if the database fails. The revocation may be committed even then, and to add it again does no harm.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` (as a rejection)
   *
   * @example
   * ```ts
   * import type { Store } from "scope-policy/store";
   *
   * async function revoke(store: Store) {
   *   await store.revocations.add({ kind: "token", jti: "token-1", exp: 1_900_000_000, by: "user-1" });
   *   await store.revocations.add({ kind: "subject", sub: "user-1", by: "support" });
   * }
   * ```
   */
  add(revocation: Revocation): Promise<void>;
  /** Returns the age of this process's list of revocations in milliseconds; `Infinity` before it was read. Use it for a health check. */
  lag(): number;
}

/** The parts of a store that have to do with revocation. */
export interface StoreRevocations {
  readonly revocations: RevocationStore;
  readonly isRevoked: (token: AccessToken) => boolean;
  /** Reads what is committed. Rejects if the database fails or does not respond within `maxLag`. */
  readonly catchUp: () => Promise<void>;
  /** Follows the feed from now on. */
  readonly start: () => void;
  /** Does not follow it any longer. */
  readonly stop: () => void;
}

/** Creates what a store knows about revocation. Nothing is read before `start` or `catchUp`. */
export function createRevocations(
  context: StoreContext,
  { maxLag = 5_000, maxTokenLifetime = Infinity, listen }: StoreOptions,
): StoreRevocations {
  const { database, now } = context;
  const set = createRevokedSet();
  const parts = { database, set, lifetime: maxTokenLifetime };
  const feed = createRevocationFeed({ ...parts, patience: maxLag });
  const watch = createRevocationWatch({ ...parts, feed, maxLag, now, listen });
  return {
    revocations: {
      add: async (revocation) => {
        const row = rowOf(revocation, context, maxTokenLifetime);
        await database.write((connection) => addRevocation(database, connection, row));
        await feed.catchUp().catch(() => undefined); // it is committed, and the timer reads it
      },
      lag: feed.lag,
    },
    isRevoked(token) {
      // what is revoked stays so, however old the list is
      if (set.has(token)) return true;
      if (!watch.isStopped() && feed.lag() <= maxLag) return false;
      watch.start();
      throw outageOf(watch, feed, maxLag);
    },
    catchUp: feed.catchUp,
    start: watch.start,
    stop: watch.stop,
  };
}

function outageOf(watch: RevocationWatch, feed: RevocationFeed, maxLag: number): Error {
  const state = watch.isStopped()
    ? "the store is closed"
    : `the list of revocations is older than ${maxLag} ms`;
  return new Error(state, { cause: feed.fault() });
}

const FACTS = {
  kind: required(() => undefined),
  by: required(isIdentifier),
  issuer: optional(isIdentifier),
};
const CUT_OFF = { ...FACTS, cutOff: optional(isSeconds) };

const BY_ID: OptionChecks = { ...FACTS, grantId: required(isIdentifier) };
const BY_OWNER: OptionChecks = {
  ...CUT_OFF,
  sub: required(isIdentifier),
  client_id: required(isIdentifier),
};

/** The members of a revocation by its kind. */
const CHECKS: Readonly<Record<Revocation["kind"], (given: object) => OptionChecks>> = {
  token: () => ({ ...FACTS, jti: required(isIdentifier), exp: optional(isSeconds) }),
  grant: (given) => (Object.hasOwn(given, "grantId") ? BY_ID : BY_OWNER),
  client: () => ({ ...CUT_OFF, client_id: required(isIdentifier) }),
  subject: () => ({ ...CUT_OFF, sub: required(isIdentifier) }),
  all: () => CUT_OFF,
};

/** Returns the row of a revocation, or throws. */
function rowOf(
  given: Revocation,
  { issuer, now }: Pick<StoreContext, "issuer" | "now">,
  lifetime: number,
): NewRevocation {
  const { kind, by, ...members } = checkRevocation(given);
  const revokedAt = readSeconds(now);
  const { grantId, jti, sub, client_id, cutOff = revokedAt, exp } = members as AllMembers;
  const lastSecond = exp ?? (kind === "token" ? revokedAt + lifetime : Infinity);
  return {
    kind,
    issuer: members.issuer ?? issuer,
    grant_id: grantId ?? null,
    jti: jti ?? null,
    sub: sub ?? null,
    client_id: client_id ?? null,
    cut_off: kind === "token" ? null : Math.floor(cutOff),
    expires_at: Number.isFinite(lastSecond) ? Math.ceil(lastSecond) : null,
    revoked_at: revokedAt,
    revoked_by: by,
  };
}

/** The members that only some kinds have. */
interface AllMembers {
  readonly grantId?: string;
  readonly jti?: string;
  readonly sub?: string;
  readonly client_id?: string;
  readonly cutOff?: number;
  readonly exp?: number;
}

const KINDS = Object.keys(CHECKS).map((kind) => `\`${kind}\``);

function checkRevocation(given: Revocation): Revocation {
  const kind: unknown = typeof given === "object" && given !== null ? given.kind : undefined;
  if (typeof kind !== "string" || !Object.hasOwn(CHECKS, kind))
    throw new PolicyError("ERR_OPTIONS_INVALID", `\`kind\`: expected one of ${KINDS.join(", ")}`);
  return checkOptions("the revocation", given, CHECKS[kind as Revocation["kind"]](given));
}
