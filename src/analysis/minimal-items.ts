/**
 * Returns the items that no other item is within, in their order. Of several items that are within each other, the first one is
 * returned.
 *
 * @param isWithin - whether all that one item has, another one has too
 */
export function minimalItems<Item>(
  items: readonly Item[],
  isWithin: (less: Item, more: Item) => boolean,
): readonly Item[] {
  return items.filter(
    (item, at) =>
      !items.some(
        (other, by) => by !== at && isWithin(other, item) && (by < at || !isWithin(item, other)),
      ),
  );
}
