import { parseScopeToken } from "../grammar/scope-syntax.js";
import type { CompiledPolicy } from "../policy/compiled.js";
import type { BundleDefinition } from "../policy/definition.js";

/** A scope as it is printed everywhere: placeholders in braces, however the author wrote them. */
export function printedScope(name: string): string {
  const parsed = parseScopeToken(name);
  return parsed.ok ? parsed.token.text : name;
}

/** The scopes of a bundle; of one that is "everything but", what it leaves out as well. */
export interface BundleMembers {
  readonly members: readonly string[];
  readonly except: readonly string[] | undefined;
}

/** Writes a bundle out. Every scope means every unreserved one. */
export function bundleMembers(bundle: BundleDefinition, policy: CompiledPolicy): BundleMembers {
  if (isList(bundle)) return { members: bundle.map(printedScope), except: undefined };
  const except = (bundle.except ?? []).map(printedScope);
  const members = policy.scopes
    .filter((scope) => !scope.reserved && !except.includes(scope.name))
    .map((scope) => scope.name);
  return { members, except };
}

// Array.isArray does not narrow a readonly array, and every array has an `every`
function isList(bundle: BundleDefinition): bundle is readonly string[] {
  return Array.isArray(bundle);
}
