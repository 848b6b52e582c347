import { type AuthorizationCall, createAuthorizer, loadPolicy, type Outage } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { describe, expect, it } from "vitest";
import type { findingsOf } from "../policy/findings-of.js";

const policy = loadPolicy({
  name: "Shop",
  version: "1",
  scopes: { "orders:read": {} },
  tools: { list_orders: "orders:read", refund: { deny: "no" }, search: { public: true } },
});

const boom = new Error("sink");
const sinks: readonly (readonly [title: string, sink: () => unknown])[] = [
  [
    "throws",
    () => {
      throw boom;
    },
  ],
  ["rejects", () => Promise.reject(boom)],
  ["never settles", () => new Promise(() => undefined)],
];

function authorizerWith(audit: (event: AuditEvent) => unknown, onAuditError?: "continue" | "deny") {
  const faults: Outage[] = [];
  const authorizer = createAuthorizer({
    policy,
    verify: (raw) => (raw === "good" ? { scope: "orders:read", sub: "u" } : undefined),
    audit,
    timeout: 20,
    onOutage: (fault) => faults.push(fault),
    ...(onAuditError !== undefined && { onAuditError }),
  });
  return { authorizer, faults };
}

const call = (authorization: string | undefined, operation: string) => ({
  authorization,
  operation,
});

// AUDIT-049: the audit never throws into a request, and an option of the operator sets its effect on an allowed call
describe.each(sinks)("AUDIT-049: a sink that %s", (_, sink) => {
  it.each([undefined, "deny"] as const)("makes an allowed call a 503 (%s)", async (mode) => {
    const { authorizer, faults } = authorizerWith(sink, mode);
    const admission = await authorizer.admit(call("Bearer good", "list_orders"));
    expect(admission).toMatchObject({
      decision: { code: "temporarily_unavailable" },
      answer: { status: 503, headers: { "Retry-After": "5" } },
    });
    expect(faults.map(({ source }) => source)).toEqual(["audit"]);
    expect(authorizer.outages.audit).toBe(1);
  });

  it("does not stop an allowed call with `continue`, and is still reported", async () => {
    const { authorizer, faults } = authorizerWith(sink, "continue");
    const { decision } = await authorizer.admit(call("Bearer good", "list_orders"));
    expect(decision.code).toBe("allowed");
    await expect.poll(() => faults.length).toBe(1);
  });

  it.each(["deny", "continue"] as const)("does not change a denial (%s)", async (mode) => {
    const { authorizer } = authorizerWith(sink, mode);
    for (const [authorization, operation, code] of [
      ["Bearer good", "refund", "denied"],
      ["Bearer bad", "list_orders", "invalid_token"],
      [undefined, "list_orders", "unauthenticated"],
      ["Bearer good", "nope", "unknown_operation"],
    ] as const) {
      const { decision } = await authorizer.admit(call(authorization, operation));
      expect(decision.code).toBe(code);
    }
  });
});

