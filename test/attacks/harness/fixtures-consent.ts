// Network cases about the stored consent of a user at an authorization server.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type ConsentFacts, consentScreen, type Policy, resolveConsent } from "scope-policy";
import { type Context, full, sourceOfCase } from "./context.js";
import { type JsonObject, listOf, member, textOf } from "./corpus.js";
import type { Fixture } from "./fixtures-verify.js";
import { grantPolicyOf } from "./grants.js";
import { type Host, listen } from "./host.js";
import { sendRaw } from "./raw-http.js";
import type { Result } from "./result.js";

/** The parameters of an authorization request. */
interface AuthorizationRequest {
  readonly client_id: string;
  readonly redirect_uri: string;
  readonly resource: string;
  readonly scope: string;
}

/** The redirect URIs of clients, by client id. */
type Clients = ReadonlyMap<string, readonly string[]>;

/**
 * Starts an authorization server. `/authorize` shows its page (200) or redirects at once (302); `POST` approves the page. The cookie only
 * names the session of the user: the server stores the consent itself, with everything that it was given for.
 */
async function startServer(policy: Policy, clients: Clients): Promise<Host> {
  const remembered = new Map<string, readonly string[]>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const query = new URL(request.url ?? "", "https://as.example.com").searchParams;
    const of = (name: string) => query.get(name) ?? "";
    const person =
      /(?:^|; )session=([^;]*)/.exec(request.headers.cookie ?? "")?.[1] ?? randomUUID();
    const redirect_uri = of("redirect_uri");
    const finish = (status: number, headers: Record<string, string> = {}) =>
      response.writeHead(status, headers).end();
    if (clients.get(of("client_id"))?.includes(redirect_uri) !== true) return finish(400);
    const key = JSON.stringify([person, of("client_id"), redirect_uri, of("resource")]);
    const facts: ConsentFacts = {
      client: { client_id: of("client_id"), redirect_uri },
      requested: of("scope"),
      granted: remembered.get(key),
    };
    const screen = consentScreen(policy, facts, { ineligible: "refuse" });
    if (screen.error !== null) return finish(400);
    if (request.method === "POST") {
      const outcome = resolveConsent(policy, facts, await posted(request));
      if (!outcome.ok) return finish(403);
      const kept = (remembered.get(key) ?? []).filter((scope) => !outcome.removed.includes(scope));
      remembered.set(key, [...new Set([...kept, ...outcome.scopes])]);
    } else if (!screen.canSkip) {
      return finish(200, { ...screen.headers });
    }
    return finish(302, { location: `${redirect_uri}?code=${randomUUID()}` });
  };
  return listen((request, response) => void answer(request, response), []);
}

async function posted(request: IncomingMessage) {
  const form = new URLSearchParams(await text(request));
  return { decision: form.get("decision"), scopes: form.getAll("scope") };
}

const rememberedConsent: Fixture = async (context) => {
  const own = requestOfCase(context);
  const other = `${own.redirect_uri}/other`;
  const wide = `${own.scope} courses:write`;
  const local = { ...own, redirect_uri: "http://127.0.0.1:3000/cb" };
  const clients = new Map([
    [own.client_id, [own.redirect_uri, other, local.redirect_uri]],
    ["app-2", [own.redirect_uri]],
  ]);
  const host = await startServer(grantPolicyOf(sourceOfCase(context)), clients);
  const send = async (asked: AuthorizationRequest, person: string, choice?: string) => {
    const target = `/authorize?${new URLSearchParams({ ...asked }).toString()}`;
    const headers = [["cookie", `session=${person}`]] as const;
    const request = { method: choice === undefined ? "GET" : "POST", target, headers };
    return sendRaw(host.port, { ...request, ...(choice !== undefined && { body: choice }) });
  };
  const approve = (asked: AuthorizationRequest) => {
    const form = new URLSearchParams({ decision: "approve" });
    for (const scope of asked.scope.split(" ")) form.append("scope", scope);
    return form.toString();
  };
  const faults: string[] = [];
  /** Expects a page or a redirect for a request. */
  const expectStatus = async (
    status: number,
    what: string,
    asked: AuthorizationRequest,
    person = "ann",
  ) => {
    const got = (await send(asked, person)).status;
    if (got !== status) faults.push(`${what}: status ${got}`);
  };
  try {
    await expectStatus(200, "the first time", own);
    await send(own, "ann", approve(own));
    await send(local, "ann", approve(local));
    await expectStatus(302, "the same again", own);
    const controls = faults.length;
    await expectStatus(200, "another client with the same cookie", { ...own, client_id: "app-2" });
    await expectStatus(200, "more than was granted", { ...own, scope: wide });
    await expectStatus(200, "another redirect URI", { ...own, redirect_uri: other });
    await expectStatus(200, "another resource", { ...own, resource: `${own.resource}/other` });
    await expectStatus(200, "another person", own, "bob");
    await expectStatus(200, "a program on the device, which cannot be identified", local);
    const isSkipped = faults.length > controls;
    await send({ ...own, scope: wide }, "ann", approve({ ...own, scope: wide }));
    await expectStatus(302, "all that was granted since", { ...own, scope: wide });
    await expectStatus(302, "a part of it", own);
    return resultOf(isSkipped, faults);
  } finally {
    await host.close();
  }
};

function resultOf(isSkipped: boolean, faults: readonly string[]): Result {
  return isSkipped
    ? { outcomes: ["allow"], detail: "consent of something else was taken", faults }
    : { outcomes: ["deny"], detail: "the page is shown", faults };
}

function requestOfCase(context: Context): AuthorizationRequest {
  const { given } = context.attack;
  const client = full(context, given["client"]) as JsonObject;
  return {
    client_id: textOf(member(client, "client_id")),
    redirect_uri: textOf(listOf(member(client, "redirect_uris"))[0]),
    resource: "https://api.example.com/mcp",
    scope: textOf(full(context, given["requested"])),
  };
}

export const CONSENT_FIXTURES: readonly (readonly [id: string, fixture: Fixture])[] = [
  ["CONSENT-074", rememberedConsent],
];
