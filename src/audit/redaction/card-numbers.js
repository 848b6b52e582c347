import { REDACTED } from "./credential-patterns.js";
/** A whole UUID, since its groups can look like a card number, or groups of digits separated by one space or dash. */
const GROUPS = /(?<![A-Za-z0-9.])(?:(?<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|\d(?:[ -]?\d){12,})(?!\w)/gi;
const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
/** Returns a text in which the numbers of payment cards are redacted, with or without spaces and dashes. */
export function redactCards(text) {
    return text.replaceAll(GROUPS, (digits, uuid) => {
        if (uuid !== undefined)
            return uuid;
        const groups = digits.split(/(?<=[ -])/);
        let clean = "";
        for (let at = 0; at < groups.length; at += 1) {
            const last = lastOfCard(groups, at);
            clean +=
                last === undefined ? groups[at] : REDACTED + groups[last].replace(/\d+/, "");
            at = last ?? at;
        }
        return clean;
    });
}
/** Returns the index of the last group of the card number that begins at a group; `undefined` if none begins there. */
function lastOfCard(groups, from) {
    let number = "";
    for (let at = from; at < groups.length && number.length < MAX_DIGITS; at += 1) {
        number += groups[at].replace(/[ -]/, "");
        if (isCardNumber(number))
            return at;
    }
    return undefined;
}
/**
 * Returns whether a text of digits is a card number: 13 to 19 digits, a prefix of a card issuer, and a valid Luhn check digit.
 */
export function isCardNumber(digits) {
    const { length } = digits;
    if (length < MIN_DIGITS || length > MAX_DIGITS || !/^(?:[3-6]|2[2-7])/.test(digits))
        return false;
    // only Visa has issued numbers of 13 digits; identifiers often have that length
    if (length === MIN_DIGITS && !digits.startsWith("4"))
        return false;
    const sum = [...digits].reverse().reduce((total, digit, at) => {
        const doubled = Number(digit) * (at % 2 === 0 ? 1 : 2);
        return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
    return sum % 10 === 0;
}
