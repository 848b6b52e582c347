import { type AccessToken, readOwn } from "../../decision/access-token.js";

/**
 * The SDKs' `AuthInfo`, which a transport passes to handlers. The gate in front of a handler trusts only its `token`, which it
 * verifies again.
 */
export interface McpAuthInfo {
  /** The raw token. */
  token: string;
  /** The client ID; empty if the token has none. */
  clientId: string;
  /** The scope tokens. */
  scopes: string[];
  /** Expiry in seconds since 1970. */
  expiresAt?: number;
  /** The resource identifier. */
  resource?: URL;
  /** Claims for which the SDKs' type has no member. */
  extra: Record<string, unknown>;
}

/** The objects that the HTTP gate has created: it decided on their call before the stream. */
const created = new WeakSet<object>();

/** Creates the SDKs' `AuthInfo` from a verified token. */
export function createAuthInfo(
  rawToken: string,
  token: AccessToken,
  resource: string | undefined,
): McpAuthInfo {
  // read as own members: what `Object.prototype` has is not the token's
  const clientId = readOwn(token, "client_id") as AccessToken["client_id"];
  const expiresAt = readOwn(token, "exp") as AccessToken["exp"];
  const info: McpAuthInfo = {
    token: rawToken,
    clientId: clientId ?? "",
    scopes: scopesOf(readOwn(token, "scope") as AccessToken["scope"]),
    extra: { sub: readOwn(token, "sub"), iss: readOwn(token, "iss"), jti: readOwn(token, "jti") },
  };
  if (expiresAt !== undefined) info.expiresAt = expiresAt;
  if (resource !== undefined) info.resource = new URL(resource);
  created.add(info);
  return info;
}

function scopesOf(scope: AccessToken["scope"]): string[] {
  return typeof scope === "string" ? scope.split(" ").filter(Boolean) : [...scope];
}

/** Returns whether the HTTP gate created an `AuthInfo`, and so decided on this request. */
export function isFromHttpGate(info: unknown): boolean {
  return typeof info === "object" && info !== null && created.has(info);
}

/**
 * Returns the raw token of an `AuthInfo` as credentials. An object without a token is malformed credentials, not an anonymous
 * caller.
 */
export function credentialsOfAuthInfo(info: unknown): string | undefined {
  if (info === undefined || info === null) return undefined;
  const token = readOwn(info, "token");
  return typeof token === "string" ? `Bearer ${token}` : "Bearer";
}
