import type { ConsentReceipt } from "../consent/resolve.js";
import type { Connection } from "./database.js";
import type { GrantOwner } from "./grant-queries.js";
import type { RevocationReceipt } from "./revocation-receipt.js";
import { type ReceiptKind, readInteger } from "./tables.js";

/** The record of a consent or of a revocation, which outlives the grant. */
export type StoredReceipt =
  | {
      /** `widened`: the grant has more than before. `renewed`: the same. `narrowed`: something is gone, and the grant has a new identifier. */
      readonly kind: Exclude<ReceiptKind, "revoked">;
      /** Time of the record, in seconds since 1970. */
      readonly recordedAt: number;
      /** The receipt of `resolveConsent`. */
      readonly receipt: ConsentReceipt;
    }
  | {
      readonly kind: "revoked";
      readonly recordedAt: number;
      readonly receipt: RevocationReceipt;
    };

/** A receipt to write. */
interface NewReceipt extends GrantOwner {
  readonly grantId: string;
  readonly replaces?: string | undefined;
  readonly kind: ReceiptKind;
  readonly recordedAt: number;
  readonly body: ConsentReceipt | RevocationReceipt;
}

/** Adds a receipt, inside a transaction. */
export async function writeReceipt(
  connection: Connection,
  { grantId, replaces, kind, sub, client_id, recordedAt, body }: NewReceipt,
): Promise<void> {
  await connection
    .insertInto("scope_policy_receipts")
    .values({
      grant_id: grantId,
      replaces: replaces ?? null,
      kind,
      sub,
      client_id,
      recorded_at: recordedAt,
      body: JSON.stringify(body),
    })
    .execute();
}

/** Returns the receipts of a grant, oldest first. */
export async function receiptsOf(
  connection: Connection,
  grantId: string,
): Promise<readonly StoredReceipt[]> {
  const rows = await connection
    .selectFrom("scope_policy_receipts")
    .select(["kind", "recorded_at", "body"])
    .where("grant_id", "=", grantId)
    .orderBy("seq")
    .execute();
  return rows.map(
    ({ kind, recorded_at, body }) =>
      ({
        kind,
        recordedAt: readInteger(recorded_at),
        receipt: JSON.parse(body) as unknown,
      }) as StoredReceipt,
  );
}

/** Returns the record of the revocation of a grant; `undefined` if it was not revoked. */
export async function revocationOf(
  connection: Connection,
  grantId: string,
): Promise<RevocationReceipt | undefined> {
  const receipts = await receiptsOf(connection, grantId);
  return receipts.find((one) => one.kind === "revoked")?.receipt;
}

/** Returns the user and the client of a grant that is or was in force; `undefined` for an unknown identifier. */
export async function ownerOfGrant(
  connection: Connection,
  grantId: string,
): Promise<GrantOwner | undefined> {
  return connection
    .selectFrom("scope_policy_receipts")
    .select(["sub", "client_id"])
    .where("grant_id", "=", grantId)
    .limit(1)
    .executeTakeFirst();
}

/** Returns the identifier of the grant that replaced another one by narrower consents, or the same identifier. */
export async function newestGrantId(connection: Connection, grantId: string): Promise<string> {
  for (let newest = grantId; ; ) {
    const next = await connection
      .selectFrom("scope_policy_receipts")
      .select("grant_id")
      .where("replaces", "=", newest)
      .limit(1)
      .executeTakeFirst();
    if (next === undefined) return newest;
    newest = next.grant_id;
  }
}
