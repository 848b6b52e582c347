import fc from "fast-check";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { readCredentials, readKnownCredentials } from "../../src/resource-server/credentials.js";
import { hideReasons } from "../../src/resource-server/verifier-result.js";
import { createTokenCache } from "../../src/verify/token-cache.js";

const ACCEPTED = ["a.b.c", "x", `${"y".repeat(40)}==`, "z".repeat(16_384)];
const findAccepted = (rawToken: string) => ACCEPTED.find((text) => text === rawToken);

const header = fc
  .tuple(
    fc.constantFrom("Bearer ", "bearer ", "BEARER ", "Bearer  ", "Bearer", " Bearer ", "Basic "),
    fc.oneof(fc.constantFrom(...ACCEPTED), fc.string({ maxLength: 8 })),
    fc.constantFrom("", " ", "=", ", Bearer x", "\n"),
  )
  .map((parts) => parts.join(""));

describe("readKnownCredentials", () => {
  it("reads every header as readCredentials does, whatever the verifier has accepted", () => {
    fc.assert(
      fc.property(fc.oneof(header, fc.array(header, { maxLength: 2 }), fc.anything()), (fields) => {
        expect(readKnownCredentials(fields, findAccepted)).toEqual(readCredentials(fields));
        expect(readKnownCredentials(fields, undefined)).toEqual(readCredentials(fields));
      }),
    );
  });
});

describe("a text that the verifier has accepted before", () => {
  it("is verified again for each request", async () => {
    let calls = 0;
    const verify = hideReasons(() => {
      calls += 1;
      return calls === 1
        ? { kind: "token", token: { scope: "a" } }
        : { kind: "rejected", reason: "expired" };
    }, findAccepted);
    const policy = loadPolicy({ name: "A", version: "1", scopes: { a: {} }, tools: { t: "a" } });
    const authorizer = createAuthorizer({ policy, verify, onRejected: () => undefined });
    const call = { authorization: "Bearer a.b.c", operation: "t" };
    const codes = [await authorizer.admit(call), await authorizer.admit(call)].map(
      ({ decision }) => decision.code,
    );
    expect(codes).toEqual(["allowed", "invalid_token"]);
  });

  it("is found by its whole text, also after its entry has ended", () => {
    const cache = createTokenCache({ entries: 10, seconds: 1 });
    const tail = "t".repeat(32);
    cache.set(`a${tail}`, { kind: "token", token: { scope: "a" } }, 0, 1);
    expect(cache.textOf(`a${tail}`)).toBe(`a${tail}`);
    expect(cache.textOf(`b${tail}`)).toBeUndefined();
    expect(cache.get(`a${tail}`, 2)).toBeUndefined();
    expect(createTokenCache(false).textOf(`a${tail}`)).toBeUndefined();
  });
});
