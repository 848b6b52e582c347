import { REDACTED } from "./audit-shapes.js";

/** A UUID as a whole, which can hold groups that look like a card, or groups of digits with a space or a dash between two. */
const GROUPS =
  /(?<![A-Za-z0-9.])(?:(?<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|\d(?:[ -]?\d){12,})(?!\w)/gi;
const FEWEST = 13;
const MOST = 19;

/** Takes out the numbers of payment cards, with or without spaces and dashes. */
export function redactCards(text: string): string {
  return text.replaceAll(GROUPS, (digits, uuid: string | undefined) => {
    if (uuid !== undefined) return uuid;
    const groups = digits.split(/(?<=[ -])/);
    let clean = "";
    for (let at = 0; at < groups.length; at += 1) {
      const last = lastOfCard(groups, at);
      clean +=
        last === undefined ? groups[at] : REDACTED + (groups[last] as string).replace(/\d+/, "");
      at = last ?? at;
    }
    return clean;
  });
}

/** Returns the index of the last group of a card number that begins with a group. */
function lastOfCard(groups: readonly string[], from: number): number | undefined {
  let number = "";
  for (let at = from; at < groups.length && number.length < MOST; at += 1) {
    number += (groups[at] as string).replace(/[ -]/, "");
    if (isCardNumber(number)) return at;
  }
  return undefined;
}

/** Returns whether a text of digits is the number of a card: 13 to 19 digits, a range of card issuers, and the check digit of Luhn. */
export function isCardNumber(digits: string): boolean {
  const { length } = digits;
  if (length < FEWEST || length > MOST || !/^(?:[3-6]|2[2-7])/.test(digits)) return false;
  // only Visa has had numbers of 13 digits; identifiers often have as many
  if (length === FEWEST && !digits.startsWith("4")) return false;
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const doubled = Number(digit) * (at % 2 === 0 ? 1 : 2);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
