import type { AccessToken } from "scope-policy";

/** A store of revocations of an authorization server. It stores claims, never the text of a token. */
export interface Revocations {
  isRevoked(token: AccessToken): boolean;
  /** Revokes one token by its identifier. */
  revokeId(iss: string | undefined, jti: string): void;
  /** Revokes every token of a grant that was issued up to a time in seconds. */
  revokeGrant(sub: string | undefined, clientId: string | undefined, at: number): void;
}

// a JSON list, so that different parts cannot result in the same key
const keyOf = (...parts: readonly (string | undefined)[]) =>
  JSON.stringify(parts.map((part) => part ?? null));

export function createRevocations(): Revocations {
  const ids = new Set<string>();
  const grants = new Map<string, number>();
  return {
    isRevoked: ({ iss, jti, sub, client_id, iat }) => {
      if (jti !== undefined && ids.has(keyOf(iss, jti))) return true;
      const at = grants.get(keyOf(sub, client_id));
      return at !== undefined && (iat === undefined || iat <= at);
    },
    revokeId: (iss, jti) => void ids.add(keyOf(iss, jti)),
    revokeGrant: (sub, clientId, at) => {
      const key = keyOf(sub, clientId);
      grants.set(key, Math.max(at, grants.get(key) ?? at));
    },
  };
}
