// The consent page of one authorization request: turns the facts of the server and the choice of the user into a grant.
import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import type { Interaction, KoaContextWithOIDC } from "oidc-provider";
import {
  type ConsentFacts,
  type ConsentOptions,
  type ConsentOutcome,
  type ConsentScreen,
  type ConsentSelection,
  consentScreen,
  droppedScopes,
  type Policy,
  resolveConsent,
} from "scope-policy";
import { renderConsent } from "scope-policy/html";
import type { Store } from "scope-policy/store";
import type { Audit } from "./audit.js";
import { messagePage, PAGE_HEADERS, type Person } from "./pages.js";
import { REQUESTED_SCOPE } from "./provider.js";
import { acceptedLanguages, type Sessions } from "./session.js";
import { CONNECTED_APPS } from "./settings.js";

export interface ConsentHost {
  readonly policy: Policy;
  readonly provider: Provider;
  readonly people: ReadonlyMap<string, Person>;
  readonly store: Store;
  readonly sessions: Sessions;
  readonly resource: string;
  readonly issuer: string;
  readonly log: (event: string, details: object) => void;
  readonly audit: Audit;
}

const OPTIONS: ConsentOptions = { whenNoScope: "defaults", prechecked: "policy" };

type Parameters = Readonly<Record<string, unknown>>;

