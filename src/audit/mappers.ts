import { checkOptions, isBoolean, optional } from "../policy/option-checks.js";
import type { AuditEvent } from "./audit-event.js";
import { type AuthorizationEvent, isAuthorizationEvent } from "./authorization-event.js";
import { type AnyEvent, messageOf, requestLineOf, viewOf } from "./event-view.js";
import { copyOwnEvent } from "./own-event.js";

/** Returns the members whose value is not `undefined`. */
function definedMembers<Members extends Readonly<Record<string, unknown>>>(
  members: Members,
): { readonly [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  const found = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found) as ReturnType<typeof definedMembers<Members>>;
}

/** The type of the principal, as the CloudEvents extension Auth Context spells it. */
export type CloudEventAuthType = "app_user" | "service_account" | "unauthenticated" | "unknown";

/** An audit event in the JSON format of CloudEvents 1.0. */
export interface AuditCloudEvent<Event extends AuditEvent | AuthorizationEvent = AuditEvent> {
  /** The version of CloudEvents. */
  readonly specversion: "1.0";
  /** The id of the audit event, with the suffix `:answered` in the second event of a call. */
  readonly id: string;
  /** The source: the URI reference that you pass. */
  readonly source: string;
  /** The type of the event. */
  readonly type:
    | "scope-policy.decision.allowed"
    | "scope-policy.decision.denied"
    | `scope-policy.${AuthorizationEvent["type"]}.${AuthorizationEvent["outcome"]}`;
  /** The time of the event (RFC 3339). */
  readonly time: string;
  /** The tool, endpoint or message; missing in events of an authorization server. */
  readonly subject?: string;
  /** The media type of `data`. */
  readonly datacontenttype: "application/json";
  /** The attribute of the extension Auth Context. The principal itself is only in `data`. */
  readonly authtype: CloudEventAuthType;
  /** The audit event. */
  readonly data: Event;
}

/**
 * Returns an audit event as a CloudEvent in the JSON format. The context attributes contain no user and no client, since brokers
 * route by them and log them.
 *
 * @param source - the source of the events: a non-empty URI reference, such as `https://api.example.com/mcp`. Source and id
 * together identify an event.
 *
 * @see {@link https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md CloudEvents 1.0}
 *
 * @example
 * ```ts
 * import { type AuditEvent, toCloudEvent } from "scope-policy/audit";
 *
 * const publish = (event: AuditEvent) =>
 *   fetch("https://events.example.com", {
 *     method: "POST",
 *     headers: { "content-type": "application/cloudevents+json" },
 *     body: JSON.stringify(toCloudEvent(event, "https://api.example.com/mcp")),
 *   });
 * ```
 */
export function toCloudEvent<Event extends AuditEvent | AuthorizationEvent>(
  event: Event,
  source: string,
): AuditCloudEvent<Event> {
  const own = copyOwnEvent<AnyEvent>(event);
  const subject = isAuthorizationEvent(own) ? "" : own.operation.name;
  return {
    specversion: "1.0",
    id: viewOf(own).id,
    source,
    type: cloudTypeOf(own),
    time: own.time,
    ...(subject !== "" && { subject }),
    datacontenttype: "application/json",
    authtype: authTypeOf(own),
    data: event,
  };
}

function cloudTypeOf(event: AnyEvent): AuditCloudEvent["type"] {
  if (isAuthorizationEvent(event)) return `scope-policy.${event.type}.${event.outcome}`;
  return event.decision.allowed ? "scope-policy.decision.allowed" : "scope-policy.decision.denied";
}

function authTypeOf(event: AnyEvent): CloudEventAuthType {
  const { actor, client, token } = event;
  if (actor.sub !== undefined && actor.sub !== client.client_id) return "app_user";
  // a client that registers or that is refused is not authenticated
  if (isAuthorizationEvent(event)) {
    const isProved = event.type !== "registration" && event.outcome === "success";
    return isProved && client.client_id !== undefined ? "service_account" : "unknown";
  }
  if (client.client_id !== undefined) return "service_account";
  // a denial before or because of the credentials does not show what they are
  const isOpen = event.decision.allowed || event.decision.code === "unauthenticated";
  return isOpen && Object.keys(token).length === 0 ? "unauthenticated" : "unknown";
}

