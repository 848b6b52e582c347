/**
 * Returns the middle one of some numbers; of an even number of them, the larger of the two.
 *
 * @param {readonly number[]} numbers
 */
export function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? Number.NaN;
}
