// Audit events of the authorization server: maps responses of node-oidc-provider to audit events of the policy.
import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { AnyPolicy } from "scope-policy";
import {
  type AuthorizationDetails,
  type AuthorizationEvent,
  authorizationEvent,
} from "scope-policy/audit";

/** Receives the facts of one request. */
export type Audit = (details: AuthorizationDetails) => void;

/** Creates audit events from the facts of requests, for one policy and issuer. */
export function createAudit(
  policy: AnyPolicy,
  iss: string,
  write: (event: AuthorizationEvent) => void,
): Audit {
  return (details) => write(authorizationEvent(policy, { iss, ...details }));
}

const TYPES = new Map<string, AuthorizationDetails["type"]>([
  ["registration", "registration"],
  ["token", "token"],
  ["revocation", "revocation"],
]);

/** Writes an event for every response to a registration, token or revocation request. */
export function auditProvider(provider: Provider, audit: Audit): void {
  provider.use(async (ctx, next) => {
    await next();
    // a path that is unknown to the provider has no `oidc` context
    const { oidc } = ctx as Partial<KoaContextWithOIDC>;
    const type = TYPES.get(oidc?.route ?? "");
    if (oidc !== undefined && type !== undefined) audit({ type, ...detailsOf(ctx, oidc) });
  });
}

function detailsOf(
  ctx: { readonly status: number; readonly body: unknown },
  { body: sent = {}, params = {}, client, entities }: KoaContextWithOIDC["oidc"],
): Omit<AuthorizationDetails, "type"> {
  const { status } = ctx;
  const answer = (ctx.body || {}) as Readonly<Record<string, unknown>>;
  const { Grant, Account, AccessToken, RefreshToken } = entities;
  return {
    outcome: status < 400 ? "success" : status < 500 ? "denied" : "failure",
    status,
    error: answer["error"],
    reason: answer["error_description"],
    client_id: client?.clientId ?? answer["client_id"] ?? params["client_id"],
    client_name: client?.clientName ?? sent["client_name"],
    sub: Account?.accountId ?? RefreshToken?.accountId ?? AccessToken?.accountId,
    requested: params["scope"] ?? sent["scope"],
    scope: answer["scope"],
    grantId: Grant?.jti ?? RefreshToken?.grantId ?? AccessToken?.grantId,
    grant_type: params["grant_type"],
    jti: AccessToken?.jti,
  };
}