/** The attributes of a span or a log record. */
export type AuditAttributes = Readonly<Record<string, string | number | boolean | string[]>>;

/**
 * Returns an audit event as OpenTelemetry attributes. They have the names of the semantic conventions where these define one
 * (`gen_ai.tool.name`, `http.route`, `error.type`, `enduser.id`, …), else a name under `scope_policy.`. Scopes are there too, since
 * the conventions no longer define a name for them. The conventions for tools are in development, and their names may change.
 *
 * @param options - `arguments: true` adds `gen_ai.tool.call.arguments`: the values that the policy shows, as JSON. The conventions
 * leave it out by default.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID`
 *
 * @see {@link https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md Semantic conventions for MCP}
 *
 * @example
 * ```ts
 * import { type AuditEvent, toOpenTelemetryAttributes } from "scope-policy/audit";
 *
 * // `span` is that of the request, from @opentelemetry/api
 * const record = (span: { addEvent(name: string, attributes: object): void }, event: AuditEvent) =>
 *   span.addEvent("scope_policy.decision", toOpenTelemetryAttributes(event));
 * ```
 */
export function toOpenTelemetryAttributes(
  event: AuditEvent | AuthorizationEvent,
  options: { readonly arguments?: boolean } = {},
): AuditAttributes {
  const { arguments: withArguments } = checkOptions("`toOpenTelemetryAttributes`", options, CHECKS);
  const own = copyOwnEvent(event);
  const { actor, client, token } = own;
  const { allowed, code } = viewOf(own);
  const attributes = isAuthorizationEvent(own)
    ? authorizationAttributes(own)
    : decisionAttributes(own, withArguments === true);
  return definedMembers({
    ...attributes,
    "http.response.status_code": own.status,
    "error.type": allowed ? undefined : code,
    "enduser.id": actor.sub,
    "scope_policy.event.id": own.id,
    "scope_policy.policy.name": own.policy.name,
    "scope_policy.policy.version": own.policy.version,
    "scope_policy.client.id": client.client_id,
    "scope_policy.token.id": token.jti,
    "scope_policy.token.issuer": token.iss,
    "scope_policy.request.id": own.requestId,
  });
}

const CHECKS = { arguments: optional(isBoolean) };

function decisionAttributes(event: AuditEvent, withArguments: boolean) {
  const { operation, decision, actor } = event;
  const [method, route] = requestLineOf(event);
  const isTool = operation.kind === "tool" || operation.kind === "unknown";
  return {
    "gen_ai.operation.name": isTool ? "execute_tool" : undefined,
    "gen_ai.tool.name": isTool ? operation.name : undefined,
    "gen_ai.tool.call.arguments": withArguments && isTool ? shownArguments(event) : undefined,
    "mcp.method.name": methodOf(event),
    "http.request.method": method,
    "http.route": route,
    "scope_policy.event.kind": event.kind,
    "scope_policy.operation.kind": operation.kind,
    "scope_policy.decision.code": decision.code,
    "scope_policy.decision.allowed": decision.allowed,
    "scope_policy.decision.enforced": event.enforced,
    "scope_policy.decision.scopes": copyOf(decision.scopes),
    "scope_policy.decision.missing": copyOf(decision.missing),
    "scope_policy.decision.enrichments": copyOf(decision.enrichments),
    "scope_policy.decision.param": decision.param,
    "scope_policy.decision.tier": decision.tier,
    "scope_policy.decision.entitlement": decision.entitlement,
    "scope_policy.decision.acr": copyOf(decision.acr),
    "scope_policy.decision.max_age": decision.maxAge,
    "scope_policy.decision.account_types": copyOf(decision.accountTypes),
    "scope_policy.subject.tier": actor.tier,
    "scope_policy.subject.account_type":
      typeof actor.account_type === "string" ? actor.account_type : copyOf(actor.account_type),
    "scope_policy.subject.entitlements": copyOf(actor.entitlements),
  };
}

