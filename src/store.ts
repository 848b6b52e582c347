export type {
  AuditFilter,
  AuditLog,
  AuditPage,
  AuditPageFilter,
  AuditSubject,
  StoreAudit,
} from "./store/audit-log.js";
export type { LoggedEvent } from "./store/audit-row.js";
export { createStore, type Store } from "./store/create-store.js";
export type { AnyKysely } from "./store/dialect.js";
export type { PolicyEdition } from "./store/edition.js";
export type { GrantedScopeText, StoredGrant } from "./store/grant-row.js";
export type { GrantStore, StoredConsentFacts } from "./store/grants.js";
export type { GrantedOutcome } from "./store/merge-grant.js";
export type { EndedGrant, StoreOptions } from "./store/options.js";
export type { StoredReceipt } from "./store/receipts.js";
export type { GrantRecord } from "./store/record-grant.js";
export type { NotificationClient } from "./store/revocation-hints.js";
export type { RevocationReceipt } from "./store/revocation-receipt.js";
export type {
  CutOffFacts,
  Revocation,
  RevocationFacts,
  RevocationStore,
} from "./store/revocation-store.js";
export type { RevokeOptions } from "./store/revoke-grant.js";
export type { ReceiptKind } from "./store/tables.js";
