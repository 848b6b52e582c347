export type {
  AuditAlternative,
  AuditArgument,
  AuditDecision,
  AuditEvent,
  AuditRequirement,
  AuditRule,
  AuditValue,
} from "./audit/audit-event.js";
export {
  type AuthorizationDetails,
  type AuthorizationEvent,
  type AuthorizationEventType,
  type AuthorizationOutcome,
  authorizationEvent,
} from "./audit/authorization-event.js";
export {
  type AuditAttributes,
  type AuditCloudEvent,
  type CloudEventAuthType,
  toCloudEvent,
  toEcs,
  toOpenTelemetryAttributes,
} from "./audit/mappers.js";
export { toOcsf } from "./audit/ocsf.js";
