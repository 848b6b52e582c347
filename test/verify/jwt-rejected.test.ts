import { describe, expect, it } from "vitest";
import type { RejectionReason } from "../../src/resource-server/verifier-result.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import type { JwtVerifierOptions } from "../../src/verify/jwt-options.js";
import { titled } from "../titled.js";
import {
  AUDIENCE,
  CLAIMS,
  inSeconds,
  type Minting,
  mint,
  OPTIONS,
  outcomeOf,
  publicJwk,
} from "./fixtures.js";

interface RejectedToken extends Minting {
  readonly title: string;
  readonly reason: RejectionReason;
  readonly options?: Partial<JwtVerifierOptions>;
}

const TEXT = JSON.stringify(CLAIMS);
const TOLERANT = { clockTolerance: 5 };
const OTHER = { aud: "https://other.example" };

/** Returns the claims as JSON with a number that JavaScript cannot write. */
function withNumber(name: string, number: string): string {
  return JSON.stringify({ ...CLAIMS, [name]: "here" }).replace('"here"', number);
}

const CLAIM_CASES: readonly RejectedToken[] = [
  { title: "no `iss`", claims: { iss: undefined }, reason: "claim_missing" },
  { title: "another issuer", claims: { iss: "https://as.example.com/" }, reason: "issuer" },
  { title: "a list of issuers", claims: { iss: [CLAIMS["iss"]] }, reason: "issuer" },
  { title: "no `aud`", claims: { aud: undefined }, reason: "claim_missing" },
  { title: "another audience", claims: OTHER, reason: "audience" },
  { title: "an audience among numbers", claims: { aud: [AUDIENCE, 1] }, reason: "audience" },
  { title: "an empty list of audiences", claims: { aud: [] }, reason: "audience" },
  { title: "an audience that is null", claims: { aud: null }, reason: "audience" },
  { title: "no `exp`", claims: { exp: undefined }, reason: "claim_missing" },
  { title: "an infinite `exp`", claimsText: withNumber("exp", "1e400"), reason: "malformed" },
  { title: "an `exp` of -Infinity", claimsText: withNumber("exp", "-1e400"), reason: "malformed" },
  { title: "an `exp` in a list", claims: { exp: [inSeconds(300)] }, reason: "malformed" },
  { title: "an `exp` of now", claims: { exp: inSeconds(0) }, reason: "expired" },
  { title: "an `exp` a millisecond ago", claims: { exp: inSeconds(-0.001) }, reason: "expired" },
  {
    title: "an `exp` beyond the tolerance",
    claims: { exp: inSeconds(-5) },
    options: TOLERANT,
    reason: "expired",
  },
  { title: "an `iat` in the future", claims: { iat: inSeconds(1) }, reason: "not_yet_valid" },
  {
    title: "an `iat` beyond the tolerance",
    claims: { iat: inSeconds(6) },
    options: TOLERANT,
    reason: "not_yet_valid",
  },
  { title: "an infinite `iat`", claimsText: withNumber("iat", "1e400"), reason: "malformed" },
  { title: "an `iat` that is a string", claims: { iat: "1" }, reason: "malformed" },
  { title: "an `iat` that is null", claims: { iat: null }, reason: "malformed" },
  { title: "an `nbf` in the future", claims: { nbf: inSeconds(1) }, reason: "not_yet_valid" },
  { title: "an `nbf` that is a string", claims: { nbf: "1" }, reason: "malformed" },
  { title: "an infinite `nbf`", claimsText: withNumber("nbf", "1e400"), reason: "malformed" },
  { title: "an empty `sub`", claims: { sub: "" }, reason: "malformed" },
  { title: "a `sub` that is a number", claims: { sub: 7 }, reason: "malformed" },
  { title: "an empty `client_id`", claims: { client_id: "" }, reason: "malformed" },
  { title: "a `jti` that is null", claims: { jti: null }, reason: "malformed" },
  {
    title: "a scope that is an object",
    claims: { scope: { "courses:read": true } },
    reason: "scope_claim",
  },
  { title: "a scope of numbers", claims: { scope: [1] }, reason: "scope_claim" },
  {
    title: "permissions that are a number",
    claims: { permissions: 7 },
    options: { scopeClaim: "permissions" },
    reason: "scope_claim",
  },
];

const TEXT_CASES: readonly RejectedToken[] = [
  {
    title: "a duplicate claim",
    claimsText: `{"scope":"admin",${TEXT.slice(1)}`,
    reason: "malformed",
  },
  {
    title: "a duplicate claim in two spellings",
    claimsText: `{"sc\\u006fpe":"admin",${TEXT.slice(1)}`,
    reason: "malformed",
  },
  {
    title: "a duplicate nested member",
    claimsText: JSON.stringify({ ...CLAIMS, deep: [0] }).replace("[0]", '[{"a":1,"a":2}]'),
    reason: "malformed",
  },
  { title: "claims with text after them", claimsText: `${TEXT} 1`, reason: "malformed" },
  { title: "claims with a byte order mark", claimsText: `\uFEFF${TEXT}`, reason: "malformed" },
  { title: "claims that are a list", claimsText: `[${TEXT}]`, reason: "malformed" },
  {
    title: "claims in a member `__proto__`",
    claimsText: `{"__proto__":${TEXT}}`,
    reason: "claim_missing",
  },
  {
    title: "a header with a duplicate member",
    headerText: '{"alg":"none","alg":"RS256","typ":"at+jwt"}',
    reason: "malformed",
  },
  { title: "a header that is null", headerText: "null", reason: "malformed" },
  {
    title: "a header in a member `__proto__`",
    headerText: '{"__proto__":{"alg":"RS256","typ":"at+jwt","kid":"as-1"}}',
    reason: "algorithm",
  },
];

