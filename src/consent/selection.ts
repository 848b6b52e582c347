import { firstItems } from "../grammar/any-value.js";
import { isScopeToken } from "../grammar/scope-token.js";

/** Selection of the user as the browser posted it. All members are untrusted. */
export interface ConsentSelection {
  /**
   * `"approve"`, or what a button of the page posts that only checks boxes: `"all"`, `"none"`, or `"preset:"` with the name of a
   * bundle. Any other value denies the request.
   */
  readonly decision: unknown;
  /** Scopes of the checked boxes. Browsers do not post locked boxes; those that are checked are added. */
  readonly scopes?: unknown;
  /** Chosen values of the boundaries: an object of lists by name, or the posted `boundaries` of the form, each as `name=value`. */
  readonly boundaries?: unknown;
  /** `id` of the screen. */
  readonly id?: unknown;
  /** `policyVersion` of the screen. */
  readonly policyVersion?: unknown;
}

/** Maximum number of posted scopes; more than any screen has. */
const MAX_POSTED = 65_536;

/** Returns the scopes that a form or JSON posted, as one string or a list. Values that are not scope tokens are kept, so that the caller reports them. */
export function postedTokens(scopes: unknown): readonly unknown[] {
  if (scopes === undefined || scopes === null || scopes === "") return [];
  if (typeof scopes === "string") return isScopeToken(scopes) ? [scopes] : scopes.split(" ");
  const list = firstItems(scopes, MAX_POSTED + 1);
  return list === undefined || list.length > MAX_POSTED ? [scopes] : [...new Set(list)];
}
