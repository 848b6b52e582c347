/** Yields every combination of one item of each list. */
export function* combinations<Item>(
  lists: readonly (readonly Item[])[],
): Generator<readonly Item[], undefined> {
  const [first, ...rest] = lists;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const one of first) for (const others of combinations(rest)) yield [one, ...others];
}
