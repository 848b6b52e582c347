import type { Selectable } from "kysely";
import type { ConnectedGrant } from "../consent/connected-app.js";
import type { ConsentClient } from "../policy/client.js";
import type { PolicyEdition } from "./edition.js";
import { readInteger, type StoreTables } from "./tables.js";

/** The texts of one granted scope that the user saw, at the consent that granted it last. */
export interface GrantedScopeText {
  readonly scope: string;
  readonly title: string;
  readonly description: string;
  /** Whether the box was checked in advance. */
  readonly prechecked: boolean;
  /** Language of the texts. */
  readonly locale: string;
  /** Time of that consent, in seconds since 1970. */
  readonly consentedAt: number;
  /** Edition of the policy at that consent. */
  readonly policy: PolicyEdition;
}

/** A grant in force. `connectedApp` takes it as it is. */
export interface StoredGrant extends ConnectedGrant {
  /** Identifier of the user. */
  readonly sub: string;
  /** The issuer of the tokens; missing if the store serves one issuer. */
  readonly iss?: string;
  /** Granted scope tokens, oldest consent first. */
  readonly scope: readonly string[];
  readonly boundaries: Readonly<Record<string, readonly string[]>>;
  /** Version of the policy at the oldest consent that still counts: a consent to one scope does not renew the others. */
  readonly policyVersion: string;
  /** Edition of the policy at that consent. */
  readonly policy: PolicyEdition;
  /** Time of the last consent, in seconds since 1970. */
  readonly updatedAt: number;
  /** The texts that were shown, one entry for each scope token. */
  readonly texts: readonly GrantedScopeText[];
}

/** A row of the query for grants, with the client and the last use. */
export type GrantRow = Selectable<StoreTables["scope_policy_grants"]> & {
  readonly details: string;
  readonly used_at: number | string | null;
};

/** Returns the grant of a row. */
export function grantOfRow(row: GrantRow): StoredGrant {
  const { policy_name: name, policy_version: version, policy_digest: digest } = row;
  return {
    grantId: row.grant_id,
    sub: row.sub,
    ...(row.issuer !== null && { iss: row.issuer }),
    client: JSON.parse(row.details) as ConsentClient,
    scope: row.scope.split(" "),
    boundaries: JSON.parse(row.boundaries) as StoredGrant["boundaries"],
    authorizedAt: readInteger(row.authorized_at),
    updatedAt: readInteger(row.updated_at),
    ...(row.used_at !== null && { lastUsedAt: readInteger(row.used_at) }),
    policyVersion: version,
    policy: { name, version, digest },
    texts: JSON.parse(row.texts) as readonly GrantedScopeText[],
  };
}
