import type { AccessToken } from "../decision/access-token.js";
import { askInTime } from "../resource-server/facts.js";

/**
 * Who opened which session. Bring your own where several processes serve one address: then all must know. One that fails, or
 * does not answer within 5 seconds, is answered by 503.
 */
export interface McpSessionStore {
  /** The owner of a session; `undefined` for one that nobody opened. */
  get(session: string): string | undefined | PromiseLike<string | undefined>;
  /** Notes the owner of a session. */
  set(session: string, owner: string): unknown;
  /** Forgets a session. */
  delete(session: string): unknown;
}

const MOST_SESSIONS = 10_000;
const MOST_OF_ONE = 1_000;

/**
 * A store in memory that forgets the session that was used longest ago when it is full: its client opens another. Whoever has
 * too many loses one of their own, so that nobody can push out what others use.
 */
export function newSessionMemory(most = MOST_SESSIONS, mostOfOne = MOST_OF_ONE): McpSessionStore {
  const sessions = new Map<string, { readonly owner: string; readonly own: Set<string> }>();
  const held = new Map<string, Set<string>>();
  const forget = (session: string) => {
    const found = sessions.get(session);
    if (found === undefined) return;
    sessions.delete(session);
    found.own.delete(session);
    if (found.own.size === 0) held.delete(found.owner);
  };
  const note = (session: string, owner: string) => {
    forget(session);
    const own = held.get(owner) ?? new Set();
    sessions.set(session, { owner, own });
    held.set(owner, own.add(session));
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
      if (own.size > mostOfOne) forget(firstOf(own));
      if (sessions.size > most) forget(firstOf(sessions.keys()));
    },
    delete: forget,
  };
}

/** The same store, for nobody to wait for it without end: what is late fails. */
export function boundStore(store: McpSessionStore, milliseconds: number): McpSessionStore {
  const bound = <Answer>(question: () => Answer) =>
    askInTime(question, milliseconds, (answer) => answer) as Answer;
  return {
    get: (session) => bound(() => store.get(session)),
    set: (session, owner) => bound(() => store.set(session, owner)),
    delete: (session) => bound(() => store.delete(session)),
  };
}

/** The first of some that are there. */
function firstOf(sessions: Iterable<string>): string {
  const [first] = sessions;
  return first as string;
}

/**
 * The owner of what a caller without credentials opens. Such a session never becomes that of a caller with a token: the
 * caller that opened it knows its id, and may be listening to its stream.
 */
const ANONYMOUS = "";

/**
 * Who a token speaks for: the same person through the same client, whatever the token's bytes, so that a session survives a
 * step-up. A token that names no person (`sub`) stands for itself alone, by its `jti` or its bytes: one client may serve many.
 */
export function ownerOf(token: AccessToken | undefined, rawToken: string | undefined): string {
  if (token === undefined) return ANONYMOUS;
  const { iss, sub, client_id, jti } = token;
  const itself = typeof sub === "string" ? [] : [jti ?? rawToken ?? null];
  return JSON.stringify([iss ?? null, sub ?? null, client_id ?? null, ...itself]);
}
