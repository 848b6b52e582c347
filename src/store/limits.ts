/** Milliseconds for which a write waits for those of other processes, and after which the database ends a transaction that stopped. */
export const MAX_LOCK_WAIT = 10_000;

/** Maximum number of bytes of an identifier in UTF-8: of a user, a client, an issuer or whoever revokes. An index has no room for more. */
export const MAX_IDENTIFIER_BYTES = 1_024;

/** Maximum number of bytes of the id of an authorization request in UTF-8. */
export const MAX_REQUEST_ID_BYTES = 255;

/** Seconds for which the store remembers that an authorization request was answered. */
export const MAX_REQUEST_AGE = 7 * 24 * 3_600;

/** Maximum number of characters that the store keeps of one text that a client registered. */
export const MAX_CLIENT_TEXT = 2_048;

/**
 * Maximum number of rules about revoked tokens in the memory of a process, some 400 bytes each. Beyond it, the older half becomes one
 * rule: every token that was issued before the last of them counts as revoked.
 */
export const MAX_REVOKED = 1_000_000;

/** Seconds by which the clocks of machines may differ before one deletes a revocation that another still needs. */
export const MAX_CLOCK_SKEW = 3_600;

/** Maximum number of reads of the feed that wait for the database at once, so that a database that hangs leaves connections for others. */
export const MAX_FEED_READS = 3;

/** Maximum number of audit events that one transaction writes. */
export const MAX_BATCH_EVENTS = 500;

/** Maximum number of audit events that wait in memory for the database. */
export const MAX_QUEUED_EVENTS = 10_000;

/** Maximum number of characters of all audit events that wait in memory for the database. */
export const MAX_QUEUED_TEXT = 16_777_216;

/** Number of times that an audit event may fail alone while others are written, after which it is dropped. */
export const MAX_EVENT_FAILURES = 3;

/** Maximum number of events of one page of the audit log. */
export const MAX_PAGE_EVENTS = 1_000;

/** Maximum number of last uses of grants that wait in memory for the database. */
export const MAX_PENDING_USES = 50_000;
