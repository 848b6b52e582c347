// node-oidc-provider, driven by a policy: what it advertises, registers, asks for, issues and refreshes.
import { exportJWK, generateKeyPair } from "jose";
import type Provider from "oidc-provider";
import type { Configuration, KoaContextWithOIDC } from "oidc-provider";
import {
  type AnyPolicy,
  authorizationServerMetadata,
  clientRegistration,
  issuesRefreshToken,
  refreshScope,
} from "scope-policy";
import { memoryAdapters } from "./store.js";

export interface ProviderOptions {
  readonly policy: AnyPolicy;
  readonly issuer: string;
  /** The resource that tokens are for (RFC 8707). */
  readonly resource: string;
  /** The grant that a person's earlier decision is kept in. */
  readonly grantIdOf: (person: string, clientId: string) => string | undefined;
  /** Whether the consent page may be left out for this request. */
  readonly canSkip: (ctx: KoaContextWithOIDC) => Promise<boolean>;
  /** An access token was issued. */
  readonly issued: (jti: string, grantId: string | undefined) => void;
}

/** Node-oidc-provider as a policy wants it. */
export async function newProvider(options: ProviderOptions): Promise<Provider> {
  const { policy, issuer, resource } = options;
  const oidc = await importOidcProvider();
  const catalogue = authorizationServerMetadata(policy, { issuer }).scopes_supported ?? [];
  const defaults = clientRegistration(policy, {});
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: "example", alg: "ES256", use: "sig" };

  const { base, Check, Prompt } = oidc.interactionPolicy;
  const prompts = base();
  prompts.remove("consent");
  prompts.add(
    new Prompt(
      { name: "consent", requestable: true },
      new Check("undecided", "a person has to decide", "consent_required", async (ctx) => {
        const result = ctx.oidc.result;
        if (result?.consent !== undefined) return Check.NO_NEED_TO_PROMPT;
        return (await options.canSkip(ctx)) ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
      }),
    ),
  );

  const provider = new oidc.Provider(issuer, {
    ...quiet,
    adapter: memoryAdapters(),
    jwks: { keys: [key] },
    cookies: { keys: [crypto.randomUUID()] },
    scopes: [...catalogue],
    clientDefaults: {
      token_endpoint_auth_method: "none",
      id_token_signed_response_alg: "ES256",
      grant_types: ["authorization_code", "refresh_token"],
    },
    pkce: { required: () => true },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}`, policy: prompts },
    loadExistingGrant: async ({ oidc: { result, account, client, provider } }) => {
      const decided = result?.consent?.grantId;
      const kept = options.grantIdOf(account?.accountId ?? "", client?.clientId ?? "");
      const id = decided ?? kept;
      return id === undefined ? undefined : provider.Grant.find(id);
    },
    issueRefreshToken: (ctx, client) => {
      const granted = ctx.oidc.entities.Grant?.getResourceScope(resource) ?? "";
      return client.grantTypeAllowed("refresh_token") && issuesRefreshToken(policy, granted);
    },
    rotateRefreshToken: true,
    extraClientMetadata: {
      // called once for each client that is made; the property is a name of ours that nobody may send
      properties: ["checked_by_policy"],
      validator: (ctx, _property, _value, metadata) => {
        if (ctx?.oidc?.route !== "registration") return;
        const checked = clientRegistration(policy, ctx.oidc.body);
        if (!checked.ok) {
          const { error, error_description } = checked;
          throw new oidc.errors.CustomOIDCProviderError(error, error_description);
        }
        const { scope } = checked.metadata;
        if (typeof scope === "string") metadata["scope"] = scope;
        delete metadata["checked_by_policy"];
      },
    },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_, client, token) => token.clientId === client.clientId,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, indicator) => {
          if (indicator !== resource) throw new oidc.errors.InvalidTarget();
          return {
            audience: resource,
            scope: scopeOfToken(ctx),
            accessTokenFormat: "jwt",
            jwt: { sign: { alg: "ES256" } },
          };
        },
      },
    },
    formats: {
      customizers: {
        jwt: (_, token) => {
          options.issued(token.jti, "grantId" in token ? token.grantId : undefined);
        },
      },
    },
  });

  /** What a token may hold: the public catalogue; at a refresh what is left of the grant (RFC 6749, section 6). */
  function scopeOfToken({ oidc: { params, entities } }: KoaContextWithOIDC): string {
    if (params?.["grant_type"] !== "refresh_token") return catalogue.join(" ");
    const requested = params["scope"];
    const granted = entities.Grant?.getResourceScope(resource) ?? "";
    const left = refreshScope(
      policy,
      granted,
      typeof requested === "string" ? requested : undefined,
    );
    if (!left.ok) throw new oidc.errors.InvalidScope("more than was granted", String(requested));
    return left.scope;
  }

  // a request without scope gets the policy's default, and is told so (RFC 6749, section 3.3)
  provider.use(async (ctx, next) => {
    const { scope } = defaults.ok ? defaults.metadata : {};
    const isBare = ctx.path === "/auth" && ctx.method === "GET" && !ctx.query["scope"];
    if (isBare && typeof scope === "string") ctx.query = { ...ctx.query, scope };
    await next();
  });
  return provider;
}

const DAY = 86_400;

/** Every lifetime is set, so that the server does not remind of its defaults. */
const quiet = {
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    Grant: 30 * DAY,
    IdToken: 600,
    Interaction: 600,
    RefreshToken: 30 * DAY,
    Session: DAY,
  },
  clientBasedCORS: () => false,
  renderError: (ctx, out) => {
    ctx.type = "text";
    ctx.body = `${out.error}: ${out.error_description ?? ""}`;
  },
} satisfies Configuration;

/** Node-oidc-provider says at its import that it wants a newer Node; what is used of it here runs on Node 20. */
async function importOidcProvider() {
  const { warn } = console;
  console.warn = (...line: unknown[]) => {
    if (!String(line[0]).includes("Unsupported runtime")) warn(...line);
  };
  try {
    return await import("oidc-provider");
  } finally {
    console.warn = warn;
  }
}
