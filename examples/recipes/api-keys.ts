// API keys, or personal access tokens, under the scopes of the same policy: `verify` looks up the hash of the key.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createAuthorizer, definePolicy } from "scope-policy";
import type { Verify } from "scope-policy/verify";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": "Read notes", "notes:write": "Write notes", admin: { reserved: true } },
  tools: { list_notes: "notes:read", save_note: "notes:write" },
});

interface StoredKey {
  /** The SHA-256 of the secret. A slow hash is for passwords: no one can guess 32 random bytes. */
  readonly hash: Buffer;
  readonly sub: string;
  readonly scope: string;
  /** Expiry in seconds since 1970. */
  readonly exp: number;
}

/** The keys by id. Use a table of your database. */
const keys = new Map<string, StoredKey>();

// the prefix tells secret scanners, and `verify`, what the text is; the id in it is not secret
const KEY = /^notes_([0-9a-f]{16})_([\w-]{43})$/;
const hashOf = (secret: string) => createHash("sha256").update(secret).digest();

/** Creates a key and returns its text, which is shown once and stored nowhere. */
export function createKey(sub: string, scope: string, exp: number): string {
  // refuses unknown and reserved scopes: what no consent can grant, no key can have
  if (!policy.covers(scope, scope)) throw new RangeError("a key needs scopes of the policy");
  const id = randomBytes(8).toString("hex");
  const secret = randomBytes(32).toString("base64url");
  keys.set(id, { hash: hashOf(secret), sub, scope, exp });
  return `notes_${id}_${secret}`;
}

/** Deletes a key. The next request with it gets 401. */
export function deleteKey(key: string): void {
  keys.delete(KEY.exec(key)?.[1] ?? "");
}

/** Verifies keys, and passes every other token to the verifier of your issuer. */
export const verifyKeysAnd =
  (verifyJwt: Verify): Verify =>
  (rawToken) => {
    if (!rawToken.startsWith("notes_")) return verifyJwt(rawToken);
    const [, id = "", secret = ""] = KEY.exec(rawToken) ?? [];
    const stored = keys.get(id);
    if (stored === undefined || !timingSafeEqual(hashOf(secret), stored.hash)) return undefined;
    const { sub, scope, exp } = stored;
    return { sub, scope, exp, jti: id }; // audit events show the id as `jti`; the authorizer checks `exp`
  };

export const createKeyAuthorizer = (verifyJwt: Verify) =>
  createAuthorizer({
    policy,
    verify: verifyKeysAnd(verifyJwt),
    resource: "https://api.example.com/",
  });
