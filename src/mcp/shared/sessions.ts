import type { AccessToken } from "../../decision/access-token.js";
import { withTimeout } from "../../resource-server/callbacks.js";

/**
 * A store of the owner of each session. Pass your own store if several processes serve one address. If the store fails or does
 * not respond within 5 seconds, the gate responds with 503.
 */
export interface McpSessionStore {
  /** Returns the owner of a session; `undefined` for an unknown session. */
  get(session: string): string | undefined | PromiseLike<string | undefined>;
  /** Stores the owner of a session. */
  set(session: string, owner: string): unknown;
  /** Deletes a session. */
  delete(session: string): unknown;
}

const MAX_SESSIONS = 10_000;
const MAX_PER_OWNER = 1_000;

/**
 * Creates a store in memory. When it is full, it deletes the least recently used session, and the client opens a new one. An
 * owner with too many sessions loses one of its own, so that no caller can evict the sessions of others.
 */
export function createSessionStore(
  maxSessions = MAX_SESSIONS,
  maxPerOwner = MAX_PER_OWNER,
): McpSessionStore {
  const sessions = new Map<string, { readonly owner: string; readonly own: Set<string> }>();
  const byOwner = new Map<string, Set<string>>();
  const forget = (session: string) => {
    const found = sessions.get(session);
    if (found === undefined) return;
    sessions.delete(session);
    found.own.delete(session);
    if (found.own.size === 0) byOwner.delete(found.owner);
  };
  const note = (session: string, owner: string) => {
    forget(session);
    const own = byOwner.get(owner) ?? new Set();
    sessions.set(session, { owner, own });
    byOwner.set(owner, own.add(session));
    return own;
  };
  return {
    get: (session) => {
      const owner = sessions.get(session)?.owner;
      if (owner !== undefined) note(session, owner);
      return owner;
    },
    set: (session, owner) => {
      const own = note(session, owner);
      if (own.size > maxPerOwner) forget(firstOf(own));
      if (sessions.size > maxSessions) forget(firstOf(sessions.keys()));
    },
    delete: forget,
  };
}

/** Returns the same store with a timeout: a call that takes longer fails. */
export function storeWithTimeout(store: McpSessionStore, milliseconds: number): McpSessionStore {
  const bound = <Answer>(question: () => Answer) =>
    withTimeout(question, milliseconds, (answer) => answer) as Answer;
  return {
    get: (session) => bound(() => store.get(session)),
    set: (session, owner) => bound(() => store.set(session, owner)),
    delete: (session) => bound(() => store.delete(session)),
  };
}

/** Returns the first session of a list that is not empty. */
function firstOf(sessions: Iterable<string>): string {
  const [first] = sessions;
  return first as string;
}

/**
 * The owner of the sessions of callers without credentials. Such a session never passes to a caller with a token: the caller
 * that opened it knows its id, and may be listening to its stream.
 */
const ANONYMOUS = "";

/**
 * Returns the owner that a token identifies: the user and the client, independent of the token's bytes, so that a session
 * survives a step-up. A token without a user (`sub`) is its own owner, by its `jti` or its bytes, since one client may serve many
 * users.
 */
export function ownerOf(token: AccessToken | undefined, rawToken: string | undefined): string {
  if (token === undefined) return ANONYMOUS;
  const { iss, sub, client_id, jti } = token;
  const tokenIdentity = typeof sub === "string" ? [] : [jti ?? rawToken ?? null];
  return JSON.stringify([iss ?? null, sub ?? null, client_id ?? null, ...tokenIdentity]);
}