const HEADER_CASES: readonly RejectedToken[] = [
  { title: "no algorithm", header: { alg: undefined }, reason: "algorithm" },
  {
    title: "an algorithm that is not accepted",
    options: { algorithms: ["ES256"] },
    reason: "algorithm",
  },
  { title: "another algorithm of the same key", header: { alg: "PS256" }, reason: "algorithm" },
  { title: "an accepted algorithm of another key", header: { alg: "ES256" }, reason: "key" },
  { title: "a `kid` that is a number", header: { kid: 1 }, reason: "malformed" },
  { title: "an unknown `kid`", header: { kid: "as-9" }, reason: "key" },
  { title: "the `kid` of a key of another type", header: { kid: "as-2" }, reason: "key" },
  {
    title: "a critical extension",
    header: { crit: ["exp"], exp: inSeconds(300) },
    reason: "malformed",
  },
  {
    title: "an extension that jose knows",
    header: { crit: ["b64"], b64: true },
    reason: "malformed",
  },
  { title: "an unencoded payload", header: { b64: false }, reason: "malformed" },
  { title: "the type of a DPoP proof", header: { typ: "dpop+jwt" }, reason: "type" },
  { title: "the type of a logout token", header: { typ: "logout+jwt" }, reason: "type" },
  { title: "a type in a list", header: { typ: ["at+jwt"] }, reason: "type" },
  { title: "a type that is null", header: { typ: null }, reason: "type" },
  { title: "the signature of another key", key: "attacker-rs256", reason: "signature" },
  {
    title: "the signature of another key, without `kid`",
    key: "attacker-es256",
    header: { kid: undefined },
    reason: "signature",
  },
  {
    title: "the signature of a key that the token carries",
    key: "attacker-rs256",
    header: { kid: undefined, jwk: await publicJwk("attacker-rs256") },
    reason: "signature",
  },
  {
    title: "the algorithm `none` and no signature",
    key: "none",
    header: { alg: "none" },
    reason: "malformed",
  },
  {
    title: "an accepted algorithm and an empty signature",
    key: "none",
    reason: "malformed",
  },
  {
    title: "a signature with the public key as HMAC secret",
    key: "hmac-public-pem",
    header: { alg: "HS256" },
    reason: "algorithm",
  },
  {
    title: "a signature with an empty HMAC secret",
    key: "hmac-empty",
    header: { alg: "HS256" },
    reason: "algorithm",
  },
];

describe.each(["rfc9068", "lenient"] as const)(
  "jwtVerifier with the profile %s rejects a token with",
  (profile) => {
    const rows = [...CLAIM_CASES, ...TEXT_CASES, ...HEADER_CASES];
    it.each(titled(rows, ({ title, reason }) => `${title}, for the reason ${reason}`))(
      "%s",
      async (_title, { options, reason, ...minting }) => {
        const verify = jwtVerifier({ ...OPTIONS, ...options, profile });
        expect(await outcomeOf(verify, await mint(minting))).toBe(reason);
      },
    );
  },
);

const RFC9068: readonly RejectedToken[] = [
  { title: "the general type `JWT`", header: { typ: "JWT" }, reason: "type" },
  { title: "no type", header: { typ: undefined }, reason: "type" },
  { title: "no `sub`", claims: { sub: undefined }, reason: "claim_missing" },
  { title: "no `client_id`", claims: { client_id: undefined }, reason: "claim_missing" },
  { title: "no `iat`", claims: { iat: undefined }, reason: "claim_missing" },
  { title: "no `jti`", claims: { jti: undefined }, reason: "claim_missing" },
  { title: "a scope that is a list", claims: { scope: ["courses:read"] }, reason: "scope_claim" },
];

describe("jwtVerifier with the profile rfc9068", () => {
  it.each(titled(RFC9068))("rejects %s, which the lenient profile accepts", async (_, refused) => {
    const token = await mint(refused);
    expect(await outcomeOf(jwtVerifier(OPTIONS), token)).toBe(refused.reason);
    expect(await outcomeOf(jwtVerifier({ ...OPTIONS, profile: "lenient" }), token)).toBe("token");
  });
});

describe("jwtVerifier, with a value that is not a signed token", () => {
  it.each([
    ["an empty string", ""],
    ["a word", "opaque"],
    ["two dots", ".."],
    ["four segments", "e30.e30.e30.e30"],
    ["base64 of an object", btoa("{}")],
    ["a string that is too long", `e30.${"A".repeat(16_384)}.e30`],
    ["a number", 7 as unknown as string],
    ["undefined", undefined as unknown as string],
    ["an object with `toString`", { toString: () => "e30.e30.e30" } as unknown as string],
  ])("rejects %s as malformed, without a promise", async (_title, text) => {
    const verify = jwtVerifier(OPTIONS);
    expect(verify(text)).toBeUndefined();
    expect(await outcomeOf(verify, text)).toBe("malformed");
  });

  it("returns undefined without a promise if the claims alone cause the rejection", async () => {
    expect(jwtVerifier(OPTIONS)(await mint({ claims: OTHER }))).toBeUndefined();
  });
});
