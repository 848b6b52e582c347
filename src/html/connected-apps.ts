import type { ConnectedApp } from "../consent/connected-app.js";
import { escapeHtml } from "../consent/escape-html.js";
import { fillPlaceholders } from "../consent/messages.js";
import {
  checkOptions,
  isString,
  type OptionCheck,
  optional,
  required,
} from "../policy/option-checks.js";
import { checkAddress, queryText } from "./address.js";
import { clientLinksHtml, proofHtml } from "./frame.js";
import { fillHtml, hidden, isolate } from "./parts.js";
import { badgeHtml } from "./row.js";
import {
  pageLinks,
  SETTINGS_CHECKS,
  type SettingsOptions,
  type SettingsPage,
  settingsDocument,
  settingsPage,
} from "./settings-page.js";

/** Options of the page of connected apps. */
export interface ConnectedAppsOptions extends SettingsOptions {
  /** Target of the forms that revoke: a path on your server, or an `https` URL. */
  readonly action: string;
  /** Token against cross-site request forgery, which the forms post as `csrf`. Your server compares it. */
  readonly csrf: string;
  /** Message above the list, for example that access was revoked. Default: none. */
  readonly notice?: string;
  /** Address of the audit log. The page links to it, and for each app with the query `client_id`. Default: no link. */
  readonly auditLogUrl?: string;
  /** Address of the page that the user came from, such as a consent page. Default: no link. */
  readonly backUrl?: string;
}

const CHECKS = {
  ...SETTINGS_CHECKS,
  action: required(isString),
  csrf: required(isString),
  notice: optional(isString),
  auditLogUrl: optional(isString),
  backUrl: optional(isString),
} satisfies Record<keyof ConnectedAppsOptions, OptionCheck>;

/** Maximum number of scopes of an app that the page shows without a click. */
const MAX_OPEN_SCOPES = 6;

/**
 * Renders the page on which a user sees the apps that have access, and can revoke it. Each app has its name, the time of the consent,
 * about when it was last used, its scopes with their texts, and a button that revokes after a confirmation. The page works without
 * JavaScript and loads nothing but your stylesheet. Every value is escaped. Send it with {@link SETTINGS_PAGE_HEADERS}.
 *
 * A form posts `csrf` and `grantId`. The page decides nothing: your server compares `csrf`, and revokes the grant only if it belongs to
 * the user who is signed in.
 *
 * @param apps - what `connectedApp` returns for each grant of the user, in the order to show
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all findings about the options at once
 * @throws {TypeError} for an address that is neither a path nor an `https` or loopback URL
 * @throws {RangeError} for an app with an invalid time
 *
 * @example
 * ```ts
 * import { connectedApp, loadPolicy } from "scope-policy";
 * import { renderConnectedApps } from "scope-policy/html";
 *
 * const policy = loadPolicy({ name: "Shop", version: "1", scopes: { "orders:read": "See your orders" } });
 * const app = connectedApp(policy, {
 *   grantId: "grant-1",
 *   client: { client_id: "app-1", client_name: "Reports" },
 *   scope: "orders:read",
 *   authorizedAt: 1_795_000_000,
 * });
 * const page = renderConnectedApps([app], { action: "/settings/connected-apps", csrf: "random" });
 * ```
 */
export function renderConnectedApps(
  apps: readonly ConnectedApp[],
  options: ConnectedAppsOptions,
): string {
  const own = checkOptions("the page of connected apps", options, CHECKS);
  checkAddress("action", own.action);
  const page = settingsPage(own);
  const { words } = page;
  return settingsDocument(page, words.connectedApps, own, [
    apps.length === 0 ? "" : `<p>${escapeHtml(words.appsIntro)}</p>`,
    own.notice === undefined ? "" : `<p class="notice" role="status">${escapeHtml(own.notice)}</p>`,
    pageLinks([
      ["backUrl", own.backUrl, words.back],
      ["auditLogUrl", own.auditLogUrl, words.auditLog],
    ]),
    apps.length === 0
      ? `<p class="empty">${escapeHtml(words.noApps)}</p>`
      : `<ul class="list">${apps.map((app, index) => appHtml(app, page, own, `app-${index + 1}`)).join("\n")}</ul>`,
  ]);
}

