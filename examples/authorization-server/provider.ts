// Configures node-oidc-provider with a policy: metadata, registration, consent, issued scopes and refreshes.
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import type Provider from "oidc-provider";
import type { Configuration, KoaContextWithOIDC } from "oidc-provider";
import {
  authorizationServerMetadata,
  clientRegistration,
  issuesRefreshToken,
  type Policy,
  refreshScope,
} from "scope-policy";
import type { Person } from "./pages.js";
import type { Storage } from "./storage.js";
import { claimsByScope, identityClaims, openSignedTokens } from "./userinfo.js";

/** A client that acts on its own behalf, with the client credentials grant (RFC 6749, section 4.4). The operator registers it manually. */
export interface Backend {
  readonly client_id: string;
  readonly client_secret: string;
  /** Returns the scopes that can be granted to this client now. */
  readonly scopes: () => readonly string[];
}

export interface ProviderOptions {
  readonly policy: Policy;
  readonly issuer: string;
  /** The resource that tokens are for (RFC 8707). */
  readonly resource: string;
  readonly people: ReadonlyMap<string, Person>;
  readonly backends: readonly Backend[];
  /** The rows and keys of the provider. */
  readonly storage: Storage;
  /** Returns the id of the grant that a user gave a client earlier. */
  readonly grantIdOf: (person: string, clientId: string) => Promise<string | undefined>;
  /** Returns the scope to issue if a request needs no consent page; `undefined` if the user has to be asked. */
  readonly scopeWithoutPage: (ctx: KoaContextWithOIDC) => Promise<string | undefined>;
}

/** The parameter that stores the scope of an authorization request as the client sent it. Clients cannot set it. */
export const REQUESTED_SCOPE = "requested_scope";

