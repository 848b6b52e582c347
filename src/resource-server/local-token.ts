import type { AccessToken } from "../decision/access-token.js";

/** A local token: claims of the program itself instead of credentials, where no client can send any. */
export interface LocalToken {
  readonly kind: "local";
  /** Returns the current claims; `undefined` if there are none. */
  readonly claims: () => Claims | PromiseLike<Claims>;
}

type Claims = AccessToken | null | undefined;

/** Every value that {@link createLocalToken} returned, so that no part of a request can be taken for one. */
const localTokens = new WeakSet<object>();

/**
 * Creates a local token for a process that receives no credentials: a server over standard input and output takes them from its
 * environment (MCP, basic/authorization). The authorizer checks `exp` and `nbf` of the claims, asks for facts of the account and
 * checks revocation as for any other token.
 */
export function createLocalToken(
  source: AccessToken | (() => Claims | PromiseLike<Claims>),
): LocalToken {
  const claims = typeof source === "function" ? source : () => source;
  const localToken: LocalToken = Object.freeze({ kind: "local", claims });
  localTokens.add(localToken);
  return localToken;
}

/** Returns whether {@link createLocalToken} returned a value. */
export function isLocalToken(value: unknown): value is LocalToken {
  return typeof value === "object" && value !== null && localTokens.has(value);
}
