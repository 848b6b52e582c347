import { describe, expect, it } from "vitest";
import { PolicyError } from "../../src/errors.js";
import { introspectionVerifier } from "../../src/verify/introspection.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import type { JwtVerifierOptions } from "../../src/verify/jwt-options.js";
import { titled } from "../titled.js";
import {
  AUDIENCE,
  createTestClock,
  ISSUER,
  inSeconds,
  KEY_SET,
  type Minting,
  mint,
  OPTIONS,
  type Outcome,
  outcomeOf,
  thrownBy,
} from "./fixtures.js";
import { ACTIVE, createScene } from "./introspection-scene.js";
import type { Members } from "./verifications.js";

/** Runs a function with a member on `Object.prototype`, as a flaw elsewhere in the program could add it. */
async function withPollution<Value>(
  name: string,
  value: unknown,
  run: () => Value,
): Promise<Awaited<Value>> {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  expect(name in prototype).toBe(false);
  prototype[name] = value;
  try {
    return await run();
  } finally {
    delete prototype[name];
  }
}

interface SignedTokenCase extends Minting {
  readonly member: string;
  readonly value: unknown;
  readonly outcome: Outcome;
  readonly options?: Partial<JwtVerifierOptions>;
}

/** Rows whose member would change the outcome if the verifier read it. */
const SIGNED: readonly SignedTokenCase[] = [
  {
    member: "dangerouslyIgnoreConfirmation",
    value: true,
    claims: { cnf: {} },
    outcome: "confirmation",
  },
  { member: "profile", value: "lenient", header: { typ: "JWT" }, outcome: "type" },
  { member: "profile", value: "none", outcome: "token" },
  { member: "scopeClaim", value: "permissions", claims: { permissions: 1 }, outcome: "token" },
  { member: "clockTolerance", value: 300, claims: { exp: inSeconds(-1) }, outcome: "expired" },
  { member: "clockTolerance", value: "off", outcome: "token" },
  { member: "typ", value: "at+jwt", header: { typ: undefined }, outcome: "type" },
  { member: "typ", value: "ID", outcome: "token" },
  { member: "alg", value: "RS256", header: { alg: undefined }, outcome: "algorithm" },
  { member: "b64", value: false, outcome: "token" },
  { member: "iss", value: ISSUER, claims: { iss: undefined }, outcome: "claim_missing" },
  { member: "aud", value: AUDIENCE, claims: { aud: undefined }, outcome: "claim_missing" },
  { member: "exp", value: 4e9, claims: { exp: undefined }, outcome: "claim_missing" },
  { member: "nbf", value: 4e9, outcome: "token" },
  { member: "cnf", value: {}, outcome: "token" },
  { member: "token_use", value: "id", outcome: "token" },
];

describe("jwtVerifier", () => {
  const titleOf = ({ member, outcome }: SignedTokenCase) =>
    `\`${member}\` of \`Object.prototype\` (${outcome})`;
  it.each(titled(SIGNED, titleOf))("does not read %s", async (_title, row) => {
    const { member, value, options, outcome, ...minting } = row;
    const token = await mint(minting);
    const verify = () => outcomeOf(jwtVerifier({ ...OPTIONS, ...options }), token);
    expect(await verify()).toBe(outcome);
    expect(await withPollution(member, value, verify)).toBe(outcome);
  });

  it.each([
    ["scope", "admin"],
    ["tier", "pro"],
    ["account_type", "studio"],
    ["first_party", true],
  ])("adds no `%s` of `Object.prototype` to a token", async (name, value) => {
    const text = await mint({ claims: { scope: undefined } });
    const token = await withPollution(name, value, () => jwtVerifier(OPTIONS)(text));
    expect(Object.entries(token ?? {})).toContainEqual(["scope", ""]);
    expect(Object.keys(token ?? {}).filter((key) => key === name && key !== "scope")).toEqual([]);
  });

  it("does not use a clock of `Object.prototype`", async () => {
    const { issuer, audience, jwks, algorithms } = OPTIONS;
    const options = { issuer, audience, jwks, algorithms };
    const token = await mint({ claims: { exp: 1_000, iat: 500 } });
    const verify = () => outcomeOf(jwtVerifier(options), token);
    expect(await withPollution("now", () => 750, verify)).toBe("expired");
  });

  it("does not use a `fetch` of `Object.prototype`", async () => {
    const token = await mint();
    const options = { ...OPTIONS, jwks: "http://127.0.0.1:1/jwks" };
    const fetch = async () => Response.json(KEY_SET);
    const run = () => jwtVerifier(options)(token);
    const error = await thrownBy(() => withPollution("fetch", fetch, run));
    expect(error).toMatchObject({ name: "VerifierOutage", reason: "network" });
  });

  it.each([
    ["cache", false, undefined, 299.999],
    ["seconds", 3_600, {}, 299.999],
    ["seconds", 1, {}, 299.999],
    ["entries", 7, {}, 299.999],
    ["seconds", 3_600, { entries: 2 }, 299.999],
    ["seconds", 3_600, { seconds: 5 }, 4.999],
  ])("does not read `%s: %j` of `Object.prototype` beside `cache: %j`", async (...row) => {
    const [name, value, cache, seconds] = row;
    const clock = createTestClock();
    const options = { ...OPTIONS, now: clock.now, ...(cache !== undefined && { cache }) };
    const token = await mint({ claims: { exp: inSeconds(4_000) } });
    await withPollution(name, value, async () => {
      const verify = jwtVerifier(options);
      await verify(token);
      clock.pass(seconds);
      expect(verify(token)).not.toBeInstanceOf(Promise);
      clock.pass(0.001);
      const again = verify(token);
      expect(again).toBeInstanceOf(Promise);
      await again;
    });
  });

  it("does not read `keys` of `Object.prototype`, and accepts a key set with any content type", async () => {
    const token = await mint();
    const verifyWith = (set: unknown) => () =>
      jwtVerifier({
        ...OPTIONS,
        jwks: "https://as.example.com/jwks",
        fetch: async () => Response.json(set),
      })(token);
    const error = await thrownBy(() => withPollution("keys", KEY_SET.keys, verifyWith({})));
    expect(error).toMatchObject({ name: "VerifierOutage", reason: "malformed" });
    expect(await withPollution("mediaType", /^never$/, verifyWith(KEY_SET))).toBeDefined();
    const local = () => jwtVerifier({ ...OPTIONS, jwks: {} });
    expect(await thrownBy(() => withPollution("keys", KEY_SET.keys, local))).toBeInstanceOf(
      PolicyError,
    );
  });
});

