import { readOwn } from "../decision/access-token.js";
import { joinLines, replaceInvisible } from "../grammar/shown-text.js";
import type { JsonObject } from "./json-object.js";

/** Maximum number of characters of a value from outside in a rejection. */
const MAX_LENGTH = 128;

/** Maximum number of listed values. */
const MAX_LISTED = 8;

/** Returns a text from outside as one line of at most 128 characters, in which no character is hidden or moves others. */
export function oneLine(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
  return replaceInvisible(joinLines(short), "\ufffd");
}

/** Returns a text in backticks. A backtick in it becomes an apostrophe, so that a value from outside cannot continue the sentence. */
export function quoted(text: string): string {
  return `\`${oneLine(text).replaceAll("`", "'")}\``;
}

/** Returns a value of a token for the operator: a text in backticks, a number as it is, the kind of an object. */
export function shownValue(value: unknown): string {
  if (typeof value === "string") return value === "" ? "empty" : quoted(value);
  if (!Array.isArray(value)) {
    return typeof value === "object" && value !== null ? "an object" : oneLine(String(value));
  }
  const items = value.slice(0, MAX_LISTED).map((item) => {
    if (Array.isArray(item)) return "a list";
    return typeof item === "string" ? JSON.stringify(item.slice(0, MAX_LENGTH)) : shownValue(item);
  });
  if (value.length > MAX_LISTED) items.push("…");
  return quoted(`[${items.join(", ")}]`);
}

/** Returns what a token has under a name, as the beginning of a sentence: `` `aud` is `account` ``. */
export function shownMember(members: JsonObject, name: string): string {
  const value = readOwn(members, name);
  return `${quoted(name)} is ${value === undefined ? "missing" : shownValue(value)}`;
}

/** Returns names or values in backticks, with a word before the last one. */
export function listed(texts: Iterable<string>, word: "and" | "or"): string {
  const all = [...texts].map(quoted);
  const shown = all.length > MAX_LISTED ? [...all.slice(0, MAX_LISTED), "…"] : all;
  const last = shown.splice(-1).join();
  return shown.length === 0 ? last : `${shown.join(", ")} ${word} ${last}`;
}
