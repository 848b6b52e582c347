import { printedScope } from "../grammar/scope-syntax.js";
import { isScopeList } from "../policy/compile.js";
import type { CompiledPolicy } from "../policy/compiled.js";
import type { BundleDefinition } from "../policy/definition.js";
import { namedMeanings } from "../policy/scope-meanings.js";
import { shorten } from "./wrap.js";

const LONGEST_DESCRIPTION = 120;

/** A scope, bound or not, with what it opens in the policy's words: `a:read (Read the a)`. */
export function scopeWithDescription(name: string, policy: CompiledPolicy): string {
  const meaning = namedMeanings(policy, name, true).find(({ text }) => text === name);
  const description = meaning?.scope.options.description;
  return description === undefined
    ? name
    : `${name} (${shorten(description, LONGEST_DESCRIPTION).replace(/\.$/, "")})`;
}

/** The scopes of a bundle; of one that is "everything but", what it leaves out as well. */
export interface BundleMembers {
  readonly members: readonly string[];
  readonly except: readonly string[] | undefined;
}

/** Writes a bundle out. Every scope means every unreserved one. */
export function bundleMembers(bundle: BundleDefinition, policy: CompiledPolicy): BundleMembers {
  if (isScopeList(bundle)) return { members: bundle.map(printedScope), except: undefined };
  const except = (bundle.except ?? []).map(printedScope);
  const members = policy.scopes
    .filter((scope) => !scope.reserved && !except.includes(scope.name))
    .map((scope) => scope.name);
  return { members, except };
}
