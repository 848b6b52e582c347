// the parser alone: the rest of the package finds paths, and would be a fifth more of what a policy takes in a bundle
import type { PicomatchOptions } from "picomatch";
import parse from "picomatch/lib/parse.js";

/**
 * A matcher of a legal pattern (see `toolKeyFault`) over legal tool names. Names that are no tool names must be
 * refused before: a glob's `*` also covers spaces and line breaks.
 *
 * `dot` is what keeps a denial from failing open: without it `*` skips names that start with a dot, which MCP allows.
 */
export function patternMatcher(pattern: string): (name: string) => boolean {
  const options: PicomatchOptions = {
    dot: true,
    nonegate: true,
    noextglob: true,
    // the shortcut for `*.*` takes the last star for one character or more: a denial would miss `a.`
    fastpaths: false,
  };
  const { output } = parse(pattern, options);
  const expression = new RegExp(`^(?:${output})$`);
  return (name) => expression.test(name);
}
