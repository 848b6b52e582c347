// npx tsx authorization-server/server.ts [loopwise | movementors | localisation] [--port NUMBER] [--data FOLDER]
//
// An authorization server that decides on scopes with a policy only. node-oidc-provider implements the protocol; this library decides
// which scopes are advertised, registered, requested, granted and refreshed, renders the pages, and stores what users granted. With
// `--port` and `--data` it goes on after a restart where it was.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type Provider from "oidc-provider";
import { type AccessToken, consentScreen, type Policy } from "scope-policy";
import type { AuditEvent, AuthorizationEvent } from "scope-policy/audit";
import { createStore, type EndedGrant } from "scope-policy/store";
import { policy as localisation } from "../localisation/policy.js";
import { policy as loopwise } from "../loopwise/policy.js";
import { policy as movementors } from "../movementors/policy.js";
import { auditProvider, createAudit } from "./audit.js";
import {
  answerConsent,
  type ConsentHost,
  scopeWithoutPage,
  showConsent,
  visitFacts,
} from "./consent.js";
import { messagePage, PAGE_HEADERS, type Person, STYLESHEET, signInPage } from "./pages.js";
import { type Backend, createProvider } from "./provider.js";
import { createSessions, formOf } from "./session.js";
import { AUDIT_LOG, answerSettings, CONNECTED_APPS, type SettingsHost } from "./settings.js";
import { openStorage } from "./storage.js";

export interface AuthorizationServerOptions {
  /** The resource that tokens are for (RFC 8707), e.g. the URL of an MCP server. */
  readonly resource?: string;
  /** The users who can sign in, by identifier. */
  readonly people?: ReadonlyMap<string, Person>;
  /** Clients that act on their own behalf. Default: none, and no client credentials grant. */
  readonly backends?: readonly Backend[];
  /** The port to listen on. Default: `0`, a free port. */
  readonly port?: number;
  /** The folder with the databases that keep everything. Default: the memory of the process. */
  readonly data?: string;
  /** Receives log events. */
  readonly log?: (event: string, details: object) => void;
  /** Receives one audit event for each registration, consent, token and revocation, in addition to the audit log. */
  readonly audit?: (event: AuthorizationEvent) => void;
}

export interface AuthorizationServer {
  readonly issuer: string;
  readonly jwks: URL;
  readonly resource: string;
  /** Returns whether an access token has been revoked, which a signed token does not show. */
  isRevoked(token: AccessToken): boolean;
  /** Records that an access token is used now, for the page of connected apps. */
  onUsed(token: AccessToken): void;
  /** Adds an event to the audit log. */
  audit(event: AuditEvent): Promise<void>;
  close(): Promise<void>;
}

const PEOPLE: ReadonlyMap<string, Person> = new Map([
  [
    "ana",
    {
      name: "Ana Lima",
      email: "ana@example.com",
      email_verified: true,
      tier: "free",
      account_type: "mentor",
    },
  ],
  [
    "ben",
    {
      name: "Ben Osei",
      email: "ben@example.com",
      email_verified: false,
      tier: "pro",
      account_type: "studio",
    },
  ],
]);

/** Starts the server on loopback. */
export async function start(
  policy: Policy,
  {
    resource = "http://127.0.0.1/mcp",
    people = PEOPLE,
    backends = [],
    port = 0,
    data,
    log = () => {},
    audit: write = () => {},
  }: AuthorizationServerOptions = {},
): Promise<AuthorizationServer> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const storage = await openStorage(data);
  const store = await createStore({
    db: storage.db,
    maxTokenLifetime: 600,
    lastUsedInterval: 1_000, // so that the page shows a use while you try it
    endTokens: async (step, grant) => {
      await endTokens(provider, step, grant);
      if (step === "refresh_tokens") log("grant.revoked", { grantId: grant.grantId });
    },
  });
  await store.migrate();
  const sessions = createSessions(
    await storage.secret("sessions", () => randomBytes(32).toString("hex")),
  );
  const provider: Provider = await createProvider({
    policy,
    issuer,
    resource,
    people,
    backends,
    storage,
    grantIdOf: async (person, clientId) =>
      (await store.grants.list(person)).find(({ client }) => client.client_id === clientId)
        ?.grantId,
    scopeWithoutPage: async (ctx) => scopeWithoutPage(host, ctx),
  });
  const audit = createAudit(policy, issuer, (event) => {
    write(event);
    store.audit(event).catch((error: unknown) => log("error", { error: String(error) }));
  });
  auditProvider(provider, audit);
  revokeWithProvider(provider, (grantId) => store.grants.revoke(grantId, { by: "client" }));
  const host: ConsentHost & SettingsHost = {
    policy,
    provider,
    people,
    store,
    sessions,
    resource,
    issuer,
    log,
    audit,
  };
  const answerOidc = provider.callback();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", issuer);
    const { pathname } = url;
    if (pathname.startsWith("/interaction/")) return interact(host, request, response, url);
    if (pathname === CONNECTED_APPS || pathname === AUDIT_LOG) {
      return answerSettings(host, request, response, url);
    }
    if (pathname === "/style.css") {
      response.writeHead(200, { "Content-Type": "text/css" }).end(STYLESHEET);
      return;
    }
    if (pathname === "/favicon.ico") {
      response.writeHead(204).end();
      return;
    }
    await answerOidc(request, response);
  };
  server.on("request", (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log("error", { error: String(error) });
      if (!response.headersSent) response.writeHead(500, PAGE_HEADERS);
      response.end();
    });
  });
  return {
    issuer,
    jwks: new URL("/jwks", issuer),
    resource,
    isRevoked: store.isRevoked,
    onUsed: store.touch,
    audit: store.audit,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      });
      await store.close();
      await storage.close();
    },
  };
}

