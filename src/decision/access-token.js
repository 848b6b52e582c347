/** Returns an own property of any value; `undefined` if the value does not have it, or if reading it throws. */
export function readOwn(value, key) {
    if (typeof value !== "object" || value === null)
        return undefined;
    try {
        return Object.hasOwn(value, key) ? value[key] : undefined;
    }
    catch {
        return undefined; // a getter or a proxy that throws: an unreadable property counts as missing
    }
}
