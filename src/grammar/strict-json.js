import { PLAIN_SCAN, scanJson } from "./json-scan.js";
/** The one member of the runtime that reading bytes needs, by shape: the core uses no DOM types. */
const runtime = globalThis;
/** `ignoreBOM` keeps a byte order mark in the text, where it is not JSON (RFC 8259, section 8.1). */
const decoder = new runtime.TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/**
 * Parses bytes that every reader must read alike: valid UTF-8 without a byte order mark, one JSON text, no repeated key in any
 * object. Returns `undefined` for all else. Never throws.
 */
export function readStrictJson(bytes, limits = {}) {
    try {
        const text = decoder.decode(bytes);
        const value = JSON.parse(text);
        const fault = scanJson(text, { ...PLAIN_SCAN, ...limits, onRepeatedKey: () => false });
        return fault === undefined ? value : undefined;
    }
    catch {
        return undefined;
    }
}
