import type { AccessToken } from "../decision/access-token.js";

/** Who opened which session. Bring your own where several processes serve one address: then all must know. */
export interface McpSessionStore {
  /** The owner of a session; `undefined` for one that nobody opened. */
  get(session: string): string | undefined | PromiseLike<string | undefined>;
  /** Notes the owner of a session. */
  set(session: string, owner: string): unknown;
  /** Forgets a session. */
  delete(session: string): unknown;
}

const MOST_SESSIONS = 10_000;

/** A store in memory that forgets the session noted longest ago when it is full: its client opens another. */
export function newSessionMemory(most = MOST_SESSIONS): McpSessionStore {
  const owners = new Map<string, string>();
  return {
    get: (session) => owners.get(session),
    set: (session, owner) => {
      owners.delete(session);
      owners.set(session, owner);
      const [oldest] = owners.keys();
      if (owners.size > most && oldest !== undefined) owners.delete(oldest);
    },
    delete: (session) => owners.delete(session),
  };
}

/** Nobody: a caller without credentials, where that is allowed. */
export const NOBODY = "";

/**
 * Who a token speaks for: the same person through the same client, whatever the token's bytes, so that a session survives a
 * step-up. A token that names neither stands for itself alone.
 */
export function ownerOf(token: AccessToken | undefined, rawToken: string | undefined): string {
  if (token === undefined) return NOBODY;
  const { iss, sub, client_id } = token;
  const isNamed = typeof sub === "string" || typeof client_id === "string";
  return JSON.stringify(
    isNamed ? [iss ?? null, sub ?? null, client_id ?? null] : [rawToken ?? null],
  );
}

/** Whether somebody may go on with a session. One opened by nobody becomes that of the first who signs in. */
export function isOwner(owner: string | undefined, caller: string): boolean {
  return owner !== undefined && (owner === caller || owner === NOBODY);
}
