import { copyOwnEvent } from "../audit/own-event.js";
import { escapeHtml } from "../consent/escape-html.js";
import { checkOptions, isString, type OptionCheck, optional } from "../policy/option-checks.js";
import { ownMembers, withoutPrototype } from "../policy/own-members.js";
import { queryText } from "./address.js";
import type { AuditLogEntry, AuditLogPage } from "./audit-log-entry.js";
import { eventHtml } from "./audit-log-event.js";
import type { AuditLogQuery } from "./audit-log-query.js";
import {
  pageLinks,
  SETTINGS_CHECKS,
  type SettingsOptions,
  type SettingsPage,
  settingsDocument,
  settingsPage,
} from "./settings-page.js";

/** Options of the audit log. */
export interface AuditLogOptions extends SettingsOptions {
  /** What the page shows, as `readAuditLogQuery` returns it: the form and the links keep it. Default: the newest requests of all apps. */
  readonly query?: AuditLogQuery;
  /** The clients to choose from. The page adds those of its events. Default: only those. */
  readonly clients?: readonly { readonly client_id: string; readonly name: string }[];
  /** Address of the page of connected apps. Default: no link. */
  readonly connectedAppsUrl?: string;
}

const isObject: OptionCheck = (value) =>
  ownMembers(value as object) === undefined
    ? "expected what `readAuditLogQuery` returns"
    : undefined;

const isClients: OptionCheck = (value) =>
  Array.isArray(value) && value.every((one) => isClient(one))
    ? undefined
    : "expected a list of clients, each with `client_id` and `name`";

function isClient(value: unknown): boolean {
  const { client_id, name } = ownMembers(value as Record<string, unknown>) ?? {};
  return typeof client_id === "string" && typeof name === "string";
}

const CHECKS = {
  ...SETTINGS_CHECKS,
  query: optional(isObject),
  clients: optional(isClients),
  connectedAppsUrl: optional(isString),
} satisfies Record<keyof AuditLogOptions, OptionCheck>;

/**
 * Renders a part of the audit log of one user: for each request its time, the client, the tool or endpoint, whether it was allowed, why
 * not, the status that the client got, and the arguments as far as the log has them. The page has a form to choose a client and refused
 * requests, and links to older and to the newest events, all at its own address. It works without JavaScript and loads nothing
 * but your stylesheet. Every value is escaped. Send it with {@link SETTINGS_PAGE_HEADERS}.
 *
 * The page shows all events that it gets: your server selects those of the user who is signed in.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all findings about the options at once
 * @throws {TypeError} for an address that is neither a path nor an `https` or loopback URL
 * @throws {RangeError} for an event with an invalid time
 *
 * @example
 * ```ts
 * import { readAuditLogQuery, renderAuditLog } from "scope-policy/html";
 *
 * const url = new URL("https://as.example/settings/audit-log?refused=true");
 * const query = readAuditLogQuery(url.searchParams);
 * const page = { events: [] }; // await store.auditLog.page({ sub: "user-1", limit: 50, ...query })
 * const html = renderAuditLog(page, { query, locale: "en", connectedAppsUrl: "/settings/connected-apps" });
 * ```
 */
export function renderAuditLog(page: AuditLogPage, options: AuditLogOptions = {}): string {
  const own = checkOptions("the audit log", options, CHECKS);
  const log = ownPage(page);
  const settings = settingsPage(own);
  const { words } = settings;
  const query = withoutPrototype(own.query ?? {});
  return settingsDocument(settings, words.auditLog, own, [
    `<p>${escapeHtml(words.logIntro)}</p>`,
    pageLinks([["connectedAppsUrl", own.connectedAppsUrl, words.connectedApps]]),
    filtersHtml(log, own, query, settings),
    log.events.length === 0
      ? `<p class="empty" role="status">${escapeHtml(isFiltered(query) ? words.noMatches : words.noEvents)}</p>`
      : `<ol class="list">${log.events.map((entry, index) => eventHtml(entry, settings, `event-${index + 1}`)).join("\n")}</ol>`,
    pagesHtml(log, query, settings),
  ]);
}

/** Copies a part of a log, so that a member that an event does not have is not inherited. */
function ownPage(page: AuditLogPage): AuditLogPage {
  return Object.assign(withoutPrototype(page), { events: page.events.map(ownEntry) });
}

function ownEntry(entry: AuditLogEntry): AuditLogEntry {
  return Object.assign(withoutPrototype(entry), { event: copyOwnEvent(entry.event) });
}

function isFiltered({ client_id, refused, before }: AuditLogQuery): boolean {
  return client_id !== undefined || refused === true || before !== undefined;
}

/** Returns the form that chooses a client and refused requests. It has no target, so a browser opens the same address with another query. */
function filtersHtml(
  log: AuditLogPage,
  { clients = [] }: AuditLogOptions,
  { client_id: chosen, refused }: AuditLogQuery,
  { words }: SettingsPage,
): string {
  const apps = clientNames(log, clients, chosen);
  const items = [...apps].map(([id, name]) => {
    const isAmbiguous = [...apps].some(([other, its]) => its === name && other !== id);
    return optionHtml(id, isAmbiguous ? `${name} (${id})` : name, id === chosen);
  });
  const all = optionHtml("", words.allApps, chosen === undefined);
  const requests =
    optionHtml("", words.allRequests, refused !== true) +
    optionHtml("true", words.onlyRefused, refused === true);
  return `<form class="filters" method="get" autocomplete="off">${selectHtml("client_id", words.filterApp, all + items.join(""))}${selectHtml("refused", words.filterRequests, requests)}<button>${escapeHtml(words.filter)}</button></form>`;
}

/** Returns the names of the clients to choose from: those of the program, those of the events, and the chosen one. */
function clientNames(
  { events }: AuditLogPage,
  clients: NonNullable<AuditLogOptions["clients"]>,
  chosen: string | undefined,
): ReadonlyMap<string, string> {
  const names = new Map(clients.map(({ client_id, name }) => [client_id, name]));
  for (const { client_id, client_name = client_id } of events) {
    if (client_id !== undefined && !names.has(client_id))
      names.set(client_id, client_name as string);
  }
  if (chosen !== undefined && !names.has(chosen)) names.set(chosen, chosen);
  return names;
}

function selectHtml(name: string, label: string, items: string): string {
  return `<div><label for="${name}">${escapeHtml(label)}</label><select id="${name}" name="${name}">${items}</select></div>`;
}

function optionHtml(value: string, text: string, isChosen: boolean): string {
  return `<option value="${escapeHtml(value)}"${isChosen ? " selected" : ""}>${escapeHtml(text)}</option>`;
}

/** Returns the links to the newest and to older events. The address of each is that of the page, with another query. */
function pagesHtml(
  { next }: AuditLogPage,
  { client_id, refused, before }: AuditLogQuery,
  { words }: SettingsPage,
): string {
  const filters = { client_id, refused: refused === true ? "true" : undefined };
  const linkHtml = (query: Readonly<Record<string, string | undefined>>, text: string) =>
    `<a href="?${escapeHtml(queryText(query))}">${escapeHtml(text)}</a>`;
  const links = [
    before === undefined ? "" : linkHtml(filters, words.newestEvents),
    typeof next === "string" ? linkHtml({ ...filters, before: next }, words.olderEvents) : "",
  ].filter((link) => link !== "");
  return links.length === 0
    ? ""
    : `<nav class="pages" aria-label="${escapeHtml(words.auditLog)}">${links.join(" ")}</nav>`;
}
