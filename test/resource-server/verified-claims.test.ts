import { type AccessToken, createAuthorizer, loadPolicy, type Outage } from "scope-policy";
import { describe, expect, it } from "vitest";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  tiers: ["free", "pro"],
  scopes: { "courses:read": {} },
  tools: {
    list_courses: "courses:read",
    export_courses: { scope: "courses:read", tier: "pro" },
    search: { public: true },
  },
});
const session: AccessToken = { scope: "courses:read", sub: "user-1" };

interface Call {
  readonly options?: Partial<AuthorizerOptions>;
  readonly authorization?: string | readonly string[];
  readonly operation?: string;
}

/** Decides on a call, and returns what an adapter gets. */
async function admit(authenticate: () => unknown, call: Call = {}) {
  const outages: Outage[] = [];
  const authorizer = createAuthorizer({
    policy,
    trustClaims: [],
    onOutage: (outage) => void outages.push(outage),
    onRejected: () => undefined,
    timeout: 50,
    ...call.options,
  });
  const { authorization, operation = "list_courses" } = call;
  const admission = await authorizer.admit({ authorization, authenticate, operation });
  const alone = await authorizer.authenticate(authorization, undefined, authenticate);
  return { code: admission.decision.code, token: admission.token, alone, outages, authorizer };
}

describe("claims that the server has verified already", () => {
  it.each<[what: string, result: unknown, code: string]>([
    ["claims", session, "allowed"],
    ["a promise of claims", Promise.resolve(session), "allowed"],
    ["undefined", undefined, "unauthenticated"],
    ["null", null, "unauthenticated"],
    ["a promise of null", Promise.resolve(null), "unauthenticated"],
    ["claims without a scope", { sub: "user-1" }, "invalid_token"],
    ["claims with a malformed scope", { scope: 'a"b' }, "invalid_token"],
    ["expired claims", { ...session, exp: 1 }, "invalid_token"],
    ["an expiry in milliseconds", { ...session, exp: Date.now() + 1_000 }, "invalid_token"],
    ["a text", "user-1", "temporarily_unavailable"],
    ["a number", 7, "temporarily_unavailable"],
    ["a promise that never settles", new Promise(() => undefined), "temporarily_unavailable"],
    [
      "claims that are no plain data",
      { ...session, claims: new Date() },
      "temporarily_unavailable",
    ],
  ])("decide with %s", async (_what, result, code) => {
    const verify = () => undefined;
    for (const options of [{}, { verify }]) {
      expect((await admit(() => result, { options })).code).toBe(code);
    }
  });

  it("are not asked for if the authorizer can verify the token of a header, even a malformed one", async () => {
    let calls = 0;
    const authenticate = () => {
      calls += 1;
      return session;
    };
    const options = { verify: () => undefined };
    const rows = [
      ["Bearer abc", "invalid_token"],
      ["Basic abc", "unauthenticated"],
      ["", "invalid_request"],
      [["Bearer a", "Bearer b"], "invalid_request"],
    ] as const;
    for (const [authorization, code] of rows) {
      expect((await admit(authenticate, { options, authorization })).code).toBe(code);
    }
    expect(calls).toBe(0);
  });

  it("decide if the authorizer has no `verify`, whatever the header is", async () => {
    for (const authorization of ["Bearer abc", "Basic abc", "", ["Bearer a", "Bearer b"]]) {
      expect((await admit(() => session, { authorization })).code).toBe("allowed");
    }
  });

  it("decide for an empty list of headers, as for none", async () => {
    const options = { verify: () => undefined };
    expect((await admit(() => session, { options, authorization: [] })).code).toBe("allowed");
  });

  it("throw as an outage of `authenticate`", async () => {
    const boom = () => {
      throw new Error("boom");
    };
    const { code, outages, authorizer } = await admit(boom);
    expect(code).toBe("temporarily_unavailable");
    expect(outages.map(({ source }) => source)).toEqual(["authenticate", "authenticate"]);
    expect(authorizer.outages).toEqual({
      verify: 0,
      authenticate: 2,
      subject: 0,
      isRevoked: 0,
      audit: 0,
      onUsed: 0,
    });
  });

  it("have facts of the account only if `trustClaims` names them, or from `subject`", async () => {
    const call = { operation: "export_courses" };
    const pro = () => ({ ...session, tier: "pro", first_party: true });
    expect(await admit(pro, call)).toMatchObject({ code: "upgrade_required", token: session });
    const trusted = { ...call, options: { trustClaims: ["tier"] as const } };
    expect((await admit(pro, trusted)).code).toBe("allowed");
    const asked = { ...call, options: { subject: () => ({ tier: "pro" }) } };
    expect((await admit(() => session, asked)).code).toBe("allowed");
  });

  it("can be revoked", async () => {
    expect((await admit(() => session, { options: { isRevoked: () => true } })).code).toBe(
      "invalid_token",
    );
  });

  it("identify a caller alone as in a call", async () => {
    expect((await admit(() => session)).alone).toEqual({ kind: "authenticated", token: session });
    expect((await admit(() => null)).alone).toMatchObject({
      decision: { code: "unauthenticated" },
    });
  });

  it("are not needed for a public operation", async () => {
    expect((await admit(() => null, { operation: "search" })).code).toBe("allowed");
    expect((await admit(() => ({ ...session, exp: 1 }), { operation: "search" })).code).toBe(
      "invalid_token",
    );
  });
});

describe("the member `claims` of a token", () => {
  const ask = async (claims: unknown) =>
    (await admit(() => ({ ...session, claims }))).token?.claims;

  it("is a deep-frozen copy of plain data", async () => {
    const given = { org_id: "acme", roles: ["a", { b: 1 }], gone: undefined };
    const claims = await ask(given);
    expect(claims).toEqual(given);
    given.roles.push("c");
    expect(claims?.["roles"]).toHaveLength(2);
    const roles = claims?.["roles"] as readonly unknown[];
    expect([claims, roles, roles[1]].every(Object.isFrozen)).toBe(true);
  });

  it.each([
    ["text"],
    [7],
    [[]],
    [new Map()],
    [{ f: () => 1 }],
    [{ big: 1n }],
    [JSON.parse('{"__proto__":{"a":1}}') as unknown],
  ])("is an outage if it is %o", async (claims) => {
    const { code } = await admit(() => ({ ...session, claims }));
    expect(code).toBe("temporarily_unavailable");
  });

  it("decides nothing", async () => {
    const claims = { scope: "courses:read", tier: "pro", first_party: true };
    const { code } = await admit(() => ({ scope: "", claims }));
    expect(code).toBe("insufficient_scope");
  });
});
