import { parseScope } from "../grammar/scope.js";

/** Returns the scope-tokens of a scope; `undefined` for a value that is not a well-formed scope. */
export function scopeTokens(value: unknown): readonly string[] | undefined {
  const parsed = parseScope(value as string);
  return parsed.ok ? [...parsed.scope] : undefined;
}
