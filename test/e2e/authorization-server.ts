// A real authorization server (node-oidc-provider) on loopback: PKCE, dynamic registration, refresh, client
// credentials, resource indicators, and RFC 9068 access tokens. Its login and consent pages are JSON, so that the browser of
// the tests can read them.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { exportJWK, generateKeyPair } from "jose";
import type Provider from "oidc-provider";
import type { Adapter, AdapterPayload, Configuration, Interaction } from "oidc-provider";

/** The content of an interaction page. */
export interface InteractionPage {
  readonly prompt: "login" | "consent";
  readonly scope: readonly string[];
}

/** The user's answer to it. */
export interface InteractionAnswer {
  readonly account?: string;
  readonly granted?: readonly string[];
}

/** A manually registered client. */
export interface MachineClient {
  readonly client_id: string;
  readonly client_secret: string;
}

export interface AuthorizationServer {
  readonly issuer: string;
  readonly jwks: URL;
  readonly machine: MachineClient;
  /** Returns the grant types of the successful token requests of a client, in order. */
  tokenRequests(clientId: string): readonly string[];
  /** Issues the next access token with an expiry two hours ago. */
  expireNextToken(): void;
  /** Returns whether the grant of a token has been revoked here (RFC 7009). */
  isRevoked(jti: string | undefined): boolean;
  /** Revokes a refresh token, and with it the grant (RFC 7009). */
  revoke(clientId: string, refreshToken: string): Promise<void>;
  /** Returns a token by client credentials, as a machine client would fetch it. */
  machineToken(resource: string, scope: string): Promise<string>;
  close(): Promise<void>;
}

interface AuthorizationServerOptions {
  /** The scopes of each resource, by resource indicator (RFC 8707). */
  readonly resources: ReadonlyMap<string, readonly string[]>;
}

const MACHINE: MachineClient = { client_id: "nightly-report", client_secret: "a-secret-of-tests" };
const DAY = 86_400;
const TWO_HOURS = 7_200;

