import { anyText } from "./any-value.js";
import { placeholderName } from "./placeholder.js";
import { badCharReason, badScopeChar } from "./scope-token.js";
import { isScopeVerb } from "./verbs.js";
/** The layout of each form; `uri` has two. No scope-token contains a space, so a flat one is a single segment. */
const LAYOUTS = {
    url: { lead: "", first: "://", rest: "/", words: "." },
    urn: { lead: "", first: ":", rest: ":", words: ":" },
    path: { lead: "/", first: "/", rest: "/", words: "." },
    colon: { lead: "", first: ":", rest: ":", words: ":" },
    dot: { lead: "", first: ".", rest: ".", words: "." },
    flat: { lead: "", first: " ", rest: " ", words: " " },
};
// `urn:` takes precedence over `://`: no text matches both rows, so segments can be joined without the original text.
function layoutOf(form, isUrn) {
    if (form !== "uri")
        return LAYOUTS[form];
    return isUrn ? LAYOUTS.urn : LAYOUTS.url;
}
/** Returns the form of a scope-token. For any other text the result is meaningless. */
export function scopeForm(text) {
    if (text.startsWith("urn:") || text.includes("://"))
        return "uri";
    if (text.startsWith("/"))
        return "path";
    if (text.includes(":"))
        return "colon";
    return text.includes(".") ? "dot" : "flat";
}
/** Returns the segments of a scope-token of a known form, as written: placeholders are not printed as `{name}`. */
export function splitSegments(form, text) {
    const { lead, first, rest } = layoutOf(form, text.startsWith("urn:"));
    const body = text.slice(lead.length);
    if (first === rest)
        return body.split(rest);
    const end = body.indexOf(first);
    return [body.slice(0, end), ...body.slice(end + first.length).split(rest)];
}
/** Joins segments with the separators of their form. */
export function joinSegments(form, segments) {
    const { lead, first, rest } = layoutOf(form, segments[0] === "urn");
    if (first === rest)
        return lead + segments.join(rest);
    return [segments[0], segments.slice(1).join(rest)].join(first);
}
/** Returns whether a scope-token has a placeholder. Such a token is a template, and in an access token it grants nothing. */
export function hasPlaceholder(text) {
    if (!text.includes("{") && !text.includes("<"))
        return false;
    return splitSegments(scopeForm(text), text).some((segment) => placeholderName(segment) !== undefined);
}
/** Returns the index of the first `{`, `}`, `<` or `>` of a scope-token that is not part of a placeholder, or -1. */
export function strayBracket(text) {
    if (!/[{}<>]/.test(text))
        return -1;
    const form = scopeForm(text);
    const { lead, first, rest } = layoutOf(form, text.startsWith("urn:"));
    let start = lead.length;
    for (const [number, segment] of splitSegments(form, text).entries()) {
        const offset = placeholderName(segment) === undefined ? segment.search(/[{}<>]/) : -1;
        if (offset !== -1)
            return start + offset;
        start += segment.length + (number === 0 ? first : rest).length;
    }
    return -1;
}
/** Returns the resource and the action that the words of a scope-token name. See {@link parseScopeToken}. */
function actionOf({ rest, words: separator }, segments) {
    const inLast = rest !== separator;
    const source = inLast ? (segments.findLast(isWordSegment) ?? "").split(separator) : segments;
    const words = source.filter((word) => word !== "");
    const action = words.findLast(isScopeVerb);
    if (action === undefined || words.length < 2)
        return { resource: null, action: null };
    const others = words.toSpliced(words.lastIndexOf(action), 1);
    return { resource: others.join(separator), action };
}
function isWordSegment(segment) {
    return segment !== "" && placeholderName(segment) === undefined;
}
function fault(index, reason) {
    return { ok: false, index, reason };
}
export function parseScopeToken(text) {
    if (typeof text !== "string")
        return fault(0, "a scope-token must be a string");
    if (text === "")
        return fault(0, "a scope-token must have at least one character");
    const bad = badScopeChar(text);
    if (bad !== -1)
        return fault(bad, badCharReason(text, bad));
    const form = scopeForm(text);
    const params = [];
    const segments = splitSegments(form, text).map((segment) => {
        const name = placeholderName(segment);
        if (name === undefined)
            return segment;
        params.push(name);
        return `{${name}}`;
    });
    const words = actionOf(layoutOf(form, text.startsWith("urn:")), segments);
    const token = { form, text: joinSegments(form, segments), segments, ...words, params };
    return { ok: true, token };
}
/** Returns a scope with its placeholders printed as `{name}`, whatever their spelling; for any other value, its text. */
export function printedScope(value) {
    if (typeof value === "string" && !value.includes("<"))
        return value;
    const text = anyText(value);
    const result = parseScopeToken(text);
    return result.ok ? result.token.text : text;
}
/**
 * Returns the text of a parsed scope-token by joining its segments with the separators of its form. For a result of
 * {@link parseScopeToken}, this is its `text`.
 *
 * @example
 * ```ts
 * import { formatScopeToken, parseScopeToken } from "scope-policy";
 *
 * formatScopeToken(parseScopeToken("/accounts/<accountID>/").token); // "/accounts/{accountID}/"
 * ```
 */
export function formatScopeToken(token) {
    return joinSegments(token.form, token.segments);
}
