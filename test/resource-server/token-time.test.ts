import { type AccessToken, createAuthorizer, loadPolicy } from "scope-policy";
import { accessTokenFromClaims, introspectionVerifier, jwtVerifier } from "scope-policy/verify";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAuthenticator } from "../../src/resource-server/authenticate.js";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";
import { createCallbackRunner } from "../../src/resource-server/callbacks.js";
import { createLocalToken } from "../../src/resource-server/local-token.js";
import { AUDIENCE, inSeconds, KEY_SET, mint, NOW } from "../verify/fixtures.js";

const SECONDS = NOW / 1_000;
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: NOW }));
afterEach(() => void vi.useRealTimers());

const bearer = { kind: "bearer", token: "abc" } as const;
const claims = { scope: "courses:read", sub: "user-1" };
type Options = Parameters<typeof createAuthenticator>[0];

/** Authenticates claims, by each way in which the program can provide them. */
const SOURCES: readonly [how: string, show: (claims: object, options?: object) => unknown][] = [
  [
    "a verify function",
    (token, options) => show({ verify: () => token as AccessToken, ...options }, bearer),
  ],
  [
    "an asynchronous verify function",
    (token, options) => show({ verify: async () => token as AccessToken, ...options }, bearer),
  ],
  [
    "a local token",
    (token, options) =>
      show({ verify: () => undefined, ...options }, createLocalToken(token as AccessToken)),
  ],
];

/** Returns the authentication, with the reason that the operator gets. */
async function show(
  options: Options,
  credentials: Parameters<ReturnType<typeof createAuthenticator>>[0],
) {
  const reasons: string[] = [];
  const authentication = await createAuthenticator(
    options,
    createCallbackRunner(1_000, () => undefined),
    ({ reason }) => reasons.push(reason),
  )(credentials);
  return reasons.length === 0 ? authentication : { ...authentication, reason: reasons.join() };
}

interface Row {
  readonly times: { readonly exp?: unknown; readonly nbf?: unknown };
  readonly tolerance?: number;
  readonly reason: "expired" | "not_yet_valid" | "verify_result" | undefined;
}

const NO_TIMES: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  -5,
  1e11,
  NOW,
  null,
  "yesterday",
  String(SECONDS + 60),
  BigInt(SECONDS + 60),
  new Date(NOW + 60_000),
  true,
  [SECONDS + 60],
  { valueOf: () => SECONDS + 60 },
];

const ROWS: readonly Row[] = [
  { times: {}, reason: undefined },
  { times: { exp: undefined, nbf: undefined }, reason: undefined },
  { times: { exp: SECONDS + 1 }, reason: undefined },
  { times: { exp: SECONDS + 0.001 }, reason: undefined },
  { times: { exp: 99_999_999_999 }, reason: undefined },
  { times: { exp: SECONDS }, reason: "expired" },
  { times: { exp: SECONDS - 1 }, reason: "expired" },
  { times: { exp: 1 }, reason: "expired" },
  { times: { exp: 1e-300 }, reason: "expired" },
  { times: { nbf: SECONDS }, reason: undefined },
  { times: { nbf: 1 }, reason: undefined },
  { times: { nbf: SECONDS + 0.001 }, reason: "not_yet_valid" },
  { times: { nbf: 99_999_999_999 }, reason: "not_yet_valid" },
  { times: { exp: SECONDS + 60, nbf: SECONDS - 60 }, reason: undefined },
  { times: { exp: SECONDS + 60, nbf: SECONDS + 30 }, reason: "not_yet_valid" },
  { times: { exp: SECONDS - 60, nbf: SECONDS + 60 }, reason: "expired" },
  { times: { exp: 1, nbf: Number.NaN }, reason: "verify_result" },
  { times: { exp: SECONDS - 59 }, tolerance: 60, reason: undefined },
  { times: { exp: SECONDS - 60 }, tolerance: 60, reason: "expired" },
  { times: { nbf: SECONDS + 60 }, tolerance: 60, reason: undefined },
  { times: { nbf: SECONDS + 60.5 }, tolerance: 60, reason: "not_yet_valid" },
  { times: { exp: 0 }, tolerance: 300, reason: "verify_result" },
  ...NO_TIMES.flatMap((time): Row[] => [
    { times: { exp: time }, reason: "verify_result" },
    { times: { nbf: time }, reason: "verify_result" },
  ]),
];

