import { describe, expect, it } from "vitest";
import type { Accepted } from "../../src/resource-server/token-verifier.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import { newTokenMemory } from "../../src/verify/token-memory.js";
import { inSeconds, KEY_SET, MUTATIONS, mint, newTestClock, OPTIONS } from "./fixtures.js";

const END = Number.POSITIVE_INFINITY;
const acceptedOf = (sub: string): Accepted => ({ kind: "token", token: { scope: "", sub } });

describe("newTokenMemory", () => {
  it("returns a token for its exact text only", () => {
    const memory = newTokenMemory({ entries: 10, seconds: 60 });
    const text = "a".repeat(100);
    memory.set(text, acceptedOf("a"), 0, END);
    expect(memory.get(text, 0)).toEqual(acceptedOf("a"));
    expect(memory.get(`b${text.slice(1)}`, 0)).toBeUndefined();
    expect(memory.get(text.slice(1), 0)).toBeUndefined();
    expect(memory.get(`${text}a`, 0)).toBeUndefined();
    expect(memory.get("", 0)).toBeUndefined();
  });

  it("keeps one of two texts with the same ending", () => {
    const memory = newTokenMemory({ entries: 10, seconds: 60 });
    const [first, second] = ["a", "b"].map((start) => start + "x".repeat(40)) as [string, string];
    memory.set(first, acceptedOf("first"), 0, END);
    memory.set(second, acceptedOf("second"), 0, END);
    expect(memory.get(first, 0)).toBeUndefined();
    expect(memory.get(second, 0)?.token.sub).toBe("second");
  });

  it.each([
    ["before the time of verification", 9_999, false],
    ["at the time of verification", 10_000, true],
    ["just before `seconds` have passed", 69_999, true],
    ["after `seconds`", 70_000, false],
  ])("returns a cached token only while it is valid: %s", (_title, now, isKnown) => {
    const memory = newTokenMemory({ entries: 10, seconds: 60 });
    memory.set("text", acceptedOf("a"), 10_000, END);
    expect(memory.get("text", now) !== undefined).toBe(isKnown);
  });

  it("returns no token after its end, even before `seconds` have passed", () => {
    const memory = newTokenMemory({ entries: 10, seconds: 60 });
    memory.set("text", acceptedOf("a"), 0, 5_000);
    expect(memory.get("text", 4_999)).toBeDefined();
    expect(memory.get("text", 5_000)).toBeUndefined();
  });

  it.each([2, 3, 10, 101])(
    "keeps at most %i tokens, those that are used again among them",
    (entries) => {
      const memory = newTokenMemory({ entries, seconds: 60 });
      const texts = Array.from({ length: 1_000 }, (_, index) => `token-${index}`);
      memory.set("kept", acceptedOf("kept"), 0, END);
      for (const text of texts) {
        memory.set(text, acceptedOf(text), 0, END);
        expect(memory.get("kept", 0)?.token.sub).toBe(
          entries > 2 ? "kept" : memory.get("kept", 0)?.token.sub,
        );
      }
      const held = texts.filter((text) => memory.get(text, 0) !== undefined);
      expect(held.length).toBeLessThanOrEqual(entries);
      expect(held.length).toBeGreaterThan(0);
    },
  );

  it("caches nothing with `false`", () => {
    const memory = newTokenMemory(false);
    memory.set("text", acceptedOf("a"), 0, END);
    expect(memory.get("text", 0)).toBeUndefined();
  });
});

describe("the cache of jwtVerifier", () => {
  it("returns the same token without a promise the second time", async () => {
    const verify = jwtVerifier(OPTIONS);
    const text = await mint();
    const first = verify(text);
    expect(first).toBeInstanceOf(Promise);
    const token = await first;
    expect(verify(text)).toBe(token);
    // another string with the same text, as in a new request
    expect(verify(Buffer.from(text).toString())).toBe(token);
  });

  it("does not cache a rejected token", async () => {
    const verify = jwtVerifier(OPTIONS);
    const forged = await mint({ key: "attacker-rs256" });
    expect(await verify(forged)).toBeUndefined();
    expect(verify(forged)).toBeInstanceOf(Promise);
    expect(await verify(forged)).toBeUndefined();
  });

  it("returns a token only for the text that was verified", async () => {
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
    const clock = newTestClock();
    const verify = jwtVerifier({ ...OPTIONS, now: clock.now, clockTolerance: 5 });
    const text = await mint({ claims: { exp: inSeconds(10) } });
    await verify(text);
    clock.pass(14.999);
    expect(verify(text)).toMatchObject({ sub: "user-1" });
    clock.pass(0.001);
    expect(verify(text)).toBeUndefined();
  });

  it("verifies a token again after the clock was set back", async () => {
    const clock = newTestClock();
    const verify = jwtVerifier({ ...OPTIONS, now: clock.now });
    const text = await mint();
    await verify(text);
    clock.pass(-1);
    expect(await verify(text)).toBeUndefined();
  });

  it("throws VerifierOutage at a hit if the clock fails", async () => {
    const times = [inSeconds(0), inSeconds(0), Number.NaN];
    const verify = jwtVerifier({ ...OPTIONS, now: () => times.shift() as number });
    const text = await mint();
    await verify(text);
    expect(() => verify(text)).toThrow("the clock threw or did not return seconds since 1970");
  });

  it("notices a removed key after the maximum ages of key set and cache, and no later", async () => {
    const clock = newTestClock();
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

  it("is off with `cache: false`", async () => {
    const verify = jwtVerifier({ ...OPTIONS, cache: false });
    const text = await mint();
    await verify(text);
    expect(verify(text)).toBeInstanceOf(Promise);
    expect(await verify(text)).toBeDefined();
  });
});
