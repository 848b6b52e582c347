import { joinLines, replaceInvisible } from "../grammar/shown-text.js";
import type { CompiledScope } from "../policy/compiled-policy.js";

/** The members of a discovery document about scopes. Empty members are omitted. */
interface ScopeMembers {
  readonly scopes_supported?: readonly string[];
  readonly scope_descriptions?: Readonly<Record<string, string>>;
}

/** Returns the members of a discovery document for the scopes that it lists, with their texts if `isDescribed`. */
export function scopeMembers(listed: readonly CompiledScope[], isDescribed: boolean): ScopeMembers {
  const texts = isDescribed ? listed.flatMap(describedScope) : [];
  return {
    ...(listed.length > 0 && { scopes_supported: listed.map(({ name }) => name) }),
    ...(texts.length > 0 && { scope_descriptions: Object.fromEntries(texts) }),
  };
}

/** Returns the name and the text of a scope: its description, else its title, as one line without invisible characters. */
function describedScope({ name, options }: CompiledScope): readonly (readonly [string, string])[] {
  const text = cleanLine(options.description) || cleanLine(options.title);
  return text === "" ? [] : [[name, text]];
}

function cleanLine(text = ""): string {
  return replaceInvisible(joinLines(text), "").replaceAll(/ {2,}/g, " ").trim();
}
