import { createAuthorizer, loadPolicy } from "scope-policy";
import type { JwtVerifierOptions } from "scope-policy/providers";
import * as providers from "scope-policy/providers";
import { describe, expect, it } from "vitest";
import { jwtVerifier } from "../../../src/verify/jwt.js";
import { titled } from "../../titled.js";
import { inSeconds, KEY_SET, type Minting, mint, outcomeOf } from "../fixtures.js";
import { PROVIDER_ROWS, type ProviderRow } from "./rows.js";

/** Returns a token of a row that a key of the tests signs, whatever algorithm its header names. */
function tokenOf({ header = { alg: "RS256", typ: "JWT" }, claims }: ProviderRow): Promise<string> {
  const minting: Minting = { header, claimsText: JSON.stringify(claims) };
  return mint(minting);
}

const withTestKeys = (options: JwtVerifierOptions) =>
  jwtVerifier({ ...options, jwks: KEY_SET, now: () => inSeconds(0) });

describe("a documented token", () => {
  it.each(
    titled(PROVIDER_ROWS, ({ provider, title, outcome }) => `${provider}, ${title}: ${outcome}`),
  )("of %s", async (_title, row) => {
    const verify = withTestKeys(row.options);
    const token = await tokenOf(row);
    expect(await outcomeOf(verify, token)).toBe(row.outcome);
    if (row.scope !== undefined) expect((await verify(token))?.scope).toEqual(row.scope);
  });

  it("has a page and a day for each row, and an accepted and a rejected token for each provider", () => {
    const names = Object.keys(providers);
    for (const { page } of PROVIDER_ROWS) {
      expect(page).toMatch(/^https:\/\/\S+ \(read on \d{4}-\d\d-\d\d\)$/);
    }
    const of = (name: string) => PROVIDER_ROWS.filter(({ provider }) => provider === name);
    for (const name of names) {
      expect(of(name).map(({ outcome }) => outcome)).toContain("token");
      expect(of(name).map(({ outcome }) => outcome)).toContain("issuer");
      expect(of(name).map(({ outcome }) => outcome)).toContain("audience");
    }
  });
});

const TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const OTHER = "9188040d-6c67-4c5b-b112-36a304b66dad";
const audience = "api";

/** The options of each provider, as its documentation states them. */
const OPTIONS: readonly {
  title: string;
  options: JwtVerifierOptions;
  issuer: unknown;
  jwks: string;
  rest: object;
}[] = [
  {
    title: "auth0",
    options: providers.auth0({ domain: "example.eu.auth0.com", audience }),
    issuer: "https://example.eu.auth0.com/",
    jwks: "https://example.eu.auth0.com/.well-known/jwks.json",
    rest: { audience, algorithms: ["RS256"], profile: "lenient" },
  },
  {
    title: "cognito",
    options: providers.cognito({
      region: "eu-west-1",
      userPoolId: "eu-west-1_a",
      clientId: ["a", "b"],
    }),
    issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a",
    jwks: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a/.well-known/jwks.json",
    rest: {
      audience: ["a", "b"],
      audienceClaim: "client_id",
      algorithms: ["RS256"],
      profile: "lenient",
    },
  },
  {
    title: "entra",
    options: providers.entra({ tenant: TENANT, audience }),
    issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
    jwks: `https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`,
    rest: {
      audience,
      algorithms: ["RS256"],
      profile: "lenient",
      scopeClaim: { firstOf: ["scp", "roles"] },
    },
  },
  {
    title: "entra, version 1",
    options: providers.entra({ tenant: TENANT, audience, version: 1 }),
    issuer: `https://sts.windows.net/${TENANT}/`,
    jwks: `https://login.microsoftonline.com/${TENANT}/discovery/keys`,
    rest: {
      audience,
      algorithms: ["RS256"],
      profile: "lenient",
      scopeClaim: { firstOf: ["scp", "roles"] },
    },
  },
  {
    title: "entra, several tenants",
    options: providers.entra({ tenant: [TENANT, OTHER], audience }),
    issuer: {
      template: "https://login.microsoftonline.com/{tid}/v2.0",
      claim: "tid",
      tenants: [TENANT, OTHER],
    },
    jwks: "https://login.microsoftonline.com/common/discovery/v2.0/keys",
    rest: {
      audience,
      algorithms: ["RS256"],
      profile: "lenient",
      scopeClaim: { firstOf: ["scp", "roles"] },
    },
  },
  {
    title: "keycloak",
    options: providers.keycloak({ url: "https://example.com/auth", realm: "main", audience }),
    issuer: "https://example.com/auth/realms/main",
    jwks: "https://example.com/auth/realms/main/protocol/openid-connect/certs",
    rest: { audience, algorithms: ["RS256"], profile: "lenient" },
  },
  {
    title: "okta",
    options: providers.okta({ domain: "example.okta.com", server: "aus1", audience }),
    issuer: "https://example.okta.com/oauth2/aus1",
    jwks: "https://example.okta.com/oauth2/aus1/v1/keys",
    rest: { audience, algorithms: ["RS256"], profile: "lenient", scopeClaim: "scp" },
  },
  {
    title: "supabase",
    options: providers.supabase({ project: "abc" }),
    issuer: "https://abc.supabase.co/auth/v1",
    jwks: "https://abc.supabase.co/auth/v1/.well-known/jwks.json",
    rest: { audience: "authenticated", algorithms: ["ES256", "RS256"], profile: "lenient" },
  },
  {
    title: "supabase, custom domain",
    options: providers.supabase({ domain: "auth.example.com", audience }),
    issuer: "https://auth.example.com/auth/v1",
    jwks: "https://auth.example.com/auth/v1/.well-known/jwks.json",
    rest: { audience, algorithms: ["ES256", "RS256"], profile: "lenient" },
  },
  {
    title: "clerk",
    options: providers.clerk({ frontendApi: "clerk.example.com", clientId: "a" }),
    issuer: "https://clerk.example.com",
    jwks: "https://clerk.example.com/.well-known/jwks.json",
    rest: { audience: "a", audienceClaim: "client_id", algorithms: ["RS256"], profile: "rfc9068" },
  },
  {
    title: "workos",
    options: providers.workos({ domain: "example.authkit.app", audience }),
    issuer: "https://example.authkit.app",
    jwks: "https://example.authkit.app/oauth2/jwks",
    rest: { audience, algorithms: ["RS256"], profile: "lenient" },
  },
  {
    title: "auth0, permissions",
    options: providers.auth0({ domain: "auth.example.com:8443", audience, permissions: true }),
    issuer: "https://auth.example.com:8443/",
    jwks: "https://auth.example.com:8443/.well-known/jwks.json",
    rest: { audience, algorithms: ["RS256"], profile: "lenient", scopeClaim: "permissions" },
  },
  {
    title: "workos, permissions",
    options: providers.workos({ domain: "a", audience, permissions: true }),
    issuer: "https://a",
    jwks: "https://a/oauth2/jwks",
    rest: { audience, algorithms: ["RS256"], profile: "lenient", scopeClaim: "permissions" },
  },
  {
    title: "keycloak, the roles of a client",
    options: providers.keycloak({
      url: "http://localhost:8080",
      realm: "main",
      audience: [audience],
      rolesOf: "orders",
    }),
    issuer: "http://localhost:8080/realms/main",
    jwks: "http://localhost:8080/realms/main/protocol/openid-connect/certs",
    rest: {
      audience: [audience],
      algorithms: ["RS256"],
      profile: "lenient",
      scopeClaim: ["resource_access", "orders", "roles"],
    },
  },
  {
    title: "okta, the default server",
    options: providers.okta({ domain: "example.okta.com", audience }),
    issuer: "https://example.okta.com/oauth2/default",
    jwks: "https://example.okta.com/oauth2/default/v1/keys",
    rest: { audience, algorithms: ["RS256"], profile: "lenient", scopeClaim: "scp" },
  },
  {
    title: "cognito, with an audience",
    options: providers.cognito({ region: "eu-west-1", userPoolId: "eu-west-1_a", audience }),
    issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a",
    jwks: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a/.well-known/jwks.json",
    rest: { audience: [audience], algorithms: ["RS256"], profile: "lenient" },
  },
  {
    title: "clerk, session tokens",
    options: providers.clerk({ frontendApi: "clerk.example.com", authorizedParties: "b" }),
    issuer: "https://clerk.example.com",
    jwks: "https://clerk.example.com/.well-known/jwks.json",
    rest: { audience: "b", audienceClaim: "azp", algorithms: ["RS256"], profile: "lenient" },
  },
];

