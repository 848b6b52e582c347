import { cleanClientText } from "../consent/clean-text.js";
import { REVOCATION_STEPS } from "../consent/connected-app.js";
import type { Connection } from "./database.js";
import { deleteGrant, deleteRefusals, type GrantOwner, grantById } from "./grant-queries.js";
import type { StoredGrant } from "./grant-row.js";
import { type EndedGrant, isGrantId, readSeconds, requireIdentifier } from "./options.js";
import { newestGrantId, ownerOfGrant, revocationOf, writeReceipt } from "./receipts.js";
import type { RevocationReceipt } from "./revocation-receipt.js";
import { addRevocation } from "./revocations.js";
import type { StoreContext } from "./store-context.js";

/** Who revokes a grant. */
export interface RevokeOptions {
  /** Whoever revokes, for the records: the `sub` of the user, or the name of an administrator or a job. */
  readonly by: string;
  /**
   * Revokes the grant only if it belongs to this user. Give it where the identifier comes from a form. Left out: any user. `undefined`
   * is a session without a user, and rejects.
   */
  readonly sub?: string;
}

/** Deletes one kind of thing that belongs to a grant, inside the transaction. */
type Step = (
  store: StoreContext,
  connection: Connection,
  receipt: RevocationReceipt,
) => Promise<unknown>;

const isDoneByHost: Step = () => Promise.resolve();

/** What the store does at each step. The host did the first two by `endTokens`, before the transaction. */
const STEPS: Readonly<Record<(typeof REVOCATION_STEPS)[number], Step>> = {
  authorization_codes: isDoneByHost,
  refresh_tokens: isDoneByHost,
  access_tokens: revokeTokens,
  remembered_consent: (_, connection, { grantId }) => deleteGrant(connection, grantId),
  remembered_refusals: (_, connection, receipt) => deleteRefusals(connection, receipt),
};

/** Revokes the access tokens of a grant: those with its identifier, and others of the user and client up to now. */
export async function revokeTokens(
  { database, issuer }: StoreContext,
  connection: Connection,
  {
    grantId,
    sub,
    client_id,
    revokedAt,
    by,
  }: Pick<RevocationReceipt, "grantId" | "sub" | "client_id" | "revokedAt" | "by">,
): Promise<void> {
  await addRevocation(database, connection, {
    kind: "grant",
    issuer,
    grant_id: grantId,
    sub,
    client_id,
    cut_off: revokedAt,
    revoked_at: revokedAt,
    revoked_by: by,
  });
}

/** `ending`: nothing was written, because the codes and refresh tokens of the grant must be deleted first. */
type Attempt =
  | { readonly kind: "revoked"; readonly receipt: RevocationReceipt | undefined }
  | { readonly kind: "ending"; readonly grant: EndedGrant };

/**
 * Revokes a grant in the order of `REVOCATION_STEPS`. If the host cannot delete codes and refresh tokens, the grant is revoked all
 * the same, and the promise rejects with the host's error, so that the caller tries again.
 */
export async function revokeGrant(
  store: StoreContext,
  grantId: string,
  options: RevokeOptions,
): Promise<RevocationReceipt | undefined> {
  requireIdentifier("by", options?.by);
  if (Object.hasOwn(options, "sub")) requireIdentifier("sub", options.sub);
  if (!isGrantId(grantId)) return undefined;
  const ended = new Set<string>();
  const errors: unknown[] = [];
  for (;;) {
    const attempt = await store.database.write((connection) =>
      attemptRevocation(store, connection, { grantId, options, ended }),
    );
    if (attempt.kind === "revoked") {
      if (errors.length > 0) throw errors[0];
      return attempt.receipt;
    }
    await store.endTokens(attempt.grant).catch((error: unknown) => errors.push(error));
    ended.add(attempt.grant.grantId);
  }
}

async function attemptRevocation(
  store: StoreContext,
  connection: Connection,
  {
    grantId: given,
    options: { by, sub },
    ended,
  }: {
    readonly grantId: string;
    readonly options: RevokeOptions;
    readonly ended: ReadonlySet<string>;
  },
): Promise<Attempt> {
  const owner = await ownerOfGrant(connection, given);
  if (owner === undefined || (sub !== undefined && sub !== owner.sub))
    return { kind: "revoked", receipt: undefined };
  await store.database.lock(connection, { kind: "grant", key: JSON.stringify(owner) });
  const grantId = await newestGrantId(connection, given);
  if (!ended.has(grantId)) return { kind: "ending", grant: { grantId, ...owner } };
  const grant = await grantById(connection, grantId);
  if (grant === undefined)
    return { kind: "revoked", receipt: await revocationOf(connection, grantId) };
  const receipt = receiptOf(grant, owner, { by, revokedAt: readSeconds(store.now) });
  for (const step of REVOCATION_STEPS) await STEPS[step](store, connection, receipt);
  await writeReceipt(connection, {
    ...receipt,
    kind: "revoked",
    recordedAt: receipt.revokedAt,
    body: receipt,
  });
  return { kind: "revoked", receipt };
}

function receiptOf(
  { grantId, client, scope }: StoredGrant,
  { sub, client_id }: GrantOwner,
  { by, revokedAt }: Pick<RevocationReceipt, "by" | "revokedAt">,
): RevocationReceipt {
  const client_name = cleanClientText(client.client_name) ?? client_id;
  return { grantId, sub, client_id, client_name, scope: scope.join(" "), revokedAt, by };
}
