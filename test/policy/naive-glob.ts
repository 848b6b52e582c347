/** Returns whether a pattern matches a name, by definition: a star matches nothing, or any character and a star. */
export function naiveMatch(pattern: string, name: string): boolean {
  const [head] = pattern;
  const rest = pattern.slice(1);
  if (head === undefined) return name === "";
  if (head === "*")
    return naiveMatch(rest, name) || (name !== "" && naiveMatch(pattern, name.slice(1)));
  return name !== "" && (head === "?" || head === name[0]) && naiveMatch(rest, name.slice(1));
}
