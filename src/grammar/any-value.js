/**
 * Returns a copy of the first items of a list, at most `most` of them. Returns `undefined` for a value that is not a list or
 * that cannot be read, such as a proxy that throws. Never throws.
 */
export function firstItems(value, most) {
    try {
        if (!Array.isArray(value))
            return undefined;
        const list = value;
        return Array.from({ length: Math.min(list.length, most) }, (_, index) => list[index]);
    }
    catch {
        return undefined;
    }
}
/** Returns the text of a primitive value, or the type of an object, whose own text can throw or be of any length. */
export function anyText(value) {
    const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
    return isObject ? `(${typeof value})` : String(value);
}
