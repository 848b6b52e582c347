// The consent page of one authorization request: what the server knows goes in, a person's choice comes out, a grant is made of it.
import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import type { Interaction, KoaContextWithOIDC } from "oidc-provider";
import {
  type AnyPolicy,
  type ConsentFacts,
  type ConsentOptions,
  type ConsentOutcome,
  consentScreen,
  droppedScopes,
  resolveConsent,
} from "scope-policy";
import { renderConsent } from "scope-policy/html";
import type { Audit } from "./audit.js";
import { messagePage, PAGE_HEADERS, type Person } from "./pages.js";
import type { DecisionStore } from "./store.js";

export interface ConsentHost {
  readonly policy: AnyPolicy;
  readonly provider: Provider;
  readonly people: ReadonlyMap<string, Person>;
  readonly decisions: DecisionStore;
  readonly resource: string;
  readonly csrfOf: (subject: string) => string;
  readonly endGrant: (grantId: string) => Promise<void>;
  readonly log: (event: string, details: object) => void;
  readonly audit: Audit;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** Behind a real domain, `manageUrl` would be the page of connected apps: links of the page have to be `https`. */
const OPTIONS: ConsentOptions = { whenNoScope: "defaults", prechecked: "policy" };

type Parameters = Readonly<Record<string, unknown>>;

/** All that the server knows of a request: the client's parameters and registration, and what this person decided before. */
async function factsOf(
  host: ConsentHost,
  person: string,
  params: Parameters,
): Promise<ConsentFacts> {
  const clientId = String(params["client_id"]);
  const client = await host.provider.Client.find(clientId);
  const { allowed, refused } = host.decisions.of(person);
  const before = allowed.get(clientId);
  const account = host.people.get(person);
  return {
    client: {
      ...client?.metadata(),
      client_id: clientId,
      redirect_uri: params["redirect_uri"],
    },
    requested: typeof params["scope"] === "string" ? params["scope"] : undefined,
    ...(account && { user: { sub: person, label: account.name }, account }),
    ...(before && { granted: before.scopes, grantedPolicyVersion: before.policyVersion }),
    refused: refused.get(clientId) ?? [],
    ...(typeof params["ui_locales"] === "string" && { locale: params["ui_locales"] }),
    ...(typeof params["prompt"] === "string" && { prompt: params["prompt"] }),
    now: host.now(),
  };
}

/** One request of a browser to the page of an interaction. */
export interface Visit {
  readonly interaction: Interaction;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** What the server knows of the request that a person is looking at. */
export async function visitFacts(
  host: ConsentHost,
  { interaction, request }: Visit,
): Promise<ConsentFacts> {
  const { uid, session, params, result } = interaction;
  const facts = await factsOf(host, session?.accountId ?? "", params);
  return {
    ...facts,
    id: uid,
    used: result !== undefined,
    locale: facts.locale ?? acceptedLanguages(request.headers["accept-language"]),
  };
}

/** The languages of a browser, the most wanted first. */
function acceptedLanguages(header = ""): readonly string[] {
  const languages = header.split(",").map((part) => {
    const [tag = "", quality = "q=1"] = part.trim().split(";");
    return { tag, quality: Number(quality.trim().replace("q=", "")) };
  });
  return languages.sort((left, right) => right.quality - left.quality).map(({ tag }) => tag);
}

/** Whether nobody has to be asked: what the library says, and the answer goes where it went before. */
export async function canSkip(host: ConsentHost, { oidc }: KoaContextWithOIDC): Promise<boolean> {
  const person = oidc.session?.accountId;
  const params: Parameters = oidc.params ?? {};
  if (person === undefined) return false;
  const before = host.decisions.of(person).allowed.get(String(params["client_id"]));
  if (before?.redirectUri !== params["redirect_uri"]) return false;
  return consentScreen(host.policy, await factsOf(host, person, params), OPTIONS).canSkip;
}

/** Shows the page, with a bundle chosen if one was asked for. */
export async function showConsent(host: ConsentHost, visit: Visit, notice?: string): Promise<void> {
  const { interaction, response, url } = visit;
  const facts = await visitFacts(host, visit);
  const screen = consentScreen(host.policy, facts, OPTIONS);
  for (const dropped of droppedScopes(host.policy, facts, OPTIONS)) {
    host.log("consent.dropped", dropped);
  }
  if (screen.error !== null) return refuse(host, visit, screen.error);
  const preset = url.searchParams.get("preset");
  const page = renderConsent(screen, {
    action: url.pathname,
    csrf: host.csrfOf(interaction.uid),
    presetUrl: (id) => `${url.pathname}?preset=${encodeURIComponent(id)}`,
    ...(preset !== null && { preset }),
    ...(notice !== undefined && { notice }),
  });
  response.writeHead(notice === undefined ? 200 : 400, {
    ...screen.headers,
    "Content-Type": PAGE_HEADERS["Content-Type"],
  });
  response.end(page);
}

/** Takes what was posted, and goes on to the client with it; or shows the page again. */
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
    const { scope, removed } = outcome;
    host.audit({ ...about, outcome: "success", scope, removed, grantId });
    host.log("consent.granted", { client_id, scope: outcome.scope, removed: outcome.removed });
    const { provider } = host;
    await provider.interactionFinished(request, response, { consent: { grantId } });
    return;
  }
  host.log(outcome.event, { client_id, offending: outcome.offending });
  const reason =
    outcome.offending.length > 0
      ? `${outcome.event}: ${outcome.offending.join(", ")}`
      : outcome.event;
  host.audit({ ...about, outcome: "denied", error: outcome.error, reason });
  if (outcome.error === "stale" && facts.used === true) {
    const text = "This request was answered already. Go back to the app and start again.";
    response.writeHead(400, PAGE_HEADERS).end(messagePage("Answered already", text));
  } else if (outcome.error === "stale") {
    await showConsent(host, visit, "This page was out of date. Please look at it again.");
  } else if (outcome.error === "invalid_selection") {
    const notice = "Something was chosen that was not offered, so nothing was allowed.";
    await showConsent(host, visit, notice);
  } else await refuse(host, visit, outcome.error);
}

