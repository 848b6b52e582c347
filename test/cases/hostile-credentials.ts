import type { AuthorizerDecision } from "scope-policy";

/** The `Authorization` headers of a request and the expected code; `{token}` is a valid token. */
export interface AuthorizationHeaderCase {
  readonly id: string;
  readonly fields: readonly string[];
  readonly code: AuthorizerDecision["code"];
  readonly why: string;
}

/** Hostile `Authorization` headers, under the ids of the corpus. */
export const AUTHORIZATION_HEADER_CASES: readonly AuthorizationHeaderCase[] = [
  {
    id: "BEARER-002",
    fields: ["bearer {token}"],
    code: "allowed",
    why: "a scheme is case-insensitive",
  },
  { id: "BEARER-005", fields: [], code: "unauthenticated", why: "no header" },
  { id: "BEARER-008", fields: ["Bearer\t{token}"], code: "invalid_request", why: "TAB is not SP" },
  {
    id: "BEARER-012",
    fields: ["Bearer {token},Bearer {token}"],
    code: "invalid_request",
    why: "two joined by a comma",
  },
  { id: "BEARER-013", fields: ['Bearer "{token}"'], code: "invalid_request", why: "quoted" },
  { id: "BEARER-015", fields: ["Bearer {token}\u00a0"], code: "invalid_request", why: "NBSP" },
  { id: "BEARER-017", fields: ["Bearer {token}\u0000"], code: "invalid_request", why: "NUL" },
  { id: "BEARER-019", fields: ["DPoP {token}"], code: "unauthenticated", why: "another scheme" },
  { id: "BEARER-021", fields: ["{token}"], code: "unauthenticated", why: "no scheme before it" },
  { id: "BEARER-023", fields: [""], code: "invalid_request", why: "an empty header" },
  {
    id: "BEARER-024",
    fields: ["Bearer undefined"],
    code: "invalid_token",
    why: "the word undefined",
  },
  { id: "BEARER-025", fields: ["Bearer null"], code: "invalid_token", why: "the word null" },
  {
    id: "BEARER-030",
    fields: ["Basic dXNlcjpwYXNz", "Bearer {token}"],
    code: "invalid_request",
    why: "two headers of two schemes",
  },
];

/** A denial and its expected challenge: the attributes that it must have, with their values, and those that it must not have. */
export interface ChallengeCase {
  readonly id: string;
  /** The result of the verifier: an error with an inner message, or a valid token with a scope. */
  readonly given:
    | { readonly inner: string }
    | { readonly scope: string; readonly tool: string; readonly params?: object };
  readonly status: number;
  /** The attributes of the challenge; `undefined` for no challenge. */
  readonly challenge: Readonly<Record<string, string>> | undefined;
  readonly absent?: readonly string[];
}

const METADATA = "https://api.example.com/.well-known/oauth-protected-resource/mcp";
const shortage = (scope: string) => ({
  error: "insufficient_scope",
  scope,
  resource_metadata: METADATA,
});
const badToken = (id: string, inner: string): ChallengeCase => ({
  id,
  given: { inner },
  status: 401,
  challenge: { error: "invalid_token", resource_metadata: METADATA },
  absent: ["scope"],
});

/** Calls that lead to challenges, under the ids of the corpus. `alt_reserved` is `anyOf: ["admin:all", "courses:read"]`. */
export const CHALLENGE_CASES: readonly ChallengeCase[] = [
  {
    id: "CHALLENGE-001",
    given: { scope: "openid", tool: "delete_course" },
    status: 403,
    challenge: shortage("courses:write"),
  },
  badToken("CHALLENGE-003", 'unexpected "aud" claim value'),
  badToken("CHALLENGE-006", "x\ny"),
  badToken("CHALLENGE-009", "\u4e2d\u6587"),
  badToken("CHALLENGE-013", "x".repeat(20_000)),
  {
    id: "CHALLENGE-014",
    given: { scope: "openid", tool: "purge_all" },
    status: 403,
    challenge: undefined,
  },
  {
    id: "CHALLENGE-016",
    given: { scope: "openid", tool: "alt_reserved" },
    status: 403,
    challenge: shortage("courses:read"),
  },
  {
    id: "CHALLENGE-018",
    given: { scope: "openid", tool: "search" },
    status: 403,
    challenge: shortage("courses:read"),
  },
  {
    id: "CHALLENGE-019",
    given: { scope: "openid", tool: "update_profile", params: { account_id: "acc-1" } },
    status: 403,
    challenge: shortage("/accounts/acc-1/profile.write"),
  },
];

