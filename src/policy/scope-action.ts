import { parseScopeToken, type ScopeTokenResult } from "../grammar/scope-syntax.js";
import type { CompiledScope } from "./compiled-policy.js";

/** Returns the action in the name of a scope; `null` for a name without one. */
export function actionOf({ name }: Pick<CompiledScope, "name">): string | null {
  // it parses, because the policy was checked when it was compiled
  const parsed = parseScopeToken<string>(name) as Extract<ScopeTokenResult, { ok: true }>;
  return parsed.token.action;
}
