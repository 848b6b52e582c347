// node scripts/run.mjs examples/authorization-server/server.ts [loopwise | movementors | localisation]
//
// An authorization server that decides on scopes with a policy only. node-oidc-provider implements the protocol; this library decides
// which scopes are advertised, registered, requested, granted and refreshed, and renders the consent page.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { connectedApp, consentScreen, type Policy } from "scope-policy";
import type { AuthorizationEvent } from "scope-policy/audit";
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
import {
  connectedAppsPage,
  messagePage,
  PAGE_HEADERS,
  type Person,
  STYLESHEET,
  signInPage,
} from "./pages.js";
import { type Backend, createProvider } from "./provider.js";
import { openDecisions } from "./store.js";

export interface AuthorizationServerOptions {
  /** The resource that tokens are for (RFC 8707), e.g. the URL of an MCP server. */
  readonly resource?: string;
  /** The users who can sign in, by identifier. */
  readonly people?: ReadonlyMap<string, Person>;
  /** Clients that act on their own behalf. Default: none, and no client credentials grant. */
  readonly backends?: readonly Backend[];
  /** The port to listen on. Default: `0`, a free port. */
  readonly port?: number;
  /** Receives log events. */
  readonly log?: (event: string, details: object) => void;
  /** Returns the time for the pages, in seconds since 1970. Default: the system clock. */
  readonly now?: () => number;
  /** Receives one audit event for each registration, consent, token and revocation. */
  readonly audit?: (event: AuthorizationEvent) => void;
}

