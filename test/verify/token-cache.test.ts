import { describe, expect, it } from "vitest";
import { type AcceptedToken, findAcceptedOf } from "../../src/resource-server/verifier-result.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import { createTokenCache } from "../../src/verify/token-cache.js";
import { createTestClock, inSeconds, KEY_SET, MUTATIONS, mint, OPTIONS } from "./fixtures.js";
import { createScene } from "./introspection-scene.js";

const END = Number.POSITIVE_INFINITY;
const acceptedOf = (sub: string): AcceptedToken => ({ kind: "token", token: { scope: "", sub } });

describe("the cache of verified tokens", () => {
  it("finds a token by its exact text", () => {
    const cache = createTokenCache({ entries: 10, seconds: 60 });
    const text = "a".repeat(100);
    cache.set(text, acceptedOf("a"), 0, END);
    expect(cache.get(text, 0)).toEqual(acceptedOf("a"));
    expect(cache.get(`b${text.slice(1)}`, 0)).toBeUndefined();
    expect(cache.get(text.slice(1), 0)).toBeUndefined();
    expect(cache.get(`${text}a`, 0)).toBeUndefined();
    expect(cache.get("", 0)).toBeUndefined();
  });

  it("keeps the last of two tokens that end alike", () => {
    const cache = createTokenCache({ entries: 10, seconds: 60 });
    const [first, second] = ["a", "b"].map((start) => start + "x".repeat(40)) as [string, string];
    cache.set(first, acceptedOf("first"), 0, END);
    cache.set(second, acceptedOf("second"), 0, END);
    expect(cache.get(first, 0)).toBeUndefined();
    expect(cache.get(second, 0)?.token.sub).toBe("second");
  });

  it.each([
    ["does not return a token before its verification", 9_999, false],
    ["returns a token at the time of its verification", 10_000, true],
    ["returns a token just before the ceiling", 69_999, true],
    ["does not return a token at the ceiling", 70_000, false],
  ])("%s", (_title, now, isKnown) => {
    const cache = createTokenCache({ entries: 10, seconds: 60 });
    cache.set("text", acceptedOf("a"), 10_000, END);
    expect(cache.get("text", now) !== undefined).toBe(isKnown);
  });

  it("does not return a token that has ended, whatever the ceiling", () => {
    const cache = createTokenCache({ entries: 10, seconds: 60 });
    cache.set("text", acceptedOf("a"), 0, 5_000);
    expect(cache.get("text", 4_999)).toBeDefined();
    expect(cache.get("text", 5_000)).toBeUndefined();
  });

  it.each([2, 3, 10, 101])(
    "keeps at most %i tokens, and keeps one that is read again",
    (entries) => {
      const cache = createTokenCache({ entries, seconds: 60 });
      const texts = Array.from({ length: 1_000 }, (_, index) => `token-${index}`);
      cache.set("kept", acceptedOf("kept"), 0, END);
      for (const text of texts) {
        cache.set(text, acceptedOf(text), 0, END);
        expect(cache.get("kept", 0)?.token.sub).toBe(
          entries > 2 ? "kept" : cache.get("kept", 0)?.token.sub,
        );
      }
      const kept = texts.filter((text) => cache.get(text, 0) !== undefined);
      expect(kept.length).toBeLessThanOrEqual(entries);
      expect(kept.length).toBeGreaterThan(0);
    },
  );

  it("keeps an expired token no longer for being asked for", () => {
    const cache = createTokenCache({ entries: 2, seconds: 60 });
    cache.set("expired", acceptedOf("expired"), 0, 1_000);
    cache.set("valid", acceptedOf("valid"), 0, END);
    expect(cache.get("expired", 1_000)).toBeUndefined();
    cache.set("next", acceptedOf("next"), 0, END);
    expect(cache.get("valid", 1_000)?.token.sub).toBe("valid");
  });

  it("keeps nothing if the option is `false`", () => {
    const cache = createTokenCache(false);
    cache.set("text", acceptedOf("a"), 0, END);
    expect(cache.get("text", 0)).toBeUndefined();
  });
});

