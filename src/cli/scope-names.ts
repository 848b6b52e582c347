import { printedScope } from "../grammar/scope-syntax.js";
import { isScopeList } from "../policy/compile.js";
import type { CompiledPolicy } from "../policy/compiled.js";
import type { BundleDefinition } from "../policy/definition.js";
import { namedMeanings } from "../policy/scope-meanings.js";
import { shorten } from "./wrap.js";

const LONGEST_DESCRIPTION = 120;

/** Returns a scope, bound or not, with its description in the policy: `a:read (Read the a)`. */
export function scopeWithDescription(name: string, policy: CompiledPolicy): string {
  const meaning = namedMeanings(policy, name, true).find(({ text }) => text === name);
  const description = meaning?.scope.options.description;
  return description === undefined
    ? name
    : `${name} (${shorten(description, LONGEST_DESCRIPTION).replace(/\.$/, "")})`;
}

/** The scopes of a bundle. For a bundle with `every`, `except` lists the scopes that it leaves out. */
export interface BundleMembers {
  readonly members: readonly string[];
  readonly except: readonly string[] | undefined;
}

/** Returns the members of a bundle. `every` means every scope that is not reserved. */
export function bundleMembers(bundle: BundleDefinition, policy: CompiledPolicy): BundleMembers {
  if (isScopeList(bundle)) return { members: bundle.map(printedScope), except: undefined };
  const except = (bundle.except ?? []).map(printedScope);
  const members = policy.scopes
    .filter((scope) => !scope.reserved && !except.includes(scope.name))
    .map((scope) => scope.name);
  return { members, except };
}
