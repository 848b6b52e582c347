import type { JwtVerifierOptions } from "scope-policy/providers";
import * as providers from "scope-policy/providers";
import { inSeconds, type Outcome } from "../fixtures.js";
import type { Members } from "../verifications.js";

/** A token as a page of a provider documents it. */
export interface ProviderRow {
  readonly provider: string;
  readonly title: string;
  /** The page that documents the shape, and the day on which it was read. */
  readonly page: string;
  readonly options: JwtVerifierOptions;
  /** The header without `kid`. Default: `{ alg: "RS256", typ: "JWT" }`. */
  readonly header?: Members;
  readonly claims: Members;
  readonly outcome: Outcome;
  /** The scope of an accepted token. */
  readonly scope?: string | readonly string[];
}

const READ = "read on 2026-11-27";
const TIMES = { iat: inSeconds(-60), exp: inSeconds(300) };
const API = "https://api.example.com";

/** Returns the rows of one provider, with the claims of an accepted token in common. */
function rowsOf(
  provider: string,
  page: string,
  options: JwtVerifierOptions,
  rows: readonly (Pick<ProviderRow, "title" | "claims" | "outcome"> & Partial<ProviderRow>)[],
): readonly ProviderRow[] {
  return rows.map((row) => ({ provider, page: `${page} (${READ})`, options, ...row }));
}

const AUTH0 = {
  iss: "https://my-domain.auth0.com/",
  sub: "auth0|123456",
  aud: [API, "https://my-domain.auth0.com/userinfo"],
  azp: "my_client_id",
  scope: "openid profile read:patients",
  ...TIMES,
};
const AUTH0_RFC9068 = {
  ...AUTH0,
  azp: undefined,
  client_id: "my_client_id",
  jti: "73WakrfVbNJBaAmhQtEeDv",
};
const AUTH0_ID = { ...AUTH0, aud: "my_client_id", scope: undefined, name: "Jane Doe" };
const AUTH0_FACTS = { domain: "my-domain.auth0.com", audience: API };

const auth0 = rowsOf(
  "auth0",
  "https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles",
  providers.auth0(AUTH0_FACTS),
  [
    { title: "an access token", claims: AUTH0, outcome: "token", scope: AUTH0.scope },
    {
      title: "an access token of the RFC 9068 profile",
      header: { alg: "RS256", typ: "at+jwt" },
      claims: AUTH0_RFC9068,
      outcome: "token",
      scope: AUTH0.scope,
    },
    {
      title: "permissions of RBAC",
      options: providers.auth0({ ...AUTH0_FACTS, permissions: true }),
      claims: { ...AUTH0, permissions: ["read:patients"] },
      outcome: "token",
      scope: ["read:patients"],
    },
    {
      title: "an ID token",
      page: `https://auth0.com/docs/secure/tokens/id-tokens/id-token-structure (${READ})`,
      claims: AUTH0_ID,
      outcome: "audience",
    },
    {
      title: "a token of another API",
      claims: { ...AUTH0, aud: ["https://other.example"] },
      outcome: "audience",
    },
    {
      title: "an issuer without the slash",
      claims: { ...AUTH0, iss: "https://my-domain.auth0.com" },
      outcome: "issuer",
    },
    {
      title: "a token of another tenant",
      claims: { ...AUTH0, iss: "https://other.auth0.com/" },
      outcome: "issuer",
    },
    {
      title: "a shared secret",
      header: { alg: "HS256", typ: "JWT" },
      claims: AUTH0,
      outcome: "algorithm",
    },
  ],
);

