import type { EndedGrant } from "./options.js";

/** The record of a revocation. It has what the user lost, and nothing that a later consent reads. */
export interface RevocationReceipt extends EndedGrant {
  /** Name of the client, cleaned; its identifier if it has none. */
  readonly client_name: string;
  /** Scope that was granted. */
  readonly scope: string;
  /** Time of the revocation, in seconds since 1970. Tokens that were issued in this second or before are revoked. */
  readonly revokedAt: number;
  /** Whoever revoked the grant, as the caller named them. */
  readonly by: string;
}
