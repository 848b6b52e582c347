import { describe, expect, it } from "vitest";
import type { RejectionReason } from "../../src/resource-server/verifier-result.js";
import { VerifierOutage } from "../../src/verify/verifier-outage.js";
import { AUDIENCE, ISSUER, inSeconds, outcomeOf, thrownBy } from "./fixtures.js";
import { ACTIVE, createScene, type Loose } from "./introspection-scene.js";

const verifyAnswer = (answer: unknown, options: Loose = {}) =>
  createScene(options, answer).verify("opaque");

describe("introspectionVerifier, with a response for an active token", () => {
  const accepted: readonly [string, object, Loose?][] = [
    ["as in RFC 7662", {}],
    ["with a lower-case `token_type`", { token_type: "bearer" }],
    ["without `token_type`", { token_type: undefined }],
    ["without `exp`", { exp: undefined }],
    ["without `sub` and `client_id`", { sub: undefined, client_id: undefined }],
    [
      "with several audiences, one of them this server",
      { aud: ["https://other.example", AUDIENCE] },
    ],
    ["without `iss`", { iss: undefined }],
    ["with the `token_type` that a large vendor documents", { token_type: "access_token" }],
    ["with that `token_type` in capitals", { token_type: "ACCESS_TOKEN" }],
    ["that expired within the tolerance", { exp: inSeconds(-4) }, { clockTolerance: 5 }],
    [
      "with an `iat` in the future, within the tolerance",
      { iat: inSeconds(4) },
      { clockTolerance: 5 },
    ],
    ["without `scope`", { scope: undefined }],
    [
      "without `aud`, with `dangerouslySkipAudience`",
      { aud: undefined },
      { audience: undefined, dangerouslySkipAudience: true },
    ],
  ];

  it.each(accepted)("accepts a token %s", async (_title, members, options = {}) => {
    const token = await verifyAnswer({ ...ACTIVE, ...members }, options);
    expect(token).toBeDefined();
    expect(Object.isFrozen(token)).toBe(true);
  });

  it("returns the known claims and no others", async () => {
    const more = { username: "jo", token: "echoed", tier: "pro", permissions: ["admin"] };
    expect(await verifyAnswer({ ...ACTIVE, ...more, scp: "admin", jti: "1", iat: 5 })).toEqual({
      scope: "courses:read",
      client_id: "app-1",
      sub: "user-1",
      iss: ISSUER,
      exp: inSeconds(300),
      jti: "1",
      iat: 5,
      tier: "pro",
    });
  });

  const rejectedRows: readonly [string, RejectionReason, object, Loose?][] = [
    ["an inactive token", "inactive", { active: false }],
    ["no audience", "claim_missing", { aud: undefined }],
    ["another audience", "audience", { aud: "https://other.example" }],
    ["an audience beside null", "audience", { aud: [AUDIENCE, null] }],
    ["another issuer", "issuer", { iss: "https://evil.example" }],
    ["an issuer that differs by a slash", "issuer", { iss: `${ISSUER}/` }],
    ["an empty issuer", "issuer", { iss: "" }],
    ["an issuer that is null", "issuer", { iss: null }],
    ["an issuer in a list", "issuer", { iss: [ISSUER] }],
    ["an `exp` of now", "expired", { exp: inSeconds(0) }],
    ["an `exp` beyond the tolerance", "expired", { exp: inSeconds(-5) }, { clockTolerance: 5 }],
    ["an `exp` that is a string", "malformed", { exp: "4000000000" }],
    ["an `exp` that is null", "malformed", { exp: null }],
    ["an `iat` in the future", "not_yet_valid", { iat: inSeconds(1) }],
    ["an `nbf` in the future", "not_yet_valid", { nbf: inSeconds(1) }],
    ["an `nbf` that is a string", "malformed", { nbf: "0" }],
    ["another token type", "type", { token_type: "N_A" }],
    ["an empty `client_id`", "malformed", { client_id: "" }],
    ["an empty `sub`", "malformed", { sub: "" }],
    ["an empty `jti`", "malformed", { jti: "" }],
    ["a `sub` that is a number", "malformed", { sub: 1 }],
    ["a scope that is a list", "scope_claim", { scope: ["courses:read"] }],
    ["a scope that is null", "scope_claim", { scope: null }],
  ];

  it.each(rejectedRows)(
    "rejects a response with %s, for the reason %s",
    async (_title, reason, members, options) => {
      const { verify } = createScene(options, { ...ACTIVE, ...members });
      expect(await outcomeOf(verify, "opaque")).toBe(reason);
    },
  );

  it.each([undefined, "true", 1, null, {}, [true]])(
    "throws VerifierOutage if `active` is %j",
    async (active) => {
      const error = await thrownBy(() => verifyAnswer({ ...ACTIVE, active }));
      expect(error).toMatchObject({ name: "VerifierOutage", reason: "malformed" });
    },
  );
});

describe("introspectionVerifier, with a value that is not a bearer token", () => {
  it.each([
    ["an empty string", ""],
    ["two words", "a b"],
    ["a form value with a parameter", "a&token=b"],
    ["two lines", "a\nb"],
    ["a string that is too long", "a".repeat(16_385)],
    ["a number", 1 as unknown as string],
    ["undefined", undefined as unknown as string],
  ])("rejects %s as malformed and sends no request", async (_title, text) => {
    const { verify, requests } = createScene();
    expect(verify(text)).toBeUndefined();
    expect(await outcomeOf(verify, text)).toBe("malformed");
    expect(requests).toEqual([]);
  });
});

