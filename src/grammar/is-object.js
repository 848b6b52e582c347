/** Returns whether a value is an object with named members: not `null`, not a list. */
export function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
