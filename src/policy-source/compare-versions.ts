const DOTTED = /^v?\d+(?:[.-]\d+)*$/;
const DIGITS = /\d+/g;

/**
 * Returns the order of two versions: negative if the first is older, positive if it is newer, 0 if they mean the same. Numbers are
 * compared as numbers of any length. Versions that consist of numbers can have different lengths: `2` means `2.0`. Others need the
 * same text around their numbers, as two dates with times. Returns `undefined` for every other pair, such as two hashes.
 */
export function compareVersions(one: string, other: string): number | undefined {
  const isDotted = DOTTED.test(one) && DOTTED.test(other);
  if (!isDotted && one.replace(DIGITS, "0") !== other.replace(DIGITS, "0")) return undefined;
  const left = numbersOf(one);
  const right = numbersOf(other);
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const order = compareNumbers(left[at] ?? "", right[at] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

/** Returns the numbers of a text without their leading zeros. */
function numbersOf(text: string): readonly string[] {
  return Array.from(text.matchAll(DIGITS), ([digits]) => digits.replace(/^0+/, ""));
}

function compareNumbers(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