/** Returns the facts of a request: its parameters, the client's registration, and the user's earlier decisions. */
async function factsOf(
  { policy, provider, people, store }: ConsentHost,
  person: string,
  params: Parameters,
  id?: string,
): Promise<ConsentFacts> {
  const clientId = String(params["client_id"]);
  const client = await provider.Client.find(clientId);
  const account = people.get(person);
  const request = { sub: person, client_id: clientId, ...(id !== undefined && { id }) };
  const textOf = (name: string) => {
    const value = params[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    ...(account !== undefined && (await store.grants.consentFacts(request))),
    client: {
      ...client?.metadata(),
      client_id: clientId,
      redirect_uri: params["redirect_uri"],
      // a client that did not register for refresh tokens is not offered offline access
      ...(client?.grantTypeAllowed("refresh_token") !== true && {
        scope: policy.scopeNames.filter((scope) => scope !== "offline_access").join(" "),
      }),
    },
    requested: textOf(REQUESTED_SCOPE),
    user: account && { sub: person, label: account.email },
    account,
    locale: textOf("ui_locales"),
    prompt: textOf("prompt"),
  };
}

/** A request of a browser to the page of an interaction. */
export interface Visit {
  readonly interaction: Interaction;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Returns the facts of the authorization request of an open page. */
export async function visitFacts(
  host: ConsentHost,
  { interaction, request }: Visit,
): Promise<ConsentFacts> {
  const { uid, session, params, result } = interaction;
  const facts = await factsOf(host, session?.accountId ?? "", params, uid);
  const isAnswered = result?.consent !== undefined || result?.["error"] !== undefined;
  return {
    ...facts,
    id: uid,
    used: facts.used === true || isAnswered,
    locale: facts.locale ?? acceptedLanguages(request),
  };
}

/**
 * Returns the scope of a request that needs no consent page, in the policy's current names: the library requires no consent, and
 * the response goes to the same address as before. Returns `undefined` if a page is needed.
 */
export async function scopeWithoutPage(
  host: ConsentHost,
  { oidc }: KoaContextWithOIDC,
): Promise<string | undefined> {
  const person = oidc.session?.accountId;
  const params: Parameters = oidc.params ?? {};
  if (person === undefined) return undefined;
  const grants = await host.store.grants.list(person);
  const before = grants.find(({ client }) => client.client_id === params["client_id"]);
  if (before?.client.redirect_uri !== params["redirect_uri"]) return undefined;
  const screen = consentScreen(host.policy, await factsOf(host, person, params), OPTIONS);
  return screen.canSkip ? scopesOf(screen).join(" ") : undefined;
}

/** Returns the scopes of all rows of a screen. */
function scopesOf({ identity, groups, offline }: ConsentScreen): readonly string[] {
  const rows = [...identity, ...groups.flatMap((group) => group.rows)];
  return [...rows, ...(offline === null ? [] : [offline])].map(({ scope }) => scope);
}

/** How the page is shown again after a posted selection. */
interface ShownAgain {
  readonly selection: ConsentSelection;
  readonly notice?: string;
}

/** Sends the consent page. */
export async function showConsent(
  host: ConsentHost,
  visit: Visit,
  again?: ShownAgain,
): Promise<void> {
  const { interaction, response, url } = visit;
  const facts = await visitFacts(host, visit);
  const manageUrl = `${host.issuer}${CONNECTED_APPS}?request=${interaction.uid}`;
  const screen = consentScreen(host.policy, facts, { ...OPTIONS, manageUrl });
  for (const dropped of droppedScopes(host.policy, facts, OPTIONS)) {
    host.log("consent.dropped", dropped);
  }
  if (screen.error !== null) return refuse(host, visit, screen.error);
  const page = renderConsent(screen, {
    action: url.pathname,
    csrf: host.sessions.csrfOf(interaction.uid),
    ...again,
  });
  response.writeHead(again?.notice === undefined ? 200 : 400, {
    ...screen.headers,
    "Content-Type": PAGE_HEADERS["Content-Type"],
  });
  response.end(page);
}

/** Resolves the posted selection and redirects to the client with the result, or sends the page again. */
export async function answerConsent(
  host: ConsentHost,
  visit: Visit,
  form: URLSearchParams,
): Promise<void> {
  const { request, response } = visit;
  const facts = await visitFacts(host, visit);
  const selection = {
    decision: form.get("decision"),
    scopes: form.getAll("scopes"),
    boundaries: form.getAll("boundaries"),
    id: form.get("id"),
    policyVersion: form.get("policyVersion"),
  };
  const outcome = resolveConsent(host.policy, facts, selection, OPTIONS);
  const { client_id } = facts.client;
  const about = {
    type: "consent",
    client_id,
    client_name: facts.client.client_name,
    sub: facts.user?.sub,
    requested: facts.requested,
    requestId: facts.id,
  } as const;
  if (outcome.ok) {
    const grantId = await keep(host, facts, outcome);
    if (grantId === undefined) return refuse(host, visit, "access_denied");
    const { scope, changed, removed } = outcome;
    host.audit({ ...about, outcome: "success", scope, removed, grantId });
    host.log("consent.granted", { client_id, scope, changed, removed });
    // the code is for the chosen scopes, in the policy's current names
    visit.interaction.params["scope"] = scope;
    await visit.interaction.persist();
    const { provider } = host;
    await provider.interactionFinished(request, response, { consent: { grantId } });
    return;
  }
  // a button of the page that only checks boxes: the user has not decided yet
  if (outcome.error === "choose") return showConsent(host, visit, { selection });
  host.log(outcome.event, { client_id, offending: outcome.offending });
  const reason =
    outcome.offending.length > 0
      ? `${outcome.event}: ${outcome.offending.join(", ")}`
      : outcome.event;
  host.audit({ ...about, outcome: "denied", error: outcome.error, reason });
  if (outcome.error === "stale" && facts.used === true) {
    const text = "This request has already been answered. Go back to the app and start again.";
    response.writeHead(400, PAGE_HEADERS).end(messagePage("Answered already", text));
  } else if (outcome.error === "stale") {
    const notice = "This page was out of date. Please look at it again.";
    await showConsent(host, visit, { selection, notice });
  } else if (outcome.error === "invalid_selection") {
    const notice =
      "The selection contained something that was not offered, so nothing was allowed.";
    await showConsent(host, visit, { selection, notice });
  } else await refuse(host, visit, outcome.error);
}

async function refuse({ provider }: ConsentHost, { request, response }: Visit, error: string) {
  await provider.interactionFinished(request, response, { error });
}

/**
 * Stores a consent and returns the identifier of its grant; `undefined` if the user revoked it meanwhile. Added scopes extend the grant of
 * the client; removed scopes revoke it with all of its tokens, and a new grant starts.
 */
async function keep(
  { policy, provider, store, resource }: ConsentHost,
  { client, user }: ConsentFacts,
  outcome: Extract<ConsentOutcome, { ok: true }>,
): Promise<string | undefined> {
  const sub = user?.sub ?? "";
  const grantId = await store.grants.record({ sub, client, outcome, policy }); // the tokens of a narrower one are revoked
  const kept = await store.grants.get(grantId);
  if (kept === undefined) return undefined;
  const { Grant } = provider;
  const grant =
    (await Grant.find(grantId)) ?? new Grant({ accountId: sub, clientId: client.client_id });
  grant.jti = grantId;
  // node-oidc-provider compares names, so the grant lists every scope that these scopes imply
  const meanings = policy.expand(kept.scope);
  grant.addOIDCScope([...meanings]);
  grant.addResourceScope(resource, [...meanings]);
  await grant.save();
  return grantId;
}
