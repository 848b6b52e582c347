import { isCardNumber } from "./audit-cards.js";
import type { AuditArgument, AuditValue } from "./audit-event.js";
import { isSecretName } from "./audit-names.js";
import { REDACTED } from "./audit-shapes.js";
import { cleanName, cleanText, redactAnything } from "./audit-text.js";

/** How much of the arguments of one call is written down; it is used up. */
export interface Budget {
  /** Members of lists and objects, at any depth. */
  entries: number;
  /** Characters of texts. */
  text: number;
}

/** A value as it is found on an object of somebody else's, or the news that it cannot be had without running code. */
export type Found = { readonly value: unknown } | "unreadable";

const MOST_DEPTH = 6;
const MOST_TEXT = 1_024;
const MOST_NAME = 128;
/** Beyond this a number is not worth the time that it takes to print it. */
const MOST_BIGINT = 2n ** 128n;

/** What stands for what JSON cannot say, or for what there is no room for. */
const MARKS = { cut: "[cut]", circular: "[circular]", unreadable: "[unreadable]" } as const;

/** An own property, without running a getter; a proxy that throws has none. */
export function findOwn(holder: object, name: string): Found {
  try {
    const property = Object.getOwnPropertyDescriptor(holder, name);
    const hasValue = property !== undefined && Object.hasOwn(property, "value");
    return hasValue ? { value: property.value } : "unreadable";
  } catch {
    return "unreadable";
  }
}

/** The names of an object's own enumerable members; `undefined` for what throws when it is looked at. */
export function namesOf(holder: object): readonly string[] | undefined {
  try {
    return Object.keys(holder);
  } catch {
    return undefined;
  }
}

/** Whether it is a list; a proxy that was revoked is none. */
export function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** How long a list says it is. */
export function lengthOf(list: readonly unknown[]): number {
  const found = findOwn(list, "length");
  return found === "unreadable" ? 0 : (found.value as number);
}

/** The kind of a value, in the words of JSON. */
export function kindOf(value: unknown): AuditArgument["type"] {
  if (value === null) return "null";
  return isList(value) ? "array" : typeof value;
}

/** What a copy needs at each value. */
interface Copying {
  readonly budget: Budget;
  /** The patterns of the names of secrets. */
  readonly secrets: readonly RegExp[];
  /** The lists and objects around the value. */
  readonly above: readonly object[];
}

/**
 * Returns a copy as plain JSON data, of bounded size and depth, with clean text and clean names. Secrets are redacted by the
 * names of members and by their shapes, at any depth. Runs no code of the value except the traps of a proxy, and never throws.
 */
export function copyPlain(
  value: unknown,
  budget: Budget,
  secrets: readonly RegExp[] = [],
): AuditValue {
  return copyValue(value, { budget, secrets, above: [] });
}

function copyValue(value: unknown, copying: Copying): AuditValue {
  const { budget, above } = copying;
  if (typeof value === "string") return copyText(value, budget);
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value === "number") return copyNumber(value);
  if (typeof value === "bigint")
    return value < MOST_BIGINT && value > -MOST_BIGINT ? redactAnything(String(value)) : MARKS.cut;
  if (typeof value !== "object") return `[${typeof value}]`;
  if (above.includes(value)) return MARKS.circular;
  if (above.length === MOST_DEPTH) return MARKS.cut;
  const inner = { ...copying, above: [...above, value] };
  return isList(value) ? copyList(value, inner) : copyObject(value, inner);
}

function copyNumber(value: number): AuditValue {
  if (!Number.isFinite(value)) return String(value);
  return isCardNumber(String(value)) ? REDACTED : value;
}

function isUsedUp({ entries, text }: Budget): boolean {
  return entries <= 0 || text <= 0;
}

function copyText(text: string, budget: Budget): string {
  const most = Math.min(MOST_TEXT, Math.max(0, budget.text));
  budget.text -= text.length;
  return redactAnything(cleanText(text, most));
}

function copyFound(found: Found, copying: Copying): AuditValue {
  copying.budget.entries -= 1;
  return found === "unreadable" ? MARKS.unreadable : copyValue(found.value, copying);
}

function copyList(list: readonly unknown[], copying: Copying): AuditValue {
  const length = lengthOf(list);
  const copy: AuditValue[] = [];
  for (let at = 0; at < length; at += 1) {
    if (isUsedUp(copying.budget)) return [...copy, MARKS.cut];
    copy.push(copyFound(findOwn(list, String(at)), copying));
  }
  return copy;
}

function copyObject(holder: object, copying: Copying): AuditValue {
  const { budget, secrets } = copying;
  const names = namesOf(holder);
  if (names === undefined) return MARKS.unreadable;
  const copy = new Map<string, AuditValue>();
  for (const name of names) {
    if (isUsedUp(budget)) {
      copy.set(MARKS.cut, true);
      break;
    }
    budget.text -= name.length;
    const safe = safeName(name);
    // a secret uses up the budget as well: what else is copied does not depend on what is redacted
    const member = copyFound(findOwn(holder, name), copying);
    copy.set(freeName(copy, safe), isSecretName(safe, secrets) ? REDACTED : member);
  }
  return Object.fromEntries(copy);
}

/** Returns a name that a client sent without the credentials in it. */
function safeName(name: string): string {
  return redactAnything(cleanName(name, MOST_NAME));
}

/** Two names may have become one: neither value is lost. `__proto__` would not be a member of a later copy. */
function freeName(taken: ReadonlyMap<string, unknown>, name: string): string {
  let free = name === "__proto__" ? "[__proto__]" : name;
  for (let more = 2; taken.has(free); more += 1) free = `${name} (${more})`;
  return free;
}
