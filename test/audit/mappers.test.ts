import {
  type AuditEvent,
  toCloudEvent,
  toEcs,
  toOcsf,
  toOpenTelemetryAttributes,
} from "scope-policy/audit";
import { beforeAll, describe, expect, it } from "vitest";
import { eventOf, UNSAFE_TEXT } from "./audit-events.js";

const policy = {
  name: "Shop",
  version: "7",
  tiers: ["free", "pro"],
  scopes: { "orders:read": {}, "orders:write": { tier: "pro" } },
  tools: {
    list_orders: { scope: "orders:read", audit: { show: ["page", "note"] } },
    write_order: "orders:write",
    refund: { deny: "no" },
    search: { public: true },
  },
  endpoints: {
    "GET /orders/:id": "orders:read",
    "POST /orders": "orders:read",
    "PUT /orders/:id": "orders:read",
    "PATCH /orders/:id": "orders:read",
    "DELETE /orders/:id": "orders:read",
    "OPTIONS /orders": { public: true },
  },
};

const person = {
  scope: "orders:read",
  sub: "user-1",
  client_id: "client-1",
  iss: "https://issuer.example.com",
  jti: "token-1",
  tier: "free",
  account_type: "studio",
};
const machine = { scope: "orders:read", sub: "client-1", client_id: "client-1" };
const args = { page: 2, note: 'a "b"\u2028c', password: "hunter2" };

const cases = {
  allowed: { operation: "list_orders", token: person, args, requestId: "r-1" },
  upgrade: { operation: "write_order", token: person },
  scope: { operation: "list_orders", token: { ...person, scope: "" }, requestId: "r-2" },
  machine: { operation: "GET /orders/:id", token: machine, args: { id: "7" } },
  denied: { operation: "refund", token: undefined },
  anonymous: { operation: "list_orders", token: undefined },
  bad: { operation: "list_orders", token: 1 },
  public: { operation: "search", token: undefined },
  nameless: { operation: "search", token: { scope: "", jti: "j" } },
  unknown: { operation: "n\u202eope", token: person },
  empty: { operation: "", token: undefined },
  create: { operation: "POST /orders", token: person },
  replace: { operation: "PUT /orders/:id", token: person },
  change: { operation: "PATCH /orders/:id", token: undefined },
  remove: { operation: "DELETE /orders/:id", token: person, requestId: "r-3" },
  options: { operation: "OPTIONS /orders", token: undefined },
} as const;
type Case = keyof typeof cases;
const names = Object.keys(cases) as Case[];

const events = {} as Record<Case | "outage", AuditEvent>;
beforeAll(async () => {
  for (const name of names) events[name] = await eventOf(policy, cases[name]);
  const decision = { code: "temporarily_unavailable", allowed: false } as const;
  events.outage = { ...events.anonymous, decision, status: 503 };
});
const each = [...names, "outage"] as const;

const isPlain = (value: unknown) => expect(JSON.parse(JSON.stringify(value))).toEqual(value);