describe("a verifier with a cache", () => {
  it("returns the same token without a promise the second time", async () => {
    const verify = jwtVerifier(OPTIONS);
    const text = await mint();
    const first = verify(text);
    expect(first).toBeInstanceOf(Promise);
    const token = await first;
    expect(verify(text)).toBe(token);
    // another string with the same text, as in a new request
    expect(verify(text.split("").join(""))).toBe(token);
  });

  it("does not cache a rejected token", async () => {
    const verify = jwtVerifier(OPTIONS);
    const forged = await mint({ key: "attacker-rs256" });
    expect(await verify(forged)).toBeUndefined();
    expect(verify(forged)).toBeInstanceOf(Promise);
    expect(await verify(forged)).toBeUndefined();
  });

  it("finds only the text that it has verified", async () => {
    const verify = jwtVerifier(OPTIONS);
    const text = await mint();
    await verify(text);
    for (const [name, mutate] of Object.entries(MUTATIONS)) {
      if (name !== "es256-flip-s")
        expect([name, await verify(mutate(text))]).toEqual([name, undefined]);
    }
    const [header, , signature] = text.split(".");
    const [, claims] = (await mint({ claims: { scope: "admin" } })).split(".");
    expect(await verify([header, claims, signature].join("."))).toBeUndefined();
  });

  it("checks `exp` at every hit, with the tolerance", async () => {
    const clock = createTestClock();
    const verify = jwtVerifier({ ...OPTIONS, now: clock.now, clockTolerance: 5 });
    const text = await mint({ claims: { exp: inSeconds(10) } });
    await verify(text);
    clock.pass(14.999);
    expect(verify(text)).toMatchObject({ sub: "user-1" });
    clock.pass(0.001);
    expect(verify(text)).toBeUndefined();
  });

  it("checks the clock at every hit: after the clock is set back it verifies again", async () => {
    const clock = createTestClock();
    const verify = jwtVerifier({ ...OPTIONS, now: clock.now });
    const text = await mint();
    await verify(text);
    clock.pass(-1);
    expect(await verify(text)).toBeUndefined();
  });

  it("throws if the clock returns no time at a hit", async () => {
    const times = [inSeconds(0), inSeconds(0), Number.NaN];
    const verify = jwtVerifier({ ...OPTIONS, now: () => times.shift() as number });
    const text = await mint();
    await verify(text);
    expect(() => verify(text)).toThrow("the clock threw or did not return seconds since 1970");
  });

  it("notices a removed key after the two ceilings", async () => {
    const clock = createTestClock();
    let set: object = KEY_SET;
    const verify = jwtVerifier({
      ...OPTIONS,
      jwks: "https://as.example.com/jwks",
      fetch: async () => Response.json(set),
      now: clock.now,
      cache: { seconds: 60 },
    });
    const text = await mint({ claims: { exp: inSeconds(86_400) } });
    await verify(text);
    set = { keys: [] };
    clock.pass(599);
    expect(await verify(text)).toBeDefined();
    clock.pass(59);
    expect(await verify(text)).toBeDefined();
    clock.pass(1);
    expect(await verify(text)).toBeUndefined();
  });

  it.each([
    ["a signed token", async () => [jwtVerifier(OPTIONS), await mint()] as const],
    ["an introspected token", async () => [createScene().verify, "opaque"] as const],
  ])("returns the text of %s once it has accepted it, not before", async (_title, create) => {
    const [verify, text] = await create();
    const find = findAcceptedOf(verify);
    expect(find?.(text)).toBeUndefined();
    await verify(text);
    expect(find?.(text)).toBe(text);
    expect(find?.(`${text}A`)).toBeUndefined();
  });

  it("keeps a signed token for 300 seconds by default", async () => {
    const clock = createTestClock();
    const verify = jwtVerifier({ ...OPTIONS, now: clock.now });
    const text = await mint({ claims: { exp: inSeconds(86_400) } });
    await verify(text);
    clock.pass(299.999);
    expect(verify(text)).not.toBeInstanceOf(Promise);
    clock.pass(0.001);
    expect(verify(text)).toBeInstanceOf(Promise);
  });

  it("caches nothing with `cache: false`", async () => {
    const verify = jwtVerifier({ ...OPTIONS, cache: false });
    const text = await mint();
    await verify(text);
    expect(verify(text)).toBeInstanceOf(Promise);
    expect(await verify(text)).toBeDefined();
  });
});
