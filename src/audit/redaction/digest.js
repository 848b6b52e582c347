import { runtime } from "../../policy/runtime.js";
import { findOwn, isList, lengthOf, namesOf } from "./plain-copy.js";
const MAX_TEXT = 2 ** 21;
const MAX_ENTRIES = 100_000;
const MAX_DEPTH = 32;
/**
 * Returns the canonical JSON of a value (RFC 8785): members in the order of their names, no white space. Returns a reason instead
 * for a value that is not JSON, since two values must not share a digest, and for a value that is too large, too deep or circular.
 */
export function canonicalJson(value) {
    const writing = { pieces: [], text: MAX_TEXT, entries: MAX_ENTRIES };
    return write(writing, value, 0) ?? { text: writing.pieces.join("") };
}
function write(writing, value, depth) {
    if (typeof value === "string")
        return writeText(writing, value);
    const isPlain = value === null || typeof value === "boolean" || Number.isFinite(value);
    if (isPlain)
        return put(writing, JSON.stringify(value));
    if (typeof value !== "object" || !isData(value))
        return "unreadable";
    if (depth === MAX_DEPTH)
        return "size";
    const holder = value;
    return isList(holder) ? writeList(writing, holder, depth) : writeObject(writing, holder, depth);
}
function put(writing, text) {
    writing.text -= text.length;
    writing.pieces.push(text);
    return writing.text < 0 ? "size" : undefined;
}
/** Writes a text. A text that is too long is not escaped first, since that alone takes time. */
function writeText(writing, text) {
    return text.length > writing.text ? "size" : put(writing, JSON.stringify(text));
}
function writeMember(writing, holder, name, depth) {
    writing.entries -= 1;
    if (writing.entries < 0)
        return "size";
    const found = findOwn(holder, name);
    return found === "unreadable" ? found : write(writing, found.value, depth + 1);
}
function writeList(writing, list, depth) {
    const length = lengthOf(list);
    put(writing, "[");
    for (let at = 0; at < length; at += 1) {
        if (at > 0)
            put(writing, ",");
        const fault = writeMember(writing, list, String(at), depth);
        if (fault !== undefined)
            return fault;
    }
    return put(writing, "]");
}
function writeObject(writing, holder, depth) {
    const names = namesOf(holder);
    if (names === undefined)
        return "unreadable";
    if (names.length > writing.entries)
        return "size";
    put(writing, "{");
    for (const [at, name] of [...names].sort().entries()) {
        if (at > 0)
            put(writing, ",");
        const fault = writeText(writing, name) ?? put(writing, ":") ?? writeMember(writing, holder, name, depth);
        if (fault !== undefined)
            return fault;
    }
    return put(writing, "}");
}
/** Returns whether a value is a list or an object without a class. JSON cannot contain the private state of a class. */
export function isData(value) {
    if (isList(value))
        return true;
    try {
        const above = Object.getPrototypeOf(value);
        return above === null || Object.getPrototypeOf(above) === null;
    }
    catch {
        return false;
    }
}
/**
 * Creates the function that returns the digest of a text: HMAC with SHA-256 if there is a key, else SHA-256. Without a key, an
 * attacker finds a short value by trying every possible one.
 */
export function createDigester(key) {
    const bytes = typeof key === "string" ? new runtime.TextEncoder().encode(key) : key?.slice();
    let imported;
    return async (text) => {
        const { subtle } = runtime.crypto;
        const data = new runtime.TextEncoder().encode(text);
        if (bytes === undefined)
            return `sha256:${hex(await subtle.digest("SHA-256", data))}`;
        imported ??= subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
        return `hmac-sha256:${hex(await subtle.sign("HMAC", await imported, data))}`;
    };
}
function hex(bytes) {
    return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
