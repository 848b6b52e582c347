import { isObject } from "../../grammar/is-object.js";
import type { JsonObject } from "./document.js";
import { LIMITS } from "./limits.js";

/** The value that a reference names, or why it names none. */
export type ResolvedRef =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/** A value and the file that contains it. */
export interface Place<File> {
  readonly file: File;
  readonly value: unknown;
  /** The last key of the way to the value; missing for the root of a file. */
  readonly key?: string;
}

/** The place that references lead to, or why they lead to none. */
export type FoundPlace<File> =
  | {
      readonly ok: true;
      readonly place: Place<File>;
      /** The sum of the lengths of the references that were followed. */
      readonly length: number;
    }
  | {
      readonly ok: false;
      readonly message: string;
      /** Whether the references lead back to one another, or are more than the limit. */
      readonly isCircle: boolean;
    };

/** The finder of each root, which remembers what it found: a document may contain the same reference a hundred thousand times. */
const finders = new WeakMap<JsonObject, (start: Place<JsonObject>) => FoundPlace<JsonObject>>();

/**
 * Returns the value that a reference leads to, or the value itself if it is not a reference. Reads own members only. Follows
 * references that lead to references, also in the middle of a pointer. Members beside `$ref` do not count.
 *
 * @param root the root of a document that `loadOpenApi` returned and that does not change
 */
export function resolveRef(root: JsonObject, value: unknown): ResolvedRef {
  const find =
    finders.get(root) ??
    createFinder<JsonObject>((file, uri) => (uri === "" ? { file, value: file } : undefined));
  finders.set(root, find);
  const found = find({ file: root, value });
  return found.ok ? { ok: true, value: found.place.value } : found;
}

/** Returns what a reference names, which may be a reference too; `undefined` if it leads to nothing. */
export function resolveHop(root: JsonObject, ref: string): unknown {
  const keys = pointerKeys(splitRef(ref).fragment);
  if (keys === undefined) return undefined;
  let value: unknown = root;
  for (const key of keys) {
    if (!hasMember(value, key)) {
      const found = resolveRef(root, value);
      value = found.ok ? found.value : undefined;
    }
    if (!hasMember(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/**
 * Creates a function that returns the place to which the references at a place lead. It reads each reference of a file once.
 *
 * @param rootOf returns the root of the file that a reference names; `undefined` for a file that was not read
 */
export function createFinder<File extends object>(
  rootOf: (from: File, uri: string) => Place<File> | undefined,
): (start: Place<File>) => FoundPlace<File> {
  const known = new Map<File, Map<string, FoundPlace<File>>>();
  return (start) => follow(start, 0);

  function follow(place: Place<File>, depth: number): FoundPlace<File> {
    const ref = refOf(place.value);
    if (ref === undefined) return { ok: true, place, length: 0 };
    const inFile = known.get(place.file) ?? new Map<string, FoundPlace<File>>();
    const earlier = inFile.get(ref);
    if (earlier !== undefined) return earlier;
    if (depth >= LIMITS.hops) return circle(ref);
    known.set(place.file, inFile);
    inFile.set(ref, circle(ref)); // while it is being followed
    const found = step(place, ref, depth);
    inFile.set(ref, found);
    return found;
  }

  function step({ file }: Place<File>, ref: string, depth: number): FoundPlace<File> {
    const { uri, fragment } = splitRef(ref);
    const start = rootOf(file, uri);
    const keys = pointerKeys(fragment);
    if (start === undefined) return missing(`\`${ref}\` leads to a file that was not read`);
    if (keys === undefined) return missing(`\`${ref}\` is not a JSON pointer: expected \`#/…\``);
    let place = start;
    let length = ref.length;
    for (const key of keys) {
      if (!hasMember(place.value, key)) {
        const found = follow(place, depth + 1);
        if (!found.ok) return found;
        ({ place } = found);
        length += found.length;
      }
      if (!hasMember(place.value, key)) return missing(`\`${ref}\` leads to nothing`);
      place = { file: place.file, value: place.value[key], key };
    }
    const end = follow(place, depth + 1);
    return end.ok ? { ...end, length: length + end.length } : end;
  }
}

function circle(ref: string): { ok: false; message: string; isCircle: true } {
  const message = `\`${ref}\` is in a circle of references, or in a chain of more than ${LIMITS.hops}`;
  return { ok: false, message, isCircle: true };
}

function missing(message: string): { ok: false; message: string; isCircle: false } {
  return { ok: false, message, isCircle: false };
}

/** Returns the text of a reference; `undefined` for a value that is not one. */
export function refOf(value: unknown): string | undefined {
  if (!isObject(value) || !Object.hasOwn(value, "$ref")) return undefined;
  return typeof value["$ref"] === "string" ? value["$ref"] : undefined;
}

/** Splits a reference at its first `#`. */
export function splitRef(ref: string): { readonly uri: string; readonly fragment: string } {
  const at = ref.indexOf("#");
  return at < 0
    ? { uri: ref, fragment: "" }
    : { uri: ref.slice(0, at), fragment: ref.slice(at + 1) };
}

/** Returns the keys of a JSON pointer in a URI (RFC 6901, section 6); `undefined` for another fragment. */
function pointerKeys(fragment: string): readonly string[] | undefined {
  if (fragment === "" || fragment === "/") return [];
  const text = decodePercent(fragment);
  if (text?.startsWith("/") !== true) return undefined;
  return text
    .slice(1)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Decodes `%` escapes; returns `undefined` for malformed ones. */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Returns whether a value has an own member or item. The length of a list is not one. */
function hasMember(value: unknown, key: string): value is Readonly<Record<string, unknown>> {
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(key) && Object.hasOwn(value, key);
  return isObject(value) && Object.hasOwn(value, key);
}
