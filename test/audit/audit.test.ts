import type { AuditEvent } from "scope-policy/audit";
import { describe, expect, it, vi } from "vitest";
import { HOSTILE } from "../model/hostile.js";
import { eventOf, lineOf } from "./audit-events.js";

const many = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);

const policy = {
  name: "Shop\u202e",
  version: "2026-11-22",
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  scopes: {
    "mcp:tools": {},
    "orders:read": {},
    "token:write": { tier: "pro" },
    "admin:all": { reserved: true },
    "/people/{ssn}/read": {},
    "/accounts/{accountID}/read": {},
    ...Object.fromEntries(many(400, "long:scope-").map((name) => [name, {}])),
  },
  baseline: ["mcp:tools"],
  tools: {
    list_orders: { anyOf: ["orders:read", { scope: "token:write", accountTypes: ["mentor"] }] },
    purge: "admin:all",
    whoami: { authenticated: true },
    search: { public: true, enrichedBy: "orders:read" },
    refund: { deny: "Refunds are made\nby people: token=1." },
    person: "/people/{ssn}/read",
    account: "/accounts/{accountID}/read",
    wide: { anyOf: many(400, "long:scope-") },
    deep: { allOf: many(400, "long:scope-") },
    mentors: { scope: "orders:read", accountTypes: ["mentor"] },
    "list_*": { scope: "orders:read", audit: { show: ["a"], hash: ["b"] } },
    "*_users": { scope: "token:write", audit: { show: ["c", "b"] } },
    "shut_*": { deny: "shut" },
    "open_*": { public: true },
    "*_open": { public: true },
    "wide_*": { anyOf: many(400, "long:scope-") },
  },
  endpoints: { "GET /token:reset": { scope: "orders:read", audit: { show: ["page"] } } },
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const held = { scope: "mcp:tools orders:read" };

describe("an event", () => {
  it("contains the user, the client, the operation, the decision and the requirement of the policy", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 22) });
    const event = await eventOf(policy, {
      operation: "list_orders",
      requestId: "req-1",
      args: { page: 2 },
      token: {
        scope: "mcp:tools",
        sub: "user-1",
        iss: "https://issuer.example.com",
        client_id: "client-1",
        jti: "token-1",
        tier: "free",
        account_type: "studio",
        first_party: true,
        exp: 1,
      },
    });
    vi.useRealTimers();
    expect(event).toEqual({
      id: expect.stringMatching(UUID) as string,
      time: "2026-11-22T00:00:00.000Z",
      policy: { name: "Shop\ufffd", version: "2026-11-22" },
      operation: { name: "list_orders", kind: "tool" },
      actor: {
        sub: "user-1",
        iss: "https://issuer.example.com",
        tier: "free",
        account_type: "studio",
      },
      client: { client_id: "client-1", first_party: true },
      token: { jti: "token-1", iss: "https://issuer.example.com" },
      decision: {
        code: "insufficient_scope",
        allowed: false,
        missing: ["orders:read"],
        scopes: ["orders:read", "mcp:tools"],
        accepted: [["orders:read", "mcp:tools"]],
      },
      requirement: {
        rules: [
          {
            anyOf: [
              { scopes: ["orders:read", "mcp:tools"] },
              { scopes: ["token:write", "mcp:tools"], tier: "pro", accountTypes: ["mentor"] },
            ],
          },
        ],
      },
      status: 403,
      requestId: "req-1",
      arguments: [{ name: "page", type: "number" }],
    } satisfies AuditEvent);
  });

  it("has empty members for an unknown operation without a token", async () => {
    const event = await eventOf(policy, { operation: "nope" });
    expect(event).toMatchObject({
      operation: { name: "nope", kind: "unknown" },
      actor: {},
      client: {},
      token: {},
      decision: { code: "unknown_operation", allowed: false },
      arguments: [],
    });
    expect(Object.keys(event)).not.toContain("requirement");
    expect(Object.keys(event)).not.toContain("requestId");
  });

  it("has a different id each time", async () => {
    const events = await Promise.all(many(5, "").map(() => eventOf(policy)));
    expect(new Set(events.map(({ id }) => id)).size).toBe(5);
  });

  const decisions: readonly (readonly [operation: string, token: unknown, decision: object])[] = [
    ["list_orders", held, { code: "allowed", allowed: true, scopes: ["orders:read", "mcp:tools"] }],
    ["search", undefined, { code: "allowed", allowed: true, scopes: [] }],
    [
      "search",
      held,
      { code: "allowed", allowed: true, scopes: [], enriched: true, enrichments: ["orders:read"] },
    ],
    ["list_orders", undefined, { code: "unauthenticated", allowed: false }],
    ["list_orders", 1, { code: "invalid_token", allowed: false }],
    ["purge", held, { code: "reserved_scope", allowed: false }],
    [
      "refund",
      held,
      { code: "denied", allowed: false, reason: "Refunds are made by people: token=1." },
    ],
    ["person", held, { code: "invalid_params", allowed: false, param: "ssn" }],
    ["mentors", held, { code: "account_type_required", allowed: false, accountTypes: ["mentor"] }],
    ["x_users", held, { code: "upgrade_required", allowed: false, tier: "pro" }],
    [
      "x_users",
      { ...held, tier: "free" },
      { code: "upgrade_required", allowed: false, tier: "pro", had: "free" },
    ],
  ];
  it.each(decisions)("contains the decision of %s", async (operation, token, decision) => {
    expect((await eventOf(policy, { operation, token })).decision).toEqual(decision);
  });

  it("contains the parameter that is bound to another value", async () => {
    const token = { scope: "mcp:tools /accounts/a/read" };
    const event = await eventOf(policy, { operation: "account", token, args: { accountID: "b" } });
    expect(event.decision).toEqual({
      code: "binding_mismatch",
      allowed: false,
      param: "accountID",
    });
  });

  const requirements: readonly (readonly [operation: string, requirement: object])[] = [
    ["purge", { rules: [{ anyOf: [{ scopes: ["admin:all", "mcp:tools"], reserved: true }] }] }],
    ["whoami", { rules: [{ anyOf: [{ scopes: ["mcp:tools"] }] }] }],
    ["search", { public: true, rules: [] }],
    ["refund", { denied: true, rules: [] }],
    ["person", { rules: [{ anyOf: [{ scopes: ["/people/{ssn}/read", "mcp:tools"] }] }] }],
    ["GET /token:reset", { rules: [{ anyOf: [{ scopes: ["orders:read"] }] }] }],
    ["list_a", { rules: [{ anyOf: [{ scopes: ["orders:read", "mcp:tools"] }] }] }],
    [
      "list_users",
      {
        rules: [
          { anyOf: [{ scopes: ["orders:read", "mcp:tools"] }] },
          { anyOf: [{ scopes: ["token:write", "mcp:tools"], tier: "pro" }] },
        ],
      },
    ],
    ["open_a", { public: true, rules: [] }],
    ["open_open", { public: true, rules: [] }],
    ["open_users", { rules: [{ anyOf: [{ scopes: ["token:write", "mcp:tools"], tier: "pro" }] }] }],
    ["list_open", { rules: [{ anyOf: [{ scopes: ["orders:read", "mcp:tools"] }] }] }],
    ["shut_users", { denied: true, rules: [] }],
    ["shut_open", { denied: true, rules: [] }],
  ];
  it.each(requirements)("contains the requirement of %s", async (operation, requirement) => {
    expect((await eventOf(policy, { operation, token: held })).requirement).toEqual(requirement);
  });

  it("leaves out and counts alternatives that do not fit", async () => {
    for (const operation of ["wide", "wide_x", "wide_users"]) {
      const event = await eventOf(policy, {
        operation,
        token: { scope: "mcp:tools", tier: "pro" },
      });
      const { rules, leftOut } = event.requirement as Required<
        NonNullable<AuditEvent["requirement"]>
      >;
      const written = rules.flatMap(({ anyOf }) => anyOf).length;
      expect(written).toBeGreaterThan(100);
      expect(written + leftOut).toBe(operation === "wide_users" ? 401 : 400);
      lineOf(event);
    }
    lineOf(await eventOf(policy, { operation: "deep", token: { scope: "mcp:tools" } }));
  });

  it("shows arguments that a matching pattern declares, except those that another one hashes", async () => {
    const args = { a: 1, b: 2, c: 3, d: 4 };
    const event = await eventOf(policy, { operation: "list_users", token: held, args });
    expect(event.arguments).toMatchObject([
      { name: "a", value: 1 },
      { name: "b", digest: expect.stringMatching(/^sha256:/) as string },
      { name: "c", value: 3 },
      { name: "d", type: "number" },
    ]);
    expect(event.arguments[1]).not.toHaveProperty("value");
    expect(event.arguments[3]).not.toHaveProperty("value");
  });

  it("shows the parameters that an endpoint declares", async () => {
    const event = await eventOf(policy, {
      operation: "GET /token:reset",
      token: held,
      args: { page: "2" },
    });
    expect(event.operation).toEqual({ name: "GET /token:reset", kind: "endpoint" });
    expect(event.arguments).toEqual([{ name: "page", type: "string", size: 1, value: "2" }]);
  });

  it("contains no value of a parameter with the name of a secret, not even in a scope", async () => {
    for (const ssn of ["123-45-6789", "a", 123_456_789, 7, 0]) {
      const args = { ssn };
      const event = await eventOf(policy, {
        operation: "person",
        token: { scope: "mcp:tools" },
        args,
      });
      expect(event.decision.code).toBe("insufficient_scope");
      expect(event.decision.missing?.[0]).toMatch(/^\/.*\/\[redacted\]\/.*$/);
      if (String(ssn).length > 1) expect(lineOf(event)).not.toContain(String(ssn));
    }
    const account = { operation: "account", args: { accountID: "acc-1" } };
    const token = { scope: "mcp:tools" };
    const shown = await eventOf(policy, { ...account, token });
    expect(shown.decision.missing).toEqual(["/accounts/acc-1/read"]);
    const hidden = await eventOf(policy, { ...account, token, sensitive: ["AccountId"] });
    expect(hidden.decision.missing).toEqual(["/accounts/[redacted]/read"]);
  });

  it("redacts nothing else if such a parameter is empty, not a text, or missing", async () => {
    for (const args of [{ ssn: "" }, { ssn: 1 }, {}, null, "ssn"]) {
      const params = { ssn: "b" };
      const event = await eventOf(policy, { operation: "person", token: held, args, params });
      expect(event.decision.missing).toEqual(["/people/b/read"]);
    }
  });

  it("redacts a token in the place of any name", async () => {
    const jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln";
    const random = "Zq3vT9xLk2Pw8RmB5nYc7Hd1Jf4Gs6Ka0UeVoXiQ";
    const token = { scope: "mcp:tools", sub: jwt, client_id: jwt, iss: jwt, jti: jwt, tier: jwt };
    for (const operation of [jwt, random, `list_${random}`, `list_${jwt.replaceAll(".", "_")}`]) {
      const line = lineOf(await eventOf(policy, { operation, token, requestId: jwt }));
      expect(line).not.toContain(jwt.slice(0, 12));
      expect(line).not.toContain(random.slice(0, 12));
    }
    const args = { accountID: jwt };
    const bound = await eventOf(policy, { operation: "account", token, args });
    expect(bound.decision.missing).toEqual(["/accounts/[redacted]/read"]);
  });

  it("keeps long random identifiers of users and clients, which are not credentials", async () => {
    const random = "Zq3vT9xLk2Pw8RmB5nYc7Hd1Jf4Gs6Ka0UeVoXiQ";
    const token = { scope: "", sub: random, client_id: random, jti: random };
    expect(await eventOf(policy, { token, requestId: random })).toMatchObject({
      actor: { sub: random },
      client: { client_id: random },
      token: { jti: random },
      requestId: random,
    });
  });

  it("leaves out claims that are not text, and describes an operation name that is not text by its type", async () => {
    const token = { scope: "", sub: 1, client_id: ["a"], jti: {}, first_party: "true" };
    const event = await eventOf(policy, {
      token,
      operation: 7 as never,
      requestId: 8 as never,
    });
    expect(event).toMatchObject({ actor: {}, client: {}, token: {} });
    expect(event.operation).toEqual({ name: "[number]", kind: "unknown" });
    expect(event).not.toHaveProperty("requestId");
    expect(Object.keys(event.client)).toEqual([]);
  });
});