function authorizationAttributes(event: AuthorizationEvent) {
  const { type, outcome, grant, scopes, client, boundaries } = event;
  return {
    "scope_policy.authorization.type": type,
    "scope_policy.authorization.outcome": outcome,
    "scope_policy.authorization.granted": copyOf(scopes.granted),
    "scope_policy.authorization.requested": copyOf(scopes.requested),
    "scope_policy.authorization.removed": copyOf(scopes.removed),
    "scope_policy.authorization.boundaries":
      boundaries &&
      Object.entries(boundaries).flatMap(([name, list]) => list.map((value) => `${name}=${value}`)),
    "scope_policy.grant.id": grant.id,
    "scope_policy.grant.type": grant.grant_type,
    "scope_policy.client.name": client.client_name,
  };
}

/** Returns the method of a message of the Model Context Protocol; `undefined` for any other event. */
function methodOf({ operation: { kind, name } }: AuditEvent): string | undefined {
  return kind === "protocol" && name.startsWith("mcp:") ? name.slice("mcp:".length) : undefined;
}

function copyOf(list: readonly string[] | undefined): string[] | undefined {
  return list && [...list];
}

function shownArguments(event: AuditEvent): string {
  const shown = event.arguments.flatMap(({ name, value }) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return JSON.stringify(Object.fromEntries(shown));
}

/**
 * Returns an audit event under the field names of the Elastic Common Schema 9.4. `event.type` is `allowed` or `denied`,
 * and `info` for a call that was not allowed and went on since the gate only reports.
 * `event.outcome` is the outcome of the gate: `success` for a denial, `failure` for an outage. Members for which the schema has no
 * field are under `scope_policy`.
 *
 * @see {@link https://www.elastic.co/docs/reference/ecs/ecs-using-categorization-fields Using the categorization fields}
 *
 * @example
 * ```ts
 * import { type AuditEvent, toEcs } from "scope-policy/audit";
 *
 * const line = (event: AuditEvent) => JSON.stringify(toEcs(event));
 * ```
 */
export function toEcs(event: AuditEvent | AuthorizationEvent) {
  const own = copyOwnEvent(event);
  const { actor, policy } = own;
  const { id, name, action, effect, allowed, isObserved, code, isOutage } = viewOf(own);
  const [method] = requestLineOf(own);
  const request = definedMembers({ id: own.requestId, method });
  return {
    "@timestamp": own.time,
    ecs: { version: "9.4.0" },
    message: messageOf(own),
    event: {
      id,
      kind: "event",
      category: ["api"],
      type: [effect, isObserved ? "info" : allowed ? "allowed" : "denied"],
      outcome: isOutage ? "failure" : "success",
      action,
      reason: code,
      provider: "scope-policy",
      dataset: "scope-policy.audit",
    },
    rule: { name, ruleset: policy.name, version: policy.version },
    ...(actor.sub !== undefined && { user: { id: actor.sub }, related: { user: [actor.sub] } }),
    ...((Object.keys(request).length > 0 || own.status !== undefined) && {
      http: definedMembers({
        request: Object.keys(request).length > 0 ? request : undefined,
        response: own.status === undefined ? undefined : { status_code: own.status },
      }),
    }),
    scope_policy: definedMembers(isAuthorizationEvent(own) ? grantMembers(own) : callMembers(own)),
  };
}

function callMembers(event: AuditEvent) {
  const { kind, enforced, operation, actor, client, token, decision, requirement } = event;
  return {
    kind,
    enforced,
    operation,
    actor,
    client,
    token,
    decision,
    requirement,
    arguments: event.arguments,
    arguments_left_out: event.argumentsLeftOut,
  };
}

function grantMembers(event: AuthorizationEvent) {
  const { type, outcome, error, reason, actor, client, token, grant, scopes } = event;
  const { boundaries, boundariesLeftOut: boundaries_left_out } = event;
  const details = { type, outcome, error, reason, grant, scopes, boundaries, boundaries_left_out };
  return {
    actor,
    client,
    token,
    authorization: definedMembers(details),
  };
}
