import type { ConsentFacts } from "../consent/model.js";
import {
  type GrantOwner,
  grantById,
  grantIdOfRequest,
  grantOf,
  grantsOf,
  refusalsOf,
} from "./grant-queries.js";
import type { StoredGrant } from "./grant-row.js";
import { isIdentifier, requireIdentifier } from "./options.js";
import { receiptsOf, type StoredReceipt } from "./receipts.js";
import { type GrantRecord, recordGrant } from "./record-grant.js";
import type { RevocationReceipt } from "./revocation-receipt.js";
import { checkRevokeOptions, type RevokeOptions, revokeGrant } from "./revoke-grant.js";
import type { StoreContext } from "./store-context.js";

/** The facts of a consent that the store knows. Spread them into the facts of `consentScreen` and `resolveConsent`. */
export type StoredConsentFacts = Pick<
  ConsentFacts,
  "used" | "granted" | "grantedBoundaries" | "grantedPolicyVersion" | "refused"
>;

/** The grants of a store. Each method rejects if the database fails. */
export interface GrantStore {
  /**
   * Records the consent of a user, and what the user refused, in one transaction. Returns the identifier of the grant, for the claim
   * `grant_id` of its tokens.
   *
   * A user has one grant for each client. A later consent widens it. If the consent takes something away, the grant gets a new
   * identifier, and the tokens of the old one are revoked. The second answer to one authorization request (`receipt.id`) changes nothing
   * and returns the identifier of the first one. Issue tokens for the scope of `get(grantId)`, and none if that is `undefined`.
   *
   * If access was revoked within the same second, the promise waits for the next second, so that the new tokens are not among
   * the revoked ones.
   *
   * @throws {@link index!PolicyError} `ERR_POLICY_UNKNOWN`; `ERR_OPTIONS_INVALID` for an outcome that grants nothing, and for one of another user,
   * client or policy
   */
  record(record: GrantRecord): Promise<string>;
  /** Returns the grants of a user that are in force, newest consent first. `connectedApp` takes each of them. */
  list(sub: string): Promise<readonly StoredGrant[]>;
  /** Returns a grant; `undefined` if the identifier is unknown or the grant is not in force any more. */
  get(grantId: string): Promise<StoredGrant | undefined>;
  /**
   * Revokes a grant in the order of `REVOCATION_STEPS`: codes and refresh tokens by `endTokens`, then in one transaction the access
   * tokens, the grant and the refusals. The next consent of the client starts from nothing. Returns a receipt; the same one if the grant was
   * revoked before, and `undefined` if the identifier is unknown or belongs to another user than `sub`.
   *
   * If `endTokens` fails, the grant is revoked all the same and the promise rejects with that error: call it again.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` without `by`, and for a `sub` that is given and is not an identifier, such as `undefined`
   */
  revoke(grantId: string, options: RevokeOptions): Promise<RevocationReceipt | undefined>;
  /** Returns the receipts of a grant, oldest first, also of a grant that is not in force any more. */
  receipts(grantId: string): Promise<readonly StoredReceipt[]>;
  /**
   * Returns what the store knows for the consent facts of a request.
   *
   * @param request - the user, the client, and the `id` of the facts, without which `used` is `false`
   */
  consentFacts(request: {
    readonly sub: string;
    readonly client_id: string;
    readonly id?: string;
  }): Promise<StoredConsentFacts>;
}

/** Creates the grants of a store. */
export function createGrants(store: StoreContext): GrantStore {
  const { database } = store;
  return {
    record: (record) => recordGrant(store, record),
    list: async (sub) =>
      canExist(sub) ? database.read((connection) => grantsOf(connection, sub)) : [],
    get: async (grantId) =>
      canExist(grantId) ? database.read((connection) => grantById(connection, grantId)) : undefined,
    revoke: async (grantId, options) => {
      const checked = checkRevokeOptions(options);
      return canExist(grantId) ? revokeGrant(store, grantId, checked) : undefined;
    },
    receipts: async (grantId) =>
      canExist(grantId) ? database.read((connection) => receiptsOf(connection, grantId)) : [],
    consentFacts: (request) => readFacts(store, request),
  };
}

/**
 * Returns whether a row can have this identifier. Others never reach the database: a form or a JSON body can have any value, PostgreSQL
 * rejects some texts, and libSQL ends the process for a value that is not of its types.
 */
function canExist(id: unknown): boolean {
  return isIdentifier(id) === undefined;
}

async function readFacts(
  { database }: StoreContext,
  { sub, client_id, id }: GrantOwner & { readonly id?: string },
): Promise<StoredConsentFacts> {
  const owner = {
    sub: requireIdentifier("sub", sub),
    client_id: requireIdentifier("client_id", client_id),
  };
  const requestId = id === undefined ? null : requireIdentifier("id", id);
  return database.read(async (connection) => {
    const grant = await grantOf(connection, owner);
    return {
      used: (await grantIdOfRequest(connection, requestId, owner)) !== undefined,
      ...(grant !== undefined && {
        granted: grant.scope,
        grantedBoundaries: grant.boundaries,
        grantedPolicyVersion: grant.policyVersion,
      }),
      refused: await refusalsOf(connection, owner),
    };
  });
}
