// A slow, small model of endpoints and paths, after the API document. It shares no code with `src`.

type Part = { readonly text: string } | { readonly name: string };

/** A segment: text and names in order, or a catch-all. */
type Segment =
  | { readonly kind: "literal" | "mixed" | "param"; readonly parts: readonly Part[] }
  | { readonly kind: "rest"; readonly name: string };

const UNRESERVED = /[A-Za-z0-9._~-]/;
const OTHERS = "!$&'()+,;=:@|";

/** Decodes a path segment; `undefined` if it is not UTF-8. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** Returns whether a character can be in the value of a parameter. */
function isOfValue(character: string): boolean {
  return character > "\x7f"
    ? /^[\p{L}\p{M}\p{Nd}]$/u.test(character)
    : UNRESERVED.test(character) || character === " " || OTHERS.includes(character);
}

/** Returns the value of a parameter; `undefined` if a segment cannot be one. */
function segmentValue(segment: string): string | undefined {
  const value = decoded(segment);
  if (
    value === undefined ||
    [...segment].some((character) => character > "\x7f" || character === " ")
  )
    return undefined;
  const beforeSemicolon = segment.split(";")[0] as string;
  if (["", ".", ".."].includes(beforeSemicolon) || value.trim() !== value) return undefined;
  if (![...value].every(isOfValue) || value !== value.normalize("NFKC")) return undefined;
  const escapes = segment.match(/%../g) ?? [];
  return escapes.some((one) => UNRESERVED.test(decoded(one) ?? "")) ? undefined : value;
}

export const split = (path: string): string[] => (path === "/" ? [] : path.slice(1).split("/"));

function readSegment(text: string): Segment {
  const rest = /^\{(\w+)\*\}$/.exec(text)?.[1];
  if (rest !== undefined) return { kind: "rest", name: rest };
  const param = /^:(\w+)$/.exec(text)?.[1] ?? /^\{(\w+)\}$/.exec(text)?.[1];
  if (param !== undefined) return { kind: "param", parts: [{ name: param }] };
  const parts = text
    .split(/(\{\w+\})/)
    .filter((part) => part !== "")
    .map((part) => (part.startsWith("{") ? { name: part.slice(1, -1) } : { text: part }));
  return { kind: parts.length === 1 ? "literal" : "mixed", parts };
}

const pathOf = (key: string) => key.slice(key.indexOf(" ") + 1);
const segmentsOf = (key: string): Segment[] => split(pathOf(key)).map(readSegment);

const KINDS = ["literal", "mixed", "param", "rest"];

/** Returns a digit for each segment: the smaller text is the more specific endpoint. */
export const rank = (key: string): string =>
  segmentsOf(key)
    .map(({ kind }) => KINDS.indexOf(kind))
    .join("");

/** Returns every way to divide a text into the parts of a segment. */
function divisions(text: string, parts: readonly Part[], least: number): string[][] {
  const [part, ...others] = parts;
  if (part === undefined) return text === "" ? [[]] : [];
  if ("text" in part) {
    return text.startsWith(part.text) ? divisions(text.slice(part.text.length), others, least) : [];
  }
  return Array.from({ length: text.length + 1 }, (_, end) => end)
    .filter((end) => end >= least)
    .flatMap((end) =>
      divisions(text.slice(end), others, least).map((rest) => [text.slice(0, end), ...rest]),
    );
}

const lower = (parts: readonly Part[]) =>
  parts.map((part) => ("text" in part ? { text: decoded(part.text)?.toLowerCase() ?? "" } : part));

/** Returns whether some server may take a path for an endpoint: letter case and what follows a semicolon do not count. */
export function fits(key: string, given: readonly string[]): boolean {
  const wanted = segmentsOf(key);
  const last = wanted.at(-1);
  const isLong = last?.kind === "rest" && given.length >= wanted.length;
  if (wanted.length !== given.length && !isLong) return false;
  return wanted.every((segment, index) => {
    const text = given[index] ?? "";
    if (segment.kind === "rest")
      return given.slice(index).every((one) => segmentValue(one) !== undefined);
    if (segment.kind === "param") return segmentValue(text) !== undefined;
    const readings = [text.split(";")[0] as string, text].map((one) => decoded(one)?.toLowerCase());
    if (segment.kind === "mixed" && segmentValue(text) === undefined) return false;
    return readings.some(
      (one) => one !== undefined && divisions(one, lower(segment.parts), 0).length > 0,
    );
  });
}

/** Returns the values of the path of an endpoint that fits; `undefined` if the path is not spelled as the endpoint is. */
export function valuesIn(
  key: string,
  given: readonly string[],
): (readonly [name: string, value: string])[] | undefined {
  const found: (readonly [string, string])[] = [];
  for (const [index, segment] of segmentsOf(key).entries()) {
    const text = given[index] ?? "";
    if (segment.kind === "rest") {
      found.push([segment.name, given.slice(index).map(segmentValue).join("/")]);
      continue;
    }
    const ways = divisions(text, segment.parts, 1);
    if (ways.length !== 1 || (segment.kind === "mixed" && text.includes(";"))) return undefined;
    const names = segment.parts.flatMap((part) => ("name" in part ? part.name : []));
    for (const [at, name] of names.entries()) {
      const value = segmentValue(ways[0]?.[at] ?? "");
      if (value === undefined) return undefined;
      found.push([name, value]);
    }
  }
  return found;
}

/** Returns whether a catch-all without text beside placeholders matches all paths of an endpoint. */
export function coversAll(catchAll: string, key: string): boolean {
  if (catchAll.split(" ")[0] !== key.split(" ")[0]) return false;
  const [wide, narrow] = [segmentsOf(catchAll), segmentsOf(key)];
  if (wide.at(-1)?.kind !== "rest" || narrow.length < wide.length) return false;
  return wide.slice(0, -1).every((segment, index) => {
    const facing = narrow[index];
    if (facing === undefined || facing.kind === "rest") return false;
    return segment.kind === "param" || JSON.stringify(segment) === JSON.stringify(facing);
  });
}
