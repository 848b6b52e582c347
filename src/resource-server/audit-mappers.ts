import { checkOptions, isBoolean, optional } from "../policy/option-checks.js";
import type { AuditEvent } from "./audit-event.js";
import { ownEvent } from "./own-event.js";

/** Leaves out what is not known. */
function known<Members extends Readonly<Record<string, unknown>>>(
  members: Members,
): { readonly [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  const found = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found) as ReturnType<typeof known<Members>>;
}

const REQUEST_LINE = /^([A-Z]+) (.+)$/;

/** The method and the path of an endpoint. */
function requestLineOf({ operation }: AuditEvent): readonly [method?: string, path?: string] {
  const [, method, path] =
    (operation.kind === "endpoint" && REQUEST_LINE.exec(operation.name)) || [];
  return method === undefined || path === undefined ? [] : [method, path];
}

/** Whose credentials it were, in the words of the CloudEvents extension. */
export type CloudEventAuthType = "app_user" | "service_account" | "unauthenticated" | "unknown";

/** An event as CloudEvents 1.0 puts it in JSON. */
export interface AuditCloudEvent {
  /** The version of CloudEvents. */
  readonly specversion: "1.0";
  /** The id of the audit event. */
  readonly id: string;
  /** Where it happened. */
  readonly source: string;
  /** What happened. */
  readonly type: "scope-policy.decision.allowed" | "scope-policy.decision.denied";
  /** When (RFC 3339). */
  readonly time: string;
  /** The tool or endpoint. */
  readonly subject?: string;
  /** What `data` is. */
  readonly datacontenttype: "application/json";
  /** The extension Auth Context; the principal itself stands in `data` alone. */
  readonly authtype: CloudEventAuthType;
  /** The audit event. */
  readonly data: AuditEvent;
}

/**
 * An audit event as a CloudEvent in the JSON format. The context attributes name nobody: brokers route and log them.
 *
 * @param source - where events come from: a URI reference that is not empty, as `https://api.example.com/mcp`; with the id it names
 * an event
 *
 * @see {@link https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md CloudEvents 1.0}
 *
 * @example
 * ```ts
 * import { type AuditEvent, toCloudEvent } from "scope-policy";
 *
 * const publish = (event: AuditEvent) =>
 *   fetch("https://events.example.com", {
 *     method: "POST",
 *     headers: { "content-type": "application/cloudevents+json" },
 *     body: JSON.stringify(toCloudEvent(event, "https://api.example.com/mcp")),
 *   });
 * ```
 */
export function toCloudEvent(event: AuditEvent, source: string): AuditCloudEvent {
  const own = ownEvent(event);
  const { id, time, operation, decision } = own;
  return {
    specversion: "1.0",
    id,
    source,
    type: decision.allowed ? "scope-policy.decision.allowed" : "scope-policy.decision.denied",
    time,
    ...(operation.name !== "" && { subject: operation.name }),
    datacontenttype: "application/json",
    authtype: authTypeOf(own),
    data: event,
  };
}

function authTypeOf({ actor, client, token, decision }: AuditEvent): CloudEventAuthType {
  if (actor.sub !== undefined && actor.sub !== client.client_id) return "app_user";
  if (client.client_id !== undefined) return "service_account";
  // what is refused before credentials are looked at, or for what they are, says nothing of them
  const isOpen = decision.allowed || decision.code === "unauthenticated";
  return isOpen && Object.keys(token).length === 0 ? "unauthenticated" : "unknown";
}

/** Attributes of a span or a log record. */
export type AuditAttributes = Readonly<Record<string, string | number | boolean | string[]>>;

/**
 * An audit event as OpenTelemetry attributes: under the names of the semantic conventions where there are any (`gen_ai.tool.name`,
 * `http.route`, `error.type`, `enduser.id`, …), else under `scope_policy.`; scopes have no name there any more. The conventions for
 * tools are in development, and their names may change.
 *
 * @param options - `arguments: true` adds `gen_ai.tool.call.arguments`, the values that the policy shows, as JSON; the conventions
 * leave it out by default
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 *
 * @see {@link https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md Semantic conventions for MCP}
 *
 * @example
 * ```ts
 * import { type AuditEvent, toOpenTelemetryAttributes } from "scope-policy";
 *
 * // `span` is that of the request, from @opentelemetry/api
 * const record = (span: { addEvent(name: string, attributes: object): void }, event: AuditEvent) =>
 *   span.addEvent("scope_policy.decision", toOpenTelemetryAttributes(event));
 * ```
 */
