/**
 * Returns rows as arguments of `it.each`: the title of each, then the row. `%s` prints the whole title without quotes; `$title`
 * quotes and cuts it.
 */
export function titled<Row extends { readonly title: string }>(
  rows: readonly Row[],
): [title: string, row: Row][];
export function titled<Row>(
  rows: readonly Row[],
  titleOf: (row: Row) => string,
): [title: string, row: Row][];
export function titled<Row>(
  rows: readonly Row[],
  titleOf = (row: Row) => (row as { readonly title: string }).title,
): [title: string, row: Row][] {
  return rows.map((row) => [titleOf(row), row]);
}
