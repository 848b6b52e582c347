/** Breaks a line between words at a width; what follows the first line is indented. A longer word stands by itself. */
export function wrap(line: string, width: number, indent: string): string {
  const lines: string[] = [];
  const lead = /^ */.exec(line)?.[0] ?? "";
  let current = lead;
  for (const word of line.slice(lead.length).split(" ")) {
    const longer = current.trim() === "" ? current + word : `${current} ${word}`;
    if (longer.length > width && current.trim() !== "") {
      lines.push(current);
      current = indent + word;
    } else {
      current = longer;
    }
  }
  return [...lines, current].join("\n");
}

/** A text cut after a whole word, with `…` for the rest. */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const cut = text.slice(0, longest);
  const end = cut.lastIndexOf(" ");
  return `${(end > 0 ? cut.slice(0, end) : cut).replace(/[\s,;:.]+$/, "")} …`;
}