export async function startAuthorizationServer({
  resources,
}: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const requests = new Map<string, string[]>();
  const grants = new Map<string, string | undefined>();
  const revoked = new Set<string | undefined>();
  let isNextExpired = false;

  const { Provider: OidcProvider, errors } = await importOidcProvider();
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const provider = new OidcProvider(issuer, {
    ...quiet,
    adapter: memoryAdapters(),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "e2e", alg: "ES256", use: "sig" }] },
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    clients: [
      {
        ...MACHINE,
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
      },
    ],
    cookies: { keys: ["a-key-of-tests"] },
    scopes: ["openid", "offline_access", ...new Set([...resources.values()].flat())],
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      registration: { enabled: true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, indicator) => {
          const scopes = resources.get(indicator);
          if (scopes === undefined) throw new errors.InvalidTarget();
          return {
            audience: indicator,
            scope: scopes.join(" "),
            accessTokenFormat: "jwt",
            jwt: { sign: { alg: "ES256" } },
          };
        },
      },
    },
    formats: {
      customizers: {
        jwt: (_, token, { payload }) => {
          grants.set(token.jti, "grantId" in token ? token.grantId : undefined);
          if (!isNextExpired) return;
          isNextExpired = false;
          payload["iat"] = Number(payload["iat"]) - TWO_HOURS;
          payload["exp"] = Number(payload["exp"]) - TWO_HOURS;
        },
      },
    },
  });
  provider.on("grant.success", ({ oidc }) => {
    const id = oidc.client?.clientId ?? "";
    requests.set(id, [...(requests.get(id) ?? []), String(oidc.params?.["grant_type"])]);
  });
  provider.on("grant.revoked", (_, grantId) => revoked.add(grantId));

  const post = (path: string, form: Record<string, string>) =>
    fetch(new URL(path, issuer), { method: "POST", body: new URLSearchParams(form) });

  const answerOidc = provider.callback();
  server.on("request", (request, response) => {
    const isInteraction = request.url?.startsWith("/interaction/") === true;
    void (isInteraction ? interact(provider, request, response) : answerOidc(request, response));
  });
  return {
    issuer,
    jwks: new URL("/jwks", issuer),
    machine: MACHINE,
    tokenRequests: (clientId) => requests.get(clientId) ?? [],
    expireNextToken: () => {
      isNextExpired = true;
    },
    revoke: async (client_id, token) => {
      const response = await post("/token/revocation", { client_id, token });
      // read to its end, so that the connection is free for the next request
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status}: ${text}`);
    },
    machineToken: async (resource, scope) => {
      const form = { ...MACHINE, grant_type: "client_credentials", resource, scope };
      const response = await post("/token", form);
      const { access_token } = (await response.json()) as { readonly access_token: string };
      return access_token;
    },
    isRevoked: (jti) => jti !== undefined && revoked.has(grants.get(jti)),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

/** Serves the login and the consent page, and takes the answers to them. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse) {
  const interaction = await provider.interactionDetails(request, response);
  if (request.method === "GET") {
    const page = { prompt: interaction.prompt.name, scope: scopesOf(interaction) };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(page));
    return;
  }
  const answer = (await json(request)) as InteractionAnswer;
  const result =
    answer.account === undefined
      ? { consent: { grantId: await grant(provider, interaction, answer.granted ?? []) } }
      : { login: { accountId: answer.account } };
  await provider.interactionFinished(request, response, result, {
    mergeWithLastSubmission: answer.account === undefined,
  });
}

function scopesOf({ params }: Interaction): readonly string[] {
  const { scope } = params;
  return typeof scope === "string" ? scope.split(" ") : [];
}

/** Adds the granted scopes to those that the client has already; the others are denied. */
async function grant(
  provider: Provider,
  interaction: Interaction,
  granted: readonly string[],
): Promise<string> {
  const { grantId, params, prompt, session } = interaction;
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const written =
    found ??
    new provider.Grant({
      clientId: String(params["client_id"]),
      ...(session !== undefined && { accountId: session.accountId }),
    });
  const sortOut = (scopes: unknown) => {
    const list = Array.isArray(scopes) ? scopes.map(String) : [];
    return {
      yes: list.filter((scope) => granted.includes(scope)).join(" "),
      no: list.filter((scope) => !granted.includes(scope)).join(" "),
    };
  };
  const oidc = sortOut(prompt.details["missingOIDCScope"]);
  if (oidc.yes !== "") written.addOIDCScope(oidc.yes);
  if (oidc.no !== "") written.rejectOIDCScope(oidc.no);
  const missing = Object.entries(prompt.details["missingResourceScopes"] ?? {});
  for (const [resource, scopes] of missing) {
    const { yes, no } = sortOut(scopes);
    if (yes !== "") written.addResourceScope(resource, yes);
    if (no !== "") written.rejectResourceScope(resource, no);
  }
  return written.save();
}

/** All lifetimes are set, so that the server does not print warnings about its defaults. */
const quiet = {
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    ClientCredentials: 600,
    Grant: DAY,
    IdToken: 600,
    Interaction: 600,
    RefreshToken: DAY,
    Session: DAY,
  },
  clientBasedCORS: () => false,
  renderError: (ctx, out) => {
    ctx.type = "json";
    ctx.body = JSON.stringify(out);
  },
} satisfies Configuration;

/** The server prints at its import that it needs Node 22; the parts that the tests use run on Node 20. */
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

/** Storage for one server. It does not keep a client's registered scope, which would limit every step-up. */
function memoryAdapters(): (model: string) => Adapter {
  const rows = new Map<string, AdapterPayload>();
  return (model) => {
    const key = (id: string) => `${model}:${id}`;
    const findBy = (name: "uid" | "userCode", value: string) =>
      [...rows].find(([at, row]) => at.startsWith(`${model}:`) && row[name] === value)?.[1];
    return {
      upsert: async (id, { scope, ...payload }) => {
        const row = model === "Client" || scope === undefined ? payload : { ...payload, scope };
        rows.set(key(id), row);
      },
      find: async (id) => rows.get(key(id)),
      findByUid: async (uid) => findBy("uid", uid),
      findByUserCode: async (userCode) => findBy("userCode", userCode),
      consume: async (id) => {
        const row = rows.get(key(id));
        if (row !== undefined)
          rows.set(key(id), { ...row, consumed: Math.floor(Date.now() / 1_000) });
      },
      destroy: async (id) => {
        rows.delete(key(id));
      },
      revokeByGrantId: async (grantId) => {
        for (const [at, row] of rows) if (row.grantId === grantId) rows.delete(at);
      },
    };
  };
}
