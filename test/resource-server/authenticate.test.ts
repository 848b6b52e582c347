import { type AccessToken, createAuthorizer, loadPolicy } from "scope-policy";
import { afterEach, describe, expect, it } from "vitest";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";
import { BAD_TOKENS } from "../model/arbitrary-request.js";
import { HOSTILE } from "../model/hostile.js";

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  tiers: ["free", "pro"],
  scopes: { openid: {}, "courses:read": {}, "admin:all": { reserved: true } },
  tools: {
    whoami: { authenticated: true },
    list_courses: "courses:read",
    purge: "admin:all",
    export: { scope: "courses:read", tier: "pro" },
    ping: { public: true },
  },
});
const claims = { scope: "courses:read", sub: "user-1", client_id: "app-1", iat: 1, jti: "a" };
const authorizerWith = (options: Partial<AuthorizerOptions>) =>
  createAuthorizer({
    policy,
    verify: () => claims,
    trustClaims: ["tier", "account_type", "first_party"],
    onOutage: () => undefined,
    ...options,
  });
const tokenOf = async (options: Partial<AuthorizerOptions>) => {
  const shown = await authorizerWith(options).authenticate("Bearer abc");
  return "token" in shown ? shown.token : shown.decision.code;
};

describe("a verified token", () => {
  it("is a new frozen object with the members of AccessToken only", async () => {
    const all: AccessToken = {
      ...claims,
      scope: ["openid"],
      iss: "https://as.example.com",
      exp: 99_999_999_999,
      tier: "pro",
      account_type: "mentor",
      first_party: true,
    };
    const token = await tokenOf({ verify: () => ({ ...all, password: "secret" }) as AccessToken });
    expect(token).toStrictEqual(all);
    expect(Object.isFrozen(token)).toBe(true);
    expect(Object.isFrozen((token as AccessToken).scope)).toBe(true);
  });

  it("has no member that the verifier leaves out", async () => {
    expect(await tokenOf({ verify: () => ({ scope: "" }) })).toStrictEqual({ scope: "" });
  });

  it("does not change if the verifier changes its object", async () => {
    const shared = { scope: ["openid"], tier: "free" };
    const authorizer = authorizerWith({
      verify: () => shared,
      isRevoked: () => {
        shared.scope.push("courses:read");
        shared.tier = "pro";
        return false;
      },
    });
    const { decision, token } = await authorizer.decide("abc", "export");
    expect(decision.code).toBe("upgrade_required");
    expect(token).toEqual({ scope: ["openid"], tier: "free" });
  });

  it("is read once, so that a getter cannot return different values to the decision and to the handler", async () => {
    let reads = 0;
    const verify = () =>
      Object.defineProperty({}, "scope", {
        get: () => (reads++ === 0 ? "openid" : "courses:read"),
      }) as AccessToken;
    const { decision, token } = await authorizerWith({ verify }).decide("abc", "list_courses");
    expect(decision.code).toBe("insufficient_scope");
    expect(token).toEqual({ scope: "openid" });
    expect(reads).toBe(1);
  });

  it("has no inherited members", async () => {
    const verify = () => Object.create(claims) as AccessToken;
    expect(await tokenOf({ verify })).toBe("invalid_token");
    const parent = Object.create({ first_party: true, tier: "pro" }) as object;
    expect(await tokenOf({ verify: () => Object.assign(parent, claims) })).toStrictEqual(claims);
  });

  it.each<[value: unknown, code: string]>([
    [undefined, "invalid_token"],
    [null, "invalid_token"],
    [false, "temporarily_unavailable"],
    [true, "temporarily_unavailable"],
    [7, "temporarily_unavailable"],
    ["courses:read", "temporarily_unavailable"],
    [Symbol("x"), "temporarily_unavailable"],
    [() => claims, "temporarily_unavailable"],
    [[], "invalid_token"],
    [{}, "invalid_token"],
    [{ active: true }, "invalid_token"],
  ])("of a verifier that returns %s is %s", async (value, code) => {
    expect(await tokenOf({ verify: () => value as AccessToken })).toBe(code);
    expect(await tokenOf({ verify: async () => value as AccessToken })).toBe(code);
  });

  it.each([...HOSTILE])(
    "is decided as the policy decides a hostile value: %s",
    async (_, value) => {
      for (const answer of [
        value,
        { scope: value },
        { scope: ["openid", value] },
        { ...claims, tier: value },
      ]) {
        const authorizer = authorizerWith({ verify: () => answer as AccessToken });
        for (const tool of ["whoami", "list_courses", "export"]) {
          const { decision } = await authorizer.decide("abc", tool);
          const settled: unknown = await Promise.resolve(answer).catch(() => null);
          const mere = policy.decideUntrusted(settled ?? null, tool);
          // a value that is not an object is unusable as the result of a verifier
          if (decision.code !== "temporarily_unavailable") expect(decision).toEqual(mere);
          else expect(mere.code).toBe("invalid_token");
        }
      }
    },
  );

  it("has a scope that a decision can read, else authenticate rejects it", async () => {
    const scopes = [
      ...BAD_TOKENS.flatMap((token) => (token as { scope?: unknown } | null)?.scope ?? []),
      ...["", "openid", "unknown:scope", "x".repeat(65_536), "x".repeat(65_537)],
      Array.from({ length: 100 }, () => "x".repeat(700)).join(" "),
      ...[[], ["openid"], ["a b"], [""], ["x".repeat(65_537)], [["openid"]], [7], [null]],
      ...[Array.from({ length: 4_096 }, () => "x"), Array.from({ length: 4_097 }, () => "x")],
      ...["/accounts/{accountID}/", ["<accountID>:read"], "a{b", 7, null, {}],
    ];
    for (const scope of scopes) {
      const verify = () => ({ scope }) as AccessToken;
      const code = policy.decideUntrusted({ scope }, "whoami").code;
      const token = await tokenOf({ verify });
      expect(typeof token === "object" ? "allowed" : token).toBe(code);
    }
  });
});

