import { PolicyError } from "../errors.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import type { ConsentClient } from "../policy/client.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { runtime } from "../policy/runtime.js";
import { clientToJson } from "./client-row.js";
import type { Connection } from "./database.js";
import { editionOf, type PolicyEdition } from "./edition.js";
import {
  deleteGrant,
  deleteRefusals,
  type GrantOwner,
  grantIdOfRequest,
  grantOf,
} from "./grant-queries.js";
import type { StoredGrant } from "./grant-row.js";
import { MAX_REQUEST_AGE } from "./limits.js";
import { type GrantedOutcome, type MergedGrant, mergeGrant } from "./merge-grant.js";
import { type EndedGrant, isRequestId, readSeconds, requireIdentifier } from "./options.js";
import { writeReceipt } from "./receipts.js";
import { isCutOff } from "./revocations.js";
import { revokeTokens } from "./revoke-grant.js";
import type { StoreContext } from "./store-context.js";

/** What `grants.record` takes. */
export interface GrantRecord {
  /** Identifier of the user who answered, as the `sub` of the tokens. */
  readonly sub: string;
  /** The client of the request: `client` of the consent facts. */
  readonly client: ConsentClient;
  /** The result of `resolveConsent`, with `ok: true`. */
  readonly outcome: GrantedOutcome;
  /** The policy that `resolveConsent` was called with. */
  readonly policy: AnyPolicy;
}

/** A record whose arguments are checked. */
interface CheckedRecord extends GrantRecord {
  readonly owner: GrantOwner;
  readonly edition: PolicyEdition;
}

/** `ending`: nothing was written, because the codes and refresh tokens of a grant must be deleted first. */
type Attempt =
  | { readonly kind: "recorded"; readonly grantId: string; readonly mustWait: boolean }
  | { readonly kind: "ending"; readonly grant: EndedGrant };

/** Records a consent in one transaction. Returns the identifier of the grant. */
export async function recordGrant(store: StoreContext, given: GrantRecord): Promise<string> {
  const record = await checkRecord(given);
  const ended = new Set<string>();
  for (;;) {
    const attempt = await store.database.write((connection) =>
      attemptRecord(store, connection, record, ended),
    );
    if (attempt.kind === "recorded") {
      if (attempt.mustWait) await nextSecond(store);
      return attempt.grantId;
    }
    await store.endTokens(attempt.grant);
    ended.add(attempt.grant.grantId);
  }
}

/** Checks that the arguments belong together: a grant must not get the consent of another user, client or policy. */
async function checkRecord(given: GrantRecord): Promise<CheckedRecord> {
  const { sub, client, outcome, policy } = given;
  const compiled = compiledPolicyOf(policy);
  const owner = {
    sub: requireIdentifier("sub", sub),
    client_id: requireIdentifier("client.client_id", client?.client_id),
  };
  const receipt = outcome?.ok ? outcome.receipt : undefined;
  if (receipt === undefined)
    fail("outcome", "expected a result of `resolveConsent` with `ok: true`");
  const { name, version } = compiled.definition;
  if (receipt.client_id !== owner.client_id) fail("client", "the outcome is for another client");
  if (receipt.sub !== null && receipt.sub !== sub) fail("sub", "the outcome is for another user");
  if (receipt.policy.name !== name || receipt.policy.version !== version)
    fail("policy", "the outcome is for another policy or version");
  const idFault = receipt.id === null ? undefined : isRequestId(receipt.id);
  if (idFault !== undefined) fail("outcome.receipt.id", idFault);
  return { ...given, owner, edition: await editionOf(compiled) };
}

function fail(name: string, message: string): never {
  throw new PolicyError("ERR_OPTIONS_INVALID", `\`${name}\`: ${message}`);
}

