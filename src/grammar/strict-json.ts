import { type JsonScan, PLAIN_SCAN, scanJson } from "./json-scan.js";

/** The one member of the runtime that reading bytes needs, by shape: the core uses no DOM types. */
const runtime = globalThis as unknown as {
  readonly TextDecoder: new (
    label: "utf-8",
    options: { readonly fatal: true; readonly ignoreBOM: true },
  ) => { decode(bytes: Uint8Array): string };
};

/** `ignoreBOM` keeps a byte order mark in the text, where it is not JSON (RFC 8259, section 8.1). */
const decoder = new runtime.TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Creates the scan of a reader: with its limits, and for repeated keys, which end it. */
export function strictScan(limits: Partial<Omit<JsonScan, "onRepeatedKey">>): JsonScan {
  return { ...PLAIN_SCAN, ...limits, onRepeatedKey: () => false };
}

const WITHOUT_LIMITS = strictScan({});

/**
 * Parses bytes that every reader must read alike: valid UTF-8 without a byte order mark, one JSON text, no repeated key in any
 * object. Returns `undefined` for all else. Never throws.
 *
 * @param scan - see {@link strictScan}; default: without limits
 */
export function readStrictJson(bytes: Uint8Array, scan: JsonScan = WITHOUT_LIMITS): unknown {
  try {
    const text = decoder.decode(bytes);
    const value: unknown = JSON.parse(text);
    return scanJson(text, scan) === undefined ? value : undefined;
  } catch {
    return undefined;
  }
}