describe.each(SOURCES)("the time of %s", (_, authenticateBy) => {
  it.each(
    ROWS.map((row) => [row.times, row.tolerance ?? 0, row.reason ?? "no reason", row] as const),
  )(
    "is rejected or not: %o with a tolerance of %s gives %s",
    async (_times, _tolerance, _reason, row) => {
      const { times, tolerance: clockTolerance = 0, reason } = row;
      const shown = await authenticateBy({ ...claims, ...times }, { clockTolerance });
      if (reason === undefined) expect(shown).toMatchObject({ kind: "authenticated" });
      else {
        const denial = { code: "invalid_token" };
        expect(shown).toMatchObject({ kind: "rejected", denial, reason });
      }
    },
  );

  it("is not read from Object.prototype", async () => {
    const prototype = Object.prototype as { exp?: unknown; nbf?: unknown };
    Object.assign(prototype, { exp: 1, nbf: 99_999_999_999 });
    // no assertion runs while every object inherits these
    const shown = await Promise.resolve(authenticateBy(claims)).finally(() => {
      delete prototype.exp;
      delete prototype.nbf;
    });
    expect(shown).toMatchObject({ kind: "authenticated" });
  });

  it("does not read iat", async () => {
    for (const iat of [SECONDS + 60, 1e12]) {
      expect(await authenticateBy({ ...claims, iat })).toMatchObject({ kind: "authenticated" });
    }
  });

  const boom = () => {
    throw new Error("boom");
  };
  it.each<[what: string, token: object]>([
    ["inherited exp", Object.assign(Object.create({ exp: 1 }) as object, claims)],
    ["inherited nbf", Object.assign(Object.create({ nbf: 1 }) as object, claims)],
    ["exp that throws", Object.defineProperty({ ...claims }, "exp", { get: boom })],
    ["nbf that throws", Object.defineProperty({ ...claims }, "nbf", { get: boom })],
  ])("is an outage for an %s, not the absence of a limit", async (_what, token) => {
    const denial = { code: "temporarily_unavailable" };
    expect(await authenticateBy(token)).toMatchObject({ kind: "rejected", denial });
  });

  it("is rejected if the clock returns no time", async () => {
    vi.spyOn(Date, "now").mockReturnValue(Number.NaN);
    const limits = [{ exp: SECONDS + 60 }, { nbf: 1 }];
    for (const limit of limits) {
      expect(await authenticateBy({ ...claims, ...limit })).toMatchObject({ kind: "rejected" });
    }
    vi.restoreAllMocks();
  });
});

describe("the other reasons of a rejection", () => {
  const never = { verify: () => undefined };
  it("are `verify_result` if the verify function returned no token, and `revoked`", async () => {
    expect(await show(never, bearer)).toMatchObject({ reason: "verify_result" });
    expect(await show({ verify: () => null }, bearer)).toMatchObject({ reason: "verify_result" });
    const revoked = { verify: () => claims, isRevoked: () => true };
    expect(await show(revoked, bearer)).toMatchObject({ reason: "revoked" });
  });

  it("are `malformed` for credentials that are not one bearer token", async () => {
    expect(await show(never, { kind: "malformed" })).toMatchObject({ reason: "malformed" });
  });

  it("are missing for an outage", async () => {
    const boom = () => Promise.reject(new Error("boom"));
    for (const shown of [
      await show({ verify: boom }, bearer),
      await show({ verify: () => claims, subject: boom }, bearer),
    ]) {
      expect(shown).toMatchObject({ kind: "rejected" });
      expect(shown).not.toHaveProperty("reason");
    }
  });
});

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {} },
  tools: { list_courses: "courses:read" },
});
const authorizerOf = (options: Partial<AuthorizerOptions>) =>
  createAuthorizer({ policy, verify: () => undefined, ...options });
const codeOf = async (options: Partial<AuthorizerOptions>, rawToken = "abc") =>
  (await authorizerOf(options).decide(rawToken, "list_courses")).decision.code;

