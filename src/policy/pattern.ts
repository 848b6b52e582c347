/**
 * Creates a matcher of a valid pattern (see `toolKeyError`) for valid tool names: `*` is any text, and `?` any character. The
 * caller must reject invalid tool names first, because both also match spaces and line breaks.
 */
export function patternMatcher(pattern: string): (name: string) => boolean {
  return (name) => isMatch(pattern, name);
}

/**
 * Compares by one pass that goes back to the last star. A name that no tool has is compared with every pattern of a policy: thousands
 * of compiled regular expressions do not fit into the caches of a processor, and this needs none.
 */
function isMatch(pattern: string, name: string): boolean {
  let next = 0;
  let afterStar = -1;
  let starEnd = 0;
  for (let at = 0; at < name.length; ) {
    const expected = pattern[next];
    if (expected === "*") {
      next += 1;
      afterStar = next;
      starEnd = at;
    } else if (expected === "?" || expected === name[at]) {
      next += 1;
      at += 1;
    } else {
      if (afterStar === -1) return false;
      starEnd += 1;
      at = starEnd;
      next = afterStar;
    }
  }
  while (pattern[next] === "*") next += 1;
  return next === pattern.length;
}
