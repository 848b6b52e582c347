import fc from "fast-check";
import { type AnyPolicy, loadPolicy, type PolicyError } from "scope-policy";
import {
  type AuthorizationDetails,
  type AuthorizationEvent,
  authorizationEvent,
} from "scope-policy/audit";
import { describe, expect, it, vi } from "vitest";
import { UNSAFE_TEXT } from "./audit-events.js";

const policy = loadPolicy({
  name: "Shop\u202e",
  version: "7",
  scopes: { "orders:read": {}, "orders:write": {}, "/accounts/{id}/": {} },
});

const JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const base = { type: "consent", outcome: "success" } as const;
const eventOf = (details: Partial<AuthorizationDetails>) =>
  authorizationEvent(policy, { ...base, ...details });

/** Returns the line of an event. Throws if it is not one line of bounded size. */
function lineOf(event: AuthorizationEvent): string {
  const line = JSON.stringify(event);
  expect(line).not.toMatch(UNSAFE_TEXT);
  expect(line.length).toBeLessThan(16_384);
  expect(JSON.parse(line)).toEqual(event);
  return line;
}

describe("an event of an authorization server", () => {
  it("contains the request, the client, the user, the grant, the token and the scopes", () => {
    const event = authorizationEvent(policy, {
      type: "token",
      outcome: "denied",
      error: "invalid_scope",
      reason: "more than was granted",
      client_id: "https://app.example/client.json",
      client_name: "Course Helper",
      first_party: true,
      sub: "user-1",
      iss: "https://as.example",
      requested: "orders:read orders:write",
      scope: ["orders:read"],
      removed: "",
      grantId: "grant-1",
      grant_type: "refresh_token",
      jti: "token-1",
      status: 400,
      requestId: "r-1",
      time: new Date(Date.UTC(2026, 10, 22)),
    });
    expect(event).toEqual({
      id: expect.stringMatching(UUID) as string,
      time: "2026-11-22T00:00:00.000Z",
      policy: { name: "Shop\ufffd", version: "7" },
      type: "token",
      outcome: "denied",
      error: "invalid_scope",
      reason: "more than was granted",
      actor: { sub: "user-1", iss: "https://as.example" },
      client: {
        client_id: "https://app.example/client.json",
        client_name: "Course Helper",
        first_party: true,
      },
      token: { jti: "token-1", iss: "https://as.example" },
      grant: { id: "grant-1", grant_type: "refresh_token" },
      scopes: {
        granted: ["orders:read"],
        removed: [],
        requested: ["orders:read", "orders:write"],
      },
      status: 400,
      requestId: "r-1",
    } satisfies AuthorizationEvent);
    lineOf(event);
  });

  it("has empty members for details without optional members", () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 0 });
    const event = eventOf({ client_id: undefined, first_party: undefined, time: undefined });
    vi.useRealTimers();
    expect(event).toStrictEqual({
      id: expect.stringMatching(UUID) as string,
      time: "1970-01-01T00:00:00.000Z",
      policy: { name: "Shop\ufffd", version: "7" },
      ...base,
      actor: {},
      client: {},
      token: {},
      grant: {},
      scopes: {},
    });
    expect(eventOf({}).id).not.toBe(eventOf({}).id);
  });

  const texts = [
    "client_id",
    "client_name",
    "sub",
    "iss",
    "grantId",
    "grant_type",
    "jti",
    "requestId",
    "error",
    "reason",
    "scope",
    "requested",
    "removed",
  ] as const;

  it.each(texts)("has no credential in `%s`", (name) => {
    for (const text of [JWT, `Bearer ${JWT}`, "sk-abcdefgh12345678", `a\u2028${JWT}\n`]) {
      const line = lineOf(eventOf({ [name]: text }));
      expect(line).toContain("[redacted]");
      expect(line).not.toContain("eyJzdWIiOiJ4In0");
      expect(line).not.toContain("abcdefgh");
    }
  });

  it.each(["grant_type", "error", "requested"] as const)(
    "has no random text in `%s`, since a client chooses it",
    (name) => {
      const line = lineOf(eventOf({ [name]: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_w" }));
      expect(line).toContain("[redacted]");
    },
  );

  it.each(texts)("has no value in `%s` that is not a text", (name) => {
    for (const value of [1, null, true, {}, () => "a", Symbol("a"), ""]) {
      const given = eventOf({ [name]: value });
      const { id, time, ...rest } = eventOf({});
      const isScopes = ["scope", "requested", "removed"].includes(name) && value === "";
      if (!isScopes) expect(given).toMatchObject(rest);
      expect(Object.keys(given)).toEqual(Object.keys({ id, time, ...rest }));
      lineOf(given);
    }
  });

  it("has the scopes of a text or a list, without list members that are empty or not text", () => {
    const { scopes } = eventOf({ scope: "a  b ", requested: ["a", 1, null, "", "b"] });
    expect(scopes).toEqual({ granted: ["a", "b"], requested: ["a", "b"] });
    const bound = "/accounts/Zq3vT9xLk2Pw8RmB5nYc7Hd1/";
    expect(eventOf({ scope: bound }).scopes.granted).toEqual([bound]);
  });

  it("has names of the policy that look like secrets unchanged, and no other such texts", () => {
    const named = loadPolicy({
      name: "Vault",
      version: "1",
      scopes: {
        "secrets:read": { replaces: ["token:read"] },
        "secrets:purge": { reserved: true },
        "secrets:{id}:read": {},
      },
    });
    const scope =
      "secrets:read token:read secrets:purge secrets:write secrets:Zq3vT9xLk2Pw8RmB5nYc:read password=hunter2";
    const known = ["secrets:read", "token:read", "secrets:purge", "secrets:[redacted]"];
    const { scopes } = authorizationEvent(named, {
      ...base,
      requested: scope,
      scope,
      removed: scope,
    });
    expect(scopes.requested).toEqual([...known, "secrets:[redacted]", "password=[redacted]"]);
    const withValue = [...known, "secrets:Zq3vT9xLk2Pw8RmB5nYc:read", "password=[redacted]"];
    expect(scopes).toMatchObject({ granted: withValue, removed: withValue });
  });

  it("has as many scopes as fit, and counts the others", () => {
    const many = Array.from({ length: 1_000 }, (_, at) => `orders:read-${at}`);
    const event = eventOf({ scope: many.join(" "), requested: many });
    lineOf(event);
    const { granted = [], requested = [], leftOut = 0 } = event.scopes;
    expect(granted.length).toBeGreaterThan(300);
    expect(granted.length + requested.length + leftOut).toBe(2_000);
  });

  it("is one line of bounded length for long client input", () => {
    const long = "a ".repeat(500_000);
    lineOf(eventOf({ requested: long, scope: long, client_name: long, error: "A".repeat(1e6) }));
  });

  it("is one line without a credential for any client input", () => {
    const value = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom(JWT, `Bearer ${JWT}`, `x${JWT}`, `a ${JWT} b`),
      fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.constant(JWT), fc.integer())),
      fc.anything(),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...texts), value), (details) => {
        expect(lineOf(eventOf({ ...details }))).not.toContain("eyJzdWIiOiJ4In0");
      }),
      { numRuns: 300 },
    );
  });
});