describe("the request of introspectionVerifier", () => {
  const SECRET = "s&c=r+t:%\u00e9 ~";
  const cases: readonly [string, object, string | undefined, object][] = [
    ["authenticates with HTTP Basic by default", {}, `Basic ${btoa("api:secret")}`, {}],
    [
      "form-encodes client ID and secret before HTTP Basic (RFC 6749, section 2.3.1)",
      { clientId: "a:b", clientSecret: SECRET },
      `Basic ${btoa("a%3Ab:s%26c%3Dr%2Bt%3A%25%C3%A9+%7E")}`,
      {},
    ],
    [
      "sends client ID and secret in the body with `client_secret_post`",
      { clientSecret: SECRET, clientAuth: "client_secret_post" },
      undefined,
      { client_id: "api", client_secret: SECRET },
    ],
    [
      "authenticates with an access token in place of a client",
      { clientId: undefined, clientSecret: undefined, bearer: "abc" },
      "Bearer abc",
      {},
    ],
  ];

  it.each(cases)("%s", async (_title, options, authorization, members) => {
    const { verify, requests } = createScene(options);
    await verify("a~b+c/d==");
    const [{ headers, body, method, redirect } = {}] = requests;
    expect({ method, redirect }).toEqual({ method: "POST", redirect: "manual" });
    expect(Object.fromEntries(new URLSearchParams(body as string))).toEqual({
      token: "a~b+c/d==",
      token_type_hint: "access_token",
      ...members,
    });
    expect(headers).toEqual({
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
      ...(authorization !== undefined && { authorization }),
    });
  });
});

describe("the cache of introspectionVerifier", () => {
  it("returns a cached token without a promise for 10 seconds", async () => {
    const { verify, requests, clock } = createScene();
    const token = await verify("opaque");
    clock.pass(9.999);
    expect(verify("opaque")).toBe(token);
    expect(requests).toHaveLength(1);
    clock.pass(0.001);
    await verify("opaque");
    expect(requests).toHaveLength(2);
  });

  it("checks `exp` against the clock at every hit", async () => {
    const server = createScene({}, { ...ACTIVE, exp: inSeconds(5) });
    await server.verify("opaque");
    server.clock.pass(4.999);
    expect(server.verify("opaque")).toMatchObject({ sub: "user-1" });
    server.clock.pass(0.001);
    expect(await server.verify("opaque")).toBeUndefined();
    expect(server.requests).toHaveLength(2);
  });

  it("notices a revocation after `cache.seconds`, and at once without a cache", async () => {
    const remembering = createScene({ cache: { seconds: 2 } });
    const asking = createScene({ cache: false });
    await Promise.all([remembering.verify("opaque"), asking.verify("opaque")]);
    remembering.answer = asking.answer = { active: false };
    expect(await asking.verify("opaque")).toBeUndefined();
    expect(await remembering.verify("opaque")).toBeDefined();
    remembering.clock.pass(2);
    expect(await remembering.verify("opaque")).toBeUndefined();
  });

  it("does not cache an inactive token", async () => {
    const server = createScene({}, { active: false });
    expect(await server.verify("opaque")).toBeUndefined();
    server.answer = ACTIVE;
    expect(await server.verify("opaque")).toBeDefined();
  });

  it("does not cache an outage", async () => {
    const server = createScene({}, []);
    expect(await thrownBy(() => server.verify("opaque"))).toBeInstanceOf(VerifierOutage);
    server.answer = ACTIVE;
    expect(await server.verify("opaque")).toBeDefined();
  });

  it.each([
    ["active", ACTIVE],
    ["inactive", { active: false }],
  ])(
    "sends one request for 1,000 concurrent calls with the same %s token",
    async (_title, answer) => {
      const { verify, requests } = createScene({}, answer);
      const answers = await Promise.all(
        Array.from({ length: 1_000 }, async () => verify("opaque")),
      );
      expect(new Set(answers).size).toBe(1);
      expect(requests).toHaveLength(1);
    },
  );

  it("sends one request for each of several tokens", async () => {
    const { verify, requests } = createScene();
    await Promise.all(["a", "b", "a", "c"].map(async (text) => verify(text)));
    expect(requests).toHaveLength(3);
  });

  it("throws VerifierOutage if the clock fails, before or after the request", async () => {
    const { verify } = createScene({ now: () => Number.NaN });
    expect(() => verify("opaque")).toThrow("the clock threw or did not return seconds since 1970");
    const times = [inSeconds(0), inSeconds(0), Number.NaN];
    const late = createScene({ now: () => times.shift() as number });
    expect(await thrownBy(() => late.verify("opaque"))).toMatchObject({ reason: "clock" });
  });

  it("rejects a token that expires during the request", async () => {
    const server = createScene({}, { ...ACTIVE, exp: inSeconds(1) });
    const answer = server.verify("opaque");
    server.clock.pass(1);
    expect(await answer).toBeUndefined();
  });
});
