import { isCardNumber } from "./card-numbers.js";
import { cleanName, cleanText, redactClientText } from "./clean-text.js";
import { REDACTED } from "./credential-patterns.js";
import { isSecretName } from "./secret-names.js";
const MAX_DEPTH = 6;
const MAX_TEXT = 1_024;
const MAX_NAME = 128;
/** The first integer that is too large to print: printing takes time. */
const BIGINT_LIMIT = 2n ** 128n;
/** The texts that replace values that are too large, circular or unreadable. */
const MARKS = { cut: "[cut]", circular: "[circular]", unreadable: "[unreadable]" };
/** Reads an own property without running a getter. A proxy that throws is `"unreadable"`. */
export function findOwn(holder, name) {
    try {
        const property = Object.getOwnPropertyDescriptor(holder, name);
        const hasValue = property !== undefined && Object.hasOwn(property, "value");
        return hasValue ? { value: property.value } : "unreadable";
    }
    catch {
        return "unreadable";
    }
}
/** Returns the names of the own enumerable members of an object; `undefined` if reading them throws. */
export function namesOf(holder) {
    try {
        return Object.keys(holder);
    }
    catch {
        return undefined;
    }
}
/** Returns whether a value is a list; `false` for a revoked proxy. */
export function isList(value) {
    try {
        return Array.isArray(value);
    }
    catch {
        return false;
    }
}
/** Returns the length of a list without running code of the list. */
export function lengthOf(list) {
    const found = findOwn(list, "length");
    return found === "unreadable" ? 0 : found.value;
}
/** Returns the type of a value: as in JSON, or the result of `typeof` for values that JSON does not have. */
export function typeNameOf(value) {
    if (value === null)
        return "null";
    return isList(value) ? "array" : typeof value;
}
/**
 * Returns a copy as plain JSON data, of bounded size and depth, with clean text and clean names. Secrets are redacted by the
 * names of members and by their shapes, at any depth. Runs no code of the value except the traps of a proxy, and never throws.
 */
export function copyPlain(value, budget, secrets = []) {
    return copyValue(value, { budget, secrets, above: [] });
}
function copyValue(value, copying) {
    const { budget, above } = copying;
    if (typeof value === "string")
        return copyText(value, budget);
    if (typeof value === "boolean" || value === null)
        return value;
    if (typeof value === "number")
        return copyNumber(value);
    if (typeof value === "bigint")
        return value < BIGINT_LIMIT && value > -BIGINT_LIMIT
            ? redactClientText(String(value))
            : MARKS.cut;
    if (typeof value !== "object")
        return `[${typeof value}]`;
    if (above.includes(value))
        return MARKS.circular;
    if (above.length === MAX_DEPTH)
        return MARKS.cut;
    const inner = { ...copying, above: [...above, value] };
    return isList(value) ? copyList(value, inner) : copyObject(value, inner);
}
function copyNumber(value) {
    if (!Number.isFinite(value))
        return String(value);
    return isCardNumber(String(value)) ? REDACTED : value;
}
function isUsedUp({ entries, text }) {
    return entries <= 0 || text <= 0;
}
function copyText(text, budget) {
    const most = Math.min(MAX_TEXT, Math.max(0, budget.text));
    budget.text -= text.length;
    return redactClientText(cleanText(text, most));
}
function copyFound(found, copying) {
    copying.budget.entries -= 1;
    return found === "unreadable" ? MARKS.unreadable : copyValue(found.value, copying);
}
function copyList(list, copying) {
    const length = lengthOf(list);
    const copy = [];
    for (let at = 0; at < length; at += 1) {
        if (isUsedUp(copying.budget))
            return [...copy, MARKS.cut];
        copy.push(copyFound(findOwn(list, String(at)), copying));
    }
    return copy;
}
function copyObject(holder, copying) {
    const { budget, secrets } = copying;
    const names = namesOf(holder);
    if (names === undefined)
        return MARKS.unreadable;
    const copy = new Map();
    for (const name of names) {
        if (isUsedUp(budget)) {
            copy.set(MARKS.cut, true);
            break;
        }
        budget.text -= name.length;
        const safe = redactedName(name);
        // a secret uses up the budget as well: what else is copied does not depend on what is redacted
        const member = copyFound(findOwn(holder, name), copying);
        copy.set(unusedName(copy, safe), isSecretName(safe, secrets) ? REDACTED : member);
    }
    return Object.fromEntries(copy);
}
/** Returns the name of a member without the credentials that a client may have put in it. */
function redactedName(name) {
    return redactClientText(cleanName(name, MAX_NAME));
}
/**
 * Returns a name that the copy does not have yet: cleaning can make two names equal, and neither value may be lost. `__proto__`
 * is renamed, since a copy of the copy would lose it.
 */
function unusedName(taken, name) {
    let free = name === "__proto__" ? "[__proto__]" : name;
    for (let more = 2; taken.has(free); more += 1)
        free = `${name} (${more})`;
    return free;
}
