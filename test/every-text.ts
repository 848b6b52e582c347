/** Returns every text of 1 to `longest` of these characters. */
export function everyText(alphabet: string, longest: number): readonly string[] {
  let last = [""];
  const all: string[] = [];
  for (let length = 1; length <= longest; length += 1) {
    last = last.flatMap((start) => [...alphabet].map((character) => start + character));
    all.push(...last);
  }
  return all;
}
