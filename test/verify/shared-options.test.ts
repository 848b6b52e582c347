import { describe, expect, it } from "vitest";
import type { AccessToken } from "../../src/decision/access-token.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import type { VerifierOptions } from "../../src/verify/verifier-options.js";
import { titled } from "../titled.js";
import {
  AUDIENCE,
  CLAIMS,
  createTestClock,
  inSeconds,
  mint,
  OPTIONS,
  type Outcome,
} from "./fixtures.js";
import { ACTIVE, createScene } from "./introspection-scene.js";
import { type Members, VERIFICATIONS } from "./verifications.js";

/** The client as the audience, as in Amazon Cognito. */
const CLIENT = { audience: ["app-1", "app-2"], audienceClaim: "client_id" } as const;
const NO_AUD = { aud: undefined };

describe.each(titled(VERIFICATIONS, ({ name }) => name))("a token verified by %s", (name, way) => {
  it.each<[options: object, members: Members, outcome: Outcome]>([
    [CLIENT, NO_AUD, "token"],
    [CLIENT, { ...NO_AUD, client_id: "app-2" }, "token"],
    [CLIENT, { ...NO_AUD, client_id: "app-3" }, "audience"],
    [CLIENT, { ...NO_AUD, client_id: ["app-1"] }, "audience"],
    [CLIENT, { ...NO_AUD, client_id: "" }, "audience"],
    [CLIENT, { ...NO_AUD, client_id: undefined }, "claim_missing"],
    // a present `aud` must name this API too (RFC 7519, section 4.1.3)
    [CLIENT, { aud: "https://other.example" }, "audience"],
    [CLIENT, { aud: null }, "audience"],
    [CLIENT, { aud: ["https://other.example", "app-2"] }, "token"],
    [{ ...CLIENT, audience: ["app-1", AUDIENCE] }, {}, "token"],
    [{ audience: "app-1", audienceClaim: "azp" }, { ...NO_AUD, azp: "app-1" }, "token"],
    [{ audience: "app-1", audienceClaim: "azp" }, NO_AUD, "claim_missing"],
    [{ audienceClaim: "aud" }, {}, "token"],
    [{ audienceClaim: "aud" }, NO_AUD, "claim_missing"],
  ])("with the options %j and the members %j is %s", async (options, members, outcome) => {
    expect(await way.outcomeOf(members, options)).toBe(outcome);
  });

  it.each<[options: VerifierOptions, members: Members, outcome: Outcome]>([
    [{ maxTokenAge: 60 }, { iat: inSeconds(-60) }, "token"],
    [{ maxTokenAge: 60 }, { iat: inSeconds(-60.001) }, "expired"],
    [{ maxTokenAge: 60, clockTolerance: 5 }, { iat: inSeconds(-65) }, "token"],
    [{ maxTokenAge: 60, clockTolerance: 5 }, { iat: inSeconds(-66) }, "expired"],
    [{ maxTokenAge: 60 }, { iat: undefined }, "claim_missing"],
    [{ maxTokenAge: 60 }, { iat: "1" }, "malformed"],
    [{ maxTokenAge: 60 }, { iat: inSeconds(1) }, "not_yet_valid"],
    [{}, { iat: inSeconds(-1e6) }, "token"],
  ])("with %j and %j is %s", async (options, members, outcome) => {
    expect(await way.outcomeOf(members, options)).toBe(outcome);
  });

  it.each<[scopeClaim: VerifierOptions["scopeClaim"], members: Members, outcome: Outcome]>([
    ["https://example.com/scope", { "https://example.com/scope": "a" }, "token"],
    ["roles", { roles: ["a"] }, "token"],
    ["roles", { roles: 7 }, "scope_claim"],
    [["realm_access", "roles"], { realm_access: { roles: ["a"] } }, "token"],
    [["realm_access", "roles"], { realm_access: "a" }, "scope_claim"],
    [{ firstOf: ["scp", "roles"] }, { scp: 7, roles: ["a"] }, "scope_claim"],
    [{ firstOf: ["scp", "roles"] }, { roles: ["a"] }, "token"],
    ["scope", { scope: ["a"] }, name === "lenient" ? "token" : "scope_claim"],
    [["scope"], { scope: ["a"] }, name === "lenient" ? "token" : "scope_claim"],
    [{ firstOf: ["scope"] }, { scope: ["a"] }, name === "lenient" ? "token" : "scope_claim"],
  ])("with the scope claim %j and %j is %s", async (scopeClaim, members, outcome) => {
    const options = scopeClaim === undefined ? {} : { scopeClaim };
    expect(await way.outcomeOf(members, options)).toBe(outcome);
  });
});

