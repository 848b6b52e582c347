/** Returns whether a UTF-16 unit is an NQCHAR: %x21 / %x23-5B / %x5D-7E. */
export function isScopeChar(unit) {
    return unit > 0x20 && unit < 0x7f && unit !== 0x22 && unit !== 0x5c;
}
/** Returns the index of the first UTF-16 unit outside NQCHAR, or -1: also for the empty text, which is not a scope-token. */
export function badScopeChar(text) {
    for (let index = 0; index < text.length; index += 1) {
        if (!isScopeChar(text.charCodeAt(index)))
            return index;
    }
    return -1;
}
/** Returns why the character at an index is invalid in a scope-token. A character that does not print is named by its number. */
export function badCharReason(text, index) {
    const unit = text.charCodeAt(index);
    if (unit === 0x20)
        return "a scope-token cannot contain a space";
    const shown = unit > 0x20 && unit < 0x7f
        ? text.charAt(index)
        : `U+${unit.toString(16).toUpperCase().padStart(4, "0")}`;
    return `a scope-token cannot contain \`${shown}\``;
}
/**
 * Returns whether a value is one scope-token: a string of one or more printable ASCII characters without space, `"` and `\`.
 * Case-sensitive. The length is not limited. Never throws.
 *
 * The result does not mean that a policy declares the scope.
 *
 * {@link https://www.rfc-editor.org/rfc/rfc6749.html#section-3.3 RFC 6749, section 3.3}
 *
 * @example
 * ```ts
 * import { isScopeToken } from "scope-policy";
 *
 * isScopeToken("courses:read"); // true
 * isScopeToken("courses:read courses:write"); // false: two scope-tokens
 * ```
 */
export function isScopeToken(value) {
    return typeof value === "string" && value !== "" && badScopeChar(value) === -1;
}
