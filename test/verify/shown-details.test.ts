import { describe, expect, it } from "vitest";
import type { RejectionReason } from "../../src/resource-server/verifier-result.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import { ISSUER, inSeconds, type Minting, mint, OPTIONS, rejectionOf } from "./fixtures.js";
import { ACTIVE, createScene, type Loose } from "./introspection-scene.js";
import type { Members } from "./verifications.js";

const HOSTILE = `https://evil\n\u202e\u001b[31m\u0000${"\u{1F600}".repeat(200)}`;

describe("what a rejection shows of a token", () => {
  it.each<[member: string, minting: Minting]>([
    ["iss", { claims: { iss: HOSTILE } }],
    ["aud", { claims: { aud: HOSTILE, iss: ISSUER } }],
    ["kid", { header: { kid: HOSTILE } }],
    ["typ", { header: { typ: HOSTILE } }],
    ["alg", { header: { alg: HOSTILE } }],
    ["token_use", { claims: { token_use: HOSTILE } }],
    ["a list", { claims: { aud: [HOSTILE, HOSTILE] } }],
  ])("is one line without hidden characters, at most 128 of them: %s", async (_, minting) => {
    const {
      detail = "",
      issuer,
      kid,
    } = await rejectionOf(jwtVerifier(OPTIONS), await mint(minting));
    for (const text of [detail, issuer, kid]) {
      expect(text).toBeTypeOf("string");
      expect(text).not.toMatch(/[\p{C}\u2028\u2029]/u);
    }
    expect(issuer?.length).toBeLessThanOrEqual(128);
    expect(kid?.length).toBeLessThanOrEqual(128);
    for (const [, value = ""] of detail.matchAll(/`([^`]*)`/g))
      expect(value.length).toBeLessThanOrEqual(128);
  });

  it("is the issuer and the key, also if the signature is wrong", async () => {
    const token = await mint({ key: "attacker-rs256" });
    expect(await rejectionOf(jwtVerifier(OPTIONS), token)).toMatchObject({
      issuer: ISSUER,
      kid: "as-1",
    });
  });

  it("is neither an issuer nor a key of another type", async () => {
    const token = await mint({ claims: { iss: [ISSUER] }, header: { kid: undefined } });
    const rejection = await rejectionOf(jwtVerifier(OPTIONS), token);
    expect(Object.keys(rejection).sort()).toEqual(["detail", "kind", "reason"]);
  });
});

const INTROSPECTED: readonly [
  reason: RejectionReason,
  members: Members,
  detail: readonly string[],
  options?: Loose,
][] = [
  ["inactive", { active: false }, ["active: false"]],
  ["issuer", { iss: "https://other.example" }, ["`iss` is `https://other.example`", ISSUER]],
  ["claim_missing", { aud: undefined }, ["`aud` is missing", "dangerouslySkipAudience: true"]],
  ["audience", { aud: "account" }, ["`aud` is `account`", "`audience`"]],
  ["type", { token_type: "DPoP" }, ["`token_type` is `DPoP`"]],
  ["confirmation", { cnf: {} }, ["dangerouslyIgnoreConfirmation: true"]],
  ["expired", { exp: inSeconds(-1) }, ["clockTolerance: 2"]],
  ["malformed", { exp: "1" }, ["`exp` is `1`"]],
  ["scope_claim", { scope: 7 }, ["`scope` is 7"]],
];

describe("the detail of an introspected token", () => {
  it.each(INTROSPECTED)("is for the reason %s with %j", async (reason, members, detail) => {
    const scene = createScene({}, { ...ACTIVE, ...members });
    const rejection = await rejectionOf(scene.verify, "opaque");
    expect(rejection.reason).toBe(reason);
    for (const text of detail) expect(rejection.detail).toContain(text);
  });

  it("has the issuer of the response", async () => {
    const scene = createScene({}, { ...ACTIVE, aud: "account" });
    expect(await rejectionOf(scene.verify, "opaque")).toMatchObject({ issuer: ISSUER });
  });

  it("describes a text that is not a token", async () => {
    const rejection = await rejectionOf(createScene().verify, "a b");
    expect(rejection).toMatchObject({ reason: "malformed" });
    expect(rejection.detail).toContain("bearer token");
  });

  it.each<[member: string, value: unknown]>([
    ["iss", "https://x.example/SECRET-TOKEN-0"],
    ["aud", ["SECRET-TOKEN-0"]],
  ])("never contains the token, which the response repeats as `%s`", async (member, value) => {
    const scene = createScene({}, { ...ACTIVE, [member]: value });
    const rejection = await rejectionOf(scene.verify, "SECRET-TOKEN-0");
    expect(rejection.detail).toContain("repeats the token");
    expect(JSON.stringify(rejection)).not.toContain("SECRET");
  });
});