/** Members of the response, and the member of the prototype that would change the outcome if the verifier read it. */
const INTROSPECTED: readonly (readonly [string, unknown, Members, Outcome])[] = [
  ["dangerouslySkipAudience", true, { aud: "https://other.example" }, "audience"],
  ["dangerouslySkipAudience", true, {}, "token"],
  ["dangerouslyIgnoreConfirmation", true, { cnf: null }, "confirmation"],
  ["clockTolerance", 300, { exp: inSeconds(-1) }, "expired"],
  ["scopeClaim", "permissions", { permissions: 1 }, "token"],
  ["isScopeList", true, { scope: ["admin"] }, "scope_claim"],
  ["bearer", "attacker", {}, "token"],
  ["aud", AUDIENCE, { aud: undefined }, "claim_missing"],
  ["iss", "https://evil.example", { iss: undefined }, "token"],
  ["token_type", "DPoP", { token_type: undefined }, "token"],
  ["exp", inSeconds(-1), { exp: undefined }, "token"],
];

describe("introspectionVerifier", () => {
  it.each(INTROSPECTED)(
    "does not read `%s: %j` of `Object.prototype` beside %j (%s)",
    async (name, value, members, outcome) => {
      const verify = () => outcomeOf(createScene({}, { ...ACTIVE, ...members }).verify, "opaque");
      expect(await verify()).toBe(outcome);
      expect(await withPollution(name, value, verify)).toBe(outcome);
    },
  );

  it("does not read `active` of `Object.prototype`", async () => {
    const run = () => createScene({}, { ...ACTIVE, active: undefined }).verify("opaque");
    const error = await thrownBy(() => withPollution("active", true, run));
    expect(error).toMatchObject({ name: "VerifierOutage", reason: "malformed" });
  });

  it.each([
    ["bearer", "attacker"],
    ["clientAuth", "client_secret_post"],
  ])("sends its own credentials whatever `%s` of `Object.prototype` is", async (name, value) => {
    const { headers } = await withPollution(name, value, async () => {
      const scene = createScene();
      await scene.verify("opaque");
      return scene.requests[0] ?? {};
    });
    expect(headers).toMatchObject({ authorization: `Basic ${btoa("api:secret")}` });
  });
});

describe("a missing option", () => {
  const makers = [
    { name: "jwtVerifier", make: (options: object) => jwtVerifier(options as never) },
    {
      name: "introspectionVerifier",
      make: (options: object) => introspectionVerifier(options as never),
    },
  ];
  const pathsOf = async (make: (options: object) => unknown): Promise<readonly string[]> => {
    const error = await thrownBy(() => make({ now: () => inSeconds(0) }));
    expect(error).toBeInstanceOf(PolicyError);
    return (error as PolicyError).findings.map(({ path }) => path);
  };

  it.each(titled(makers, ({ name }) => name))(
    "of %s is reported, whatever `Object.prototype` has",
    async (_name, { make }) => {
      const missing = await pathsOf(make);
      expect(missing).toContain("issuer");
      for (const name of missing) {
        expect(await withPollution(name, "https://as.example.com", () => pathsOf(make))).toEqual(
          missing,
        );
      }
      expect(await withPollution("bearer", "token", () => pathsOf(make))).toEqual(missing);
      expect(await withPollution("dangerouslySkipAudience", true, () => pathsOf(make))).toEqual(
        missing,
      );
    },
  );
});
