import type { AuditEvent } from "./audit-event.js";

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
  const { id, time, operation, decision } = event;
  return {
    specversion: "1.0",
    id,
    source,
    type: decision.allowed ? "scope-policy.decision.allowed" : "scope-policy.decision.denied",
    time,
    ...(operation.name !== "" && { subject: operation.name }),
    datacontenttype: "application/json",
    authtype: authTypeOf(event),
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
  const { operation, decision, actor, client, token } = event;
  const [method, route] = requestLineOf(event);
  const isTool = operation.kind === "tool" || operation.kind === "unknown";
  return known({
    "gen_ai.operation.name": isTool ? "execute_tool" : undefined,
    "gen_ai.tool.name": isTool ? operation.name : undefined,
    "gen_ai.tool.call.arguments":
      options.arguments === true && isTool ? shownArguments(event) : undefined,
    "mcp.method.name": methodOf(event),
    "http.request.method": method,
    "http.route": route,
    "http.response.status_code": event.status,
    "error.type": decision.allowed ? undefined : decision.code,
    "enduser.id": actor.sub,
    "scope_policy.event.id": event.id,
    "scope_policy.policy.name": event.policy.name,
    "scope_policy.policy.version": event.policy.version,
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
    "scope_policy.request.id": event.requestId,
  });
}

/** The method of a message of the Model Context Protocol. */
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

const ACTIONS = {
  tool: "tool-call",
  endpoint: "endpoint-call",
  protocol: "protocol-message",
  unknown: "tool-call",
} as const satisfies Record<AuditEvent["operation"]["kind"], string>;

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
  const { actor, client, decision, operation, policy } = event;
  const [method] = requestLineOf(event);
  const request = known({ id: event.requestId, method });
  const isOutage = decision.code === "temporarily_unavailable";
  return {
    "@timestamp": event.time,
    ecs: { version: "9.4.0" },
    message: messageOf(event),
    event: {
      id: event.id,
      kind: "event",
      category: ["api"],
      type: ["access", decision.allowed ? "allowed" : "denied"],
      outcome: isOutage ? "failure" : "success",
      action: ACTIONS[operation.kind],
      reason: decision.code,
      provider: "scope-policy",
      dataset: "scope-policy.audit",
    },
    rule: { name: operation.name, ruleset: policy.name, version: policy.version },
    ...(actor.sub !== undefined && { user: { id: actor.sub }, related: { user: [actor.sub] } }),
    ...((Object.keys(request).length > 0 || event.status !== undefined) && {
      http: known({
        request: Object.keys(request).length > 0 ? request : undefined,
        response: event.status === undefined ? undefined : { status_code: event.status },
      }),
    }),
    scope_policy: known({
      operation,
      actor,
      client,
      token: event.token,
      decision,
      requirement: event.requirement,
      arguments: event.arguments,
      arguments_left_out: event.argumentsLeftOut,
    }),
  };
}

/** One line for people, of clean words. */
export function messageOf({ operation, decision, client }: AuditEvent): string {
  const by = client.client_id === undefined ? "" : ` for ${client.client_id}`;
  return `${operation.kind} ${operation.name}${by}: ${decision.code}`;
}
