import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { namedMeanings } from "../policy/scope-meanings.js";
import { shorten } from "./terminal/wrap.js";

const MAX_DESCRIPTION_LENGTH = 120;

/** Returns a scope, bound or not, with its description in the policy: `a:read (Read the a)`. */
export function scopeWithDescription(name: string, policy: CompiledPolicy): string {
  const meaning = namedMeanings(policy, name, true).find(({ text }) => text === name);
  const description = meaning?.scope.options.description;
  return description === undefined
    ? name
    : `${name} (${shorten(description, MAX_DESCRIPTION_LENGTH).replace(/\.$/, "")})`;
}