const POOL = "us-east-2_SF2DCPO5Y";
const COGNITO_ISSUER = `https://cognito-idp.us-east-2.amazonaws.com/${POOL}`;
const COGNITO = {
  sub: "aaaabbbb-cccc-dddd-eeee-ffffffffffff",
  iss: COGNITO_ISSUER,
  version: 2,
  client_id: "1example23456789",
  origin_jti: "aaaabbbb-cccc-dddd-eeee-ffffffffffff",
  event_id: "64f513be-32db-42b0-b78e-b02127b4f463",
  token_use: "access",
  scope: "orders/read aws.cognito.signin.user.admin",
  auth_time: inSeconds(-60),
  jti: "aaaabbbb-cccc-dddd-eeee-ffffffffffff",
  username: "my-test-user",
  "cognito:groups": ["testgroup"],
  ...TIMES,
};
const COGNITO_ID = {
  ...COGNITO,
  client_id: undefined,
  aud: "1example23456789",
  token_use: "id",
  "cognito:username": "my-test-user",
};
const COGNITO_FACTS = { region: "us-east-2", userPoolId: POOL, clientId: "1example23456789" };
const COGNITO_HEADER = { alg: "RS256", typ: undefined };

const cognito = rowsOf(
  "cognito",
  "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html",
  providers.cognito(COGNITO_FACTS),
  [
    {
      title: "an access token without `aud`",
      claims: COGNITO,
      outcome: "token",
      scope: COGNITO.scope,
    },
    {
      title: "an access token for a resource",
      options: providers.cognito({ ...COGNITO_FACTS, audience: API }),
      claims: { ...COGNITO, aud: API },
      outcome: "token",
    },
    {
      title: "an access token for another resource",
      claims: { ...COGNITO, aud: "https://other.example" },
      outcome: "audience",
    },
    {
      title: "an ID token",
      page: `https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html (${READ})`,
      claims: COGNITO_ID,
      outcome: "token_use",
    },
    {
      title: "a token of another app client",
      claims: { ...COGNITO, client_id: "2other" },
      outcome: "audience",
    },
    {
      title: "a token of another user pool",
      claims: { ...COGNITO, iss: COGNITO_ISSUER.replace(POOL, "us-east-2_OTHER") },
      outcome: "issuer",
    },
  ],
).map((row) => ({ header: COGNITO_HEADER, ...row }));

const TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const OTHER_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad";
const ENTRA_API = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
const ENTRA = {
  aud: ENTRA_API,
  iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
  nbf: inSeconds(-60),
  azp: "6e74172b-be56-4843-9ff4-e66a39bb12e3",
  azpacr: "0",
  name: "Abe Lincoln",
  oid: "690222be-ff1a-4d56-abd1-7e4f7d38e474",
  scp: "access_as_user",
  sub: "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ",
  tid: TENANT,
  uti: "fqiBqXLPj0eQa82S-IYFAA",
  ver: "2.0",
  ...TIMES,
};
const ENTRA_APP = { ...ENTRA, scp: undefined, roles: ["Orders.Read.All"] };
const ENTRA_V1 = {
  ...ENTRA,
  aud: "api://orders",
  iss: `https://sts.windows.net/${TENANT}/`,
  azp: undefined,
  appid: "75dbe77f-10a3-4e59-85fd-8c127544f17c",
  ver: "1.0",
};
const SEVERAL = providers.entra({ tenant: [TENANT, OTHER_TENANT], audience: ENTRA_API });

