import { checkOptions, isString, optional } from "../policy/option-checks.js";
import { isAuthorizationEvent } from "./authorization-event.js";
import { messageOf, requestLineOf, viewOf } from "./event-view.js";
import { copyOwnEvent } from "./own-event.js";
/** The number of the class API Activity: category 6, class 3. */
const CLASS = 6003;
const CHECKS = { clientAddress: optional(isString) };
/** The activity of a tool call: a tool can do anything, so it has an activity of its own. */
const CALL = { id: 99, name: "Call" };
const ACTIVITIES = new Map([
    ["POST", { id: 1, name: "Create" }],
    ["GET", { id: 2, name: "Read" }],
    ["PUT", { id: 3, name: "Update" }],
    ["PATCH", { id: 3, name: "Update" }],
    ["DELETE", { id: 4, name: "Delete" }],
]);
const AUTHORIZATIONS = {
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
export function toOcsf(event, options = {}) {
    const { clientAddress } = checkOptions("`toOcsf`", options, CHECKS);
    const own = copyOwnEvent(event);
    const { actor, client, policy, status, requestId } = own;
    const activity = activityOf(own);
    const { name, allowed, code, isOutage } = viewOf(own);
    const edition = { name: policy.name, version: policy.version };
    return {
        metadata: {
            version: "1.8.0",
            uid: own.id,
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
        action_id: allowed ? 1 : 2,
        action: allowed ? "Allowed" : "Denied",
        disposition_id: allowed ? 1 : isOutage ? 27 : 2,
        disposition: allowed ? "Allowed" : isOutage ? "Error" : "Blocked",
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
            ...(status !== undefined && { response: { code: status, error: code } }),
        },
        ...(status !== undefined && { http_response: { code: status } }),
        src_endpoint: clientAddress === undefined ? { name: client.client_id ?? "unknown" } : { ip: clientAddress },
        unmapped: unmappedOf(own),
    };
}
/** Returns the members for which the class has no attribute. */
function unmappedOf(event) {
    const { token } = event;
    if (isAuthorizationEvent(event)) {
        const { type, outcome, grant, scopes } = event;
        return { token, authorization: { type, outcome, grant, scopes } };
    }
    const { decision, requirement = null } = event;
    return { token, decision, requirement, arguments: event.arguments };
}
/** Returns the user. The schema requires a name for a user without an id. */
function userOf({ actor: { sub }, token: { jti } }) {
    if (sub === undefined)
        return { name: "unknown", type_id: 0, type: "Unknown" };
    return { uid: sub, ...(jti !== undefined && { credential_uid: jti }) };
}
function activityOf(event) {
    if (isAuthorizationEvent(event))
        return AUTHORIZATIONS[event.type];
    const [method = ""] = requestLineOf(event);
    return ACTIVITIES.get(method) ?? CALL;
}
