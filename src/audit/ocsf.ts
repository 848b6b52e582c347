import { checkOptions, isString, optional } from "../policy/option-checks.js";
import type { AuditEvent } from "./audit-event.js";
import { type AuthorizationEvent, isAuthorizationEvent } from "./authorization-event.js";
import { type AnyEvent, messageOf, requestLineOf, viewOf } from "./event-view.js";
import { copyOwnEvent } from "./own-event.js";

/** The number of the class API Activity: category 6, class 3. */
const CLASS = 6003;

const CHECKS = { clientAddress: optional(isString) };

interface Activity {
  readonly id: 1 | 2 | 3 | 4 | 99;
  readonly name: string;
}

/** The activity of a tool call: a tool can do anything, so it has an activity of its own. */
const CALL: Activity = { id: 99, name: "Call" };
const ACTIVITIES: ReadonlyMap<string, Activity> = new Map([
  ["POST", { id: 1, name: "Create" }],
  ["GET", { id: 2, name: "Read" }],
  ["PUT", { id: 3, name: "Update" }],
  ["PATCH", { id: 3, name: "Update" }],
  ["DELETE", { id: 4, name: "Delete" }],
]);

const AUTHORIZATIONS: Readonly<Record<AuthorizationEvent["type"], Activity>> = {
  registration: { id: 1, name: "Create" },
  consent: { id: 3, name: "Update" },
  token: { id: 1, name: "Create" },
  revocation: { id: 4, name: "Delete" },
};

/**
 * Returns an audit event as an event of the Open Cybersecurity Schema Framework 1.8: class API Activity (6003) with the profile
 * Security Control, which contains whether it was allowed. The class Authorize Session does not fit: it describes rights assigned
 * at login. Members for which the class has no attribute are in `unmapped`.
 *
 * @param options - `clientAddress`: the IP address of the caller. The class requires a source,
 * and an audit event does not contain it.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID`
 *
 * @see {@link https://schema.ocsf.io/1.8.0/classes/api_activity API Activity}
 *
 * @example
 * ```ts
 * import { type AuditEvent, toOcsf } from "scope-policy/audit";
 *
 * const line = (event: AuditEvent) => JSON.stringify(toOcsf(event));
 * ```
 */
export function toOcsf(
  event: AuditEvent | AuthorizationEvent,
  options: { readonly clientAddress?: string } = {},
) {
  const { clientAddress } = checkOptions("`toOcsf`", options, CHECKS);
  const own = copyOwnEvent(event);
  const { actor, client, policy, status, requestId } = own;
  const activity = activityOf(own);
  const { id, name, allowed, code, isOutage, isObserved } = viewOf(own);
  const edition = { name: policy.name, version: policy.version };
  return {
    metadata: {
      version: "1.8.0",
      uid: id,
      product: { name: "scope-policy", vendor_name: "scope-policy" },
      profiles: ["security_control"],
      ...(requestId !== undefined && { correlation_uid: requestId }),
    },
    time: Date.parse(own.time),
    category_uid: 6,
    category_name: "Application Activity",
    class_uid: CLASS,
    class_name: "API Activity",
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: CLASS * 100 + activity.id,
    type_name: `API Activity: ${activity.id === 99 ? "Other" : activity.name}`,
    severity_id: 1,
    severity: "Informational",
    status_id: allowed ? 1 : 2,
    status: allowed ? "Success" : "Failure",
    status_code: code,
    message: messageOf(own),
    ...(isObserved ? OBSERVED : allowed ? ALLOWED : isOutage ? FAILED : BLOCKED),
    policy: edition,
    actor: {
      user: userOf(own),
      ...(client.client_id !== undefined && { app_uid: client.client_id }),
      ...(actor.iss !== undefined && { idp: { name: actor.iss } }),
      authorizations: [{ decision: code, policy: edition }],
    },
    api: {
      operation: name === "" ? "unknown" : name,
      service: { name: policy.name },
      ...(requestId !== undefined && { request: { uid: requestId } }),
      ...(status !== undefined && { response: { code: status, ...(!allowed && { error: code }) } }),
    },
    ...(status !== undefined && { http_response: { code: status } }),
    src_endpoint:
      clientAddress === undefined ? { name: client.client_id ?? "unknown" } : { ip: clientAddress },
    unmapped: unmappedOf(own),
  };
}

const ALLOWED = { action_id: 1, action: "Allowed", disposition_id: 1, disposition: "Allowed" };
const BLOCKED = { action_id: 2, action: "Denied", disposition_id: 2, disposition: "Blocked" };
const FAILED = { action_id: 2, action: "Denied", disposition_id: 27, disposition: "Error" };
/** A call that was not allowed went on, since the gate only reports. */
const OBSERVED = { action_id: 3, action: "Observed", disposition_id: 17, disposition: "Logged" };

/** Returns the members for which the class has no attribute. */
function unmappedOf(event: AnyEvent): {
  readonly token: AuditEvent["token"];
  readonly kind?: "answered";
  readonly enforced?: false;
  readonly decision?: AuditEvent["decision"];
  readonly requirement?: AuditEvent["requirement"] | null;
  readonly arguments?: AuditEvent["arguments"];
  readonly authorization?: Pick<AuthorizationEvent, "type" | "outcome" | "grant" | "scopes">;
} {
  const { token } = event;
  if (isAuthorizationEvent(event)) {
    const { type, outcome, grant, scopes } = event;
    return { token, authorization: { type, outcome, grant, scopes } };
  }
  const { kind, enforced, decision, requirement = null } = event;
  return {
    token,
    ...(kind !== undefined && { kind }),
    ...(enforced !== undefined && { enforced }),
    decision,
    requirement,
    arguments: event.arguments,
  };
}

interface User {
  readonly uid?: string;
  readonly credential_uid?: string;
  readonly name?: string;
  readonly type_id?: number;
  readonly type?: string;
}

/** Returns the user. The schema requires a name for a user without an id. */
function userOf({ actor: { sub }, token: { jti } }: AnyEvent): User {
  if (sub === undefined) return { name: "unknown", type_id: 0, type: "Unknown" };
  return { uid: sub, ...(jti !== undefined && { credential_uid: jti }) };
}

function activityOf(event: AnyEvent): Activity {
  if (isAuthorizationEvent(event)) return AUTHORIZATIONS[event.type];
  const [method = ""] = requestLineOf(event);
  return ACTIVITIES.get(method) ?? CALL;
}
