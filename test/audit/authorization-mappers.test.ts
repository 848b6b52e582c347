import { loadPolicy } from "scope-policy";
import {
  type AuditEvent,
  authorizationEvent,
  toCloudEvent,
  toEcs,
  toOcsf,
  toOpenTelemetryAttributes,
} from "scope-policy/audit";
import { beforeAll, describe, expect, it } from "vitest";
import { eventOf, UNSAFE_TEXT } from "./audit-events.js";

const definition = {
  name: "Shop",
  version: "7",
  boundaries: { project: { claim: "projects" }, region: { claim: "regions" } },
  scopes: { "orders:read": {} },
  tools: { list_orders: { scope: "orders:read", within: { project: "p", region: "r" } } },
};
const policy = loadPolicy(definition);

const events = {
  registered: authorizationEvent(policy, {
    type: "registration",
    outcome: "success",
    client_id: "client-1",
    client_name: "Helper",
    scope: "orders:read",
    status: 201,
  }),
  notRegistered: authorizationEvent(policy, {
    type: "registration",
    outcome: "denied",
    error: "invalid_client_metadata",
    reason: "reserved",
  }),
  granted: authorizationEvent(policy, {
    type: "consent",
    outcome: "success",
    client_id: "client-1",
    sub: "user-1",
    requested: "orders:read",
    scope: "orders:read",
    removed: "orders:write",
    boundaries: { project: ["p1", "p2"], region: "eu" },
    grantId: "grant-1",
    requestId: "r-1",
  }),
  refused: authorizationEvent(policy, {
    type: "consent",
    outcome: "denied",
    error: "access_denied",
    client_id: "client-1",
    sub: "user-1",
  }),
  machine: authorizationEvent(policy, {
    type: "token",
    outcome: "success",
    client_id: "client-1",
    sub: "client-1",
    iss: "https://as.example",
    jti: "token-1",
    grant_type: "client_credentials",
    scope: "orders:read",
  }),
  notIssued: authorizationEvent(policy, {
    type: "token",
    outcome: "denied",
    error: "invalid_grant",
    client_id: "client-1",
    status: 400,
  }),
  outage: authorizationEvent(policy, { type: "token", outcome: "failure", status: 503 }),
  revoked: authorizationEvent(policy, {
    type: "revocation",
    outcome: "success",
    sub: "user-1",
    client_id: "client-1",
    grantId: "grant-1",
  }),
};
type Case = keyof typeof events;
const each = Object.keys(events) as Case[];
const isPlain = (value: unknown) => expect(JSON.parse(JSON.stringify(value))).toEqual(value);

describe("toCloudEvent, for an authorization server,", () => {
  const cases: readonly (readonly [Case, type: string, authtype: string])[] = [
    ["registered", "scope-policy.registration.success", "unknown"],
    ["notRegistered", "scope-policy.registration.denied", "unknown"],
    ["granted", "scope-policy.consent.success", "app_user"],
    ["refused", "scope-policy.consent.denied", "app_user"],
    ["machine", "scope-policy.token.success", "service_account"],
    ["notIssued", "scope-policy.token.denied", "unknown"],
    ["outage", "scope-policy.token.failure", "unknown"],
    ["revoked", "scope-policy.revocation.success", "app_user"],
  ];
  it.each(cases)("maps %s to the type %s with the authtype %s", (name, type, authtype) => {
    const event = toCloudEvent(events[name], "https://as.example");
    isPlain(event);
    const { data, ...attributes } = event;
    expect(attributes).toEqual({
      specversion: "1.0",
      id: events[name].id,
      source: "https://as.example",
      type,
      time: events[name].time,
      datacontenttype: "application/json",
      authtype,
    });
    expect(data).toBe(events[name]);
  });
});

describe("toOpenTelemetryAttributes, for an authorization server,", () => {
  it.each(each)("maps %s to values that attributes can have", (name) => {
    for (const [key, value] of Object.entries(toOpenTelemetryAttributes(events[name]))) {
      expect(key).toMatch(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/);
      const kinds = (Array.isArray(value) ? value : [value]).map((one) => typeof one);
      expect(["string", "number", "boolean"]).toEqual(expect.arrayContaining([...new Set(kinds)]));
    }
  });

  it("maps a consent", () => {
    expect(toOpenTelemetryAttributes(events.granted, { arguments: true })).toEqual({
      "enduser.id": "user-1",
      "scope_policy.event.id": events.granted.id,
      "scope_policy.policy.name": "Shop",
      "scope_policy.policy.version": "7",
      "scope_policy.authorization.type": "consent",
      "scope_policy.authorization.outcome": "success",
      "scope_policy.authorization.granted": ["orders:read"],
      "scope_policy.authorization.requested": ["orders:read"],
      "scope_policy.authorization.removed": ["orders:write"],
      "scope_policy.authorization.boundaries": ["project=p1", "project=p2", "region=eu"],
      "scope_policy.grant.id": "grant-1",
      "scope_policy.client.id": "client-1",
      "scope_policy.request.id": "r-1",
    });
  });

  it("maps a denial and a failure", () => {
    expect(toOpenTelemetryAttributes(events.notIssued)).toMatchObject({
      "error.type": "invalid_grant",
      "http.response.status_code": 400,
    });
    expect(toOpenTelemetryAttributes(events.outage)).toMatchObject({ "error.type": "failure" });
  });
});