export function toOpenTelemetryAttributes(
  event: AuditEvent,
  options: { readonly arguments?: boolean } = {},
): AuditAttributes {
  const shows = checkOptions("the mapping to OpenTelemetry", options, TELEMETRY_CHECKS).arguments;
  const own = ownEvent(event);
  const { operation, decision, actor, client, token } = own;
  const [method, route] = requestLineOf(own);
  const isEndpoint = operation.kind === "endpoint";
  return known({
    "gen_ai.operation.name": isEndpoint ? undefined : "execute_tool",
    "gen_ai.tool.name": isEndpoint ? undefined : operation.name,
    "gen_ai.tool.call.arguments": shows === true && !isEndpoint ? shownArguments(own) : undefined,
    "http.request.method": method,
    "http.route": route,
    "http.response.status_code": own.status,
    "error.type": decision.allowed ? undefined : decision.code,
    "enduser.id": actor.sub,
    "scope_policy.event.id": own.id,
    "scope_policy.policy.name": own.policy.name,
    "scope_policy.policy.version": own.policy.version,
    "scope_policy.operation.kind": operation.kind,
    "scope_policy.decision.code": decision.code,
    "scope_policy.decision.allowed": decision.allowed,
    "scope_policy.decision.scopes": copyOf(decision.scopes),
    "scope_policy.decision.missing": copyOf(decision.missing),
    "scope_policy.decision.param": decision.param,
    "scope_policy.decision.tier": decision.tier,
    "scope_policy.decision.account_types": copyOf(decision.accountTypes),
    "scope_policy.client.id": client.client_id,
    "scope_policy.token.id": token.jti,
    "scope_policy.token.issuer": token.iss,
    "scope_policy.subject.tier": actor.tier,
    "scope_policy.subject.account_type": actor.account_type,
    "scope_policy.request.id": own.requestId,
  });
}

const TELEMETRY_CHECKS = { arguments: optional(isBoolean) };

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
 * An audit event under the field names of the Elastic Common Schema 9.4. Allowed and denied stand in `event.type`; `event.outcome` is
 * that of the gate, so a denial is a success of it and an outage a failure. What the schema has no field for stands under
 * `scope_policy`.
 *
 * @see {@link https://www.elastic.co/docs/reference/ecs/ecs-using-categorization-fields Using the categorization fields}
 *
 * @example
 * ```ts
 * import { type AuditEvent, toEcs } from "scope-policy";
 *
 * const line = (event: AuditEvent) => JSON.stringify(toEcs(event));
 * ```
 */
export function toEcs(event: AuditEvent) {
  const own = ownEvent(event);
  const { actor, decision, operation, policy } = own;
  const [method] = requestLineOf(own);
  const request = known({ id: own.requestId, method });
  const isOutage = decision.code === "temporarily_unavailable";
  return {
    "@timestamp": own.time,
    ecs: { version: "9.4.0" },
    message: messageOf(own),
    event: {
      id: own.id,
      kind: "event",
      category: ["api"],
      type: ["access", decision.allowed ? "allowed" : "denied"],
      outcome: isOutage ? "failure" : "success",
      action: operation.kind === "endpoint" ? "endpoint-call" : "tool-call",
      reason: decision.code,
      provider: "scope-policy",
      dataset: "scope-policy.audit",
    },
    rule: { name: operation.name, ruleset: policy.name, version: policy.version },
    ...(actor.sub !== undefined && { user: { id: actor.sub }, related: { user: [actor.sub] } }),
    ...((Object.keys(request).length > 0 || own.status !== undefined) && {
      http: known({
        request: Object.keys(request).length > 0 ? request : undefined,
        response: own.status === undefined ? undefined : { status_code: own.status },
      }),
    }),
    scope_policy: known({
      operation: event.operation,
      actor: event.actor,
      client: event.client,
      token: event.token,
      decision: event.decision,
      requirement: own.requirement,
      arguments: event.arguments,
      arguments_left_out: own.argumentsLeftOut,
    }),
  };
}

/** One line for people, of clean words. */
export function messageOf({ operation, decision, client }: AuditEvent): string {
  const by = client.client_id === undefined ? "" : ` for ${client.client_id}`;
  return `${operation.kind} ${operation.name}${by}: ${decision.code}`;
}