function appHtml(
  app: ConnectedApp,
  page: SettingsPage,
  own: ConnectedAppsOptions,
  id: string,
): string {
  const { words, locale } = page;
  const { client } = app;
  const [initial = "?"] = client.name;
  const notes = [app.offline ? words.offline : "", app.isOlder ? words.older : ""]
    .filter((note) => note !== "")
    .map((note) => `<p>${escapeHtml(note)}</p>`);
  return `<li class="app"><div class="who"><span class="logo" aria-hidden="true">${escapeHtml(initial.toUpperCase())}</span><div><h2 id="${id}">${isolate(client.name)}</h2>${proofHtml(client, locale.words)}${clientLinksHtml(client, locale.words)}</div></div>
${factsHtml(app, page)}${notes.join("")}${scopesHtml(app, page)}${activityHtml(client.id, own.auditLogUrl, page)}
${revokeHtml(app, page, own, id)}</li>`;
}

function factsHtml(
  { client, authorizedAt, lastUsedAt, boundaries }: ConnectedApp,
  { words, timeHtml }: SettingsPage,
): string {
  const used =
    lastUsedAt === null
      ? escapeHtml(words.neverUsed)
      : fillPlaceholders(escapeHtml(words.about), { time: timeHtml(lastUsedAt * 1_000) });
  const facts: readonly (readonly [label: string, html: string])[] = [
    [escapeHtml(words.allowedAt), timeHtml(authorizedAt * 1_000)],
    [escapeHtml(words.lastUsed), used],
    ...boundaries.map(
      ({ title, values }) =>
        [isolate(title), values.map(({ label }) => isolate(label)).join(", ")] as const,
    ),
    [escapeHtml(words.identifier), `<code>${isolate(client.id)}</code>`],
  ];
  return `<dl class="facts">${facts.map(([label, html]) => `<dt>${label}</dt><dd>${html}</dd>`).join("")}</dl>`;
}

function scopesHtml({ scopes }: ConnectedApp, { words }: SettingsPage): string {
  const notes = {
    active: "",
    dormant_tier: words.dormantTier,
    dormant_entitlement: words.dormantEntitlement,
    retired: words.retired,
  } as const satisfies Record<ConnectedApp["scopes"][number]["effect"], string>;
  const items = scopes.map(({ scope, title, description, lang, effect }) => {
    const more =
      description === title
        ? ""
        : `<p class="description">${isolate(description, lang.description)}</p>`;
    return `<li>${isolate(title, lang.title)} <code>${isolate(scope)}</code>${badgeHtml(notes[effect])}${more}</li>`;
  });
  const open = items.length > MAX_OPEN_SCOPES ? "" : " open";
  const summary = fillHtml(words.scopes, { count: String(items.length) });
  return `<details class="scopes"${open}><summary>${summary}</summary><ul>${items.join("")}</ul></details>`;
}

function activityHtml(
  client_id: string,
  auditLogUrl: string | undefined,
  { words }: SettingsPage,
): string {
  if (auditLogUrl === undefined) return "";
  const separator = auditLogUrl.includes("?") ? "&" : "?";
  const address = `${auditLogUrl}${separator}${queryText({ client_id })}`;
  return pageLinks([["auditLogUrl", address, words.activity]]);
}

/** Returns the button that opens the confirmation, and in it the form that revokes. */
function revokeHtml(
  { grantId, client }: ConnectedApp,
  { words }: SettingsPage,
  { action, csrf }: ConnectedAppsOptions,
  id: string,
): string {
  // the buttons of all apps have the same text, so the name of the app is added for those who do not see where they are
  const summary = `<summary id="${id}-revoke" aria-labelledby="${id}-revoke ${id}">${escapeHtml(words.revoke)}</summary>`;
  const button = `<button name="grantId" value="${escapeHtml(grantId)}" aria-describedby="${id}-why">${escapeHtml(words.revokeNow)}</button>`;
  return `<details class="revoke">${summary}<form method="post" action="${escapeHtml(action)}" autocomplete="off">${hidden("csrf", csrf)}<p id="${id}-why">${fillHtml(words.revokeWhy, { client: client.name })}</p>${button}</form></details>`;
}