async function attemptRecord(
  store: StoreContext,
  connection: Connection,
  record: CheckedRecord,
  ended: ReadonlySet<string>,
): Promise<Attempt> {
  const { owner, outcome, edition } = record;
  await store.database.lock(connection, { kind: "grant", key: JSON.stringify(owner) });
  const answered = await grantIdOfRequest(connection, outcome.receipt.id, owner);
  if (answered !== undefined) return { kind: "recorded", grantId: answered, mustWait: false };
  const before = await grantOf(connection, owner);
  const merged = mergeGrant(before, outcome, edition);
  const isNarrower = before !== undefined && merged.kind === "narrowed";
  if (isNarrower && !ended.has(before.grantId))
    return { kind: "ending", grant: { grantId: before.grantId, ...owner } };
  const now = readSeconds(store.now);
  // tokens with more than the grant has keep the old identifier, which is revoked
  const grantId = before === undefined || isNarrower ? runtime.crypto.randomUUID() : before.grantId;
  await writeClient(connection, record.client, now);
  await writeGrant(store, connection, { grantId, before, merged, record, now });
  await writeRefusals(connection, record);
  await writeRequest(connection, record, grantId, now);
  if (isNarrower) {
    const { grantId: old } = before;
    await revokeTokens(store, connection, {
      ...owner,
      grantId: old,
      revokedAt: now,
      by: owner.sub,
    });
  }
  return { kind: "recorded", grantId, mustWait: await isCutOff(connection, owner, now) };
}

async function writeClient(
  connection: Connection,
  client: ConsentClient,
  now: number,
): Promise<void> {
  const values = { details: clientToJson(client), updated_at: now };
  await connection
    .insertInto("scope_policy_clients")
    .values({ client_id: client.client_id, ...values })
    .onConflict((conflict) => conflict.column("client_id").doUpdateSet(values))
    .execute();
}

interface GrantChange {
  readonly grantId: string;
  readonly before: StoredGrant | undefined;
  readonly merged: MergedGrant;
  readonly record: CheckedRecord;
  readonly now: number;
}

async function writeGrant(
  store: StoreContext,
  connection: Connection,
  { grantId, before, merged, record, now }: GrantChange,
): Promise<void> {
  const isReplaced = before !== undefined && before.grantId !== grantId;
  if (isReplaced) await deleteGrant(connection, before.grantId);
  const { owner, outcome } = record;
  const values = {
    scope: merged.scope.join(" "),
    boundaries: JSON.stringify(merged.boundaries),
    texts: JSON.stringify(merged.texts),
    policy_name: merged.policy.name,
    policy_version: merged.policy.version,
    policy_digest: merged.policy.digest,
    updated_at: now,
  };
  await connection
    .insertInto("scope_policy_grants")
    .values({
      grant_id: grantId,
      issuer: store.issuer,
      ...owner,
      ...values,
      authorized_at: before?.authorizedAt ?? now,
    })
    .onConflict((conflict) => conflict.column("grant_id").doUpdateSet(values))
    .execute();
  await writeReceipt(connection, {
    grantId,
    replaces: isReplaced ? before.grantId : undefined,
    kind: merged.kind,
    ...owner,
    recordedAt: now,
    body: outcome.receipt,
  });
}

/** Puts the refusals of an outcome in the place of the earlier ones. */
async function writeRefusals(
  connection: Connection,
  { owner, outcome }: CheckedRecord,
): Promise<void> {
  await deleteRefusals(connection, owner);
  if (outcome.refused.length === 0) return;
  const rows = outcome.refused.map(({ scope, until }, position) => ({
    ...owner,
    position,
    scope,
    until: until === undefined ? null : Math.floor(until),
  }));
  await connection.insertInto("scope_policy_refusals").values(rows).execute();
}

/** Remembers that an authorization request is answered, and forgets the requests of long ago. */
async function writeRequest(
  connection: Connection,
  { owner, outcome }: CheckedRecord,
  grantId: string,
  now: number,
): Promise<void> {
  await connection
    .deleteFrom("scope_policy_requests")
    .where("used_at", "<", now - MAX_REQUEST_AGE)
    .execute();
  const { id } = outcome.receipt;
  if (id === null) return;
  await connection
    .insertInto("scope_policy_requests")
    .values({ request_id: id, ...owner, grant_id: grantId, used_at: now })
    .execute();
}

/**
 * Waits for the next second of the issuer's clock, at most one. A token that is issued in the second of a revocation counts as
 * revoked, so a client that is granted access again in that second would get a token that does not work.
 */
async function nextSecond({ now }: StoreContext): Promise<void> {
  const time = now === undefined ? Date.now() / 1_000 : now();
  const pause = Math.min(Math.floor(time) + 1 - time, 1) * 1_000;
  await new Promise<void>((resolve) => runtime.setTimeout(resolve, Math.ceil(pause) + 1));
}
