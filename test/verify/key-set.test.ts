import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { createAuthorizer } from "../../src/resource-server/authorizer.js";
import type { Verify } from "../../src/resource-server/token-verifier.js";
import type { Fetch } from "../../src/verify/fetch-json.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import type { JwtVerifierOptions } from "../../src/verify/jwt-options.js";
import { FAILURE_PAUSE, KEY_SET_AGE, UNKNOWN_KEY_PAUSE } from "../../src/verify/key-set.js";
import { VerifierOutage } from "../../src/verify/verifier-outage.js";
import {
  createTestClock,
  inSeconds,
  KEY_SET,
  mint,
  OPTIONS,
  publicJwk,
  thrownBy,
} from "./fixtures.js";
import { json, type Loopback, startLoopback, unusableResponses } from "./loopback.js";

const LONG = { iat: inSeconds(-60), exp: inSeconds(86_400) };
const NEXT_SET = { keys: [await publicJwk("as-next")] };

const failing = (): Response => new Response("down", { status: 503 });
const returning = (set: unknown) => (): Response => Response.json(set);

interface Remote {
  readonly clock: ReturnType<typeof createTestClock>;
  readonly verify: Verify;
  answer: () => Response;
  asked: number;
}

/** Creates a verifier without a token cache, whose key set a test sets. */
function createRemote(options: Partial<JwtVerifierOptions> = {}): Remote {
  const clock = createTestClock();
  const fetch: Fetch = async () => {
    remote.asked += 1;
    return remote.answer();
  };
  const jwks = "https://as.example.com/jwks";
  const verify = jwtVerifier({ ...OPTIONS, jwks, cache: false, now: clock.now, fetch, ...options });
  const remote: Remote = { clock, verify, answer: returning(KEY_SET), asked: 0 };
  return remote;
}

const known = await mint({ claims: LONG });
const unknown = await mint({ claims: LONG, header: { kid: "as-9" } });
const signedByNext = await mint({ claims: LONG, key: "as-next" });

describe("the remote key set of jwtVerifier", () => {
  it("is read at the first token, once for all concurrent calls", async () => {
    const remote = createRemote();
    expect(remote.asked).toBe(0);
    const answers = await Promise.all(Array.from({ length: 50 }, async () => remote.verify(known)));
    expect(answers.every((token) => token?.sub === "user-1")).toBe(true);
    expect(remote.asked).toBe(1);
  });

  it("is read again after ten minutes", async () => {
    const remote = createRemote();
    await remote.verify(known);
    remote.clock.pass(KEY_SET_AGE / 1_000 - 0.001);
    await remote.verify(known);
    expect(remote.asked).toBe(1);
    remote.clock.pass(0.001);
    await remote.verify(known);
    expect(remote.asked).toBe(2);
  });

  it("is requested at its URL, with the media type of a key set and without redirects", async () => {
    const seen: Parameters<Fetch>[] = [];
    const fetch: Fetch = async (...call) => {
      seen.push(call);
      return Response.json(KEY_SET);
    };
    await createRemote({ fetch, jwks: new URL("https://as.example.com/keys?v=1") }).verify(known);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.[0]).toBe("https://as.example.com/keys?v=1");
    expect(seen[0]?.[1]).toMatchObject({
      redirect: "manual",
      headers: { accept: "application/jwk-set+json, application/json" },
    });
  });

  it("is read by the runtime's `fetch` of the time of the call", async () => {
    const fetch = vi
      .spyOn(globalThis, "fetch")
      .mockImplementation(async () => Response.json(KEY_SET));
    try {
      const verify = jwtVerifier({ ...OPTIONS, jwks: "https://as.example.com/jwks" });
      expect(await verify(await mint())).toBeDefined();
      expect(fetch).toHaveBeenCalledTimes(1);
    } finally {
      fetch.mockRestore();
    }
  });
});

