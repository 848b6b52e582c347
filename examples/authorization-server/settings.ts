// The pages of an account: the apps that have access, with a button that revokes it, and the audit log.
import type { IncomingMessage, ServerResponse } from "node:http";
import { connectedApp, type Policy } from "scope-policy";
import {
  readAuditLogQuery,
  renderAuditLog,
  renderConnectedApps,
  SETTINGS_PAGE_HEADERS,
} from "scope-policy/html";
import type { Store } from "scope-policy/store";
import type { Audit } from "./audit.js";
import { PAGE_HEADERS, type Person, signInPage } from "./pages.js";
import { acceptedLanguages, formOf, type Sessions } from "./session.js";

export const CONNECTED_APPS = "/settings/connected-apps";
export const AUDIT_LOG = "/settings/audit-log";

export interface SettingsHost {
  readonly policy: Policy;
  readonly store: Store;
  readonly people: ReadonlyMap<string, Person>;
  readonly sessions: Sessions;
  readonly audit: Audit;
}

/** Answers a request for a page of an account, or a form that was posted from one. */
export async function answerSettings(
  host: SettingsHost,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { sessions, people } = host;
  const person = sessions.personOf(request);
  if (request.method === "POST") {
    const form = await formOf(request);
    if (person === undefined) signIn(host, form, response);
    else if (sessions.isCsrf(`apps ${person}`, form.get("csrf"))) await revoke(host, form, person);
    // the browser shows the page anew, so that loading it again posts nothing
    response.writeHead(303, { Location: `${url.pathname}${url.search}` }).end();
    return;
  }
  if (person === undefined) {
    response.writeHead(200, PAGE_HEADERS).end(signInPage(people, sessions.csrfOf("sign-in")));
    return;
  }
  const locale = acceptedLanguages(request);
  const page =
    url.pathname === AUDIT_LOG
      ? await auditLogPage(host, { person, locale, url })
      : await connectedAppsPage(host, { person, locale, url });
  response.writeHead(200, { ...SETTINGS_PAGE_HEADERS, "Content-Type": "text/html; charset=utf-8" });
  response.end(page);
}

function signIn(
  { people, sessions }: SettingsHost,
  form: URLSearchParams,
  response: ServerResponse,
): void {
  const chosen = form.get("person") ?? "";
  if (people.has(chosen) && sessions.isCsrf("sign-in", form.get("csrf"))) {
    response.setHeader("Set-Cookie", sessions.cookieOf(chosen));
  }
}

/** Revokes a grant of the user who is signed in, with all of its tokens. */
async function revoke(
  { store, audit }: SettingsHost,
  form: URLSearchParams,
  person: string,
): Promise<void> {
  const receipt = await store.grants.revoke(form.get("grantId") ?? "", { by: person, sub: person });
  if (receipt === undefined) return;
  const { grantId, sub, client_id, client_name } = receipt;
  audit({ type: "revocation", outcome: "success", grantId, sub, client_id, client_name });
}

/** A user who looks at a page. */
interface View {
  readonly person: string;
  readonly locale: readonly string[];
  readonly url: URL;
}

async function connectedAppsPage(
  { policy, store, people, sessions }: SettingsHost,
  { person, locale, url }: View,
): Promise<string> {
  const grants = await store.grants.list(person);
  const facts = { account: people.get(person) ?? {}, locale };
  const apps = grants.map((grant) => connectedApp(policy, grant, facts));
  // the consent page links here with its request, and this page links back to it
  const uid = /^[\w-]{1,64}$/.exec(url.searchParams.get("request") ?? "")?.[0];
  return renderConnectedApps(apps, {
    action: uid === undefined ? CONNECTED_APPS : `${CONNECTED_APPS}?request=${uid}`,
    csrf: sessions.csrfOf(`apps ${person}`),
    locale,
    auditLogUrl: AUDIT_LOG,
    ...(uid !== undefined && { backUrl: `/interaction/${uid}` }),
  });
}

async function auditLogPage(
  { policy, store }: SettingsHost,
  { person, locale, url }: View,
): Promise<string> {
  const query = readAuditLogQuery(url.searchParams);
  const [grants, page] = await Promise.all([
    store.grants.list(person),
    store.auditLog.page({ sub: person, ...query }),
  ]);
  const clients = grants.map((grant) => {
    const { id, name } = connectedApp(policy, grant).client;
    return { client_id: id, name };
  });
  return renderAuditLog(page, { query, clients, locale, connectedAppsUrl: CONNECTED_APPS });
}