describe("the boundaries of an event of an authorization server", () => {
  const bounded = loadPolicy({
    name: "Shop",
    version: "7",
    boundaries: { project: { claim: "projects" }, region: { claim: "regions" } },
    scopes: { "orders:read": {} },
    tools: {
      list_orders: { scope: "orders:read", within: { project: "project" } },
      list_regions: { scope: "orders:read", within: { region: "region" } },
    },
  });
  const boundariesOf = (given: unknown) => {
    const event = authorizationEvent(bounded, { ...base, boundaries: given });
    lineOf(event);
    const { boundaries, boundariesLeftOut } = event;
    return { boundaries, boundariesLeftOut, isOwn: Object.hasOwn(event, "boundaries") };
  };

  it.each<[what: string, given: unknown, boundaries: object | undefined]>([
    [
      "lists and a text",
      { project: ["p1", "p2"], region: "eu" },
      { project: ["p1", "p2"], region: ["eu"] },
    ],
    ["an empty list", { project: [] }, { project: [] }],
    [
      "a boundary that the policy does not have",
      { project: "p1", other: ["x"] },
      { project: ["p1"] },
    ],
    ["a value that is not a list of texts", { project: [1], region: "eu" }, { region: ["eu"] }],
    ["a credential", { project: [JWT] }, { project: ["[redacted]"] }],
    ["unsafe characters", { project: ["a\u202eb\nc"] }, { project: ["a\ufffdb\ufffdc"] }],
    ["inherited members", Object.create({ project: ["p1"] }), undefined],
    ["no boundary", {}, undefined],
    ["nothing", undefined, undefined],
    ["null", null, undefined],
    ["a text", "p1", undefined],
  ])("are the values of each boundary of the policy: %s", (_what, given, boundaries) => {
    expect(boundariesOf(given)).toEqual({
      boundaries,
      boundariesLeftOut: undefined,
      isOwn: boundaries !== undefined,
    });
  });

  it("are left out and counted beyond 2,048 characters, 3 of them between values", () => {
    const values = Array.from({ length: 600 }, () => "p");
    const { boundaries = {}, boundariesLeftOut } = boundariesOf({ project: values, region: "eu" });
    expect(boundaries["project"]).toHaveLength(512);
    expect(boundaries["region"]).toEqual([]);
    expect(boundariesLeftOut).toBe(89);
  });
});

describe("authorizationEvent", () => {
  const findings = (make: () => unknown): readonly string[] => {
    try {
      make();
    } catch (error) {
      const { code, findings: all } = error as PolicyError;
      return [code, ...all.map(({ path, message }) => `${path}: ${message}`)];
    }
    return [];
  };

  const wrong: readonly (readonly [
    title: string,
    details: unknown,
    findings: readonly string[],
  ])[] = [
    [
      "reports every finding at once",
      { typ: "token", outcome: "ok", status: 99, time: "now", first_party: 1 },
      [
        "ERR_OPTIONS_INVALID",
        "type: is missing",
        "outcome: expected one of `success`, `denied`, `failure`",
        "first_party: expected one of `true`, `false`",
        "status: expected an HTTP status",
        "time: expected a valid date",
        "typ: unknown option",
      ],
    ],
    [
      "rejects an invalid date",
      { ...base, time: new Date(Number.NaN), status: 600 },
      ["ERR_OPTIONS_INVALID", "status: expected an HTTP status", "time: expected a valid date"],
    ],
    [
      "refuses nothing",
      undefined,
      ["ERR_OPTIONS_INVALID", "type: is missing", "outcome: is missing"],
    ],
    [
      "reads own members only",
      Object.create(base),
      ["ERR_OPTIONS_INVALID", "type: is missing", "outcome: is missing"],
    ],
  ];
  it.each(wrong)("%s", (_, details, expected) => {
    expect(findings(() => authorizationEvent(policy, details as AuthorizationDetails))).toEqual(
      expected,
    );
  });

  it("rejects a value that is not a policy", () => {
    expect(findings(() => authorizationEvent({} as AnyPolicy, base))[0]).toBe("ERR_POLICY_UNKNOWN");
  });
});
