import { isObject } from "../grammar/is-object.js";
import { withoutPrototype } from "./own-members.js";

// Most scopes, tools and endpoints have a handful of members with texts. The schema tries each of its 30 members on each of them, and
// takes as long for a policy of 10,000 tools as compiling them. Entries that are valid at a glance skip it: a quarter of the time.

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === "string";
const isText: Check = (value) => typeof value === "string" && value !== "";
const isTextList: Check = (value) =>
  Array.isArray(value) && value.length > 0 && value.every(isText);

/** A kind of entry: the check of a text in its place, and those of some members. All must be at least as strict as the schema. */
interface EntryChecks {
  readonly text: Check;
  readonly members: ReadonlyMap<string, Check>;
}

const OPERATION: EntryChecks = {
  text: isText,
  members: new Map([
    ["scope", isText],
    ["anyOf", isTextList],
    ["allOf", isTextList],
    ["tier", isText],
    ["title", isString],
    ["description", isString],
  ]),
};

const CHECKS: Readonly<Record<"scopes" | "tools" | "endpoints", EntryChecks>> = {
  scopes: {
    text: isString,
    members: new Map([
      ["title", isString],
      ["description", isString],
      ["warning", isString],
      ["group", isString],
      ["tier", isText],
      ["implies", isTextList],
    ]),
  },
  tools: OPERATION,
  endpoints: OPERATION,
};

/**
 * Returns a definition without the scopes, tools and endpoints that are valid at a glance, for the schema: what it finds in the rest
 * is what it finds in the whole. Each entry is checked apart from the others.
 *
 * @param data - a copy whose objects have no prototype
 */
export function withoutPlainEntries(data: unknown): unknown {
  if (!isObject(data)) return data;
  const rest: Record<string, unknown> = withoutPrototype(data);
  for (const [name, checks] of Object.entries(CHECKS)) {
    const entries = rest[name];
    if (isObject(entries)) rest[name] = othersIn(entries, checks);
  }
  return rest;
}

function othersIn(
  entries: Readonly<Record<string, unknown>>,
  { text, members }: EntryChecks,
): Record<string, unknown> {
  const others = withoutPrototype<Record<string, unknown>>({});
  for (const [key, entry] of Object.entries(entries)) {
    const isPlain = isObject(entry)
      ? Object.keys(entry).every((member) => members.get(member)?.(entry[member]) === true)
      : text(entry);
    if (!isPlain) others[key] = entry;
  }
  return others;
}
