import { base64url, exportJWK, generateKeyPair, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { detailedVerify } from "../../src/resource-server/verifier-result.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import type { JwtVerifierOptions } from "../../src/verify/jwt-options.js";
import { VerifierOutage } from "../../src/verify/verifier-outage.js";
import { titled } from "../titled.js";
import {
  AUDIENCE,
  CLAIMS,
  createTestClock,
  ISSUER,
  inSeconds,
  KEY_SET,
  type Minting,
  MUTATIONS,
  mint,
  OPTIONS,
  publicJwk,
  thrownBy,
} from "./fixtures.js";

interface Case extends Minting {
  readonly title: string;
  readonly options?: Partial<JwtVerifierOptions>;
}

const LENIENT = { profile: "lenient" } as const;

const accepted: readonly Case[] = [
  { title: "the claims of RFC 9068" },
  { title: "another accepted algorithm", key: "as-es256" },
  { title: "the long form of the type", header: { typ: "application/at+jwt" } },
  { title: "the type in capitals", header: { typ: "AT+JWT" } },
  { title: "no `kid`, with one key that fits", header: { kid: undefined } },
  {
    title: "several audiences, one of them this server",
    claims: { aud: ["https://other.example", AUDIENCE] },
  },
  {
    title: "one of several identifiers of this server",
    options: { audience: ["https://old.example", AUDIENCE] },
  },
  { title: "an empty scope", claims: { scope: "" } },
  { title: "no scope", claims: { scope: undefined } },
  { title: "an `nbf` in the past", claims: { nbf: inSeconds(-1) } },
  {
    title: "times with fractions of a second",
    claims: { exp: inSeconds(0.5), iat: inSeconds(-0.5) },
  },
  {
    title: "an `exp` in the past, within the tolerance",
    claims: { exp: inSeconds(-4) },
    options: tolerant(5),
  },
  {
    title: "an `iat` in the future, within the tolerance",
    claims: { iat: inSeconds(5) },
    options: tolerant(5),
  },
  {
    title: "an `nbf` in the future, within the tolerance",
    claims: { nbf: inSeconds(5) },
    options: tolerant(5),
  },
  {
    title: "a foreign key in the header, which the verifier ignores",
    header: { jwk: await publicJwk("attacker-rs256") },
  },
  {
    title: "URLs of keys in the header, which the verifier ignores",
    header: { jku: "http://[::1]:1/", x5u: "http://[::1]:1/" },
  },
  { title: "unknown claims", claims: { "https://example.com/x": [[]], azp: 7 } },
  {
    title: "the general type `JWT`, in the lenient profile",
    header: { typ: "JWT" },
    options: LENIENT,
  },
  { title: "no type, in the lenient profile", header: { typ: undefined }, options: LENIENT },
  {
    title: "only `iss`, `aud` and `exp`, in the lenient profile",
    claims: { sub: undefined, client_id: undefined, iat: undefined, jti: undefined },
    options: LENIENT,
  },
  {
    title: "a scope that is a list, in the lenient profile",
    claims: { scope: ["courses:read"] },
    options: LENIENT,
  },
  {
    title: 'a list of permissions, with `scopeClaim: "permissions"`',
    claims: { permissions: ["a"] },
    options: { scopeClaim: "permissions" },
  },
];

function tolerant(clockTolerance: number): Partial<JwtVerifierOptions> {
  return { clockTolerance };
}

describe("jwtVerifier", () => {
  it.each(titled(accepted))("accepts a token with %s", async (_title, { options, ...minting }) => {
    const token = await jwtVerifier({ ...OPTIONS, ...options })(await mint(minting));
    expect(token).toMatchObject({ iss: ISSUER });
    expect(Object.isFrozen(token)).toBe(true);
  });

  it("returns the known claims and no others", async () => {
    const claims = { tier: "pro", account_type: "studio", first_party: true, admin: true };
    expect(await jwtVerifier(OPTIONS)(await mint({ claims }))).toEqual({
      iss: ISSUER,
      sub: "user-1",
      client_id: "app-1",
      jti: "token-1",
      iat: inSeconds(0),
      exp: inSeconds(300),
      scope: "courses:read",
      tier: "pro",
      account_type: "studio",
      first_party: true,
    });
  });

  it("takes no claim from a member `__proto__`", async () => {
    const claimsText = `{"__proto__":{"tier":"pro"},${JSON.stringify(CLAIMS).slice(1)}`;
    const token = await jwtVerifier(OPTIONS)(await mint({ claimsText }));
    expect(token).toMatchObject({ sub: "user-1" });
    expect(token?.tier).toBeUndefined();
  });

  it.each([
    ["scope", "courses:read"],
    ["scp", ["scp:read"]],
    ["scopes", "scopes:read"],
    ["permissions", ["permissions:read"]],
  ] as const)("reads the scope from the claim `%s` alone", async (scopeClaim, scope) => {
    const claims = {
      scp: ["scp:read"],
      scopes: "scopes:read",
      permissions: ["permissions:read"],
      roles: ["admin"],
    };
    const verify = jwtVerifier({ ...OPTIONS, scopeClaim });
    expect((await verify(await mint({ claims })))?.scope).toEqual(scope);
  });
});

describe("jwtVerifier, with another spelling of a token", () => {
  const verify = jwtVerifier(OPTIONS);

  // with lengths of every remainder modulo 3, so that base64url ends in each possible way
  it.each([0, 1, 2])(
    "rejects every spelling that a lenient decoder accepts, in each segment, with %i spaces after the JSON",
    async (more) => {
      const pad = " ".repeat(more);
      const headerText = `{"alg":"RS256","typ":"at+jwt","kid":"as-1"}${pad}`;
      const claimsText = JSON.stringify(CLAIMS) + pad;
      const token = await mint({ headerText, claimsText });
      expect(await verify(token)).toBeDefined();
      const segments = token.split(".");
      for (const [index, segment] of segments.entries()) {
        for (const other of spellingsOf(segment)) {
          const end = other.slice(-6);
          const answer = await verify(segments.with(index, other).join("."));
          expect([index, end, answer]).toEqual([index, end, undefined]);
        }
      }
    },
  );

  it("accepts both signatures of ES256, (r, s) and (r, n-s), and verifies each by itself", async () => {
    const token = await mint({ key: "as-es256" });
    const twin = MUTATIONS["es256-flip-s"](token);
    expect(twin).not.toBe(token);
    const first = await verify(token);
    const second = await verify(twin);
    expect(first).toBeDefined();
    expect(second).toEqual(first);
    expect(second).not.toBe(first);
  });

  /** Returns every other string that a decoder could decode to the same bytes. */
  function spellingsOf(segment: string): readonly string[] {
    const spellings = [
      `${segment}=`,
      `${segment}==`,
      `${segment} `,
      `${segment}\n`,
      ` ${segment}`,
      `${segment.slice(0, 4)}\n${segment.slice(4)}`,
      `${segment.slice(0, 4)}\t${segment.slice(4)}`,
    ];
    if (/[-_]/.test(segment)) {
      spellings.push(segment.replaceAll("-", "+").replaceAll("_", "/"));
    }
    const bytes = base64url.decode(segment).join();
    for (const last of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
      const other = segment.slice(0, -1) + last;
      if (other !== segment && base64url.decode(other).join() === bytes) spellings.push(other);
    }
    return spellings;
  }
});

describe("jwtVerifier, with a long token", () => {
  it("accepts up to 16 KiB", async () => {
    const verify = jwtVerifier(OPTIONS);
    const padded = (bytes: number) =>
      mint({ claimsText: JSON.stringify(CLAIMS) + " ".repeat(bytes) });
    // base64url encodes three bytes as four characters
    const bytes = Math.floor((16_384 - (await padded(0)).length) / 4) * 3;
    const [longest, tooLong] = [await padded(bytes), await padded(bytes + 6)];
    expect(longest.length).toBeLessThanOrEqual(16_384);
    expect(tooLong.length).toBeGreaterThan(16_384);
    expect(await verify(longest)).toBeDefined();
    expect(await verify(tooLong)).toBeUndefined();
  });
});

describe("jwtVerifier, with a token without `kid`", () => {
  it("tries each key that fits, at most eight", async () => {
    const keys = await Promise.all(
      Array.from({ length: 9 }, async () => {
        const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
        return { jwk: await exportJWK(publicKey), privateKey };
      }),
    );
    const ours = await publicJwk("as-es256", { kid: undefined });
    const token = await mint({ key: "as-es256", header: { kid: undefined } });
    const verifyWith = (place: number) => {
      const set = keys.map(({ jwk }) => jwk as object);
      set.splice(place, 0, ours);
      return jwtVerifier({ ...OPTIONS, jwks: { keys: set } })(token);
    };
    expect(await verifyWith(0)).toBeDefined();
    expect(await verifyWith(7)).toBeDefined();
    expect(await verifyWith(8)).toBeUndefined();
  });
});

describe("jwtVerifier, if it cannot verify a token", () => {
  const BAD_CLOCKS: readonly [string, () => number][] = [
    [
      "throws",
      () => {
        throw new Error("private detail");
      },
    ],
    ["returns NaN", () => Number.NaN],
    ["returns Infinity", () => Number.POSITIVE_INFINITY],
    ["returns a string", () => "1" as unknown as number],
    ["returns a promise", () => Promise.resolve(1) as unknown as number],
    ["returns milliseconds", () => inSeconds(0) * 1_000],
    ["returns the first number that counts as milliseconds", () => 1e11],
  ];

  it.each(BAD_CLOCKS)("throws VerifierOutage if the clock %s", async (_title, now) => {
    const error = await thrownBy(async () => jwtVerifier({ ...OPTIONS, now })(await mint()));
    expect(error).toBeInstanceOf(VerifierOutage);
    expect(error).toMatchObject({ name: "VerifierOutage", reason: "clock" });
    expect(String(error)).not.toContain("private detail");
  });

  it("throws VerifierOutage if the clock fails after the verification of the signature", async () => {
    const times = [OPTIONS.now?.() as number, Number.NaN];
    const verify = jwtVerifier({ ...OPTIONS, now: () => times.shift() as number });
    expect(await thrownBy(async () => verify(await mint()))).toMatchObject({ reason: "clock" });
  });

  it.each([
    ["has an invalid modulus", { n: "!" }],
    ["has no modulus", { n: undefined }],
  ])("throws VerifierOutage if the key that `kid` names %s", async (_title, more) => {
    const jwks = { keys: [await publicJwk("as-rs256", more)] };
    const error = await thrownBy(async () => jwtVerifier({ ...OPTIONS, jwks })(await mint()));
    expect(error).toBeInstanceOf(VerifierOutage);
    expect(error).toMatchObject({ reason: "key" });
  });

  it("throws VerifierOutage if the key is too short", async () => {
    const { publicKey } = await crypto.subtle.generateKey(
      {
        name: "RSASSA-PKCS1-v1_5",
        hash: "SHA-256",
        modulusLength: 1_024,
        publicExponent: new Uint8Array([1, 0, 1]),
      },
      true,
      ["sign", "verify"],
    );
    const jwk = await crypto.subtle.exportKey("jwk", publicKey);
    const jwks = { keys: [{ kty: "RSA", n: jwk.n, e: jwk.e, kid: "as-1" }] };
    const error = await thrownBy(async () => jwtVerifier({ ...OPTIONS, jwks })(await mint()));
    expect(error).toMatchObject({ reason: "key" });
  });
});

describe("jwtVerifier, with a token that expires during the verification", () => {
  it("returns undefined", async () => {
    const clock = createTestClock();
    const token = await mint({ claims: { exp: inSeconds(1) } });
    const answer = jwtVerifier({ ...OPTIONS, now: clock.now })(token);
    clock.pass(1);
    expect(await answer).toBeUndefined();
  });

  it("rejects the token for the reason expired", async () => {
    const clock = createTestClock();
    const token = await mint({ claims: { exp: inSeconds(1) } });
    const verdict = detailedVerify(jwtVerifier({ ...OPTIONS, now: clock.now }))?.(token);
    clock.pass(1);
    expect(await verdict).toMatchObject({ kind: "rejected", reason: "expired" });
  });
});

describe("the options of jwtVerifier", () => {
  it("are copied: later changes have no effect", async () => {
    const audience = ["https://old.example", AUDIENCE];
    const algorithms: JwtVerifierOptions["algorithms"][number][] = ["RS256"];
    const jwks = structuredClone(KEY_SET);
    const options = { ...OPTIONS, audience, algorithms, jwks };
    const verify = jwtVerifier(options);
    audience.length = 0;
    algorithms.push("ES256");
    jwks.keys.length = 0;
    Object.assign(options, { issuer: "https://evil.example", now: () => 0 });
    expect(await verify(await mint())).toBeDefined();
    expect(await verify(await mint({ key: "as-es256" }))).toBeUndefined();
  });

  it.each(["ES384", "ES512", "EdDSA", "Ed25519"] as const)(
    "can name %s alone, so that the verifier rejects other algorithms",
    async (alg) => {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      const jwks = { keys: [...KEY_SET.keys, { ...(await exportJWK(publicKey)), alg, kid: "k" }] };
      const verify = jwtVerifier({ ...OPTIONS, jwks, algorithms: [alg] });
      const token = await new SignJWT(CLAIMS)
        .setProtectedHeader({ alg, kid: "k", typ: "at+jwt" })
        .sign(privateKey);
      expect(await verify(token)).toBeDefined();
      expect(await verify(await mint())).toBeUndefined();
    },
  );

  it("can name an algorithm that the runtime does not know, which causes an outage for tokens that use it", async () => {
    const jwks = { keys: [{ kty: "AKP", alg: "ML-DSA-44", kid: "k", pub: "AAAA" }] };
    const verify = jwtVerifier({ ...OPTIONS, jwks, algorithms: ["ML-DSA-44"] });
    const token = await mint({ header: { alg: "ML-DSA-44", kid: "k" } });
    expect(await thrownBy(() => verify(token))).toMatchObject({ reason: "key" });
  });
});
