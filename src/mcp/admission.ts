import type { AccessToken } from "../decision/access-token.js";
import type { Admission, Authenticated } from "../resource-server/authorizer.js";

/** Returns whether a call is refused: by a member of its own, whatever else `Object.prototype` has. */
export function isRefused(
  admission: Admission,
): admission is Extract<Admission, { readonly answer: unknown }> {
  return Object.hasOwn(admission, "answer");
}

/** Returns whether credentials are those of a good token. */
export function isAuthenticated(
  known: Authenticated,
): known is Extract<Authenticated, { readonly token: AccessToken }> {
  return Object.hasOwn(known, "token");
}
