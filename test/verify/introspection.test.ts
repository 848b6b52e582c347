import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/policy.js";
import type { Verify } from "../../src/resource-server/verify.js";
import {
  type IntrospectionVerifierOptions,
  introspectionVerifier,
} from "../../src/verify/introspection.js";
import { VerifierOutage } from "../../src/verify/outage.js";
import { defined } from "../defined.js";
import { AUDIENCE, ISSUER, inSeconds, NOW, newTestClock, thrownBy } from "./fixtures.js";
import { type Asked, badAnswers, json, type Loopback, startLoopback } from "./loopback.js";

const ACTIVE = {
  active: true,
  scope: "courses:read",
  client_id: "app-1",
  sub: "user-1",
  aud: AUDIENCE,
  iss: ISSUER,
  exp: inSeconds(300),
  token_type: "Bearer",
};

const OPTIONS = {
  endpoint: "https://as.example.com/introspect",
  clientId: "api",
  clientSecret: "secret",
  audience: AUDIENCE,
  issuer: ISSUER,
  now: () => NOW,
} satisfies IntrospectionVerifierOptions;

/** Options that a program without types could give. */
type Loose = Partial<Record<keyof IntrospectionVerifierOptions, unknown>>;

interface Scene {
  readonly clock: ReturnType<typeof newTestClock>;
  readonly requests: RequestInit[];
  readonly verify: Verify;
  answer: unknown;
}

/** A verifier whose server says what a test says. */
function newVerifier(options: Loose = {}, answer: unknown = ACTIVE): Scene {
  const clock = newTestClock();
  const requests: RequestInit[] = [];
  const fetch = async (_url: string, init: RequestInit): Promise<Response> => {
    requests.push(init);
    return Response.json(scene.answer);
  };
  const all: Loose = { ...OPTIONS, now: clock.now, fetch, ...options };
  const verify = introspectionVerifier(defined(all) as unknown as IntrospectionVerifierOptions);
  const scene: Scene = { clock, requests, verify, answer };
  return scene;
}

const verifyAnswer = (answer: unknown, options: Loose = {}) =>
  newVerifier(options, answer).verify("opaque");