describe("toEcs, for an authorization server,", () => {
  const TYPES = "access admin allowed change creation deletion denied end info start user".split(
    " ",
  );
  it.each(each)("maps %s to values of the value sets", (name) => {
    const mapped = toEcs(events[name]);
    isPlain(mapped);
    expect(mapped.event).toMatchObject({ kind: "event", category: ["api"] });
    expect(TYPES).toEqual(expect.arrayContaining(mapped.event.type));
    expect(["failure", "success", "unknown"]).toContain(mapped.event.outcome);
    expect(mapped.message).not.toMatch(UNSAFE_TEXT);
  });

  const cases: readonly (readonly [Case, object])[] = [
    [
      "registered",
      {
        type: ["creation", "allowed"],
        outcome: "success",
        action: "client-registration",
        reason: "success",
      },
    ],
    [
      "refused",
      {
        type: ["change", "denied"],
        outcome: "success",
        action: "consent",
        reason: "access_denied",
      },
    ],
    [
      "outage",
      {
        type: ["creation", "denied"],
        outcome: "failure",
        action: "token-request",
        reason: "failure",
      },
    ],
    ["revoked", { type: ["deletion", "allowed"], outcome: "success", action: "revocation" }],
  ];
  it.each(cases)("maps %s to %j", (name, event) => {
    expect(toEcs(events[name]).event).toMatchObject(event);
  });

  it("maps a denied registration", () => {
    const { notRegistered } = events;
    expect(toEcs(notRegistered)).toMatchObject({
      message: "registration: invalid_client_metadata",
      rule: { name: "registration", ruleset: "Shop", version: "7" },
      scope_policy: {
        actor: {},
        client: {},
        token: {},
        authorization: {
          type: "registration",
          outcome: "denied",
          error: "invalid_client_metadata",
          reason: "reserved",
          grant: {},
          scopes: {},
        },
      },
    });
    expect(toEcs(events.granted)).toMatchObject({
      message: "consent for client-1: success",
      user: { id: "user-1" },
      http: { request: { id: "r-1" } },
      scope_policy: {
        authorization: { boundaries: { project: ["p1", "p2"], region: ["eu"] } },
      },
    });
  });
});

describe("toOcsf, for an authorization server,", () => {
  const cases: readonly (readonly [Case, id: number, status: number, disposition: number])[] = [
    ["registered", 1, 1, 1],
    ["notRegistered", 1, 2, 2],
    ["granted", 3, 1, 1],
    ["refused", 3, 2, 2],
    ["machine", 1, 1, 1],
    ["outage", 1, 2, 27],
    ["revoked", 4, 1, 1],
  ];
  it.each(cases)("maps %s to activity %d", (name, activity_id, status_id, disposition_id) => {
    const mapped = toOcsf(events[name]);
    isPlain(mapped);
    const required = `activity_id category_uid class_uid metadata severity_id time type_uid actor api src_endpoint`;
    expect(Object.keys(mapped)).toEqual(expect.arrayContaining(required.split(" ")));
    const { type, outcome, grant, scopes, token } = events[name];
    expect(mapped).toMatchObject({
      activity_id,
      type_uid: 600_300 + activity_id,
      status_id,
      disposition_id,
      api: { operation: type },
      unmapped: { token, authorization: { type, outcome, grant, scopes } },
    });
    expect(mapped.actor.user.uid ?? mapped.actor.user.name).toEqual(expect.any(String));
  });
});

describe("the event of a protocol message", () => {
  let event: AuditEvent;
  beforeAll(async () => {
    event = await eventOf(definition, { operation: "mcp:tools/list", isProtocol: true, token: 1 });
  });

  it("is mapped as a protocol message by each mapper", () => {
    expect(event.operation).toEqual({ name: "mcp:tools/list", kind: "protocol" });
    const attributes = toOpenTelemetryAttributes(event, { arguments: true });
    expect(attributes).toMatchObject({
      "mcp.method.name": "tools/list",
      "scope_policy.operation.kind": "protocol",
    });
    for (const name of ["gen_ai.operation.name", "gen_ai.tool.name", "gen_ai.tool.call.arguments"])
      expect(attributes).not.toHaveProperty([name]);
    expect(toEcs(event)).toMatchObject({
      event: { action: "protocol-message", type: ["access", "denied"] },
      message: "protocol mcp:tools/list: unknown_operation",
    });
    expect(toOcsf(event)).toMatchObject({ activity_id: 99, api: { operation: "mcp:tools/list" } });
    expect(toCloudEvent(event, "/")).toMatchObject({
      type: "scope-policy.decision.denied",
      subject: "mcp:tools/list",
    });
  });

  it("has no MCP method for another protocol", async () => {
    const other = await eventOf(definition, { operation: "acp:x", isProtocol: true });
    expect(toOpenTelemetryAttributes(other)).not.toHaveProperty(["mcp.method.name"]);
  });
});