type Claims = Readonly<Record<string, unknown>>;

/** One step: a call with a token of these claims, or a revocation. */
export type RevocationStep =
  | { readonly claims: Claims; readonly tool?: string; readonly code: AuthorizerDecision["code"] }
  | { readonly revoke: { readonly jti: string } }
  | { readonly revoke: { readonly sub: string; readonly client_id: string; readonly at: number } };

const NOW = 1_800_000_000;
const token = { scope: "courses:read", sub: "user-1", client_id: "app-1", iat: NOW, jti: "a" };

/** Sequences of calls and revocations, under the ids of the corpus. The store looks up claims, since one token has several encodings. */
export const REVOCATION_SEQUENCES: readonly (readonly [
  title: string,
  steps: readonly RevocationStep[],
])[] = [
  [
    "SEQUENCE-002: keep the scope of a token after another tool was denied",
    [
      { claims: token, tool: "delete_course", code: "insufficient_scope" },
      { claims: token, code: "allowed" },
    ],
  ],
  [
    "SEQUENCE-004: deny a second token with a smaller scope",
    [
      { claims: token, code: "allowed" },
      { claims: { ...token, scope: "openid", jti: "b" }, code: "insufficient_scope" },
    ],
  ],
  [
    "SEQUENCE-005: deny a second token with a smaller scope and the same id",
    [
      { claims: token, code: "allowed" },
      { claims: { ...token, scope: "openid" }, code: "insufficient_scope" },
    ],
  ],
  [
    "SEQUENCE-008: reject a token whose id is revoked",
    [
      { claims: token, code: "allowed" },
      { revoke: { jti: "a" } },
      { claims: token, code: "invalid_token" },
    ],
  ],
  [
    "SEQUENCE-010: reject each spelling of a revoked token, but not a new token",
    [
      { claims: token, code: "allowed" },
      { revoke: { jti: "a" } },
      { claims: { ...token }, code: "invalid_token" },
      { claims: { ...token, jti: "b" }, code: "allowed" },
    ],
  ],
  [
    "SEQUENCE-011: reject the tokens of a revoked grant, but not a later one",
    [
      { claims: token, code: "allowed" },
      { revoke: { sub: "user-1", client_id: "app-1", at: NOW + 1 } },
      { claims: token, code: "invalid_token" },
      { claims: { ...token, iat: NOW + 2 }, code: "allowed" },
    ],
  ],
  [
    "SEQUENCE-015: do not confuse a client with one whose id contains a separator",
    [
      { revoke: { sub: "user-1|app", client_id: "1", at: NOW + 1 } },
      { claims: { ...token, client_id: "app|1" }, code: "allowed" },
    ],
  ],
  [
    "SEQUENCE-016: reject a token that was issued at the second of the revocation",
    [
      { revoke: { sub: "user-1", client_id: "app-1", at: NOW } },
      { claims: token, code: "invalid_token" },
    ],
  ],
  [
    "SEQUENCE-017: reject a token without a time after its grant was revoked",
    [
      { claims: { scope: "courses:read", sub: "user-1", client_id: "app-1" }, code: "allowed" },
      { revoke: { sub: "user-1", client_id: "app-1", at: NOW } },
      {
        claims: { scope: "courses:read", sub: "user-1", client_id: "app-1" },
        code: "invalid_token",
      },
    ],
  ],
];
