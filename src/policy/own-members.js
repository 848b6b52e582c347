import { isObject } from "../grammar/is-object.js";
/**
 * Copies the own enumerable members of an object into one without a prototype, so that no read from the copy is inherited.
 * Returns `undefined` for a list, for a value that is not an object, and for an object that cannot be read.
 */
export function ownMembers(value) {
    try {
        return isObject(value) ? withoutPrototype(value) : undefined;
    }
    catch {
        return undefined; // a getter or a proxy that throws
    }
}
/** Copies the own enumerable members of an object into one without a prototype. Throws if a getter or a proxy throws. */
export function withoutPrototype(members) {
    return Object.assign(Object.create(null), members);
}
