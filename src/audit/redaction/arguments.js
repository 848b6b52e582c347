import { cleanName, redactName } from "./clean-text.js";
import { canonicalJson } from "./digest.js";
import { redactPairs } from "./name-value-pairs.js";
import { copyPlain, findOwn, isList, lengthOf, namesOf, typeNameOf, } from "./plain-copy.js";
import { isSecretName } from "./secret-names.js";
const MAX_ARGUMENTS = 64;
const MAX_NAME = 128;
const BUDGET = { entries: 256, text: 8_192 };
/**
 * Creates an {@link ArgumentWriter}. It writes the name and type of every argument, and the value or digest of those that are
 * declared and not secret.
 */
export function createArgumentWriter(secretNames, digest) {
    const describe = async (holder, name, { show, hash }, budget) => {
        const found = findOwn(holder, name);
        const clean = cleanName(name, MAX_NAME);
        const secret = isSecretName(clean, secretNames);
        const known = { name: redactName(clean), ...typeOf(found, secret) };
        if (!show.has(name) && !hash.has(name))
            return known;
        if (secret)
            return { ...known, withheld: "secret" };
        if (found === "unreadable")
            return { ...known, withheld: "unreadable" };
        // an argument that is declared as both is not shown
        if (!hash.has(name)) {
            const copy = copyPlain(found.value, budget, secretNames);
            return { ...known, value: redactPairs(copy, secretNames) };
        }
        const canonical = canonicalJson(found.value);
        if (typeof canonical === "string")
            return { ...known, withheld: canonical };
        return { ...known, digest: await digest(canonical.text) };
    };
    return async (given, disclosure) => {
        if (given === undefined || given === null)
            return { arguments: [] };
        const names = typeof given === "object" && !isList(given) ? namesOf(given) : undefined;
        if (names === undefined)
            return { arguments: [{ name: "", ...typeOf({ value: given }, false) }] };
        const budget = { ...BUDGET };
        // every argument is read before the first await, since the handler may change them
        const written = names
            .slice(0, MAX_ARGUMENTS)
            .map((name) => describe(given, name, disclosure, budget));
        const leftOut = names.length - written.length;
        return {
            arguments: await Promise.all(written),
            ...(leftOut > 0 && { argumentsLeftOut: leftOut }),
        };
    };
}
function typeOf(found, secret) {
    if (found === "unreadable")
        return { type: found };
    const { value } = found;
    const type = typeNameOf(value);
    if (secret)
        return { type };
    if (typeof value === "string")
        return { type, size: value.length };
    return isList(value) ? { type, size: lengthOf(value) } : { type };
}