describe("toCloudEvent", () => {
  // spec.md: attribute names are 1 to 20 characters of [a-z0-9]; id, source, specversion and type are required, and texts not empty
  it.each(each)("maps %s to an event with all required attributes, of the right types", (name) => {
    const event = toCloudEvent(events[name], "https://api.example.com/mcp");
    isPlain(event);
    const { data, ...attributes } = event;
    for (const [attribute, value] of Object.entries(attributes)) {
      expect(attribute).toMatch(/^[a-z][a-z0-9]{0,19}$/);
      expect(value).toEqual(expect.any(String));
      expect(value).not.toBe("");
      expect(value).not.toMatch(UNSAFE_TEXT);
    }
    expect(Object.keys(attributes)).toEqual(
      expect.arrayContaining(["id", "source", "specversion", "type"]),
    );
    expect(event.specversion).toBe("1.0");
    expect(event.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(data).toBe(events[name]);
    expect(JSON.stringify(attributes)).not.toContain("user-1");
  });

  it("sets the type, and the operation as subject", () => {
    expect(toCloudEvent(events.allowed, "/shop")).toMatchObject({
      id: events.allowed.id,
      source: "/shop",
      type: "scope-policy.decision.allowed",
      subject: "list_orders",
      datacontenttype: "application/json",
    });
    expect(toCloudEvent(events.scope, "/shop").type).toBe("scope-policy.decision.denied");
    expect(toCloudEvent(events.empty, "/shop")).not.toHaveProperty("subject");
  });

  // extensions/authcontext.md
  const types: readonly (readonly [Case | "outage", string])[] = [
    ["allowed", "app_user"],
    ["machine", "service_account"],
    ["anonymous", "unauthenticated"],
    ["public", "unauthenticated"],
    ["bad", "unknown"],
    ["denied", "unknown"],
    ["nameless", "unknown"],
    ["outage", "unknown"],
  ];
  it.each(types)("maps %s to the authtype %s", (name, type) => {
    expect(toCloudEvent(events[name], "/").authtype).toBe(type);
  });
});

describe("toOpenTelemetryAttributes", () => {
  it.each(each)("maps %s to values that attributes can have", (name) => {
    const attributes = toOpenTelemetryAttributes(events[name], { arguments: true });
    for (const [key, value] of Object.entries(attributes)) {
      expect(key).toMatch(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/);
      const kinds = (Array.isArray(value) ? value : [value]).map((one) => typeof one);
      expect(["string", "number", "boolean"]).toEqual(expect.arrayContaining([...new Set(kinds)]));
    }
  });

  it("maps a tool call to the attributes of tools", () => {
    expect(toOpenTelemetryAttributes(events.scope)).toEqual({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "list_orders",
      "http.response.status_code": 403,
      "error.type": "insufficient_scope",
      "enduser.id": "user-1",
      "scope_policy.event.id": events.scope.id,
      "scope_policy.policy.name": "Shop",
      "scope_policy.policy.version": "7",
      "scope_policy.operation.kind": "tool",
      "scope_policy.decision.code": "insufficient_scope",
      "scope_policy.decision.allowed": false,
      "scope_policy.decision.scopes": ["orders:read"],
      "scope_policy.decision.missing": ["orders:read"],
      "scope_policy.client.id": "client-1",
      "scope_policy.token.id": "token-1",
      "scope_policy.token.issuer": "https://issuer.example.com",
      "scope_policy.subject.tier": "free",
      "scope_policy.subject.account_type": "studio",
      "scope_policy.request.id": "r-2",
    });
  });

  it("maps a call of an endpoint to the attributes of HTTP", () => {
    const attributes = toOpenTelemetryAttributes(events.machine, { arguments: true });
    expect(attributes).toMatchObject({
      "http.request.method": "GET",
      "http.route": "/orders/:id",
      "scope_policy.operation.kind": "endpoint",
    });
    for (const name of [
      "gen_ai.operation.name",
      "gen_ai.tool.name",
      "gen_ai.tool.call.arguments",
      "error.type",
    ])
      expect(attributes).not.toHaveProperty([name]);
  });

  it("leaves arguments out without the option, since the conventions make them opt-in", () => {
    const name = "gen_ai.tool.call.arguments";
    expect(toOpenTelemetryAttributes(events.allowed)).not.toHaveProperty([name]);
    expect(toOpenTelemetryAttributes(events.allowed, { arguments: false })).not.toHaveProperty([
      name,
    ]);
    const { [name]: text } = toOpenTelemetryAttributes(events.allowed, { arguments: true });
    expect(JSON.parse(text as string)).toEqual({ page: 2, note: 'a "b" c' });
  });
});

describe("toEcs", () => {
  // schemas/event.yml: kinds, the types allowed for the category `api`, outcomes
  const TYPES = "access admin allowed change creation deletion denied end info start user".split(
    " ",
  );
  it.each(each)("maps %s to values of the value sets", (name) => {
    const mapped = toEcs(events[name]);
    isPlain(mapped);
    expect(mapped.event.kind).toBe("event");
    expect(mapped.event.category).toEqual(["api"]);
    expect(TYPES).toEqual(expect.arrayContaining(mapped.event.type));
    expect(["failure", "success", "unknown"]).toContain(mapped.event.outcome);
    expect(mapped.ecs.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(mapped["@timestamp"]).toBe(events[name].time);
    expect(mapped.message).not.toMatch(UNSAFE_TEXT);
    expect(mapped.scope_policy).toMatchObject({ decision: events[name].decision });
  });

  it("maps an allowed call", () => {
    const { allowed } = events;
    expect(toEcs(allowed)).toEqual({
      "@timestamp": allowed.time,
      ecs: { version: "9.4.0" },
      message: "tool list_orders for client-1: allowed",
      event: {
        id: allowed.id,
        kind: "event",
        category: ["api"],
        type: ["access", "allowed"],
        outcome: "success",
        action: "tool-call",
        reason: "allowed",
        provider: "scope-policy",
        dataset: "scope-policy.audit",
      },
      rule: { name: "list_orders", ruleset: "Shop", version: "7" },
      user: { id: "user-1" },
      related: { user: ["user-1"] },
      http: { request: { id: "r-1" } },
      scope_policy: {
        operation: allowed.operation,
        actor: allowed.actor,
        client: allowed.client,
        token: allowed.token,
        decision: allowed.decision,
        requirement: allowed.requirement,
        arguments: allowed.arguments,
      },
    });
  });

  it("maps a denial to the outcome `success` of the gate, and an outage to `failure`", () => {
    expect(toEcs(events.scope).event).toMatchObject({
      type: ["access", "denied"],
      outcome: "success",
    });
    expect(toEcs(events.outage).event).toMatchObject({
      type: ["access", "denied"],
      outcome: "failure",
    });
  });

  it("leaves out unknown HTTP members, and a missing user", () => {
    expect(toEcs(events.anonymous).http).toEqual({ response: { status_code: 403 } });
    expect(toEcs(events.remove).http).toEqual({ request: { id: "r-3", method: "DELETE" } });
    expect(toEcs(events.public)).not.toHaveProperty("http");
    expect(toEcs(events.public)).not.toHaveProperty("user");
    expect(toEcs(events.machine).event.action).toBe("endpoint-call");
    expect(toEcs(events.public).message).toBe("tool search: allowed");
  });
});

describe("toOcsf", () => {
  // events/base_event.json, events/application/api_activity.json, profiles/security_control.json
  it.each(each)(
    "maps %s to an event with all required members, and ids of the value sets",
    (name) => {
      const mapped = toOcsf(events[name]);
      isPlain(mapped);
      const required = `activity_id category_uid class_uid metadata severity_id time type_uid actor api src_endpoint`;
      expect(Object.keys(mapped)).toEqual(expect.arrayContaining(required.split(" ")));
      expect([mapped.category_uid, mapped.class_uid]).toEqual([6, 6003]);
      expect([1, 2, 3, 4, 99]).toContain(mapped.activity_id);
      expect(mapped.type_uid).toBe(mapped.class_uid * 100 + mapped.activity_id);
      expect(mapped.time).toBe(Date.parse(events[name].time));
      expect([
        [1, "Success"],
        [2, "Failure"],
      ]).toContainEqual([mapped.status_id, mapped.status]);
      expect([
        [1, "Allowed"],
        [2, "Denied"],
      ]).toContainEqual([mapped.action_id, mapped.action]);
      expect([
        [1, "Allowed"],
        [2, "Blocked"],
        [27, "Error"],
      ]).toContainEqual([mapped.disposition_id, mapped.disposition]);
      expect(mapped.metadata).toMatchObject({
        version: "1.8.0",
        product: { name: "scope-policy" },
      });
      expect(mapped.metadata.profiles).toEqual(["security_control"]);
      // a user needs an account, a name or a uid; an endpoint an address or a name; an API call an operation
      expect(mapped.actor.user.uid ?? mapped.actor.user.name).toEqual(expect.any(String));
      expect(mapped.src_endpoint.name).toEqual(expect.any(String));
      expect(mapped.api.operation).not.toBe("");
      expect(mapped.policy).toEqual({ name: "Shop", version: "7" });
      if (mapped.http_response !== undefined)
        expect(mapped.http_response.code).toBeGreaterThan(399);
    },
  );

  const activities: readonly (readonly [Case, number, string])[] = [
    ["allowed", 99, "Call"],
    ["unknown", 99, "Call"],
    ["options", 99, "Call"],
    ["create", 1, "Create"],
    ["machine", 2, "Read"],
    ["replace", 3, "Update"],
    ["change", 3, "Update"],
    ["remove", 4, "Delete"],
  ];
  it.each(activities)("maps %s to activity %d, %s", (name, id, title) => {
    expect(toOcsf(events[name])).toMatchObject({
      activity_id: id,
      activity_name: title,
      type_name: `API Activity: ${id === 99 ? "Other" : title}`,
    });
  });

  it("maps a denial", () => {
    const { scope } = events;
    expect(toOcsf(scope, { clientAddress: "192.0.2.1" })).toMatchObject({
      status_id: 2,
      status_code: "insufficient_scope",
      message: "tool list_orders for client-1: insufficient_scope",
      action_id: 2,
      disposition_id: 2,
      metadata: { uid: scope.id, correlation_uid: "r-2" },
      actor: {
        user: { uid: "user-1", credential_uid: "token-1" },
        app_uid: "client-1",
        idp: { name: "https://issuer.example.com" },
        authorizations: [
          { decision: "insufficient_scope", policy: { name: "Shop", version: "7" } },
        ],
      },
      api: {
        operation: "list_orders",
        service: { name: "Shop" },
        request: { uid: "r-2" },
        response: { code: 403, error: "insufficient_scope" },
      },
      http_response: { code: 403 },
      src_endpoint: { ip: "192.0.2.1" },
      unmapped: { requirement: scope.requirement, arguments: [], token: scope.token },
    });
  });

  it("maps an allowed call, member by member", () => {
    const { remove } = events;
    const edition = { name: "Shop", version: "7" };
    expect(toOcsf({ ...remove, decision: { code: "allowed", allowed: true, scopes: [] } })).toEqual(
      {
        metadata: {
          version: "1.8.0",
          uid: remove.id,
          product: { name: "scope-policy", vendor_name: "scope-policy" },
          profiles: ["security_control"],
          correlation_uid: "r-3",
        },
        time: Date.parse(remove.time),
        category_uid: 6,
        category_name: "Application Activity",
        class_uid: 6003,
        class_name: "API Activity",
        activity_id: 4,
        activity_name: "Delete",
        type_uid: 600304,
        type_name: "API Activity: Delete",
        severity_id: 1,
        severity: "Informational",
        status_id: 1,
        status: "Success",
        status_code: "allowed",
        message: "endpoint DELETE /orders/:id for client-1: allowed",
        action_id: 1,
        action: "Allowed",
        disposition_id: 1,
        disposition: "Allowed",
        policy: edition,
        actor: {
          user: { uid: "user-1", credential_uid: "token-1" },
          app_uid: "client-1",
          idp: { name: "https://issuer.example.com" },
          authorizations: [{ decision: "allowed", policy: edition }],
        },
        api: {
          operation: "DELETE /orders/:id",
          service: { name: "Shop" },
          request: { uid: "r-3" },
        },
        src_endpoint: { name: "client-1" },
        unmapped: {
          token: remove.token,
          decision: { code: "allowed", allowed: true, scopes: [] },
          requirement: remove.requirement,
          arguments: [],
        },
      },
    );
  });

  it("maps an anonymous caller, an empty operation name and an outage", () => {
    expect(toOcsf(events.anonymous).actor.user).toEqual({
      name: "unknown",
      type_id: 0,
      type: "Unknown",
    });
    expect(toOcsf(events.anonymous).src_endpoint).toEqual({ name: "unknown" });
    expect(toOcsf(events.machine).actor.user).toEqual({ uid: "client-1" });
    expect(toOcsf(events.empty).api.operation).toBe("unknown");
    expect(toOcsf(events.unknown).unmapped.requirement).toBeNull();
    expect(toOcsf(events.outage)).toMatchObject({
      disposition_id: 27,
      disposition: "Error",
      status_id: 2,
    });
  });
});

describe("the second event of a call, and the event of a gate that only reports", () => {
  const answered = (name: Case, status: number): AuditEvent => ({
    ...events[name],
    kind: "answered",
    status,
  });
  const reported = (name: Case): AuditEvent => ({ ...events[name], enforced: false });

  it("has an id of its own where a log or broker drops a second event with one id", () => {
    const { id } = events.allowed;
    const second = answered("allowed", 404);
    const ids = (event: AuditEvent) => [
      toCloudEvent(event, "/").id,
      toEcs(event).event.id,
      toOcsf(event).metadata.uid,
    ];
    expect(ids(events.allowed)).toEqual([id, id, id]);
    expect(ids(second)).toEqual(Array(3).fill(`${id}:answered`));
    expect(toCloudEvent(second, "/").data.id).toBe(id);
    expect(toEcs(second).scope_policy).toMatchObject({ kind: "answered" });
    expect(toOpenTelemetryAttributes(second)).toMatchObject({
      "scope_policy.event.id": id,
      "scope_policy.event.kind": "answered",
      "http.response.status_code": 404,
    });
  });

  it("has the status of an allowed call, and no error", () => {
    expect(toOcsf(answered("allowed", 404)).api.response).toEqual({ code: 404 });
    expect(toOcsf(answered("scope", 403)).api.response).toEqual({
      code: 403,
      error: "insufficient_scope",
    });
  });

  it("is not mapped to a refusal if the call went on", () => {
    expect(toEcs(reported("scope"))).toMatchObject({
      message: "tool list_orders for client-1: insufficient_scope (only reported)",
      event: { type: ["access", "info"] },
      scope_policy: { enforced: false },
    });
    expect(toOcsf(reported("scope"))).toMatchObject({
      action_id: 3,
      action: "Observed",
      disposition_id: 17,
      disposition: "Logged",
      unmapped: { enforced: false },
    });
    expect(toOpenTelemetryAttributes(reported("scope"))).toMatchObject({
      "scope_policy.decision.allowed": false,
      "scope_policy.decision.enforced": false,
    });
  });

  it("is mapped as ever if the call was allowed, or refused by a denied operation", () => {
    expect(toEcs(reported("allowed")).event.type).toEqual(["access", "allowed"]);
    expect(toOcsf(reported("allowed")).action).toBe("Allowed");
    expect(toEcs(reported("denied")).event.type).toEqual(["access", "denied"]);
    expect(toOcsf(reported("denied")).disposition).toBe("Blocked");
  });
});