describe("an event is of bounded size", () => {
  const filler = ['"', "\\", "pin=1,", "é ", "a\n", "eyJaaaaa ", "\u202e"];
  it.each(filler)("if the policy and the call are filled with %j", async (unit) => {
    const long = unit.repeat(5_000);
    const names = Array.from({ length: 64 }, (_, at) => `${at}${long}`);
    const show = ["a", "b", "c", "d"];
    const scopes = Object.fromEntries(many(2_000, "s").map((name) => [name, {}]));
    const wide = {
      name: `n${long}`,
      version: `v${long}`,
      scopes,
      tools: { x: { allOf: Object.keys(scopes), audit: { show } } },
    };
    const tree = (depth: number): object =>
      depth === 0
        ? { [long]: long }
        : { [`${depth}${long}`]: long, a: tree(depth - 1), b: [long, 1, long] };
    const shown = [many(3_000, unit), tree(4), long, [tree(1), long, many(10, long)]];
    const args = Object.fromEntries([
      ...show.map((name, at) => [name, shown[at]] as const),
      ...names.map((name) => [name, long] as const),
    ]);
    const token = {
      scope: "",
      sub: long,
      client_id: long,
      iss: long,
      jti: long,
      tier: long,
      account_type: long,
    };
    for (const operation of ["x", long]) {
      const event = await eventOf(wide, { operation, token, args, requestId: long });
      lineOf(event);
      expect(event.argumentsLeftOut).toBe(4);
    }
  });
});

describe("AUDIT-049: the event of a call with a hostile value in each place is one line", () => {
  it.each([...HOSTILE])("%s", async (_, value) => {
    for (const operation of ["list_users", "person", "nope", value]) {
      const event = await eventOf(policy, {
        operation: operation as never,
        token: value,
        args: value,
        requestId: value as never,
      });
      lineOf(event);
    }
    const shown = await eventOf(policy, {
      operation: "list_users",
      args: { a: value, b: value, c: [value, { value }] },
    });
    lineOf(shown);
    expect(shown.arguments.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });
});
