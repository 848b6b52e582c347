import { parseScopeToken } from "../../grammar/scope-syntax.js";
import type { OperationOptions } from "../../policy/definition.js";

/** What a list of several scopes means: all of them are required, or one of them is enough. */
export type ListMeans = "and" | "or";

/** Returns the rule of a list of scopes, which has at least one. */
export function ruleOfList(scopes: readonly string[], means: ListMeans): OperationOptions {
  const [first = ""] = scopes;
  if (scopes.length === 1) return { scope: first };
  return means === "or" ? { anyOf: scopes } : { allOf: scopes };
}

/** Returns the rule that is met if one of some rules is; there is at least one. */
export function anyRule(rules: readonly OperationOptions[]): OperationOptions {
  const [first = {}] = rules;
  if (rules.length === 1) return first;
  return {
    anyOf: rules.flatMap(
      (rule) => rule.scope ?? rule.anyOf ?? [rule as { readonly allOf: readonly string[] }],
    ),
  };
}

/** Returns whether a text is a scope; with `isPlain`, a scope without placeholders. */
export function isScope(value: unknown, isPlain = false): value is string {
  if (typeof value !== "string" || value === "__proto__") return false;
  const parsed = parseScopeToken<string>(value);
  return parsed.ok && (!isPlain || parsed.token.params.length === 0);
}
