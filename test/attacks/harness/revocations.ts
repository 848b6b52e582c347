import type { AccessToken } from "scope-policy";

/** A store of revocations as an authorization server keeps it: by claims, never by the text of a token. */
export interface Revocations {
  isRevoked(token: AccessToken): boolean;
  /** One token, by its identifier. */
  revokeId(iss: string | undefined, jti: string): void;
  /** What a client was granted, up to a second: every token of it that is not younger. */
  revokeGrant(sub: string | undefined, clientId: string | undefined, at: number): void;
}

// a list as JSON, so that no two keys can be joined to one
const keyOf = (...parts: readonly (string | undefined)[]) =>
  JSON.stringify(parts.map((part) => part ?? null));

export function newRevocations(): Revocations {
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
