import {
  AccessDenied,
  type AccessToken,
  type Admission,
  type AuthorizerDecision,
  createAuthorizer,
  loadPolicy,
  type Outage,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";
import { HOSTILE_CALL_POLICIES } from "../cases/hostile-call.js";
import { parseChallenge } from "./challenge-parser.js";

const RESOURCE = "https://api.example.com/mcp";
const policy = loadPolicy({
  ...HOSTILE_CALL_POLICIES.courses,
  tools: {
    ...HOSTILE_CALL_POLICIES.courses.tools,
    me: { authenticated: true },
    rich: { public: true, enrichedBy: "courses:read" },
  },
});
const authorizerWith = (options: Partial<AuthorizerOptions> = {}) =>
  createAuthorizer({
    policy,
    verify: verifyByName,
    trustClaims: [],
    resource: RESOURCE,
    ...options,
  });

/** The tokens of these tests by raw token. */
const TOKENS: Readonly<Record<string, AccessToken>> = {
  "aaa.bbb.ccc": { scope: "courses:read", sub: "user-1" },
  empty: { scope: "" },
  malformed: { scope: "courses:read  openid" },
};
function verifyByName(rawToken: string): AccessToken | undefined {
  if (rawToken === "outage") throw new Error("no keys");
  return Object.hasOwn(TOKENS, rawToken) ? TOKENS[rawToken] : undefined;
}

describe("an admission", () => {
  const call = { authorization: "Bearer aaa.bbb.ccc", operation: "list_courses" };
  const later = async () => TOKENS["aaa.bbb.ccc"];

  it.each<[string, Partial<AuthorizerOptions>, boolean]>([
    ["no callback", {}, true],
    [
      "no promise of `subject` and `isRevoked`",
      { subject: () => ({}), isRevoked: () => false },
      true,
    ],
    ["a verifier", { verify: later }, false],
    ["facts", { subject: async () => ({}) }, false],
    ["revocation", { isRevoked: async () => false }, false],
    ["the audit", { audit: () => undefined }, false],
  ])("is returned at once, or as a promise if it waits for %s", async (_whom, options, isThere) => {
    const admission = authorizerWith(options).admit(call);
    expect(admission instanceof Promise).toBe(!isThere);
    expect((await admission).decision.code).toBe("allowed");
  });
});

describe("the order of the decision codes", () => {
  const CREDENTIALS = {
    none: undefined,
    "two words": "Bearer a b",
    "a bad token": "Bearer unknown",
    "a malformed scope": "Bearer malformed",
    "an outage": "Bearer outage",
    "no scope": "Bearer empty",
    "a good token": "Bearer aaa.bbb.ccc",
  };
  const every = (code: AuthorizerDecision["code"]) => Object.keys(CREDENTIALS).map(() => code);
  const BAD = [
    "invalid_request",
    "invalid_token",
    "invalid_token",
    "temporarily_unavailable",
  ] as const;
  const ROWS: readonly (readonly [operation: string, params: unknown, codes: readonly string[]])[] =
    [
      ["nothing", undefined, every("unknown_operation")],
      ["constructor", undefined, every("unknown_operation")],
      ["GET /nothing", undefined, every("unknown_operation")],
      ["refund", undefined, every("denied")],
      ["drop_x", undefined, every("denied")],
      ["read_profile", undefined, every("invalid_params")],
      ["read_profile", { account_id: "a/b" }, every("invalid_params")],
      ["ping_public", undefined, ["allowed", ...BAD, "allowed", "allowed"]],
      ["rich", undefined, ["allowed", ...BAD, "allowed", "allowed"]],
      ["me", undefined, ["unauthenticated", ...BAD, "allowed", "allowed"]],
      ["list_courses", undefined, ["unauthenticated", ...BAD, "insufficient_scope", "allowed"]],
      ["GET /courses", undefined, ["unauthenticated", ...BAD, "insufficient_scope", "allowed"]],
      ["purge_all", undefined, ["unauthenticated", ...BAD, "reserved_scope", "reserved_scope"]],
      [
        "export_report",
        undefined,
        ["unauthenticated", ...BAD, "upgrade_required", "upgrade_required"],
      ],
    ];
  it.each(ROWS)(
    "is that of the policy for any credentials, for %s with %j",
    async (operation, params, codes) => {
      const authorizer = authorizerWith({ onOutage: () => undefined });
      const found: string[] = [];
      for (const authorization of Object.values(CREDENTIALS)) {
        const call = { authorization, operation, params };
        found.push((await authorizer.admit(call)).decision.code);
        found.push(
          (await authorizer.admit({ ...call, authorization: authorization ?? [] })).decision.code,
        );
      }
      expect(found).toEqual(codes.flatMap((code) => [code, code]));
    },
  );

  it("does not hide an outage: it is reported even if another code takes precedence", async () => {
    const authorizer = authorizerWith({ onOutage: () => undefined });
    const call = { authorization: "Bearer outage", operation: "refund" };
    expect((await authorizer.admit(call)).decision.code).toBe("denied");
    expect(authorizer.outages).toEqual({
      verify: 1,
      authenticate: 0,
      subject: 0,
      isRevoked: 0,
      audit: 0,
      onUsed: 0,
    });
  });
});

describe("authorizer.decide", () => {
  it("accepts a raw token, or `undefined` for no credentials, and returns invalid_request for any other value", async () => {
    const codeOf = async (rawToken: unknown) =>
      (await authorizerWith().decide(rawToken as string, "list_courses")).decision.code;
    expect(await codeOf("aaa.bbb.ccc")).toBe("allowed");
    expect(await codeOf(undefined)).toBe("unauthenticated");
    expect(await codeOf("unknown")).toBe("invalid_token");
    for (const bad of ["", "Bearer aaa.bbb.ccc", "a b", "a\n", null, 7, {}, ["aaa.bbb.ccc"]]) {
      expect(await codeOf(bad)).toBe("invalid_request");
    }
  });

  it("returns the token if it is valid, and no member `token` otherwise", async () => {
    const token = TOKENS["aaa.bbb.ccc"];
    expect((await authorizerWith().decide("aaa.bbb.ccc", "list_courses")).token).toEqual(token);
    expect((await authorizerWith().decide("aaa.bbb.ccc", "delete_course")).token).toEqual(token);
    expect(await authorizerWith().decide(undefined, "ping_public")).not.toHaveProperty("token");
    expect(await authorizerWith().decide("unknown", "list_courses")).not.toHaveProperty("token");
  });

  it("passes parameters on", async () => {
    const verify = () => ({ scope: "/accounts/a/profile.read" });
    const ask = async (account_id: string) =>
      (await authorizerWith({ verify }).decide("abc", "read_profile", { account_id })).decision
        .code;
    expect(await ask("a")).toBe("allowed");
    expect(await ask("b")).toBe("binding_mismatch");
  });
});

describe("authorizer.authorize", () => {
  it("returns the token, and `undefined` only for a public operation without credentials", async () => {
    const authorizer = authorizerWith();
    expect(await authorizer.authorize("aaa.bbb.ccc", "list_courses")).toEqual(
      TOKENS["aaa.bbb.ccc"],
    );
    expect(await authorizer.authorize("empty", "ping_public")).toEqual(TOKENS["empty"]);
    expect(await authorizer.authorize(undefined, "ping_public")).toBeUndefined();
    for (const name of Object.keys(policy.definition.tools ?? {})) {
      const isOpen = ["ping_public", "rich"].includes(name);
      const outcome = await authorizer.authorize(undefined, name).catch((error: unknown) => error);
      if (isOpen) expect(outcome).toBeUndefined();
      else expect(outcome).toBeInstanceOf(AccessDenied);
    }
  });

  it.each([
    ["unknown", "list_courses", "invalid_token"],
    ["a b", "list_courses", "invalid_request"],
    ["outage", "list_courses", "temporarily_unavailable"],
    ["unknown", "ping_public", "invalid_token"],
    ["aaa.bbb.ccc", "delete_course", "insufficient_scope"],
  ])(
    "throws the decision for the token %s and the operation %s: %s",
    async (rawToken, tool, code) => {
      const authorizer = authorizerWith({ onOutage: () => undefined });
      const denied = expect.objectContaining({ name: "AccessDenied" }) as Error;
      const call = authorizer.authorize(rawToken, tool);
      await expect(call).rejects.toThrow(denied);
      await expect(call).rejects.toMatchObject({ decision: { code } });
    },
  );
});

describe("authorizer.authenticate", () => {
  it("returns the token, or the denial with its response; it decides nothing and writes no event", async () => {
    const events: unknown[] = [];
    const authorizer = authorizerWith({
      onOutage: () => undefined,
      audit: (event) => events.push(event),
    });
    expect(await authorizer.authenticate("Bearer empty")).toEqual({
      kind: "authenticated",
      token: TOKENS["empty"],
    });
    const REFUSALS: readonly (readonly [unknown, string, number])[] = [
      [undefined, "unauthenticated", 401],
      ["Basic x", "unauthenticated", 401],
      [["Bearer empty", "Bearer empty"], "invalid_request", 400],
      ["Bearer unknown", "invalid_token", 401],
      ["Bearer malformed", "invalid_token", 401],
      ["Bearer outage", "temporarily_unavailable", 503],
    ];
    for (const [field, code, status] of REFUSALS) {
      const context = { operation: "list_courses" };
      expect(await authorizer.authenticate(field as string, context)).toMatchObject({
        decision: { code },
        answer: { status, body: { error: code, tool: "list_courses" } },
      });
    }
    expect(events).toEqual([]);
  });
});

describe("authorizer.admit", () => {
  it("builds the challenge from the scopes in the token and the protocol version of the client", async () => {
    const call = { authorization: "Bearer aaa.bbb.ccc", operation: "delete_course" };
    const scopeFor = async (options: Partial<AuthorizerOptions>, protocolVersion?: string) => {
      const admission = await authorizerWith(options).admit({ ...call, protocolVersion });
      if (admission.kind === "allowed") throw new Error("allowed");
      expect(admission.answer.body).toMatchObject({ tool: "delete_course" });
      return parseChallenge(admission.answer.headers["WWW-Authenticate"]).get("scope");
    };
    expect(await scopeFor({})).toBe("courses:write");
    expect(await scopeFor({}, "2025-06-18")).toBe("courses:read courses:write");
    expect(await scopeFor({}, "2026-07-28")).toBe("courses:write");
    expect(await scopeFor({ challenge: "union" })).toBe("courses:read courses:write");
    expect(await scopeFor({ challenge: "minimum" }, "2025-06-18")).toBe("courses:write");
  });

  it("returns a valid token with every decision", async () => {
    const token = TOKENS["aaa.bbb.ccc"];
    const admit = (authorization: string | undefined, operation: string) =>
      authorizerWith().admit({ authorization, operation });
    expect(await admit("Bearer aaa.bbb.ccc", "list_courses")).toEqual({
      kind: "allowed",
      decision: expect.objectContaining({ code: "allowed" }) as Admission["decision"],
      token,
    });
    expect((await admit("Bearer aaa.bbb.ccc", "purge_all")).token).toEqual(token);
    expect((await admit("Bearer unknown", "list_courses")).token).toBeUndefined();
    expect((await admit(undefined, "ping_public")).token).toBeUndefined();
  });
});

describe("the audit", () => {
  const good = { authorization: "Bearer aaa.bbb.ccc", operation: "list_courses" };
  const refused = { ...good, operation: "delete_course" };

  it("receives one event for each decision, without allowed calls if `auditDenialsOnly` is set", async () => {
    const codes: string[] = [];
    const authorizer = authorizerWith({ audit: (event) => codes.push(event.decision.code) });
    await authorizer.admit(good);
    await authorizer.admit(refused);
    await authorizer.decide("aaa.bbb.ccc", "list_courses");
    await authorizer.authorize("unknown", "list_courses").catch(() => undefined);
    await authorizer.admit({ ...good, auditDenialsOnly: true });
    await authorizer.admit({ ...refused, auditDenialsOnly: true });
    expect(codes).toEqual([
      "allowed",
      "insufficient_scope",
      "allowed",
      "invalid_token",
      "insufficient_scope",
    ]);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("disk full"))],
    ["never settles", () => new Promise(() => undefined)],
  ])(
    "that %s turns an allowed call into an outage and changes no other decision; with `continue` it changes nothing",
    async (_, audit) => {
      const faults: Outage[] = [];
      const options = { audit, timeout: 5, onOutage: (fault: Outage) => faults.push(fault) };
      const careful = authorizerWith(options);
      expect(await careful.admit(good)).toMatchObject({
        decision: { code: "temporarily_unavailable" },
        answer: { status: 503, headers: { "Retry-After": "5" } },
      });
      expect((await careful.admit(refused)).decision.code).toBe("insufficient_scope");
      expect(careful.outages.audit).toBe(2);
      const easy = authorizerWith({ ...options, onAuditError: "continue" });
      expect((await easy.admit(good)).decision.code).toBe("allowed");
      expect((await easy.admit(refused)).decision.code).toBe("insufficient_scope");
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(easy.outages.audit).toBe(2);
      expect(faults.map(({ source }) => source)).toEqual(["audit", "audit", "audit", "audit"]);
    },
  );

  it("is not waited for with `continue`", { timeout: 10_000 }, async () => {
    const authorizer = authorizerWith({
      audit: () => new Promise(() => undefined),
      timeout: 30_000,
      onAuditError: "continue",
      onOutage: () => undefined,
    });
    expect(await authorizer.admit(good)).toMatchObject({ kind: "allowed" });
  });
});

describe("an authorizer", () => {
  it("is frozen, and has its policy as a member", () => {
    const authorizer = authorizerWith();
    expect(Object.isFrozen(authorizer)).toBe(true);
    expect(authorizer.policy).toBe(policy);
    expect(authorizer.resource).toBe(RESOURCE);
  });

  it("returns decisions that a caller cannot change for other callers", async () => {
    const authorizer = authorizerWith({ onOutage: () => undefined });
    for (const rawToken of ["a b", "unknown", "outage"]) {
      const { decision } = await authorizer.decide(rawToken, "list_courses");
      expect(Object.isFrozen(decision)).toBe(true);
    }
  });
});
