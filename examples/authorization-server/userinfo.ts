// The UserInfo endpoint (OpenID Connect Core, section 5.3): the claims of each identity scope, and storage in which node-oidc-provider
// finds the signed access tokens that the API also accepts.
import { type CryptoKey, jwtVerify } from "jose";
import type { AccessToken, Adapter } from "oidc-provider";
import type { Policy } from "scope-policy";
import type { Person } from "./pages.js";

/** The path of node-oidc-provider's UserInfo endpoint. */
const PATH = "/me";

/** The claims of the identity scopes, as Loopwise documents them: "the user's unique identifier", "name", "email address and verification status". */
const CLAIMS: ReadonlyMap<string, readonly (keyof IdentityClaims)[]> = new Map([
  ["openid", ["sub"]],
  ["profile", ["name"]],
  ["email", ["email", "email_verified"]],
]);

interface IdentityClaims {
  readonly sub: string;
  readonly name: string;
  readonly email: string;
  readonly email_verified: boolean;
}

/** Returns the claims of each identity scope that the policy declares, in the format of node-oidc-provider's option `claims`. */
export function claimsByScope({ scopeNames }: Policy): Record<string, string[]> {
  return Object.fromEntries(
    scopeNames.flatMap((scope) => {
      const claims = CLAIMS.get(scope);
      return claims === undefined ? [] : [[scope, [...claims]]];
    }),
  );
}

/** Returns all claims about a user. node-oidc-provider selects from them by the scope of the token. */
export function identityClaims(sub: string, person: Person): IdentityClaims {
  return { sub, name: person.name, email: person.email, email_verified: person.email_verified };
}

interface SignedTokenOptions {
  readonly issuer: string;
  readonly publicKey: CryptoKey;
  readonly storage: Adapter;
}

export interface SignedTokens {
  /** Storage of access tokens that finds a signed token by its text. */
  readonly adapter: Adapter;
  /** Stores an access token for UserInfo, and adds UserInfo to the audience in its claims. */
  keep(token: AccessToken, claims: Record<string, unknown>): Promise<void>;
}

/**
 * Creates storage for signed access tokens that are for the API and, with `openid`, also for UserInfo. Node-oidc-provider does not
 * store signed tokens, and its UserInfo endpoint accepts none. This storage finds those that name UserInfo in their audience.
 */
export function openSignedTokens(
  policy: Policy,
  { issuer, publicKey, storage }: SignedTokenOptions,
): SignedTokens {
  const audience = new URL(PATH, issuer).href;
  const checks = { issuer, audience, typ: "at+jwt", algorithms: ["ES256"] };
  return {
    adapter: {
      ...storage,
      // not by the identifier alone, which is not a credential
      find: async (text) => {
        const verified = await jwtVerify(text, publicKey, checks).catch(() => undefined);
        const id = verified?.payload.jti;
        return id === undefined ? undefined : storage.find(id);
      },
    },
    keep: async ({ jti, kind, accountId, clientId, grantId, scope = "" }, claims) => {
      if (!policy.covers(scope, "openid")) return;
      claims["aud"] = [String(claims["aud"]), audience];
      const [iat, exp] = [Number(claims["iat"]), Number(claims["exp"])];
      const row = { jti, kind, accountId, grantId, scope, iat, exp };
      await storage.upsert(jti, { ...row, ...(clientId !== undefined && { clientId }) }, exp - iat);
    },
  };
}
