import { describe, expect, it } from "vitest";
import type { RejectionReason } from "../../src/resource-server/verifier-result.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import type { JwtVerifierOptions } from "../../src/verify/jwt-options.js";
import { titled } from "../titled.js";
import {
  AUDIENCE,
  CLAIMS,
  ISSUER,
  inSeconds,
  type Minting,
  mint,
  OPTIONS,
  rejectionOf,
} from "./fixtures.js";

/** A rejected token, and texts that the detail contains: what was seen, what was expected, and the option. */
interface DetailCase extends Minting {
  readonly title: string;
  readonly reason: RejectionReason;
  readonly options?: Partial<JwtVerifierOptions>;
  readonly detail: readonly string[];
}

const LENIENT = 'profile: "lenient"';

const SIGNED: readonly DetailCase[] = [
  {
    title: "an algorithm that the options do not name",
    header: { alg: "PS256" },
    reason: "algorithm",
    detail: ["`alg` is `PS256`", "`RS256` or `ES256`", "`algorithms`"],
  },
  {
    title: "a shared secret",
    header: { alg: "HS256" },
    reason: "algorithm",
    detail: ["`alg` is `HS256`", "public key only"],
  },
  {
    title: "no algorithm",
    header: { alg: undefined },
    reason: "algorithm",
    detail: ["`alg` is missing"],
  },
  {
    title: "an unsupported parameter",
    header: { b64: true },
    reason: "malformed",
    detail: ["`b64`", "no option"],
  },
  {
    title: "a `kid` that is a number",
    header: { kid: 7 },
    reason: "malformed",
    detail: ["`kid` is 7"],
  },
  {
    title: "the type JWT",
    header: { typ: "JWT" },
    reason: "type",
    detail: ["`typ` is `JWT`", "`at+jwt`", LENIENT],
  },
  {
    title: "no type",
    header: { typ: undefined },
    reason: "type",
    detail: ["`typ` is missing", LENIENT],
  },
  {
    title: "the type of a logout token",
    header: { typ: "logout+jwt" },
    reason: "type",
    detail: ["`typ` is `logout+jwt`", "no option"],
  },
  {
    title: "another issuer",
    claims: { iss: "https://other.example" },
    reason: "issuer",
    detail: ["`iss` is `https://other.example`", `expected \`${ISSUER}\``, "`issuer`"],
  },
  {
    title: "an issuer with a slash",
    claims: { iss: `${ISSUER}/` },
    reason: "issuer",
    detail: ["differs by the slash"],
  },
  {
    title: "a confirmation",
    claims: { cnf: { jkt: "abc" } },
    reason: "confirmation",
    detail: ["`cnf` is an object", "dangerouslyIgnoreConfirmation: true"],
  },
  {
    title: "an ID token of Cognito",
    claims: { token_use: "id" },
    reason: "token_use",
    detail: ["`token_use` is `id`", "`access` or `access_token`", "no option"],
  },
  {
    title: "a refresh token of Keycloak",
    claims: { typ: "Refresh" },
    reason: "type",
    detail: ["`typ` is `Refresh`", "no option"],
  },
  {
    title: "an ID token with a hash",
    claims: { at_hash: "x" },
    reason: "token_use",
    detail: ["`at_hash` is `x`", "ID tokens"],
  },
  {
    title: "claims that only RFC 9068 requires",
    claims: { sub: undefined, client_id: undefined },
    reason: "claim_missing",
    detail: ["`sub` and `client_id` are missing", LENIENT],
  },
  {
    title: "no `exp`",
    claims: { exp: undefined, jti: undefined },
    reason: "claim_missing",
    detail: ["`exp` and `jti` are missing", "no option accepts tokens without `exp`"],
  },
  {
    title: "neither `iss` nor `exp`",
    claims: { iss: undefined, exp: undefined },
    reason: "claim_missing",
    detail: ["`iss` and `exp` are missing; no option accepts tokens without `iss` and `exp`"],
  },
  {
    title: "another audience",
    claims: { aud: "account" },
    reason: "audience",
    detail: ["`aud` is `account`", AUDIENCE, "to `audience` only if it identifies this API"],
  },
  {
    title: "another audience than two",
    claims: { aud: "account" },
    options: { audience: ["a", "b"] },
    reason: "audience",
    detail: ["expected `a` or `b`; add"],
  },
  {
    title: "another audience, and a client that `audience` names",
    claims: { aud: "account", client_id: AUDIENCE },
    reason: "audience",
    detail: [
      `; \`client_id\` is \`${AUDIENCE}\`, which \`audienceClaim: "client_id"\` compares for tokens without`,
    ],
  },
  {
    title: "another client",
    claims: { aud: undefined, client_id: "app-2" },
    options: { audience: "app-1", audienceClaim: "client_id" },
    reason: "audience",
    detail: ["`client_id` is `app-2`", "to `audience` only if it identifies a client of this API"],
  },
  {
    title: "a list of other audiences",
    claims: { aud: ["a", "b`c"] },
    reason: "audience",
    detail: ['`["a", "b\'c"]`'],
  },
  {
    title: "many audiences",
    claims: { aud: Array.from({ length: 20 }, (_, index) => `api-${index}`) },
    reason: "audience",
    detail: ['"api-7", …]'],
  },
  {
    title: "an audience that is a list of lists and objects",
    claims: { aud: [[], {}, 7] },
    reason: "audience",
    detail: ["`[a list, an object, 7]`", "expected a non-empty string"],
  },
  {
    title: "values of a wrong type",
    claims: { sub: "", jti: null, iat: "1" },
    reason: "malformed",
    detail: ["`sub` is empty", "`jti` is null", "`iat` is `1`", "seconds"],
  },
  {
    title: "milliseconds",
    claims: { exp: inSeconds(0) * 1_000 },
    reason: "malformed",
    detail: ["`exp` is ", "not milliseconds"],
  },
  {
    title: "a token that has just expired",
    claims: { exp: inSeconds(-12) },
    reason: "expired",
    detail: ["`exp` was 12 seconds ago", "clockTolerance: 13"],
  },
  {
    title: "a token that expired long ago",
    claims: { exp: inSeconds(-301) },
    reason: "expired",
    detail: ["301 seconds ago", "`clockTolerance` accepts at most 300"],
  },
  ...(
    [
      [599, "599 seconds ago;"],
      [600, "10 minutes ago ("],
      [7_199, "119 minutes ago ("],
      [7_200, "2 hours ago ("],
      [172_799, "47 hours ago ("],
      [86_400 * 400.5, "400 days ago ("],
    ] as const
  ).map(([late, detail]) => ({
    title: `a token that expired ${late} seconds ago`,
    claims: { exp: inSeconds(-late) },
    reason: "expired" as const,
    detail: [detail],
  })),
  {
    title: "a token that expired in 2020, with the date",
    claims: { exp: 1_600_000_000 },
    reason: "expired",
    detail: ["days ago (2020-09-13T12:26:40Z); `clockTolerance` accepts at most"],
  },
  {
    title: "a token that expired before any date",
    claims: { exp: -1e300 },
    reason: "expired",
    detail: [" days ago; `clockTolerance` accepts at most"],
  },
  {
    title: "a token that is too old, with the date",
    claims: { iat: 1_600_000_000 },
    options: { maxTokenAge: 60 },
    reason: "expired",
    detail: ["days ago (2020-09-13T12:26:40Z), expected at most 60 seconds"],
  },
  {
    title: "a token that is a little too old",
    claims: { iat: inSeconds(-90) },
    options: { maxTokenAge: 60 },
    reason: "expired",
    detail: ["`iat` was 90 seconds ago, expected at most 60 seconds; a larger `maxTokenAge`"],
  },
  {
    title: "a token of the future",
    claims: { iat: inSeconds(1) },
    reason: "not_yet_valid",
    detail: ["`iat` is 1 second in the future", "clockTolerance: 1"],
  },
  {
    title: "an `nbf` in the future",
    claims: { nbf: inSeconds(4.5) },
    reason: "not_yet_valid",
    detail: ["`nbf` is 5 seconds in the future", "clockTolerance: 5"],
  },
  {
    title: "a list as the scope",
    claims: { scope: ["a"] },
    reason: "scope_claim",
    detail: ['`scope` is `["a"]`', "one string", LENIENT, "`scopeClaim`"],
  },
  {
    title: "an object as the scope",
    claims: { permissions: {} },
    options: { scopeClaim: "permissions" },
    reason: "scope_claim",
    detail: ["`permissions` is an object", "a list of strings", "`scopeClaim`"],
  },
  {
    title: "a scope that is not nested",
    claims: { realm_access: "a" },
    options: { scopeClaim: ["realm_access", "roles"] },
    reason: "scope_claim",
    detail: ["`realm_access.roles` is not nested as expected, expected a string or a list"],
  },
  {
    title: "an unknown key",
    header: { kid: "as-9" },
    reason: "key",
    detail: ["`kid` is `as-9`", "`jwks`"],
  },
  {
    title: "another signature",
    key: "attacker-rs256",
    reason: "signature",
    detail: ["`kid` is `as-1`", "`alg` is `RS256`", "`jwks`"],
  },
];

