// The storage of the server, in memory: the rows of node-oidc-provider, and the decisions of each user.
import type { Adapter, AdapterPayload } from "oidc-provider";
import type { ConsentReceipt, RefusedScope } from "scope-policy";

/** The grant of one user to one client. */
export interface Allowed {
  readonly grantId: string;
  readonly scopes: readonly string[];
  /** The redirect URI of the last response. A request with another redirect URI needs a new consent. */
  readonly redirectUri: string;
  readonly policyVersion: string;
  readonly authorizedAt: number;
  readonly lastUsedAt?: number;
  readonly receipts: readonly ConsentReceipt[];
}

/** The decisions of one user, by client. */
export interface Decisions {
  readonly allowed: Map<string, Allowed>;
  /** The refused scopes of each client, stored separately because a client may have refusals without a grant. */
  readonly refused: Map<string, readonly RefusedScope[]>;
}

export type DecisionStore = ReturnType<typeof openDecisions>;

export function openDecisions() {
  const people = new Map<string, Decisions>();
  const of = (person: string): Decisions => {
    const found = people.get(person) ?? { allowed: new Map(), refused: new Map() };
    people.set(person, found);
    return found;
  };
  return {
    of,
    /** Deletes a grant and the refusals of the same client, which then starts without decisions. */
    forget(grantId: string) {
      for (const { allowed, refused } of people.values()) {
        for (const [clientId, entry] of allowed) {
          if (entry.grantId !== grantId) continue;
          allowed.delete(clientId);
          refused.delete(clientId);
        }
      }
    },
    /** Records when a token of the grant was used. */
    used(grantId: string, lastUsedAt: number) {
      for (const { allowed } of people.values()) {
        for (const [clientId, entry] of allowed) {
          if (entry.grantId === grantId) allowed.set(clientId, { ...entry, lastUsedAt });
        }
      }
    },
  };
}

const done = Promise.resolve();

/**
 * Creates the storage of one server. A client's registered scope is checked and returned but not stored: node-oidc-provider would
 * limit later requests to it, and an MCP client that registers the scopes it needs first could never request more.
 */
export function memoryAdapters(): (model: string) => Adapter {
  const rows = new Map<string, AdapterPayload>();
  return (model) => {
    const key = (id: string) => `${model}:${id}`;
    const findBy = (name: "uid" | "userCode", value: string) =>
      [...rows].find(([at, row]) => at.startsWith(`${model}:`) && row[name] === value)?.[1];
    return {
      upsert: (id, { scope, ...payload }) => {
        const isKept = model !== "Client" && scope !== undefined;
        rows.set(key(id), isKept ? { ...payload, scope } : payload);
        return done;
      },
      find: (id) => Promise.resolve(rows.get(key(id))),
      findByUid: (uid) => Promise.resolve(findBy("uid", uid)),
      findByUserCode: (userCode) => Promise.resolve(findBy("userCode", userCode)),
      consume: (id) => {
        const row = rows.get(key(id));
        if (row !== undefined) {
          rows.set(key(id), { ...row, consumed: Math.floor(Date.now() / 1_000) });
        }
        return done;
      },
      destroy: (id) => {
        rows.delete(key(id));
        return done;
      },
      revokeByGrantId: (grantId) => {
        for (const [at, row] of rows) {
          if (row.grantId === grantId && at.startsWith(`${model}:`)) rows.delete(at);
        }
        return done;
      },
    };
  };
}
