/** The version of an HTTP request that does not name one (MCP 2025-11-25, basic/transports). */
export const ASSUMED_VERSION = "2025-03-26";

/** The first version without sessions and handshake: each message names its version. */
const STATELESS_VERSION = "2026-07-28";

/** The last version with batches (MCP 2025-06-18, changelog). */
const LAST_BATCH_VERSION = "2025-03-26";

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Returns whether a value has the format of a version. Only such texts can be ordered. */
export function isDate(version: unknown): version is string {
  return typeof version === "string" && DATE.test(version);
}

/** Returns whether a version has no sessions. For a draft or an unknown version it returns `false`: the SDK responds to these. */
export function isModern(version: unknown): boolean {
  return isDate(version) && version >= STATELESS_VERSION;
}

/** Returns whether a version has batches. */
export function hasBatches(version: string): boolean {
  return isDate(version) && version <= LAST_BATCH_VERSION;
}
