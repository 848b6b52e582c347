/** What a character of a pattern is in a regular expression, where it is not itself. */
const SOURCES = new Map([
    ["*", ".*"],
    ["?", "."],
]);
/**
 * Creates a matcher of a valid pattern (see `toolKeyError`) for valid tool names: `*` is any text, and `?` any character. The
 * caller must reject invalid tool names first, because both also match spaces and line breaks.
 */
export function patternMatcher(pattern) {
    const source = pattern.replaceAll(/\W/g, (character) => SOURCES.get(character) ?? `\\${character}`);
    const expression = new RegExp(`^${source}$`, "s");
    return (name) => expression.test(name);
}