export interface AuthorizationServer {
  readonly issuer: string;
  readonly jwks: URL;
  readonly resource: string;
  /** Returns whether the grant of an access token has been revoked, which a signed token does not show. */
  isRevoked(jti: string | undefined): boolean;
  /** Records that an access token is used now, for the page of connected apps. */
  noteUse(jti: string | undefined): void;
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
    log = () => {},
    now = () => Math.floor(Date.now() / 1_000),
    audit: write = () => {},
  }: AuthorizationServerOptions = {},
): Promise<AuthorizationServer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secret = randomBytes(32);
  const decisions = openDecisions();
  const grants = new Map<string, string | undefined>();
  const revoked = new Set<string>();

  const provider = await createProvider({
    policy,
    issuer,
    resource,
    people,
    backends,
    grantIdOf: (person, clientId) => decisions.of(person).allowed.get(clientId)?.grantId,
    scopeWithoutPage: async (ctx) => scopeWithoutPage(host, ctx),
    issued: (jti, grantId) => void grants.set(jti, grantId),
  });
  const audit = createAudit(policy, issuer, write);
  auditProvider(provider, audit);
  const forget = (grantId: string) => {
    revoked.add(grantId);
    decisions.forget(grantId);
    log("grant.revoked", { grantId });
  };
  provider.on("grant.revoked", (_, grantId) => forget(grantId));

  const csrfOf = (subject: string) => createHmac("sha256", secret).update(subject).digest("hex");
  const isCsrf = (subject: string, given: string | null) => {
    const expected = Buffer.from(csrfOf(subject));
    const actual = Buffer.from(given ?? "");
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  };
  /** Revokes a grant with all of its tokens, and deletes the decisions that are stored with it. */
  const endGrant = async (grantId: string) => {
    const { AccessToken, AuthorizationCode, RefreshToken, Grant } = provider;
    for (const model of [AuthorizationCode, RefreshToken, AccessToken]) {
      await model.revokeByGrantId(grantId);
    }
    const grant = await Grant.find(grantId);
    await grant?.destroy();
    forget(grantId);
    const { accountId: sub, clientId: client_id } = grant ?? {};
    audit({ type: "revocation", outcome: "success", grantId, sub, client_id });
  };
  const host: ConsentHost = {
    policy,
    provider,
    people,
    decisions,
    csrfOf,
    endGrant,
    resource,
    log,
    audit,
    now,
  };

  /** Handles the sign-in page or the consent page of one authorization request, and the forms posted from it. */
  async function interact(request: IncomingMessage, response: ServerResponse, url: URL) {
    const interaction = await provider.interactionDetails(request, response).catch(() => undefined);
    if (interaction === undefined) {
      const gone =
        "This request has been answered or has expired. Go back to the app and start again.";
      response.writeHead(400, PAGE_HEADERS).end(messagePage("Nothing to decide", gone));
      return;
    }
    const form = request.method === "POST" ? await formOf(request) : undefined;
    if (form !== undefined && !isCsrf(interaction.uid, form.get("csrf"))) {
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
        response.end(signInPage(people, csrfOf(interaction.uid)));
        return;
      }
      response.setHeader("Set-Cookie", sessionCookie(person));
      await provider.interactionFinished(request, response, { login: { accountId: person } });
      return;
    }
    if (form === undefined) await showConsent(host, visit);
    else await answerConsent(host, visit, form);
  }

  const sessionCookie = (person: string) =>
    `person=${person}.${csrfOf(`session ${person}`)}; HttpOnly; SameSite=Lax; Path=/settings`;
  const personOf = ({ headers }: IncomingMessage) => {
    const [, person = "", proof = ""] =
      /person=([\w-]+)\.([0-9a-f]+)/.exec(headers.cookie ?? "") ?? [];
    return isCsrf(`session ${person}`, proof) ? person : undefined;
  };

  /** Handles the page of connected apps and its Revoke button. */
  async function settings(request: IncomingMessage, response: ServerResponse) {
    const person = personOf(request);
    if (request.method === "POST") {
      const form = await formOf(request);
      const chosen = form.get("person");
      const grantId = form.get("revoke");
      if (
        person === undefined &&
        chosen !== null &&
        people.has(chosen) &&
        isCsrf("sign-in", form.get("csrf"))
      ) {
        response.setHeader("Set-Cookie", sessionCookie(chosen));
      } else if (
        person !== undefined &&
        grantId !== null &&
        isCsrf(`apps ${person}`, form.get("csrf"))
      ) {
        // only grants of this user
        const own = [...decisions.of(person).allowed.values()].some(
          (one) => one.grantId === grantId,
        );
        if (own) await endGrant(grantId);
      }
      response.writeHead(303, { Location: "/settings/connected-apps" }).end();
      return;
    }
    if (person === undefined) {
      response.writeHead(200, PAGE_HEADERS).end(signInPage(people, csrfOf("sign-in")));
      return;
    }
    const apps = [];
    for (const [clientId, entry] of decisions.of(person).allowed) {
      const client = await provider.Client.find(clientId);
      const grant = {
        ...entry,
        client: { ...client?.metadata(), client_id: clientId },
        scope: entry.scopes,
      };
      apps.push(connectedApp(policy, grant, { account: people.get(person) ?? {} }));
    }
    response.writeHead(200, PAGE_HEADERS).end(connectedAppsPage(apps, csrfOf(`apps ${person}`)));
  }

  const answerOidc = provider.callback();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", issuer);
    if (url.pathname.startsWith("/interaction/")) return interact(request, response, url);
    if (url.pathname === "/settings/connected-apps") return settings(request, response);
    if (url.pathname === "/style.css") {
      response.writeHead(200, { "Content-Type": "text/css" }).end(STYLESHEET);
      return;
    }
    if (url.pathname === "/favicon.ico") {
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

  const grantOf = (jti: string | undefined) => (jti === undefined ? undefined : grants.get(jti));
  return {
    issuer,
    jwks: new URL("/jwks", issuer),
    resource,
    isRevoked: (jti) => {
      const grantId = grantOf(jti);
      return grantId !== undefined && revoked.has(grantId);
    },
    noteUse: (jti) => {
      const grantId = grantOf(jti);
      if (grantId !== undefined) decisions.used(grantId, now());
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

const LARGEST_FORM = 65_536;

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const length = Number(request.headers["content-length"] ?? Number.NaN);
  return new URLSearchParams(length <= LARGEST_FORM ? await text(request) : "");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const policies = new Map<string | undefined, Policy>([
    ["movementors", movementors],
    ["localisation", localisation],
  ]);
  const running = await start(policies.get(process.argv[2]) ?? loopwise, {
    log: (event, details) => console.log(event, JSON.stringify(details)),
  });
  console.log(`authorization server: ${running.issuer}/.well-known/oauth-authorization-server`);
  console.log(`connected apps:       ${running.issuer}/settings/connected-apps`);
  process.once("SIGINT", () => void running.close());
}