describe("the options of", () => {
  it.each(titled(OPTIONS))("%s", (_title, { options, issuer, jwks, rest }) => {
    expect(options).toEqual({ issuer, jwks, ...rest });
    expect(() => jwtVerifier(options)).not.toThrow();
  });

  it("a provider need one of two facts", () => {
    const pool = { region: "eu-west-1", userPoolId: "eu-west-1_a" };
    expect(() => providers.cognito(pool)).toThrow("clientId: is missing");
    expect(() => providers.cognito({ ...pool, region: "us-east-1", clientId: "a" })).toThrow(
      "userPoolId: expected a user pool of the region: `us-east-1_`",
    );
    expect(providers.cognito({ ...pool, audience })).toMatchObject({ audience: ["api"] });
    expect(() => providers.supabase({})).toThrow("project: is missing");
    expect(() => providers.supabase({ project: "a", domain: "a.b" })).toThrow(
      "combined with `domain`",
    );
    expect(() => providers.clerk({ frontendApi: "a.b" })).toThrow("clientId: is missing");
    const both = { frontendApi: "a.b", clientId: "a", authorizedParties: "b" };
    expect(() => providers.clerk(both)).toThrow("combined with `authorizedParties`");
  });
});

// Microsoft Entra ID: a client asks for `api://orders/read`, and the token that it gets has `read`
describe("a policy for Entra", () => {
  const policy = loadPolicy({
    name: "Orders",
    version: "1",
    scopes: { "api://orders/read": { title: "Read orders", replaces: ["read"] } },
    tools: { list_orders: "api://orders/read" },
  });

  it("names the scope that a client asks for, and replaces the one in the token", async () => {
    const verify = withTestKeys(providers.entra({ tenant: TENANT, audience }));
    const authorizer = createAuthorizer({ policy, verify, resource: "https://api.example.com" });
    const decide = async (scp: string) => {
      const claims = {
        iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
        aud: audience,
        tid: TENANT,
        exp: inSeconds(300),
        scp,
      };
      const token = await mint({ header: { typ: "JWT" }, claimsText: JSON.stringify(claims) });
      return (await authorizer.decide(token, "list_orders")).decision;
    };
    expect(await decide("read")).toMatchObject({ allowed: true });
    const denied = await decide("write");
    expect(denied).toMatchObject({ code: "insufficient_scope" });
    expect(JSON.stringify(denied)).toContain('"api://orders/read"');
  });
});
