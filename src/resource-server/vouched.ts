import type { AccessToken } from "../decision/access-token.js";

/** Claims that the program itself vouches for, in the place of credentials: where no client could have sent any. */
export interface Vouched {
  readonly kind: "vouched";
  /** The claims now; `undefined` where there are none, or no more. */
  readonly claims: () => Claims | PromiseLike<Claims>;
}

type Claims = AccessToken | null | undefined;

/** Every one that was made here: nothing that a request holds can pass for one. */
const made = new WeakSet<object>();

/**
 * Makes the credentials of a process that has none: a server over standard input and output takes its own from its
 * environment (MCP, basic/authorization). Past their `exp` the claims are no good; facts of the account and revocation are
 * asked for as for any other token.
 */
export function vouchFor(source: AccessToken | (() => Claims | PromiseLike<Claims>)): Vouched {
  const claims = typeof source === "function" ? source : () => source;
  const vouched: Vouched = Object.freeze({
    kind: "vouched",
    claims: async () => {
      const token = await claims();
      return token?.exp !== undefined && !(token.exp * 1_000 > Date.now()) ? undefined : token;
    },
  });
  made.add(vouched);
  return vouched;
}

/** Whether a value was made by {@link vouchFor}. */
export function isVouched(value: unknown): value is Vouched {
  return typeof value === "object" && value !== null && made.has(value);
}