describe("the facts of an account", () => {
  const informed = (facts: unknown, token: object = claims) =>
    tokenOf({
      verify: () => token as AccessToken,
      subject: () => facts as never,
    });

  it("are requested with the verified token, and only if it is valid", async () => {
    const asked: unknown[] = [];
    const subject = (token: AccessToken) => void asked.push(token);
    await tokenOf({ subject });
    expect(asked).toEqual([claims]);
    await tokenOf({ subject, verify: () => undefined });
    await authorizerWith({ subject }).authenticate(undefined);
    await authorizerWith({ subject }).authenticate("Bearer a b");
    expect(asked).toHaveLength(1);
  });

  it("override the facts of the token, with an own `undefined` too, and no other members", async () => {
    const token = { ...claims, tier: "pro", account_type: "mentor", first_party: true };
    expect(await informed({}, token)).toEqual(token);
    expect(await informed(undefined, token)).toEqual(token);
    expect(await informed(null, token)).toEqual(token);
    expect(await informed({ tier: "free" }, token)).toEqual({ ...token, tier: "free" });
    expect(await informed({ tier: undefined, first_party: false }, token)).toEqual({
      ...claims,
      account_type: "mentor",
      first_party: false,
    });
    const more = {
      scope: "admin:all",
      sub: "user-2",
      client_id: "x",
      exp: 9,
      account_type: "studio",
    };
    expect(await informed(more, token)).toEqual({ ...token, account_type: "studio" });
    expect(Object.isFrozen(await informed({ tier: "pro" }))).toBe(true);
  });

  it("are used in the decision", async () => {
    const ask = async (facts: object, tool: string) => {
      const subject = async () => facts;
      const verify = () => ({ ...claims, scope: "courses:read admin:all", tier: "pro" });
      return (await authorizerWith({ verify, subject }).decide("abc", tool)).decision.code;
    };
    expect(await ask({}, "export")).toBe("allowed");
    expect(await ask({ tier: "free" }, "export")).toBe("upgrade_required");
    expect(await ask({ tier: undefined }, "export")).toBe("upgrade_required");
    expect(await ask({ first_party: true }, "purge")).toBe("allowed");
    expect(await ask({ first_party: "true" }, "purge")).toBe("reserved_scope");
  });

  const boom = () => {
    throw new Error("boom");
  };
  it.each<[what: string, facts: unknown]>([
    ["a text", "pro"],
    ["a truth", true],
    ["a function", () => ({ tier: "pro" })],
    ["a list, as a database returns it", [{ tier: "free" }]],
    [
      "an object that inherits a fact, as some database records do",
      Object.create({ tier: "free" }),
    ],
    ["a fact that cannot be read", Object.defineProperty({}, "tier", { get: boom })],
    ["a proxy that throws", new Proxy({}, { has: boom })],
    ["a proxy that throws later", new Proxy({ tier: "free" }, { getOwnPropertyDescriptor: boom })],
  ])(
    "are an outage if they are %s, so that the facts of the token do not count",
    async (_, facts) => {
      expect(await informed(facts, { ...claims, tier: "pro" })).toBe("temporarily_unavailable");
    },
  );

  it.each([...HOSTILE])(
    "neither throw nor allow a call if they are hostile: %s",
    async (_, facts) => {
      const authorizer = authorizerWith({ subject: () => facts as never });
      for (const tool of ["export", "purge"]) {
        expect((await authorizer.decide("abc", tool)).decision.allowed).toBe(false);
      }
    },
  );
});

