// the parser alone: the rest of the package finds paths, and would be a fifth more of what a policy takes in a bundle
import type { PicomatchOptions } from "picomatch";
import parse from "picomatch/lib/parse.js";

/**
 * Creates a matcher of valid tool names for a valid pattern (see `toolKeyError`). The caller must reject invalid tool names
 * first, because the `*` of a glob also matches spaces and line breaks.
 *
 * The option `dot` keeps a denial from failing open. Without it, `*` skips names that start with a dot, which MCP allows.
 */
export function patternMatcher(pattern: string): (name: string) => boolean {
  const options: PicomatchOptions = {
    dot: true,
    nonegate: true,
    noextglob: true,
    // in the fast path for `*.*`, the last star matches one character or more, so a denial would miss `a.`
    fastpaths: false,
  };
  const { output } = parse(pattern, options);
  const expression = new RegExp(`^(?:${output})$`);
  return (name) => expression.test(name);
}