const entra = rowsOf(
  "entra",
  "https://learn.microsoft.com/entra/identity-platform/access-tokens",
  providers.entra({ tenant: TENANT, audience: ENTRA_API }),
  [
    { title: "a user's access token", claims: ENTRA, outcome: "token", scope: "access_as_user" },
    {
      title: "a user's access token with roles of the user",
      claims: { ...ENTRA, roles: ["Admin"] },
      outcome: "token",
      scope: "access_as_user",
    },
    { title: "an app-only token", claims: ENTRA_APP, outcome: "token", scope: ["Orders.Read.All"] },
    {
      title: "an access token of version 1.0",
      options: providers.entra({ tenant: TENANT, audience: "api://orders", version: 1 }),
      claims: ENTRA_V1,
      outcome: "token",
      scope: "access_as_user",
    },
    {
      title: "a token of one of several tenants",
      options: SEVERAL,
      claims: ENTRA,
      outcome: "token",
    },
    {
      title: "a token of the other one of several tenants",
      options: SEVERAL,
      claims: { ...ENTRA, iss: ENTRA.iss.replace(TENANT, OTHER_TENANT), tid: OTHER_TENANT },
      outcome: "token",
    },
    {
      title: "the issuer of one tenant with the `tid` of another",
      options: SEVERAL,
      claims: { ...ENTRA, tid: OTHER_TENANT },
      outcome: "issuer",
    },
    {
      title: "a tenant that is not in the list",
      options: SEVERAL,
      claims: {
        ...ENTRA,
        iss: "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0",
        tid: "00000000-0000-0000-0000-000000000000",
      },
      outcome: "issuer",
    },
    {
      title: "`{tenantid}` as text",
      options: SEVERAL,
      claims: {
        ...ENTRA,
        iss: "https://login.microsoftonline.com/{tenantid}/v2.0",
        tid: "{tenantid}",
      },
      outcome: "issuer",
    },
    {
      title: "a token of version 1.0 for an API of version 2.0",
      claims: ENTRA_V1,
      outcome: "issuer",
    },
    {
      title: "an ID token, whose audience is the client",
      page: `https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference (${READ})`,
      claims: { ...ENTRA, aud: "75dbe77f-10a3-4e59-85fd-8c127544f17c", scp: undefined },
      outcome: "audience",
    },
    {
      title: "a token for Microsoft Graph",
      claims: { ...ENTRA, aud: "00000003-0000-0000-c000-000000000000" },
      outcome: "audience",
    },
  ],
);

const KEYCLOAK = {
  ...TIMES,
  jti: "onrtac:9f1c0d6e",
  iss: "https://sso.example.com/realms/main",
  aud: ["orders-api", "account"],
  sub: "2bb1a3f4-5b8f-4b0c-9d9a-9a7e2f6c1d11",
  typ: "Bearer",
  azp: "web",
  sid: "c4f8",
  acr: "1",
  realm_access: { roles: ["offline_access"] },
  resource_access: {
    "orders-api": { roles: ["orders:read"] },
    account: { roles: ["view-profile"] },
  },
  scope: "profile orders:read",
};
const KEYCLOAK_FACTS = { url: "https://sso.example.com", realm: "main", audience: "orders-api" };
const KEYCLOAK_ROLES = providers.keycloak({ ...KEYCLOAK_FACTS, rolesOf: "orders-api" });

const keycloak = rowsOf(
  "keycloak",
  "https://www.keycloak.org/docs/latest/server_admin/#audience-support",
  providers.keycloak(KEYCLOAK_FACTS),
  [
    { title: "an access token", claims: KEYCLOAK, outcome: "token", scope: KEYCLOAK.scope },
    {
      title: "roles of the API's client",
      options: KEYCLOAK_ROLES,
      claims: KEYCLOAK,
      outcome: "token",
      scope: ["orders:read"],
    },
    {
      title: "no roles of the API's client",
      options: KEYCLOAK_ROLES,
      claims: { ...KEYCLOAK, resource_access: { account: { roles: ["view-profile"] } } },
      outcome: "token",
      scope: "",
    },
    {
      title: "an access token without an audience mapper",
      claims: { ...KEYCLOAK, aud: "account" },
      outcome: "audience",
    },
    {
      title: "an ID token",
      claims: { ...KEYCLOAK, typ: "ID", aud: "web", at_hash: "77QmUPtjPfzWtF2AnpK9RQ" },
      outcome: "type",
    },
    { title: "a refresh token", claims: { ...KEYCLOAK, typ: "Refresh" }, outcome: "type" },
    {
      title: "a refresh token with its own algorithm",
      header: { alg: "HS512", typ: "JWT" },
      claims: { ...KEYCLOAK, typ: "Refresh" },
      outcome: "algorithm",
    },
    {
      title: "a token of another realm",
      claims: { ...KEYCLOAK, iss: "https://sso.example.com/realms/master" },
      outcome: "issuer",
    },
  ],
);

