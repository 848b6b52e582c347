/** What a client over HTTP speaks that does not say it (MCP 2025-11-25, basic/transports). */
export const ASSUMED_VERSION = "2025-03-26";

/** The first version without sessions and handshake: its messages name it themselves. */
const STATELESS_VERSION = "2026-07-28";

/** The last version with batches (MCP 2025-06-18, changelog). */
const LAST_BATCH_VERSION = "2025-03-26";

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Whether a value is written as versions are. Only such texts have an order. */
export function isDate(version: unknown): version is string {
  return typeof version === "string" && DATE.test(version);
}

/** Whether a version is one without sessions. A draft, and what nobody knows, is taken for none: the SDK answers it. */
export function isModern(version: unknown): boolean {
  return isDate(version) && version >= STATELESS_VERSION;
}

/** Whether a version has batches. */
export function hasBatches(version: string): boolean {
  return isDate(version) && version <= LAST_BATCH_VERSION;
}
