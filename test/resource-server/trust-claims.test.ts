import fc from "fast-check";
import { type AccessToken, createAuthorizer, loadPolicy, PolicyError } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { accessTokenFromClaims } from "scope-policy/verify";
import { describe, expect, it } from "vitest";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";
import type { Verify } from "../../src/resource-server/token-verifier.js";
import { hideReasons } from "../../src/resource-server/verifier-result.js";
import { drawGoodCase } from "../model/arbitrary-request.js";
import { drawn } from "../model/draw.js";
import { load, tokenOf } from "../model/observe.js";
import { runOftenAsync, tally } from "../often.js";

type Trusted = NonNullable<AuthorizerOptions["trustClaims"]>;

const base = { name: "Courses", version: "1" };
const gates = { tiers: ["free", "pro"], accountTypes: ["mentor", "studio"] };
const scopes = { a: {}, b: {}, "admin:all": { reserved: true } };
const verify = () => undefined;

/** Returns the error that `createAuthorizer` throws. */
function errorOf(definition: object, options: object = {}): PolicyError {
  try {
    createAuthorizer({ policy: loadPolicy({ ...base, ...definition }), verify, ...options });
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error("the options are accepted");
}

const CONDITIONS: readonly (readonly [where: string, definition: object])[] = [
  ["a scope with a tier", { scopes: { ...scopes, c: { tier: "free" } } }],
  ["a scope with account types", { scopes: { ...scopes, c: { accountTypes: ["mentor"] } } }],
  ["a tool", { scopes, tools: { t: { scope: "a", tier: "pro" } } }],
  ["a tool that needs no scope", { scopes, tools: { t: { authenticated: true, tier: "pro" } } }],
  ["an endpoint", { scopes, endpoints: { "GET /x": { scope: "a", accountTypes: ["studio"] } } }],
  ["a pattern", { scopes, tools: { "t_*": { scope: "a", tier: "pro" } } }],
  ["a list", { scopes, tools: { t: { anyOf: ["a", { scope: "b", tier: "pro" }] } } }],
  [
    "a list within a list",
    {
      scopes,
      tools: { t: { allOf: ["a", { anyOf: ["b", { scope: "a", accountTypes: ["mentor"] }] }] } },
    },
  ],
  [
    "a scope of a public operation",
    {
      scopes: { ...scopes, c: { tier: "pro" } },
      tools: { t: { public: true, enrichedBy: "c" } },
    },
  ],
];

describe("a condition on tier or account type", () => {
  it.each(CONDITIONS)(
    "in %s is accepted only if an option names the facts that count",
    (_, parts) => {
      const definition = { ...gates, ...parts };
      const { code, findings } = errorOf(definition);
      expect(code).toBe("ERR_OPTIONS_INVALID");
      expect(findings.map(({ path }) => path)).toEqual(["trustClaims"]);
      expect(findings[0]?.message).toMatch(/`subject`.*`trustClaims`.*`\[\]`/);
      const policy = loadPolicy({ ...base, ...definition });
      for (const options of [
        { trustClaims: [] },
        { trustClaims: ["tier"] as const },
        { subject: verify },
        { trustClaims: [], subject: verify },
      ]) {
        expect(createAuthorizer({ policy, verify, ...options }).policy).toBe(policy);
      }
    },
  );

  it("is reported together with every other finding of the options", () => {
    const definition = { ...gates, scopes, tools: { t: { scope: "a", tier: "pro" } } };
    const { findings } = errorOf(definition, { timeout: 0, clockTolerance: 301 });
    expect(findings.map(({ path }) => path)).toEqual(["trustClaims", "clockTolerance", "timeout"]);
  });

  it.each<[what: string, definition: object]>([
    ["no conditions", { scopes, tools: { t: "a" } }],
    ["tiers and account types that nothing uses", { ...gates, scopes, tools: { t: "a" } }],
    ["reserved scopes alone", { scopes, tools: { t: "admin:all" } }],
    ["only a denial", { scopes, tools: { t: { deny: "never" } } }],
  ])("is absent from a policy with %s", (_, definition) => {
    const policy = loadPolicy({ ...base, ...definition });
    expect(createAuthorizer({ policy, verify }).policy).toBe(policy);
  });
});

describe("the claims to trust", () => {
  it.each<[value: unknown, message: string | RegExp]>([
    [["teir"], "unknown claim `teir`; did you mean `tier`?"],
    [["accountType"], "unknown claim `accountType`; did you mean `account_type`?"],
    [
      ["plan"],
      /^unknown claim `plan`; expected `tier`, `account_type`, `entitlements`, `first_party`$/,
    ],
    [["tier", "tier"], "`tier` is listed twice"],
    [
      ["teir", "tier", "tier"],
      "unknown claim `teir`; did you mean `tier`?; `tier` is listed twice",
    ],
    ["tier", /^expected a list of `tier`/],
    [{ tier: true }, /^expected a list of `tier`/],
    [true, /^expected a list of `tier`/],
    [null, /^expected a list of `tier`/],
    [[7], /^expected names of claims, of `tier`/],
    [[undefined], /^expected names of claims, of `tier`/],
    // biome-ignore lint/suspicious/noSparseArray: a hole is not a name either
    [[,], /^expected names of claims, of `tier`/],
    [[{ toString: null }], /^expected names of claims, of `tier`/],
    [["__proto__"], /^unknown claim `__proto__`/],
  ])("cannot be %j", (trustClaims, message) => {
    const { findings } = errorOf({ scopes }, { trustClaims });
    expect(findings).toEqual([
      {
        code: "option",
        path: "trustClaims",
        message: typeof message === "string" ? message : (expect.stringMatching(message) as string),
      },
    ]);
  });

  it("can be every name of a fact, entitlements included, and are read once", async () => {
    const trustClaims: Trusted[number][] = ["first_party", "entitlements", "account_type"];
    const policy = loadPolicy({ ...base, ...gates, scopes });
    const options = { policy, trustClaims, verify: () => ({ scope: "a", tier: "pro" }) };
    const authorizer = createAuthorizer(options);
    trustClaims.push("tier");
    expect(await authorizer.authenticate("Bearer abc")).toMatchObject({ token: { scope: "a" } });
    expect(await authorizer.authenticate("Bearer abc")).not.toHaveProperty("token.tier");
  });
});

const policy = loadPolicy({
  ...base,
  ...gates,
  scopes,
  tools: {
    export: { scope: "a", tier: "pro" },
    teach: { scope: "a", accountTypes: ["mentor"] },
    purge: "admin:all",
  },
});
const FACTS = { tier: "pro", account_type: "mentor", first_party: true } as const;
const plain = { scope: "a admin:all", sub: "user-1" };
const full: AccessToken = { ...plain, ...FACTS };
const createToken = () => accessTokenFromClaims(full);

/** Verifiers that return claims in different ways. */
const VERIFIERS: readonly (readonly [how: string, verify: Verify])[] = [
  ["a verify function", () => ({ ...full })],
  ["a verify function that returns the token of accessTokenFromClaims", createToken],
  [
    "a verifier of the library",
    hideReasons(() => ({ kind: "token", token: createToken() as AccessToken })),
  ],
];

const ROWS: readonly (readonly [
  trusted: Trusted,
  allowed: readonly string[],
  kept: Partial<AccessToken>,
])[] = [
  [[], [], {}],
  [["entitlements"], [], {}],
  [["tier"], ["export"], { tier: "pro" }],
  [["account_type"], ["teach"], { account_type: "mentor" }],
  [["first_party"], ["purge"], { first_party: true }],
  [["tier", "account_type", "first_party"], ["export", "teach", "purge"], FACTS],
];

describe.each(VERIFIERS)("a token of %s", (_, verify) => {
  it.each(ROWS)(
    "with %j trusted allows %j, and is passed on with these facts only",
    async (trustClaims, allowed, kept) => {
      const seen: AccessToken[] = [];
      const events: AuditEvent[] = [];
      const authorizer = createAuthorizer({
        policy,
        verify,
        trustClaims,
        subject: (token) => void seen.push(token),
        isRevoked: (token) => seen.push(token) === 0,
        audit: (event) => void events.push(event),
      });
      for (const tool of ["export", "teach", "purge"] as const) {
        const { decision, token } = await authorizer.decide("abc", tool);
        expect([tool, decision.allowed]).toEqual([tool, allowed.includes(tool)]);
        expect(token).toStrictEqual({ ...plain, ...kept });
        expect(Object.isFrozen(token)).toBe(true);
        expect(policy.decideUntrusted(token, tool)).toEqual(decision);
      }
      for (const token of seen) expect(token).toStrictEqual({ ...plain, ...kept });
      expect(seen).toHaveLength(6);
      for (const { actor } of events) {
        expect([actor.tier, actor.account_type]).toEqual([kept.tier, kept.account_type]);
      }
      expect(events).toHaveLength(3);
    },
  );

  it("has no facts of its own without `trustClaims`", async () => {
    const subject = () => undefined;
    const authorizer = createAuthorizer({ policy, verify, subject });
    for (const tool of ["export", "teach", "purge"] as const) {
      const { decision, token } = await authorizer.decide("abc", tool);
      expect([tool, decision.allowed]).toEqual([tool, false]);
      expect(token).toStrictEqual(plain);
    }
  });

  it("has the facts of `subject` instead of its own, trusted or not", async () => {
    const subject = () => ({ tier: "free", first_party: true });
    for (const trustClaims of [
      [],
      ["tier"],
      ["tier", "account_type", "first_party"],
    ] as Trusted[]) {
      const authorizer = createAuthorizer({ policy, verify, trustClaims, subject });
      const { token } = await authorizer.decide("abc", "export");
      const type = trustClaims.includes("account_type") && { account_type: "mentor" };
      expect(token).toStrictEqual({ ...plain, tier: "free", ...type, first_party: true });
    }
  });
});

describe("a token from the cache of a verifier", () => {
  const tokensOf = async (claims: object, trustClaims: Trusted) => {
    const token = accessTokenFromClaims(claims);
    const authorizer = createAuthorizer({
      policy,
      trustClaims,
      verify: hideReasons(() => ({ kind: "token", token: token as AccessToken })),
    });
    const first = await authorizer.authenticate("Bearer abc");
    const second = await authorizer.authenticate("Bearer abc");
    if (first.kind === "refused" || second.kind === "refused") throw new Error("refused");
    return { token, first: first.token, second: second.token };
  };

  it("is passed on as the same object if no fact is left out", async () => {
    for (const [claims, trustClaims] of [
      [plain, []],
      [{ ...plain, tier: "pro" }, ["tier"]],
    ] as const) {
      const { token, first, second } = await tokensOf(claims, trustClaims);
      expect(first).toBe(token);
      expect(second).toBe(token);
    }
  });

  it("is copied once, so that the cache of decisions has the copy as key", async () => {
    const { token, first, second } = await tokensOf(full, ["tier"]);
    expect(first).not.toBe(token);
    expect(second).toBe(first);
  });
});

describe("any policy and any token", { timeout: 60_000 }, () => {
  it("give the decision for the token without the facts that are not trusted, at the gate and in a handler", async () => {
    const changed = tally("a decision that another fact would change", 11);
    const property = fc.asyncProperty(
      drawn((draw) => ({
        ...drawGoodCase(draw),
        trustClaims: draw.some(
          ["tier", "account_type", "entitlements", "first_party"] as const,
          40,
        ),
      })),
      async ({ definition, held, facts, name, params, trustClaims }) => {
        const model = load(definition);
        const token = tokenOf(held, facts) as AccessToken;
        const authorizer = createAuthorizer({ policy: model, verify: () => token, trustClaims });
        const authorization = "Bearer abc";
        const admission = await authorizer.admit({
          authorization,
          operation: name as string,
          params,
        });
        const without = Object.fromEntries(
          Object.entries(token).filter(
            ([key]) =>
              key !== "approvedScopes" &&
              (!(key === "entitlements" || Object.hasOwn(FACTS, key)) ||
                trustClaims.includes(key as never)),
          ),
        );
        expect(admission.decision).toEqual(model.decideUntrusted(without, name, params));
        expect(model.decideUntrusted(admission.token, name, params)).toEqual(admission.decision);
        if (admission.decision.code !== model.decideUntrusted(token, name, params).code)
          changed.count += 1;
      },
    );
    await runOftenAsync([changed], () => fc.assert(property, { numRuns: 500 }));
  });
});