describe("the clock of the authorizer", () => {
  it("is read at every use of a token, even if the token is the same object", async () => {
    const token = accessTokenFromClaims({ ...claims, exp: SECONDS + 60 });
    const authorizer = authorizerOf({ verify: () => token });
    const kindNow = async () => (await authorizer.authenticate("Bearer abc")).kind;
    expect(await kindNow()).toBe("authenticated");
    vi.setSystemTime(NOW + 59_999);
    expect(await kindNow()).toBe("authenticated");
    vi.setSystemTime(NOW + 60_000);
    expect(await kindNow()).toBe("refused");
    vi.setSystemTime(NOW);
    expect(await kindNow()).toBe("authenticated");
  });

  it("applies to the nbf of the claims passed to accessTokenFromClaims", async () => {
    const verify = () => accessTokenFromClaims({ ...claims, nbf: SECONDS + 60 });
    expect(await codeOf({ verify })).toBe("invalid_token");
    vi.setSystemTime(NOW + 60_000);
    expect(await codeOf({ verify })).toBe("allowed");
  });

  it("is read when a verify function returns, not when it is called", async () => {
    const verify = async () => {
      vi.setSystemTime(NOW + 10_000);
      return { ...claims, exp: SECONDS + 10 };
    };
    expect(await codeOf({ verify })).toBe("invalid_token");
  });

  it("gives an expired token the response of any invalid token, so that no reason reaches the client", async () => {
    const answers = await Promise.all(
      [{ exp: 1 }, { nbf: SECONDS + 60 }, { exp: NOW }, undefined].map(async (times) => {
        const verify = () => times && ({ ...claims, ...times } as AccessToken);
        const authorization = "Bearer abc";
        return authorizerOf({ verify }).admit({ authorization, operation: "list_courses" });
      }),
    );
    expect(new Set(answers.map((admission) => JSON.stringify(admission))).size).toBe(1);
    expect(JSON.stringify(answers)).not.toMatch(/expired|not_yet_valid|verify_result|reason/);
  });
});

describe("a verifier of the library", () => {
  const issuer = "https://as.example.com";
  const jwt = (options = {}) =>
    jwtVerifier({
      issuer,
      audience: AUDIENCE,
      jwks: KEY_SET,
      algorithms: ["RS256"],
      ...options,
    });
  const introspection = (options = {}) =>
    introspectionVerifier({
      endpoint: `${issuer}/introspect`,
      issuer,
      bearer: "api",
      audience: AUDIENCE,
      fetch: async () =>
        Response.json({ active: true, ...claims, iss: issuer, aud: AUDIENCE, exp: inSeconds(300) }),
      ...options,
    });

  it.each([
    ["jwtVerifier", jwt],
    ["introspectionVerifier", introspection],
  ])("%s keeps its own clock and tolerance", async (_, verifier) => {
    const rawToken = await mint();
    vi.setSystemTime(NOW + 301_000);
    expect(await codeOf({ verify: verifier() }, rawToken)).toBe("invalid_token");
    expect(await codeOf({ verify: verifier(), clockTolerance: 300 }, rawToken)).toBe(
      "invalid_token",
    );
    expect(await codeOf({ verify: verifier({ clockTolerance: 2 }) }, rawToken)).toBe("allowed");
    expect(await codeOf({ verify: verifier({ now: () => inSeconds(0) }) }, rawToken)).toBe(
      "allowed",
    );
  });

  it.each([
    ["jwtVerifier", jwt],
    ["introspectionVerifier", introspection],
  ])(
    "%s inside a function of your own is subject to the clock of the authorizer too",
    async (_, verifier) => {
      const rawToken = await mint();
      vi.setSystemTime(NOW + 301_000);
      const inner = verifier({ now: () => inSeconds(0) });
      const verify: AuthorizerOptions["verify"] = (text) => inner(text);
      expect(await codeOf({ verify }, rawToken)).toBe("invalid_token");
      expect(await codeOf({ verify, clockTolerance: 2 }, rawToken)).toBe("allowed");
    },
  );
});