describe("the detail of a rejected JWT", () => {
  it.each(titled(SIGNED))("describes %s", async (_title, row) => {
    const { options, reason, detail } = row;
    const token = await mint(row);
    const rejection = await rejectionOf(jwtVerifier({ ...OPTIONS, ...options }), token);
    expect(rejection.reason).toBe(reason);
    for (const text of detail) expect(rejection.detail).toContain(text);
    expect(JSON.stringify(rejection)).not.toContain(token.split(".")[2]);
  });

  const token = mint();
  it.each<[what: string, change: (token: string) => unknown, detail: string]>([
    ["a number", () => 7, "not a string"],
    ["a text that is too long", () => "a".repeat(20_000), "20000 characters"],
    ["an opaque token", () => "opaque", "introspectionVerifier"],
    ["an encrypted token", () => "a.b.c.d.e", "JWE"],
    ["no signature", (text) => `${text.split(".").slice(0, 2).join(".")}.`, "not signed"],
    ["padding", (text) => `${text}=`, "base64url"],
    ["claims that are not an object", () => "e30.W10.AAAA", "one JSON object"],
  ])("describes %s", async (_what, change, detail) => {
    const rejection = await rejectionOf(jwtVerifier(OPTIONS), change(await token) as string);
    expect(rejection).toMatchObject({ reason: "malformed" });
    expect(rejection.detail).toContain(detail);
    expect(Object.keys(rejection).sort()).toEqual(["detail", "kind", "reason"]);
  });

  it("proposes a tolerance that accepts the token, and no smaller one does", async () => {
    for (const [claims, needed] of [
      [{ exp: inSeconds(-12) }, 13],
      [{ exp: inSeconds(-0.5) }, 1],
      [{ iat: inSeconds(7.2) }, 8],
    ] as const) {
      const text = await mint({ claims });
      const verify = (clockTolerance: number) => jwtVerifier({ ...OPTIONS, clockTolerance })(text);
      const { detail } = await rejectionOf(jwtVerifier(OPTIONS), text);
      expect(detail).toContain(`\`clockTolerance: ${needed}\``);
      expect(await verify(needed)).toBeDefined();
      expect(await verify(needed - 1)).toBeUndefined();
    }
  });
});

it("leaves the claims of an accepted token unchanged", async () => {
  expect(await jwtVerifier(OPTIONS)(await mint())).toEqual({ ...CLAIMS, aud: undefined });
});
