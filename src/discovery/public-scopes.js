import { parseScope } from "../grammar/scope.js";
/** The scope that requests a refresh token (OpenID Connect Core, section 11). */
export const OFFLINE_ACCESS = "offline_access";
/** Returns the scope-tokens of a scope; `undefined` for a value that is not a well-formed scope. */
export function scopeTokens(text) {
    const parsed = typeof text === "string" ? parseScope(text) : undefined;
    return parsed?.ok === true ? [...parsed.scope] : undefined;
}
