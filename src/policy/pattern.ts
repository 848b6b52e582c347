import picomatch from "picomatch/posix.js";

/**
 * A matcher of a legal pattern (see `toolKeyFault`) over legal tool names. Names that are no tool names must be
 * refused before: a glob's `*` also covers spaces and line breaks.
 *
 * `dot` is what keeps a denial from failing open: without it `*` skips names that start with a dot, which MCP allows.
 */
export function patternMatcher(pattern: string): (name: string) => boolean {
  const expression = picomatch.makeRe(pattern, {
    dot: true,
    nonegate: true,
    noextglob: true,
    // the shortcut for `*.*` takes the last star for one character or more: a denial would miss `a.`
    fastpaths: false,
  });
  return (name) => expression.test(name);
}
