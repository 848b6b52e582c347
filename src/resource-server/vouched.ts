import type { AccessToken } from "../decision/access-token.js";

/** A local token: claims of the program itself in place of credentials, where no client can send any. */
export interface Vouched {
  readonly kind: "vouched";
  /** Returns the claims of now; `undefined` where there are none. */
  readonly claims: () => Claims | PromiseLike<Claims>;
}

type Claims = AccessToken | null | undefined;

/** Every value that {@link vouchFor} has made: no part of a request can pass for one. */
const made = new WeakSet<object>();

/**
 * Creates the credentials of a process that has none: a server over standard input and output takes its own from its
 * environment (MCP, basic/authorization). The authorizer checks `exp` and `nbf` of the claims, asks for facts of the account
 * and looks up revocations as for any other token.
 */
export function vouchFor(source: AccessToken | (() => Claims | PromiseLike<Claims>)): Vouched {
  const claims = typeof source === "function" ? source : () => source;
  const vouched: Vouched = Object.freeze({ kind: "vouched", claims });
  made.add(vouched);
  return vouched;
}

/** Returns whether {@link vouchFor} has made a value. */
export function isVouched(value: unknown): value is Vouched {
  return typeof value === "object" && value !== null && made.has(value);
}