describe("a sink", () => {
  const calls: readonly (readonly [string | undefined, string, string])[] = [
    ["Bearer good", "list_orders", "allowed"],
    [undefined, "search", "allowed"],
    [undefined, "list_orders", "unauthenticated"],
    ["Bearer bad", "list_orders", "invalid_token"],
    ["Bearer a b", "list_orders", "invalid_request"],
    ["Bearer good", "refund", "denied"],
    ["Bearer good", "nope", "unknown_operation"],
  ];
  it.each(["deny", "continue"] as const)("receives each decision once (%s)", async (mode) => {
    const events: AuditEvent[] = [];
    const { authorizer } = authorizerWith((event) => void events.push(event), mode);
    for (const [authorization, operation] of calls)
      await authorizer.admit(call(authorization, operation));
    await expect.poll(() => events.length).toBe(calls.length);
    expect(events.map(({ decision }) => decision.code)).toEqual(calls.map(([, , code]) => code));
    expect(events.map(({ operation }) => operation.name)).toEqual(calls.map(([, name]) => name));
    expect(events.map(({ status }) => status)).toEqual([
      undefined,
      undefined,
      401,
      401,
      400,
      403,
      403,
    ]);
    await authorizer.decide("good", "list_orders");
    await authorizer.authorize("good", "list_orders");
    await expect(authorizer.authorize("bad", "list_orders")).rejects.toThrow("invalid token");
    await expect.poll(() => events.length).toBe(calls.length + 3);
  });

  it("receives the arguments and the request id of the adapter", async () => {
    const events: AuditEvent[] = [];
    const { authorizer } = authorizerWith((event) => void events.push(event));
    const params = { id: "7" };
    await authorizer.admit({ ...call("Bearer good", "list_orders"), params, requestId: "r-1" });
    await authorizer.admit({
      ...call("Bearer good", "list_orders"),
      params,
      arguments: { all: 1 },
    });
    expect(events[0]).toMatchObject({ requestId: "r-1", arguments: [{ name: "id", size: 1 }] });
    expect(events[1]).toMatchObject({ arguments: [{ name: "all", type: "number" }] });
    for (const audited of [() => ({ arguments: { b: 1 }, requestId: "r-2" }), undefined]) {
      const given = { ...call("Bearer good", "list_orders"), params, audited } as AuthorizationCall;
      await authorizer.admit(given);
    }
    expect(events[2]).toMatchObject({ requestId: "r-2", arguments: [{ name: "b" }] });
    expect(events[3]).toMatchObject({ arguments: [{ name: "id" }] });
  });

  // an adapter decides on some parameters and audits others: MCP reads a resource by its URI, and the URI contains the parameters
  it.each<[title: string, params: object, audited: object, scope: string]>([
    ["text", { ssn: "123-45", pin: "9" }, {}, "/people/[redacted]/[redacted]"],
    ["number", { ssn: 12_345, pin: 9 }, {}, "/people/[redacted]/[redacted]"],
    ["letter", { ssn: "e", pin: "9" }, {}, "/p[redacted]opl[redacted]/[redacted]/[redacted]"],
    ["part of another one", { ssn: "12", pin: "1234" }, {}, "/people/[redacted]/[redacted]"],
    [
      "text that a getter returns",
      Object.defineProperty({ pin: "9" }, "ssn", { get: () => "123-45", enumerable: true }),
      {},
      "/people/[redacted]/[redacted]",
    ],
    [
      "text, which does not fit into the event",
      { ssn: "1".repeat(128), pin: "2,".repeat(64) },
      {},
      "/people/[redacted]/[redacted]",
    ],
    [
      "text, which the arguments of the event do not have",
      { ssn: "123-45", pin: "9" },
      { arguments: { uri: "a" } },
      "/people/[redacted]/[redacted]",
    ],
    [
      "text, of which the arguments of the event have a part",
      { ssn: "123-45", pin: "987" },
      { arguments: { ssn: "1", pin: 9 } },
      "/people/[redacted]/[redacted]",
    ],
    [
      "text beside another parameter",
      { ssn: "123-45", page: "false" },
      { arguments: { page: 7 } },
      "/pages/[redacted]/false",
    ],
  ])(
    "receives no secret that is bound to a scope, as a %s",
    async (_title, params, audited, scope) => {
      const events: AuditEvent[] = [];
      const authorizer = createAuthorizer({
        policy: loadPolicy({
          name: "Shop",
          version: "1",
          scopes: { "/people/{ssn}/{pin}": {}, "/pages/{ssn}/{page}": {} },
          tools: { read_person: "/people/{ssn}/{pin}", read_page: "/pages/{ssn}/{page}" },
        }),
        verify: () => ({ scope: "" }),
        audit: (event) => void events.push(event),
      });
      const operation = "pin" in params ? "read_person" : "read_page";
      await authorizer.admit({ ...call("Bearer a", operation), params, ...audited });
      expect(events[0]?.decision).toMatchObject({ missing: [scope], accepted: [[scope]] });
    },
  );

  it.each([
    [false, false],
    [true, undefined],
    [undefined, undefined],
  ])("receives whether the gate only reports: %s", async (enforced, expected) => {
    const events: AuditEvent[] = [];
    const { authorizer } = authorizerWith((event) => void events.push(event));
    const given = call("Bearer good", "list_orders");
    await authorizer.admit({ ...given, ...(enforced !== undefined && { enforced }) });
    expect(events).toHaveLength(1);
    expect(events[0]?.enforced).toBe(expected);
  });

  it("receives an allowed call before the call continues", async () => {
    const steps: string[] = [];
    const { authorizer } = authorizerWith(async () => {
      await Promise.resolve();
      steps.push("written");
    });
    await authorizer.admit(call("Bearer good", "list_orders"));
    steps.push("goes on");
    expect(steps).toEqual(["written", "goes on"]);
  });
});

describe("the denial of a message that calls no operation", () => {
  const recordWith = async (code: "unauthenticated" | "invalid_token") => {
    const events: AuditEvent[] = [];
    const { authorizer } = authorizerWith((event) => void events.push(event));
    const decision = { allowed: false, code, message: code } as const;
    const refused = { decision, answer: authorizer.answer(decision) };
    const answered = await authorizer.record(refused, { name: "mcp:initialize", requestId: "r" });
    return { events, answered };
  };

  it("is an event of the kind `protocol`", async () => {
    const { events, answered } = await recordWith("invalid_token");
    expect(answered).toBeTypeOf("function");
    expect(events).toMatchObject([
      {
        operation: { name: "mcp:initialize", kind: "protocol" },
        decision: { code: "invalid_token", allowed: false },
        status: 401,
        requestId: "r",
      },
    ]);
  });

  it("is no event if the request has no credentials, since clients begin without them", async () => {
    expect(await recordWith("unauthenticated")).toEqual({ events: [], answered: undefined });
  });
});

describe("the option `auditKey`", () => {
  const verify = () => undefined;
  it.each([1, "short", new Uint8Array(15), { length: 16 }, "", []])("rejects %j", (auditKey) => {
    const findings = faultsOf(() =>
      createAuthorizer({ policy, verify, auditKey: auditKey as never }),
    );
    expect(findings).toEqual([["auditKey", "expected at least 16 characters or bytes"]]);
  });

  it.each(["0123456789abcdef", new Uint8Array(16)])("accepts %j", async (auditKey) => {
    const events: AuditEvent[] = [];
    const shown = loadPolicy({
      name: "Shop",
      version: "1",
      scopes: {},
      tools: { search: { public: true, audit: { hash: ["q"] } } },
    });
    const authorizer = createAuthorizer({
      policy: shown,
      verify,
      auditKey,
      audit: (event) => void events.push(event),
    });
    await authorizer.admit({ ...call(undefined, "search"), params: { q: "a" } });
    expect(events[0]?.arguments[0]?.digest).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
  });
});

function faultsOf(make: () => unknown): readonly (readonly [path: string, message: string])[] {
  try {
    make();
    return [];
  } catch (error) {
    const { findings } = error as { findings: ReturnType<typeof findingsOf> };
    return findings.map(({ path, message }) => [path, message]);
  }
}
