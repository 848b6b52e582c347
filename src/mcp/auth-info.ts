import { type AccessToken, readOwn } from "../decision/access-token.js";
import { withoutPrototype } from "../policy/own-members.js";

/** The SDKs' `AuthInfo`: what a transport hands to handlers. The gate in the handler believes nothing of it but the token. */
export interface McpAuthInfo {
  /** The raw token. */
  token: string;
  /** The client, empty where the token names none. */
  clientId: string;
  /** The scope-tokens. */
  scopes: string[];
  /** Seconds since 1970. */
  expiresAt?: number;
  /** The resource identifier. */
  resource?: URL;
  /** Claims that the SDKs' type has no name for. */
  extra: Record<string, unknown>;
}

/** Those that the gate at the door has made: their call was decided before the stream. */
const made = new WeakSet<object>();

/** Says a verified token in the SDKs' words. */
export function newAuthInfo(
  rawToken: string,
  token: AccessToken,
  resource: string | undefined,
): McpAuthInfo {
  const { scope, client_id, exp, sub, iss, jti } = withoutPrototype(token);
  const scopes = typeof scope === "string" ? scope.split(" ").filter(Boolean) : [...scope];
  const info: McpAuthInfo = {
    token: rawToken,
    clientId: client_id ?? "",
    scopes,
    ...(exp !== undefined && { expiresAt: exp }),
    ...(resource !== undefined && { resource: new URL(resource) }),
    extra: { sub, iss, jti },
  };
  made.add(info);
  return info;
}

/** Whether the door decided on this very request. */
export function isFromDoor(info: unknown): boolean {
  return typeof info === "object" && info !== null && made.has(info);
}

/** The raw token of somebody's `AuthInfo` as credentials; an object without one is malformed, not nobody. */
export function credentialsOfInfo(info: unknown): string | undefined {
  if (info === undefined || info === null) return undefined;
  const token = readOwn(info, "token");
  return typeof token === "string" ? `Bearer ${token}` : "Bearer";
}
