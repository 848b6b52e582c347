/** A text for a star that no pattern has a letter of, longer than every tool name. */
const ANY_TEXT = "\u0001".repeat(129);
/** Texts for a star: a pattern that matches all of them in its place has a star of its own there. */
const STAR_TEXTS = ["", "\u0001", ANY_TEXT];

/** Returns names of which a pattern matches all only if it matches every name that `glob` matches. */
export function namesFor(glob: string): readonly string[] {
  const [first, ...rest] = glob.replaceAll("?", "\u0001").split("*") as [string, ...string[]];
  const names = rest.reduce<readonly string[]>(
    (starts, part) => starts.flatMap((start) => STAR_TEXTS.map((text) => start + text + part)),
    [first],
  );
  // no tool has an empty name, so `*` matches no name that `?*` does not match
  return names.filter((name) => name !== "");
}

/** Returns whether some name matches both patterns. */
export function haveCommonName(one: string, other: string): boolean {
  // for each rest of `other`: whether some text matches it and the current rest of `one`
  let below = Array.from({ length: other.length + 1 }, (_, at) => /^\**$/.test(other.slice(at)));
  for (const letter of [...one].reverse()) {
    const row = [...below];
    for (let at = other.length; at >= 0; at -= 1) {
      const beside = other[at];
      const goesOn = row[at + 1] === true;
      const isStar = letter === "*" || beside === "*";
      // a star is empty, or takes the next character of the other pattern
      row[at] = isStar
        ? below[at] === true || goesOn
        : isSame(letter, beside) && below[at + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}

/** Returns whether some character is meant by a character of each pattern; `undefined` is the end of one. */
function isSame(one: string, other: string | undefined): boolean {
  return one === other || (other !== undefined && (one === "?" || other === "?"));
}
