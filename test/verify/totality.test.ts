import fc from "fast-check";
import { base64url } from "jose";
import { describe, expect, it } from "vitest";
import { introspectionVerifier } from "../../src/verify/introspection.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import { VerifierOutage } from "../../src/verify/verifier-outage.js";
import { runOftenAsync, tally } from "../often.js";
import { AUDIENCE, CLAIMS, ISSUER, inSeconds, mint, OPTIONS, thrownBy } from "./fixtures.js";

const RUNS = { numRuns: 400 };
const good = await mint();
const verify = jwtVerifier({ ...OPTIONS, cache: false });

const encode = (value: unknown): string => base64url.encode(JSON.stringify(value) ?? "");

/** Strings and other values, some of them almost a token. */
const anything = fc.oneof(
  fc.anything(),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.stringMatching(/^[\w-]{0,60}\.[\w-]{0,60}\.[\w-]{0,60}$/),
  fc
    .tuple(fc.jsonValue(), fc.jsonValue(), fc.string())
    .map(([header, claims, rest]) => `${encode(header)}.${encode(claims)}.${rest}`),
  fc
    .record(
      { alg: fc.anything(), typ: fc.anything(), kid: fc.anything(), crit: fc.anything() },
      { requiredKeys: [] },
    )
    .map((header) => {
      const usual = { alg: "RS256", typ: "at+jwt", kid: "as-1" };
      try {
        return `${encode({ ...usual, ...header })}.${encode(CLAIMS)}.AAAA`;
      } catch {
        return "";
      }
    }),
);

describe("a verifier", () => {
  it("rejects any input without throwing", async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        expect(await verify(text as string)).toBeUndefined();
      }),
      RUNS,
    );
  });

  it("rejects a valid token with one character added, removed or changed", async () => {
    expect(await verify(good)).toBeDefined();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(good.length),
        fc.nat(1),
        fc.oneof(fc.constant(""), fc.string({ minLength: 1, maxLength: 2 })),
        async (at, cut, put) => {
          const text = good.slice(0, at) + put + good.slice(at + cut);
          fc.pre(text !== good);
          expect(await verify(text)).toBeUndefined();
        },
      ),
      RUNS,
    );
  });

  it("returns a token, returns undefined or throws VerifierOutage for any response of an introspection endpoint", async () => {
    /** Generates a server's value mostly, and any value sometimes. */
    const mostly = (value: unknown) =>
      fc.oneof(
        { arbitrary: fc.constant(value), weight: 9 },
        { arbitrary: fc.jsonValue({ maxDepth: 1 }), weight: 1 },
      );
    const members = fc.record(
      {
        aud: mostly([AUDIENCE]),
        token_type: mostly("Bearer"),
        exp: mostly(4_000_000_000),
        iat: mostly(1),
        sub: mostly("user-1"),
        scope: mostly("courses:read"),
      },
      { requiredKeys: ["aud"] },
    );
    const answer = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .tuple(mostly(true), members)
        .map(([active, others]) => JSON.stringify({ active, ...others })),
    );
    const tokens = tally("a response that is a token", 21);
    await runOftenAsync([tokens], () =>
      fc.assert(
        fc.asyncProperty(answer, async (body) => {
          const ask = introspectionVerifier({
            endpoint: "https://as.example.com/introspect",
            issuer: ISSUER,
            bearer: "abc",
            audience: AUDIENCE,
            now: () => inSeconds(0),
            fetch: async () =>
              new Response(body, { headers: { "content-type": "application/json" } }),
          });
          let token: unknown;
          const error = await thrownBy(async () => {
            token = await ask("opaque");
          });
          if (error !== undefined) expect(error).toBeInstanceOf(VerifierOutage);
          if (token !== undefined) {
            tokens.count += 1;
            expect(JSON.parse(body)).toMatchObject({ active: true });
          }
        }),
        RUNS,
      ),
    );
  });
});