const OKTA = {
  ver: 1,
  jti: "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE",
  iss: "https://example.okta.com/oauth2/default",
  aud: "api://default",
  sub: "00ujmkLgagxeRrAg20g3",
  cid: "nmdP1fcyvdVO11AL7ECm",
  uid: "00ujmkLgagxeRrAg20g3",
  scp: ["openid", "orders:read"],
  ...TIMES,
};

const okta = rowsOf(
  "okta",
  "https://developer.okta.com/docs/guides/validate-access-tokens/",
  providers.okta({ domain: "example.okta.com", audience: "api://default" }),
  [
    { title: "an access token", claims: OKTA, outcome: "token", scope: OKTA.scp },
    {
      title: "an ID token, whose audience is the client",
      claims: { ...OKTA, jti: "ID.1", aud: "nmdP1fcyvdVO11AL7ECm", scp: undefined },
      outcome: "audience",
    },
    {
      title: "a token of the org authorization server",
      claims: { ...OKTA, iss: "https://example.okta.com", aud: "https://example.okta.com" },
      outcome: "issuer",
    },
    {
      title: "a token of another authorization server",
      claims: { ...OKTA, iss: "https://example.okta.com/oauth2/aus1" },
      outcome: "issuer",
    },
    {
      title: "a token of another API",
      claims: { ...OKTA, aud: "api://other" },
      outcome: "audience",
    },
  ],
).map((row) => ({ header: { alg: "RS256", typ: undefined }, ...row }));

const SUPABASE = {
  sub: "123e4567-e89b-12d3-a456-426614174000",
  role: "authenticated",
  aud: "authenticated",
  email: "user@example.com",
  phone: "",
  client_id: "9a8b7c6d-5e4f-3a2b-1c0d-9e8f7a6b5c4d",
  aal: "aal1",
  amr: [{ method: "password", timestamp: inSeconds(-60) }],
  session_id: "123e4567-e89b-12d3-a456-426614174000",
  iss: "https://abcdefghijklmnopqrst.supabase.co/auth/v1",
  is_anonymous: false,
  ...TIMES,
};
const SUPABASE_OPTIONS = providers.supabase({ project: "abcdefghijklmnopqrst" });

const supabase = rowsOf(
  "supabase",
  "https://supabase.com/docs/guides/auth/oauth-server/token-security",
  SUPABASE_OPTIONS,
  [
    { title: "an access token of an OAuth client", claims: SUPABASE, outcome: "token", scope: "" },
    {
      title: "an access token of a session",
      page: `https://supabase.com/docs/guides/auth/jwt-fields (${READ})`,
      claims: { ...SUPABASE, client_id: undefined },
      outcome: "token",
      scope: "",
    },
    {
      title: "a claim of the custom access token hook",
      options: { ...SUPABASE_OPTIONS, scopeClaim: "permissions" },
      claims: { ...SUPABASE, permissions: ["orders:read"] },
      outcome: "token",
      scope: ["orders:read"],
    },
    {
      title: "the audience of the custom access token hook",
      options: providers.supabase({ project: "abcdefghijklmnopqrst", audience: API }),
      claims: { ...SUPABASE, aud: API },
      outcome: "token",
    },
    {
      title: "a token without the audience of the hook",
      options: providers.supabase({ project: "abcdefghijklmnopqrst", audience: API }),
      claims: SUPABASE,
      outcome: "audience",
    },
    {
      title: "the service role key",
      page: `https://supabase.com/docs/guides/auth/jwt-fields (${READ})`,
      claims: { iss: "supabase", ref: "abcdefghijklmnopqrst", role: "service_role", ...TIMES },
      outcome: "issuer",
    },
    {
      title: "a token of another project",
      claims: { ...SUPABASE, iss: "https://other.supabase.co/auth/v1" },
      outcome: "issuer",
    },
  ],
);