/** Creates a node-oidc-provider that is configured by a policy. */
export async function createProvider(options: ProviderOptions): Promise<Provider> {
  const { policy, issuer, resource, people, backends, storage } = options;
  const oidc = await importOidcProvider();
  const catalogue = authorizationServerMetadata(policy, { issuer }).scopes_supported ?? [];
  const defaults = clientRegistration(policy, {});
  const claims = claimsByScope(policy);
  const key = JSON.parse(await storage.secret("signing key", createKey)) as JWK;
  const { kty, crv, x, y } = key;
  const publicKey = await importJWK({ kty, crv, x, y } as JWK, "ES256");
  const { adapters } = storage;
  const signedTokens = openSignedTokens(policy, {
    issuer,
    publicKey: publicKey as CryptoKey,
    storage: adapters("AccessToken"),
  });

  const { base, Check, Prompt } = oidc.interactionPolicy;
  const prompts = base();
  prompts.remove("consent");
  prompts.add(
    new Prompt(
      { name: "consent", requestable: true },
      new Check("undecided", "the user has to decide", "consent_required", async (ctx) => {
        const { result, params } = ctx.oidc;
        if (result?.consent !== undefined) return Check.NO_NEED_TO_PROMPT;
        const scope = await options.scopeWithoutPage(ctx);
        if (scope === undefined || params === undefined) return Check.REQUEST_PROMPT;
        params["scope"] = scope;
        return Check.NO_NEED_TO_PROMPT;
      }),
    ),
  );

  const provider = new oidc.Provider(issuer, {
    ...quiet,
    adapter: (model: string) => (model === "AccessToken" ? signedTokens.adapter : adapters(model)),
    jwks: { keys: [key] },
    cookies: { keys: [await storage.secret("cookies", () => crypto.randomUUID())] },
    scopes: [...catalogue],
    claims,
    // only the code flow, neither implicit nor hybrid (RFC 9700, section 2.1.2)
    responseTypes: ["code"],
    clients: backends.map(({ client_id, client_secret }) => ({
      client_id,
      client_secret,
      token_endpoint_auth_method: "client_secret_basic",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
    })),
    clientDefaults: {
      token_endpoint_auth_method: "none",
      id_token_signed_response_alg: "ES256",
      grant_types: ["authorization_code", "refresh_token"],
    },
    pkce: { required: () => true },
    findAccount: (_, accountId) => {
      const person = people.get(accountId);
      if (person === undefined) return undefined;
      // the ID token contains only `sub`; all other claims come from UserInfo (OpenID Connect Core, section 5.4)
      const claimsFor = (use: string) =>
        use === "userinfo" ? identityClaims(accountId, person) : { sub: accountId };
      return { accountId, claims: (use) => ({ ...claimsFor(use) }) };
    },
    extraParams: {
      // Without `prompt=consent`, node-oidc-provider removes `offline_access` from the scope before the consent page. This server grants
      // it only if the user has allowed it (OpenID Connect Core, section 11), so the page is built from the scope as the client sent it.
      [REQUESTED_SCOPE]: ({ oidc: { params }, query }) => {
        if (params !== undefined) params[REQUESTED_SCOPE] = query["scope"];
      },
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}`, policy: prompts },
    loadExistingGrant: async ({ oidc: { result, account, client, provider } }) => {
      const decided = result?.consent?.grantId;
      const id = decided ?? (await grantIdOf(account?.accountId, client?.clientId));
      return id === undefined ? undefined : provider.Grant.find(id);
    },
    issueRefreshToken: (ctx, client) => {
      const granted = ctx.oidc.entities.Grant?.getResourceScope(resource) ?? "";
      return client.grantTypeAllowed("refresh_token") && issuesRefreshToken(policy, granted);
    },
    rotateRefreshToken: true,
    extraClientMetadata: {
      // called once for each created client; clients cannot send the property, because its name is internal
      properties: ["checked_by_policy"],
      validator: (ctx, _property, _value, metadata) => {
        if (ctx?.oidc?.route !== "registration") return;
        if (metadata.grant_types?.includes("client_credentials") === true) {
          throw new oidc.errors.InvalidClientMetadata("backends are registered manually");
        }
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
      userinfo: { enabled: Object.hasOwn(claims, "openid") },
      clientCredentials: { enabled: backends.length > 0 },
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
        jwt: async (_, token, { payload }) => {
          const isPersons = token.kind === "AccessToken";
          if (!isPersons) return;
          payload["grant_id"] = token.grantId; // by it the store revokes the token
          await signedTokens.keep(token, payload);
        },
      },
    },
  });

  async function grantIdOf(person = "", clientId = ""): Promise<string | undefined> {
    return person === "" ? undefined : options.grantIdOf(person, clientId);
  }

  /** Returns the scopes to which a token for the resource is limited, by the grant type of the request. */
  function scopeOfToken({ oidc: { params, entities, client } }: KoaContextWithOIDC): string {
    const granted = entities.Grant?.getResourceScope(resource) ?? "";
    const requested = typeof params?.["scope"] === "string" ? params["scope"] : undefined;
    switch (params?.["grant_type"]) {
      case "client_credentials":
        return scopeOfBackend(client?.clientId, requested);
      case "refresh_token":
        return refreshed(granted, requested);
      case "authorization_code":
        return granted;
      default: // an authorization request: consent follows later
        return requested ?? "";
    }
  }

  /** Returns the scope of a refreshed token: at most the remaining scope of the grant (RFC 6749, section 6). */
  function refreshed(granted: string, requested: string | undefined): string {
    const left = refreshScope(policy, granted, requested);
    if (!left.ok) throw new oidc.errors.InvalidScope("more than was granted", String(requested));
    return left.scope;
  }

  /** Returns the scope of a backend's token. The backend must name a scope, and its own scopes must cover all of it (RFC 6749, section 3.3). */
  function scopeOfBackend(clientId = "", requested = ""): string {
    const held = backends.find(({ client_id }) => client_id === clientId)?.scopes() ?? [];
    if (requested === "" || !policy.covers(held, requested)) {
      throw new oidc.errors.InvalidScope("not within the scope of this client", requested);
    }
    return requested;
  }

  provider.use(async (ctx, next) => {
    // a request without a scope gets the policy's default scopes, which the response names (RFC 6749, section 3.3)
    const { scope } = defaults.ok ? defaults.metadata : {};
    const isBare = ctx.path === "/auth" && ctx.method === "GET" && !ctx.query["scope"];
    if (isBare && typeof scope === "string") ctx.query = { ...ctx.query, scope };
    await next();
    // node-oidc-provider adds `openid` to the scopes of every server
    if (ctx.status === 200 && ctx.path.startsWith("/.well-known/")) {
      Object.assign(ctx.body as object, { scopes_supported: catalogue });
    }
  });
  return provider;
}

/** Creates a key to sign tokens with, as JSON. */
async function createKey(): Promise<string> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: crypto.randomUUID() };
  return JSON.stringify({ ...key, alg: "ES256", use: "sig" });
}

const DAY = 86_400;

/** Lifetimes in seconds. All are set, because node-oidc-provider warns about defaults. */
const quiet = {
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    ClientCredentials: 600,
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

/** Imports node-oidc-provider without its warning about the Node version: the parts used here run on Node 20. */
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