async function refuse({ provider }: ConsentHost, { request, response }: Visit, error: string) {
  await provider.interactionFinished(request, response, { error });
}

/** Writes down what was agreed to. What is added widens the grant there is; what is withdrawn ends it, with every token of it. */
async function keep(
  { provider, decisions, resource, endGrant, now }: ConsentHost,
  facts: ConsentFacts,
  outcome: Extract<ConsentOutcome, { ok: true }>,
): Promise<string> {
  const { client_id, redirect_uri } = facts.client;
  const person = facts.user?.sub ?? "";
  const { allowed, refused } = decisions.of(person);
  const before = allowed.get(client_id);
  const kept = (before?.scopes ?? []).filter((scope) => !outcome.removed.includes(scope));
  const scopes = [...new Set([...kept, ...outcome.scopes])];
  const isNarrower = outcome.removed.length > 0;
  const live = (refused.get(client_id) ?? []).filter(({ scope }) => !scopes.includes(scope));
  if (before !== undefined && isNarrower) await endGrant(before.grantId);
  const found =
    before === undefined || isNarrower ? undefined : await provider.Grant.find(before.grantId);
  const grant = found ?? new provider.Grant({ accountId: person, clientId: client_id });
  grant.addOIDCScope(scopes.join(" "));
  grant.addResourceScope(resource, scopes.join(" "));
  const grantId = await grant.save();
  allowed.set(client_id, {
    grantId,
    scopes,
    redirectUri: String(redirect_uri),
    policyVersion: outcome.receipt.policy.version,
    authorizedAt: before?.authorizedAt ?? now(),
    receipts: [...(before?.receipts ?? []), outcome.receipt],
  });
  refused.set(client_id, [...live, ...outcome.refused]);
  return grantId;
}