describe("a new key in the remote key set", () => {
  it("is found with the first token that names it after the pause", async () => {
    const remote = createRemote();
    await remote.verify(known);
    remote.answer = returning(NEXT_SET);
    expect(await remote.verify(signedByNext)).toBeUndefined();
    expect(remote.asked).toBe(1);
    remote.clock.pass(UNKNOWN_KEY_PAUSE / 1_000);
    expect(await remote.verify(signedByNext)).toBeDefined();
    expect(remote.asked).toBe(2);
  });

  it("replaces the old key", async () => {
    const remote = createRemote();
    await remote.verify(known);
    remote.answer = returning(NEXT_SET);
    remote.clock.pass(UNKNOWN_KEY_PAUSE / 1_000);
    await remote.verify(signedByNext);
    expect(await remote.verify(known)).toBeUndefined();
  });

  it("causes one request in each pause if it is unknown, for any number of tokens", async () => {
    const remote = createRemote();
    for (let round = 1; round <= 3; round += 1) {
      const many = Array.from({ length: 50 }, (_, index) =>
        index % 2 === 0 ? unknown : signedByNext,
      );
      const answers = await Promise.all(many.map(async (token) => remote.verify(token)));
      expect(answers.every((token) => token === undefined)).toBe(true);
      expect(remote.asked).toBe(round);
      remote.clock.pass(UNKNOWN_KEY_PAUSE / 1_000);
    }
  });

  it("is not requested before the end of the pause after an empty key set", async () => {
    const remote = createRemote();
    remote.answer = returning({ keys: [] });
    for (let index = 0; index < 50; index += 1) {
      expect(await remote.verify(known)).toBeUndefined();
    }
    expect(remote.asked).toBe(1);
    remote.clock.pass(UNKNOWN_KEY_PAUSE / 1_000);
    remote.answer = returning(KEY_SET);
    expect(await remote.verify(known)).toBeDefined();
  });
});

describe("a server that returns no key set", () => {
  it("gets one request in each pause, for any number of tokens", async () => {
    const remote = createRemote();
    remote.answer = failing;
    for (let round = 1; round <= 3; round += 1) {
      for (let index = 0; index < 50; index += 1) {
        expect(await thrownBy(() => remote.verify(known))).toMatchObject({ reason: "status" });
      }
      expect(remote.asked).toBe(round);
      remote.clock.pass(FAILURE_PAUSE / 1_000);
    }
    remote.answer = returning(KEY_SET);
    expect(await remote.verify(known)).toBeDefined();
  });

  it("gets one request for 50 concurrent calls", async () => {
    const remote = createRemote();
    remote.answer = failing;
    const errors = await Promise.all(
      Array.from({ length: 50 }, () => thrownBy(() => remote.verify(known))),
    );
    expect(errors.every((error) => error instanceof VerifierOutage)).toBe(true);
    expect(remote.asked).toBe(1);
  });

  it("causes an outage for tokens with an unknown key, while known keys still work", async () => {
    const remote = createRemote();
    await remote.verify(known);
    remote.answer = failing;
    remote.clock.pass(UNKNOWN_KEY_PAUSE / 1_000);
    expect(await thrownBy(() => remote.verify(unknown))).toMatchObject({ reason: "status" });
    expect(await thrownBy(() => remote.verify(unknown))).toMatchObject({ reason: "status" });
    expect(await remote.verify(known)).toBeDefined();
    expect(remote.asked).toBe(2);
  });

  it("causes an outage for every token after ten minutes", async () => {
    const remote = createRemote();
    await remote.verify(known);
    remote.answer = failing;
    remote.clock.pass(KEY_SET_AGE / 1_000);
    expect(await thrownBy(() => remote.verify(known))).toBeInstanceOf(VerifierOutage);
  });

  it.each([
    ["no `keys`", {}],
    ["`keys` that is not a list", { keys: "none" }],
    ["a key that is not an object", { keys: [1] }],
  ])("causes an outage with %s", async (_title, set) => {
    const remote = createRemote();
    remote.answer = returning(set);
    expect(await thrownBy(() => remote.verify(known))).toMatchObject({ reason: "malformed" });
  });

  it("causes an outage for tokens that name a private key", async () => {
    const remote = createRemote();
    const key = await publicJwk("as-rs256", { d: "AAAA" });
    remote.answer = returning({ keys: [key] });
    expect(await thrownBy(() => remote.verify(known))).toMatchObject({ reason: "key" });
  });

  it("gets another request after the clock was set back", async () => {
    const remote = createRemote();
    remote.answer = failing;
    await thrownBy(() => remote.verify(known));
    remote.answer = returning(KEY_SET);
    remote.clock.pass(-1);
    expect(await thrownBy(() => remote.verify(known))).toBeUndefined();
    expect(remote.asked).toBe(2);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("private detail");
      },
    ],
    ["rejects", () => Promise.reject(new Error("private detail"))],
    ["returns nothing", () => Promise.resolve(undefined)],
    ["returns no body", async () => new Response(null)],
    [
      "returns a body of strings",
      async () => new Response(ReadableStream.from(["{}"]) as unknown as string),
    ],
  ])("causes an outage without private details if `fetch` %s", async (_title, fetch) => {
    const remote = createRemote({ fetch: fetch as Fetch });
    const error = await thrownBy(() => remote.verify(known));
    expect(error).toBeInstanceOf(VerifierOutage);
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain("private detail");
  });
});

