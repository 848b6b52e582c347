import { parseScope } from "../grammar/scope.js";

/** Returns the scope-tokens of a scope; `undefined` for a value that is not a well-formed scope. */
export function scopeTokens(text: unknown): readonly string[] | undefined {
  const parsed = typeof text === "string" ? parseScope(text) : undefined;
  return parsed?.ok === true ? [...parsed.scope] : undefined;
}