/** Handles the sign-in page or the consent page of one authorization request, and the forms posted from it. */
async function interact(
  host: ConsentHost,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { policy, provider, people, sessions } = host;
  const interaction = await provider.interactionDetails(request, response).catch(() => undefined);
  if (interaction === undefined) {
    const gone =
      "This request has been answered or has expired. Go back to the app and start again.";
    response.writeHead(400, PAGE_HEADERS).end(messagePage("Nothing to decide", gone));
    return;
  }
  const form = request.method === "POST" ? await formOf(request) : undefined;
  if (form !== undefined && !sessions.isCsrf(interaction.uid, form.get("csrf"))) {
    response
      .writeHead(403, PAGE_HEADERS)
      .end(messagePage("Not from our page", "Nothing was allowed."));
    return;
  }
  const visit = { interaction, request, response, url };
  if (interaction.prompt.name === "login") {
    const person = form?.get("person");
    if (person === undefined || person === null || !people.has(person)) {
      // the browser applies the headers of the form to the redirects that follow it, which may end at the client
      const { headers } = consentScreen(policy, await visitFacts(host, visit));
      response.writeHead(200, { ...headers, "Content-Type": PAGE_HEADERS["Content-Type"] });
      response.end(signInPage(people, sessions.csrfOf(interaction.uid)));
      return;
    }
    response.setHeader("Set-Cookie", sessions.cookieOf(person));
    await provider.interactionFinished(request, response, { login: { accountId: person } });
    return;
  }
  if (form === undefined) await showConsent(host, visit);
  else await answerConsent(host, visit, form);
}

/** Deletes what node-oidc-provider has of a grant. The store revokes the access tokens that resource servers check themselves. */
async function endTokens(
  { AuthorizationCode, RefreshToken, AccessToken, Grant }: Provider,
  step: "authorization_codes" | "refresh_tokens",
  { grantId }: EndedGrant,
): Promise<void> {
  if (step === "authorization_codes") return AuthorizationCode.revokeByGrantId(grantId);
  await RefreshToken.revokeByGrantId(grantId);
  await AccessToken.revokeByGrantId(grantId); // those that UserInfo accepts
  await (await Grant.find(grantId))?.destroy();
}

/**
 * Revokes in the store what node-oidc-provider revokes: the grant of a token that its client revokes (RFC 7009), and that of a code or a
 * refresh token that is used twice. The response waits for it.
 */
function revokeWithProvider(
  provider: Provider,
  revoke: (grantId: string) => Promise<unknown>,
): void {
  const pending = new WeakMap<object, Promise<unknown>>();
  provider.on("grant.revoked", (ctx, grantId) => {
    const revoked = revoke(grantId);
    revoked.catch(() => undefined); // it is awaited below
    pending.set(ctx.req, revoked);
  });
  provider.use(async (ctx, next) => {
    await next();
    await pending.get(ctx.req);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { port: { type: "string" }, data: { type: "string" } },
  });
  const policies = new Map<string | undefined, Policy>([
    ["movementors", movementors],
    ["localisation", localisation],
  ]);
  const running = await start(policies.get(positionals[0]) ?? loopwise, {
    log: (event, details) => console.log(event, JSON.stringify(details)),
    port: Number(values.port ?? 0),
    ...(values.data !== undefined && { data: values.data }),
  });
  console.log(`authorization server: ${running.issuer}/.well-known/oauth-authorization-server`);
  console.log(`connected apps:       ${running.issuer}${CONNECTED_APPS}`);
  console.log(`audit log:            ${running.issuer}${AUDIT_LOG}`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void running.close());
}