describe("Cloudflare Workers, where a request cannot wait for the I/O of another", () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ["WebSocketPair", class {}],
    ["navigator", { userAgent: "Cloudflare-Workers" }],
  ])("are detected by `%s`, so that each request reads the key set", async (name, value) => {
    vi.stubGlobal(name, value);
    const remote = createRemote();
    const answers = await Promise.all([remote.verify(known), remote.verify(known)]);
    expect(answers.every((token) => token !== undefined)).toBe(true);
    expect(remote.asked).toBe(2);
    await remote.verify(known);
    expect(remote.asked).toBe(2);
  });

  it("are not assumed for every runtime without a navigator", async () => {
    vi.stubGlobal("navigator", undefined);
    const remote = createRemote();
    await Promise.all([remote.verify(known), remote.verify(known)]);
    expect(remote.asked).toBe(1);
  });
});

describe("the remote key set of jwtVerifier over HTTP", () => {
  let server: Loopback;
  const token = mint();

  beforeAll(async () => {
    server = await startLoopback();
  });
  afterAll(() => server.close());

  const createVerifier = (timeout = 2_000) =>
    jwtVerifier({ ...OPTIONS, jwks: server.url, timeout, cache: false });

  it.each([["application/json"], ["application/jwk-set+json"], ["text/plain"]])(
    "is accepted with the content type %s",
    async (type) => {
      server.reply = json(KEY_SET, 200, type);
      server.asked.length = 0;
      expect(await createVerifier()(await token)).toBeDefined();
      expect(server.asked).toMatchObject([{ method: "GET", path: "/answer", body: "" }]);
      expect(server.asked[0]?.headers).not.toHaveProperty("authorization");
    },
  );

  it.each(Object.entries(unusableResponses(KEY_SET)))(
    "causes an outage for %s",
    async (title, reply) => {
      server.reply = reply;
      server.asked.length = 0;
      const [reason] = title.split(":");
      const verify = createVerifier(reason === "timeout" ? 30 : 2_000);
      const errors = await Promise.all(
        [token, token].map(async (text) => thrownBy(async () => verify(await text))),
      );
      for (const error of errors) {
        expect(error).toBeInstanceOf(VerifierOutage);
        expect(error).toMatchObject({ reason });
      }
      // after a timeout the connection may be closed before the server reads the request
      if (reason !== "timeout") expect(server.asked).toHaveLength(1);
    },
  );

  it("makes the authorizer respond with 503 to an outage, never with success or `invalid_token`", async () => {
    const policy = loadPolicy({
      name: "Courses",
      version: "1",
      scopes: { "courses:read": {} },
      tools: { list_courses: "courses:read" },
    });
    const statuses = new Set<number>();
    for (const [title, reply] of Object.entries(unusableResponses(KEY_SET))) {
      server.reply = reply;
      const verify = createVerifier(title.startsWith("timeout") ? 30 : 2_000);
      const authorizer = createAuthorizer({ policy, verify, onOutage: () => undefined });
      const call = { authorization: `Bearer ${await token}`, operation: "list_courses" };
      const admission = await authorizer.admit(call);
      expect(admission.decision.code).toBe("temporarily_unavailable");
      statuses.add("answer" in admission ? admission.answer.status : 0);
    }
    expect([...statuses]).toEqual([503]);
  });
});
