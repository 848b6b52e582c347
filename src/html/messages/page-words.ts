import type { AuditDecision } from "../../audit/audit-event.js";
import type { AuthorizationEventType } from "../../audit/authorization-event.js";

/** Texts of the page of connected apps and of the audit log. A `{name}` in a text is a placeholder for a value. */
export interface PageWords {
  /** Heading of the page of connected apps, and the link to it. */
  readonly connectedApps: string;
  /** Text below that heading. */
  readonly appsIntro: string;
  /** Text in place of a list without apps. */
  readonly noApps: string;
  /** Label of the time of the consent. */
  readonly allowedAt: string;
  /** Label of the time of the last use. */
  readonly lastUsed: string;
  /** Time of the last use, which is not exact: `{time}`. */
  readonly about: string;
  /** Text in place of a time of the last use. */
  readonly neverUsed: string;
  /** Label of the identifier of the app. */
  readonly identifier: string;
  /** Grant with offline access. */
  readonly offline: string;
  /** Grant under another version of the policy. */
  readonly older: string;
  /** Summary of the granted scopes: `{count}`, their number. */
  readonly scopes: string;
  /** Scope without effect on the tier of the account. */
  readonly dormantTier: string;
  /** Scope without effect for lack of an entitlement. */
  readonly dormantEntitlement: string;
  /** Scope that the policy does not declare any more. */
  readonly retired: string;
  /** Text of the link to the audit log of one app. */
  readonly activity: string;
  /** Summary that opens the confirmation. */
  readonly revoke: string;
  /** What revoking does: `{client}`. */
  readonly revokeWhy: string;
  /** Button that revokes. */
  readonly revokeNow: string;
  /** Text of the link back to the page that the user came from. */
  readonly back: string;
  /** Heading of the audit log, and the link to it. */
  readonly auditLog: string;
  /** Text below that heading. */
  readonly logIntro: string;
  /** Label of the choice of an app. */
  readonly filterApp: string;
  /** Choice of all apps. */
  readonly allApps: string;
  /** Label of the choice of requests. */
  readonly filterRequests: string;
  /** Choice of all requests. */
  readonly allRequests: string;
  /** Choice of the refused requests. */
  readonly onlyRefused: string;
  /** Button that applies the choices. */
  readonly filter: string;
  /** Text in place of a list without events. */
  readonly noEvents: string;
  /** Text in place of a list without events that match the choices. */
  readonly noMatches: string;
  /** Text of the link to older events. */
  readonly olderEvents: string;
  /** Text of the link to the newest events. */
  readonly newestEvents: string;
  /** Event without a client. */
  readonly unknownApp: string;
  /** Outcome of an allowed call. */
  readonly allowed: string;
  /** Outcome of a refused call. */
  readonly refused: string;
  /** Outcome of a call that went on, because the gate only reported. */
  readonly reported: string;
  /** Outcome of a request to the authorization server that was not refused. */
  readonly done: string;
  /** HTTP status that the client got: `{status}`. */
  readonly status: string;
  /** Summary of the arguments: `{count}`, their number. */
  readonly arguments: string;
  /** Text in place of a value that is not in the log. */
  readonly notKept: string;
  /** Text in place of a value that looks like a secret. */
  readonly sensitive: string;
  /** Number of further arguments: `{count}`. */
  readonly moreArguments: string;
  /** What the authorization server did, by the type of its event. */
  readonly types: Readonly<Record<AuthorizationEventType, string>>;
  /** Reasons of refused calls, by the code of the decision. */
  readonly codes: Readonly<Record<Exclude<AuditDecision["code"], "allowed">, string>>;
}