describe("revocation", () => {
  it("is checked last, with the verified token and its facts", async () => {
    const order: string[] = [];
    const step = <Value>(name: string, value: Value) => {
      order.push(name);
      return Promise.resolve(value);
    };
    await tokenOf({
      verify: () => step("verify", claims),
      subject: () => step("subject", { tier: "pro" }),
      isRevoked: (token) => step(`isRevoked ${token.jti} ${token.tier}`, false),
    });
    expect(order).toEqual(["verify", "subject", "isRevoked a pro"]);
  });

  it("SEQUENCE-020: counts if it arrives during the verification of the token", async () => {
    const revoked = new Set<string | undefined>();
    let verified: (token: AccessToken) => void = () => undefined;
    const verify = () => new Promise<AccessToken>((resolve) => (verified = resolve));
    const pending = authorizerWith({ verify, isRevoked: ({ jti }) => revoked.has(jti) }).decide(
      "abc",
      "whoami",
    );
    revoked.add("a");
    verified(claims);
    expect((await pending).decision.code).toBe("invalid_token");
  });

  it.each<[answer: unknown, code: string]>([
    [true, "invalid_token"],
    [undefined, "temporarily_unavailable"],
    [null, "temporarily_unavailable"],
    [0, "temporarily_unavailable"],
    [1, "temporarily_unavailable"],
    ["", "temporarily_unavailable"],
    ["false", "temporarily_unavailable"],
    [{}, "temporarily_unavailable"],
    [[], "temporarily_unavailable"],
    [Object(false), "temporarily_unavailable"],
  ])(
    "SEQUENCE-021: with the result %s is %s, since only `false` means not revoked",
    async (answer, code) => {
      expect(await tokenOf({ isRevoked: () => answer as boolean })).toBe(code);
      expect(await tokenOf({ isRevoked: async () => answer as boolean })).toBe(code);
      expect(await tokenOf({ isRevoked: () => false })).toEqual(claims);
    },
  );
});

describe("a polluted Object.prototype", () => {
  const prototype = Object.prototype as Record<string, unknown>;
  const NAMES = ["scope", "tier", "first_party", "status", "headers", "error", "token"];
  afterEach(() => {
    for (const name of NAMES) delete prototype[name];
  });
  /** Runs a function while every object inherits these members. It must not contain assertions. */
  async function polluted<Value>(members: object, run: () => Promise<Value>): Promise<Value> {
    Object.assign(prototype, members);
    try {
      return await run();
    } finally {
      for (const name of NAMES) delete prototype[name];
    }
  }

  it("adds no scope, tier or identity to a token", async () => {
    const verify = () => ({ sub: "user-1" }) as unknown as AccessToken;
    const bare = await polluted({ scope: "courses:read admin:all" }, () =>
      authorizerWith({ verify }).decide("abc", "list_courses"),
    );
    expect(bare.decision.code).toBe("invalid_token");
    const facts = { tier: "pro", first_party: true };
    const plan = await polluted(facts, () => authorizerWith({}).decide("abc", "export"));
    expect(plan.decision.code).toBe("upgrade_required");
    const own = { verify: () => ({ scope: "admin:all" }) };
    const reserved = await polluted(facts, () => authorizerWith(own).decide("abc", "purge"));
    expect(reserved.decision.code).toBe("reserved_scope");
    const subject = await polluted(facts, () =>
      authorizerWith({ subject: () => ({}) }).decide("abc", "export"),
    );
    expect(subject.decision.allowed).toBe(false);
  });

  it("changes no response", async () => {
    const call = { authorization: "Bearer abc", operation: "purge" };
    const clean = await authorizerWith({}).admit(call);
    const members = { status: 200, headers: {}, error: "x", scope: "admin:all", token: claims };
    const dirty = await polluted(members, async () => authorizerWith({}).admit(call));
    expect(JSON.stringify(dirty)).toBe(JSON.stringify(clean));
  });
});
