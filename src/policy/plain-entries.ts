import { isObject } from "../grammar/is-object.js";
import { withoutPrototype } from "./own-members.js";

// Most scopes, tools and endpoints have a handful of members with texts. The schema tries each of its 30 members on each of them, and
// takes as long for a policy of 10,000 tools as compiling them. Entries that are valid at a glance skip it: a quarter of the time.
// A definition of such entries skips it too, so that nothing creates it: 10 ms.

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === "string";
const isText: Check = (value) => typeof value === "string" && value !== "";
const isTextList: Check = (value) =>
  Array.isArray(value) && value.length > 0 && value.every(isText);
const isBoolean: Check = (value) => typeof value === "boolean";
const isTrue: Check = (value) => value === true;
const isEmpty: Check = (value) => isObject(value) && Object.keys(value).length === 0;

type Checks = ReadonlyMap<string, Check>;

/** A kind of entry: the check of a text in its place, and those of some members. All must be at least as strict as the schema. */
interface EntryChecks {
  readonly text: Check;
  readonly members: Checks;
}

const OPERATION: EntryChecks = {
  text: isText,
  members: new Map([
    ["scope", isText],
    ["anyOf", isTextList],
    ["allOf", isTextList],
    ["tier", isText],
    ["accountTypes", isTextList],
    ["entitlement", isText],
    ["deny", isText],
    ["public", isTrue],
    ["authenticated", isTrue],
    ["hidden", isTrue],
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
      ["default", (value) => value === "on" || value === "off"],
      ["required", isBoolean],
      ["reserved", isBoolean],
      ["restricted", isBoolean],
      ["tier", isText],
      ["accountTypes", isTextList],
      ["entitlement", isText],
      ["implies", isTextList],
      ["replaces", isTextList],
    ]),
  },
  tools: OPERATION,
  endpoints: OPERATION,
};

/** The checks of a definition from which {@link withoutPlainEntries} has removed all entries: at least as strict as the schema too. */
const DEFINITION: Checks = new Map([
  ["$schema", isString],
  ["name", isText],
  ["version", isText],
  ["language", isString],
  ["tiers", isTextList],
  ["accountTypes", isTextList],
  ["entitlements", isTextList],
  ["baseline", isTextList],
  ["defaultScopes", isTextList],
  ["notCovered", isTextList],
  ["scopes", isEmpty],
  ["tools", isEmpty],
  ["endpoints", isEmpty],
]);

/** Returns whether a definition is valid at a glance, as {@link withoutPlainEntries} returned it. */
export function isPlainDefinition(rest: unknown): boolean {
  return (
    isObject(rest) &&
    ["name", "version", "scopes"].every((member) => Object.hasOwn(rest, member)) &&
    hasPlainMembers(rest, DEFINITION)
  );
}

/**
 * Returns a definition without the scopes, tools and endpoints that are valid at a glance, for the schema: what it finds in the rest
 * is what it finds in the whole. Each entry is checked apart from the others.
 *
 * @param data - a copy whose objects have no prototype, and whose lists have no holes
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
  checks: EntryChecks,
): Record<string, unknown> {
  const others = withoutPrototype<Record<string, unknown>>({});
  for (const key of Object.keys(entries)) {
    const entry = entries[key];
    if (!isPlainEntry(entry, checks)) others[key] = entry;
  }
  return others;
}

function isPlainEntry(entry: unknown, { text, members }: EntryChecks): boolean {
  return isObject(entry) ? hasPlainMembers(entry, members) : text(entry);
}

function hasPlainMembers(object: Readonly<Record<string, unknown>>, checks: Checks): boolean {
  for (const member of Object.keys(object))
    if (checks.get(member)?.(object[member]) !== true) return false;
  return true;
}
