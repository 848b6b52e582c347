import { parseScope } from "../grammar/scope.js";

/** The scope that asks for a refresh token (OpenID Connect Core, section 11). */
export const OFFLINE_ACCESS = "offline_access";

/** The scope-tokens of a text; `undefined` for a text that is no scope. */
export function scopeTokens(text: unknown): readonly string[] | undefined {
  const parsed = typeof text === "string" ? parseScope(text) : undefined;
  return parsed?.ok === true ? [...parsed.scope] : undefined;
}