describe("the cache", () => {
  it("keeps a token no longer than `maxTokenAge`", async () => {
    const clock = createTestClock();
    const options = { ...OPTIONS, now: clock.now, maxTokenAge: 60 };
    const token = await mint({ claims: { iat: inSeconds(-50) } });
    const verify = jwtVerifier(options);
    expect(await verify(token)).toBeDefined();
    clock.pass(9.999);
    expect(verify(token)).not.toBeInstanceOf(Promise);
    clock.pass(0.001);
    expect(await verify(token)).toBeDefined();
    clock.pass(0.001);
    expect(await verify(token)).toBeUndefined();
  });
});

const OWN = { org_id: "org-1", nested: { list: [{ deep: true }], none: null }, number: 1.5 };

/** The ways to verify a token with members of the issuer. */
const WAYS: readonly {
  readonly name: string;
  readonly verifierOf: (
    members: Members,
    options: VerifierOptions,
  ) => Promise<() => Promise<AccessToken>>;
}[] = [
  {
    name: "jwtVerifier",
    verifierOf: async (claims, options) => {
      const verify = jwtVerifier({ ...OPTIONS, ...options });
      const token = await mint({ claimsText: JSON.stringify({ ...CLAIMS, ...claims }) });
      return async () => (await verify(token)) as AccessToken;
    },
  },
  {
    name: "introspectionVerifier",
    verifierOf: async (members, options) => {
      const { verify } = createScene({ ...options }, { ...ACTIVE, ...members });
      return async () => (await verify("opaque")) as AccessToken;
    },
  },
];

function isDeepFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeepFrozen);
}

describe.each(titled(WAYS, ({ name }) => name))("`claims` of %s", (_name, { verifierOf }) => {
  it("are not returned by default", async () => {
    const token = await (await verifierOf(OWN, {}))();
    expect(Object.keys(token)).not.toContain("claims");
  });

  it("are all members with `true`, deep-frozen, and the same object from the cache", async () => {
    const verify = await verifierOf(OWN, { claims: true });
    const { claims, ...standard } = await verify();
    expect(claims).toMatchObject({ ...OWN, iss: CLAIMS["iss"], aud: AUDIENCE });
    expect(isDeepFrozen(claims)).toBe(true);
    expect((await verify()).claims).toBe(claims);
    expect(standard).toEqual(await (await verifierOf(OWN, {}))());
  });

  it("are the named members that the token has", async () => {
    const names = ["org_id", "missing", "constructor", "toString"];
    const { claims } = await (await verifierOf(OWN, { claims: names }))();
    expect(Object.keys(claims ?? {})).toEqual(["org_id"]);
    expect(Reflect.get(claims as object, "constructor")).toBeUndefined();
  });

  it.each([[true], [["__proto__", "org_id"]]] as const)(
    "with %j never have a member `__proto__` nor the prototype that it names",
    async (claims) => {
      const members = JSON.parse(
        '{"org_id":"org-1","__proto__":{"admin":true},"nested":{"__proto__":{"admin":true}}}',
      ) as Members;
      const token = await (await verifierOf({ ...members, ...ownProto(members) }, { claims }))();
      const own = token.claims as Record<string, unknown>;
      expect(own["org_id"]).toBe("org-1");
      expect(Object.hasOwn(own, "__proto__")).toBe(false);
      expect(own["admin"]).toBeUndefined();
      expect(JSON.stringify(own)).not.toContain("admin");
      expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
    },
  );

  it("does not change the decision: a scope in `claims` is not a scope", async () => {
    const token = await (await verifierOf({ scp: "admin" }, { claims: ["scp"] }))();
    expect(token.scope).toBe("courses:read");
  });
});

/** Returns an own member `__proto__`, which a spread of the members keeps. */
function ownProto(members: Members): Members {
  return Object.defineProperty({}, "__proto__", {
    value: Object.getOwnPropertyDescriptor(members, "__proto__")?.value as unknown,
    enumerable: true,
  });
}
