import { escapeInvisible, replaceInvisible } from "../grammar/shown-text.js";
const MAX_NAME_LENGTH = 80;
const MAX_LOG_LENGTH = 200;
/** More combining marks on one letter than any script uses. Browsers draw a stack of them over the neighbouring lines. */
const EXCESS_MARKS = /([\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]+/gu;
/**
 * Returns a text of another party as one line for display: normalised to NFKC, without invisible characters, with single spaces,
 * cut after `most` characters. Returns `undefined` for a value that is not a string and for a text of which nothing is left.
 */
export function cleanClientText(text, maxLength = MAX_NAME_LENGTH) {
    if (typeof text !== "string")
        return undefined;
    const line = text
        .slice(0, 16 * maxLength)
        .normalize("NFKC")
        .replaceAll(/\s/g, " ");
    const clean = replaceInvisible(line, "")
        .replaceAll(EXCESS_MARKS, "$1")
        .replaceAll(/ {2,}/g, " ")
        .trim();
    if (clean === "")
        return undefined;
    const letters = [...clean];
    return letters.length > maxLength
        ? `${letters
            .slice(0, maxLength - 1)
            .join("")
            .trimEnd()}…`
        : clean;
}
/** Returns a text for a log: one line, with invisible characters written as escapes, cut after 200 characters. */
export function forLog(text) {
    const shown = typeof text === "string" ? text : `(${typeof text})`;
    return escapeInvisible(shown.slice(0, MAX_LOG_LENGTH));
}
