import { describe, expect, it } from "vitest";
import { createClock } from "../../src/verify/clock.js";
import { describeMalformed, readCompactJws } from "../../src/verify/compact-jws.js";
import { issuerTextFault } from "../../src/verify/issuers.js";
import { oneLine } from "../../src/verify/shown-value.js";
import { createTokenCache } from "../../src/verify/token-cache.js";
import { VerifierOutage } from "../../src/verify/verifier-outage.js";

// each test is for a change of the source that no other test of this folder noticed

describe("a text from outside in a rejection", () => {
  it.each([
    ["a".repeat(128), "a".repeat(128)],
    ["a".repeat(129), `${"a".repeat(127)}…`],
    ["a\u200bb\u202ec", "a\ufffdb\ufffdc"],
    ["", ""],
  ])("has at most 128 characters, and none is hidden: %#", (text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });
});

describe("an issuer", () => {
  it.each(["https://user@a.example", "https://:secret@a.example", "https://user:secret@a.example"])(
    "has no credentials: %s",
    (issuer) => {
      expect(issuerTextFault(issuer)).toBe("has credentials");
    },
  );

  it("is an absolute URL without credentials", () => {
    expect(issuerTextFault("https://a.example")).toBeUndefined();
  });
});

describe("a token that is not a signed JWT", () => {
  // `e30` is `{}`, and `e31` the same with unused bits
  it.each([
    ["a", "the token has 1 part,"],
    ["a.b", "the token has 2 parts,"],
    ["a.b.c.d.e", "the token has 5 parts,"],
    ["e30.e30.e31", "a part of the token is not base64url"],
    ["e31.e31.e31", "a part of the token is not base64url"],
    ["e30.e30.e+0", "a part of the token is not base64url"],
    ["e30.e30.é30", "a part of the token is not base64url"],
    ["e30.W10.e30", "the header or the claims of the token are not one JSON object"],
  ])("is described: %s", (text, expected) => {
    expect(readCompactJws(text)).toBeUndefined();
    expect(describeMalformed(text)).toContain(expected);
  });
});

describe("the cache of a verifier", () => {
  it("returns the text of an accepted token, and none for another token that ends alike", () => {
    const cache = createTokenCache({ entries: 10, seconds: 60 });
    const tail = "x".repeat(200);
    cache.set(`a${tail}`, { kind: "rejected" } as never, 0, 60_000);
    const copy = ["a", tail].join("");
    expect(cache.textOf(copy)).toBe(copy);
    expect(cache.textOf(`b${tail}`)).toBeUndefined();
    expect(cache.textOf("c")).toBeUndefined();
  });
});

describe("the clock of a verifier", () => {
  it.each([1e11, 1e15, Number.NaN, Number.POSITIVE_INFINITY, "1" as never])(
    "is out of order for %s",
    (now) => {
      expect(createClock(() => now)).toThrow(new VerifierOutage("clock"));
    },
  );

  it("returns milliseconds", () => {
    expect(createClock(() => 99_999_999_999)()).toBe(99_999_999_999_000);
  });
});

describe("the reason of an outage", () => {
  it.each([
    ["timeout", "the server did not respond in time"],
    ["network", "the request to the server failed"],
    ["clock", "the clock threw or did not return seconds since 1970"],
  ] as const)("is a sentence: %s", (reason, message) => {
    expect(new VerifierOutage(reason).message).toBe(message);
  });
});