const CLERK = {
  iss: "https://clerk.example.com",
  sub: "user_2vYVtestTESTtestTESTtestTESTtest",
  client_id: "client_2VTWUzvGC5UhdJCNx6xG1D98edc",
  jti: "oat_2xKa9Bgv7NxMRDFyQw8LpZ3cTmU1vHjE",
  nbf: inSeconds(-60),
  scope: "read:foo write:bar",
  ...TIMES,
};
const CLERK_SESSION = {
  azp: "https://example.com",
  iss: "https://clerk.example.com",
  nbf: inSeconds(-60),
  sid: "sess_123",
  sub: "user_123",
  jti: "a1b2c3",
  v: 2,
  fva: [7, -1],
  ...TIMES,
};
const AT_JWT = { alg: "RS256", typ: "at+jwt" };
const CLERK_SESSIONS = providers.clerk({
  frontendApi: "clerk.example.com",
  authorizedParties: ["https://example.com"],
});

const clerk = rowsOf(
  "clerk",
  "https://clerk.com/docs/guides/configure/auth-strategies/oauth/verify-oauth-tokens",
  providers.clerk({ frontendApi: "clerk.example.com", clientId: CLERK.client_id }),
  [
    {
      title: "an OAuth access token",
      header: AT_JWT,
      claims: CLERK,
      outcome: "token",
      scope: CLERK.scope,
    },
    {
      title: "a token of another OAuth application",
      header: AT_JWT,
      claims: { ...CLERK, client_id: "client_other" },
      outcome: "audience",
    },
    {
      title: "a token of another instance",
      header: AT_JWT,
      claims: { ...CLERK, iss: "https://clerk.other.example" },
      outcome: "issuer",
    },
    {
      title: "a session token",
      page: `https://clerk.com/docs/guides/sessions/session-tokens (${READ})`,
      claims: CLERK_SESSION,
      outcome: "type",
    },
    {
      title: "a session token, if its origin is named",
      page: `https://clerk.com/docs/guides/sessions/manual-jwt-verification (${READ})`,
      options: CLERK_SESSIONS,
      claims: CLERK_SESSION,
      outcome: "token",
      scope: "",
    },
    {
      title: "a session token of another origin",
      page: `https://clerk.com/docs/guides/sessions/manual-jwt-verification (${READ})`,
      options: CLERK_SESSIONS,
      claims: { ...CLERK_SESSION, azp: "https://evil.example" },
      outcome: "audience",
    },
  ],
);

const WORKOS = {
  iss: "https://example.authkit.app",
  aud: "https://api.example.com/mcp",
  sub: "user_01HBEQKA6K4QJAS93VPE39W1JT",
  org_id: "org_01HRDMC6CM357W30QMHMQ96Q0S",
  role: "member",
  permissions: ["posts:read", "posts:write"],
  scope: "openid profile",
  sid: "session_01HQSXZGF8FHF7A9ZZFCW4387R",
  jti: "01HQSXZXPPFPKMDD32RKTFY6PV",
  ...TIMES,
};
const WORKOS_FACTS = { domain: "example.authkit.app", audience: "https://api.example.com/mcp" };

const workos = rowsOf(
  "workos",
  "https://workos.com/docs/authkit/mcp",
  providers.workos(WORKOS_FACTS),
  [
    {
      title: "an access token for the resource",
      claims: WORKOS,
      outcome: "token",
      scope: "openid profile",
    },
    {
      title: "permissions of the role",
      options: providers.workos({ ...WORKOS_FACTS, permissions: true }),
      claims: WORKOS,
      outcome: "token",
      scope: ["posts:read", "posts:write"],
    },
    {
      title: "a token whose audience is the client",
      claims: { ...WORKOS, aud: "client_123" },
      outcome: "audience",
    },
    {
      title: "a session token",
      page: `https://workos.com/docs/reference/authkit/session-tokens (${READ})`,
      claims: { ...WORKOS, iss: "https://api.workos.com", aud: undefined, scope: undefined },
      outcome: "issuer",
    },
    {
      title: "a token of another environment",
      claims: { ...WORKOS, iss: "https://other.authkit.app" },
      outcome: "issuer",
    },
  ],
);

/** The documented tokens of every provider. */
export const PROVIDER_ROWS: readonly ProviderRow[] = [
  ...auth0,
  ...cognito,
  ...entra,
  ...keycloak,
  ...okta,
  ...supabase,
  ...clerk,
  ...workos,
];