describe("an active token", () => {
  const good: readonly [string, object, Loose?][] = [
    ["as RFC 7662 has it", {}],
    ["of a type in small letters", { token_type: "bearer" }],
    ["without a type", { token_type: undefined }],
    ["without an end", { exp: undefined }],
    ["without user and client", { sub: undefined, client_id: undefined }],
    ["for several, us among them", { aud: ["https://other.example", AUDIENCE] }],
    ["without issuer, where none is asked for", { iss: undefined }, { issuer: undefined }],
    ["of any issuer, where none is asked for", { iss: "https://x.example" }, { issuer: undefined }],
    ["just ended, within the tolerance", { exp: inSeconds(-4) }, { clockTolerance: 5 }],
    ["to come, within the tolerance", { iat: inSeconds(4) }, { clockTolerance: 5 }],
    ["without a scope", { scope: undefined }],
    [
      "without audience, where that is skipped",
      { aud: undefined },
      { audience: undefined, dangerouslySkipAudience: true },
    ],
  ];

  it.each(good)("is good: %s", async (_title, members, options = {}) => {
    const token = await verifyAnswer({ ...ACTIVE, ...members }, options);
    expect(token).toBeDefined();
    expect(Object.isFrozen(token)).toBe(true);
  });

  it("gives its claims by name, and no others", async () => {
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

  const bad: readonly [string, object, Loose?][] = [
    ["inactive", { active: false }],
    ["no audience", { aud: undefined }],
    ["another audience", { aud: "https://other.example" }],
    ["an audience that is no text", { aud: [AUDIENCE, null] }],
    ["another issuer", { iss: "https://evil.example" }],
    ["no issuer", { iss: undefined }],
    ["an issuer that is no text", { iss: [ISSUER] }],
    ["an issuer that is no text, where none is asked for", { iss: 1 }, { issuer: undefined }],
    ["ended", { exp: inSeconds(0) }],
    ["ended beyond the tolerance", { exp: inSeconds(-5) }, { clockTolerance: 5 }],
    ["an end that is no number", { exp: "4000000000" }],
    ["an end that is null", { exp: null }],
    ["issued in time to come", { iat: inSeconds(1) }],
    ["not begun", { nbf: inSeconds(1) }],
    ["a begin that is no number", { nbf: "0" }],
    ["another type", { token_type: "DPoP" }],
    ["no type", { token_type: "N_A" }],
    ["a type that is no text", { token_type: ["Bearer"] }],
    ["an empty client", { client_id: "" }],
    ["an empty user", { sub: "" }],
    ["an empty id", { jti: "" }],
    ["a user that is a number", { sub: 1 }],
    ["a scope as a list", { scope: ["courses:read"] }],
    ["a scope that is null", { scope: null }],
  ];

  it.each(bad)("is no good: %s", async (_title, members, options = {}) => {
    expect(await verifyAnswer({ ...ACTIVE, ...members }, options)).toBeUndefined();
  });

  it.each([undefined, "true", 1, null, {}, [true]])(
    "is in doubt where `active` is %j: an outage",
    async (active) => {
      const error = await thrownBy(() => verifyAnswer({ ...ACTIVE, active }));
      expect(error).toMatchObject({ name: "VerifierOutage", reason: "malformed" });
    },
  );
});

describe("a text that is no bearer token", () => {
  it.each([
    ["nothing", ""],
    ["two words", "a b"],
    ["a form", "a&token=b"],
    ["a line", "a\nb"],
    ["too long", "a".repeat(16_385)],
    ["no text", 1 as unknown as string],
    ["no text at all", undefined as unknown as string],
  ])("is not asked about: %s", (_title, text) => {
    const { verify, requests } = newVerifier();
    expect(verify(text)).toBeUndefined();
    expect(requests).toEqual([]);
  });
});

describe("the question", () => {
  const SECRET = "s&c=r+t:%\u00e9 ~";
  const cases: readonly [string, object, string | undefined, object][] = [
    ["with a client", {}, `Basic ${btoa("api:secret")}`, {}],
    [
      "with a client whose secret needs escapes (RFC 6749, section 2.3.1)",
      { clientId: "a:b", clientSecret: SECRET },
      `Basic ${btoa("a%3Ab:s%26c%3Dr%2Bt%3A%25%C3%A9+%7E")}`,
      {},
    ],
    [
      "with a client in the body",
      { clientSecret: SECRET, clientAuth: "client_secret_post" },
      undefined,
      { client_id: "api", client_secret: SECRET },
    ],
    [
      "with an access token",
      { clientId: undefined, clientSecret: undefined, bearer: "abc" },
      "Bearer abc",
      {},
    ],
  ];

  it.each(cases)("%s", async (_title, options, authorization, members) => {
    const { verify, requests } = newVerifier(options);
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

describe("the memory of introspection", () => {
  it("answers at once, for ten seconds", async () => {
    const { verify, requests, clock } = newVerifier();
    const token = await verify("opaque");
    clock.pass(9.999);
    expect(verify("opaque")).toBe(token);
    expect(requests).toHaveLength(1);
    clock.pass(0.001);
    await verify("opaque");
    expect(requests).toHaveLength(2);
  });

  it("ends with the token, and looks at the clock at every hit", async () => {
    const server = newVerifier({}, { ...ACTIVE, exp: inSeconds(5) });
    await server.verify("opaque");
    server.clock.pass(4.999);
    expect(server.verify("opaque")).toMatchObject({ sub: "user-1" });
    server.clock.pass(0.001);
    expect(await server.verify("opaque")).toBeUndefined();
    expect(server.requests).toHaveLength(2);
  });

  it("notices a revocation after its ceiling, and without a memory at once", async () => {
    const remembering = newVerifier({ cache: { seconds: 2 } });
    const asking = newVerifier({ cache: false });
    await Promise.all([remembering.verify("opaque"), asking.verify("opaque")]);
    remembering.answer = asking.answer = { active: false };
    expect(await asking.verify("opaque")).toBeUndefined();
    expect(await remembering.verify("opaque")).toBeDefined();
    remembering.clock.pass(2);
    expect(await remembering.verify("opaque")).toBeUndefined();
  });

  it("holds no answer that was no good: the next one counts", async () => {
    const server = newVerifier({}, { active: false });
    expect(await server.verify("opaque")).toBeUndefined();
    server.answer = ACTIVE;
    expect(await server.verify("opaque")).toBeDefined();
  });

  it("holds no outage", async () => {
    const server = newVerifier({}, []);
    expect(await thrownBy(() => server.verify("opaque"))).toBeInstanceOf(VerifierOutage);
    server.answer = ACTIVE;
    expect(await server.verify("opaque")).toBeDefined();
  });

  it.each([
    ["good", ACTIVE],
    ["unknown", { active: false }],
  ])("1,000 who come at once with one token, %s, are one question", async (_title, answer) => {
    const { verify, requests } = newVerifier({}, answer);
    const answers = await Promise.all(Array.from({ length: 1_000 }, async () => verify("opaque")));
    expect(new Set(answers).size).toBe(1);
    expect(requests).toHaveLength(1);
  });

  it("asks about each of several tokens", async () => {
    const { verify, requests } = newVerifier();
    await Promise.all(["a", "b", "a", "c"].map(async (text) => verify(text)));
    expect(requests).toHaveLength(3);
  });

  it("needs a clock", async () => {
    const { verify } = newVerifier({ now: () => Number.NaN });
    expect(() => verify("opaque")).toThrow("the clock gave no time");
    const times = [NOW, NOW, Number.NaN];
    const late = newVerifier({ now: () => times.shift() as number });
    expect(await thrownBy(() => late.verify("opaque"))).toMatchObject({ reason: "clock" });
  });

  it("lets no token be good that ends while it is asked about", async () => {
    const server = newVerifier({}, { ...ACTIVE, exp: inSeconds(1) });
    const answer = server.verify("opaque");
    server.clock.pass(1);
    expect(await answer).toBeUndefined();
  });
});

interface Attack {
  readonly id: string;
  readonly class: string;
  readonly why: string;
  readonly expect: string;
  readonly given: { readonly token: { readonly introspection: Scripted; readonly value: string } };
}

interface Scripted {
  readonly status?: number;
  readonly contentType?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly bodyText?: string;
  readonly timeout?: boolean;
  readonly networkError?: boolean;
}

const corpus = JSON.parse(
  readFileSync(new URL("../attacks/corpus.json", import.meta.url), "utf8"),
) as { readonly cases: readonly Attack[] };
const attacks = corpus.cases.filter(
  (attack) =>
    attack.class === "introspection" && JSON.stringify(attack).includes('"introspection":'),
);

describe("over HTTP", () => {
  let server: Loopback;

  beforeAll(async () => {
    server = await startLoopback();
  });
  afterAll(() => server.close());

  const overHttp = (timeout = 2_000) =>
    introspectionVerifier({ ...OPTIONS, endpoint: new URL(server.url), timeout });

  const policy = loadPolicy({
    name: "Courses",
    version: "1",
    scopes: { "courses:read": {} },
    tools: { list_courses: "courses:read" },
  });

  function plain(value: unknown): unknown {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return "$now" in value ? inSeconds(value.$now as number) : value;
  }

  it("attacks are many", () => {
    expect(attacks.length).toBeGreaterThan(20);
  });

  it.each(attacks.map((attack) => [attack.id, attack.why, attack] as const))(
    "%s: %s",
    async (_id, _why, { given, expect: expected }) => {
      const {
        status = 200,
        contentType,
        body,
        bodyText,
        timeout,
        networkError,
      } = given.token.introspection;
      const members = Object.entries(body ?? {}).map(([name, value]) => [name, plain(value)]);
      server.reply = json(bodyText ?? Object.fromEntries(members), status, contentType);
      if (timeout === true) server.reply = () => undefined;
      if (networkError === true) server.reply = (response) => response.destroy();
      const verify = overHttp(timeout === true ? 30 : 2_000);
      let allowed = false;
      try {
        const token = await verify(given.token.value);
        allowed = policy.decideUntrusted(token ?? null, "list_courses").allowed;
      } catch (error) {
        expect(error).toBeInstanceOf(VerifierOutage);
      }
      expect(allowed).toBe(expected === "allow");
    },
  );

  it.each(Object.entries(badAnswers(ACTIVE)))("an outage: %s", async (title, reply) => {
    server.reply = reply;
    server.asked.length = 0;
    const [reason] = title.split(":");
    const verify = overHttp(reason === "timeout" ? 30 : 2_000);
    const error = await thrownBy(() => verify("opaque-secret"));
    expect(error).toBeInstanceOf(VerifierOutage);
    expect(error).toMatchObject({ reason });
    expect(`${JSON.stringify(error)}${(error as Error).stack}`).not.toContain("opaque-secret");
    expect((error as Error).cause).toBeUndefined();
    // whoever does not wait may be gone before the server has heard of it
    if (reason !== "timeout") expect(server.asked).toHaveLength(1);
  });

  it.each([
    ["text/html", false],
    ["application/jwt", false],
    ["application/token-introspection+jwt", false],
    ["application/jsonp", false],
    ["text/html; application/json", false],
    ["", false],
    ["application/json;charset=UTF-8", true],
    ["APPLICATION/JSON ; charset=utf-8", true],
  ])("an answer as `%s`, taken: %s", async (type, isTaken) => {
    server.reply = json(ACTIVE, 200, type);
    const error = await thrownBy(() => overHttp()("opaque"));
    expect(error === undefined).toBe(isTaken);
    if (!isTaken) expect(error).toMatchObject({ reason: "type" });
  });

  it("an answer without a type is none", async () => {
    server.reply = (response) => void response.writeHead(200).end(JSON.stringify(ACTIVE));
    expect(await thrownBy(() => overHttp()("opaque"))).toMatchObject({ reason: "type" });
  });

  it("the token is a value of the form and can be nothing else", async () => {
    server.reply = (response, asked: Asked) =>
      json({ active: new URLSearchParams(asked.body).get("token") === "good" })(response);
    server.asked.length = 0;
    const verify = overHttp();
    expect(await verify("a~b+c/d=")).toBeUndefined();
    expect(server.asked).toMatchObject([
      { method: "POST", body: "token=a%7Eb%2Bc%2Fd%3D&token_type_hint=access_token" },
    ]);
    expect(server.asked[0]?.headers.authorization).toBe(`Basic ${btoa("api:secret")}`);
  });
});
