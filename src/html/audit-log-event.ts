import type { AuditArgument, AuditEvent } from "../audit/audit-event.js";
import { type AuthorizationEvent, isAuthorizationEvent } from "../audit/authorization-event.js";
import { isObserved } from "../audit/observed.js";
import { escapeHtml } from "../consent/escape-html.js";
import type { AuditLogEntry } from "./audit-log-entry.js";
import type { PageWords } from "./messages/page-words.js";
import { fillHtml, icon, isolate } from "./parts.js";
import type { SettingsPage } from "./settings-page.js";

/** Returns one event of the audit log. */
export function eventHtml(
  entry: AuditLogEntry,
  { words, timeHtml }: SettingsPage,
  id: string,
): string {
  const { event, client_id, client_name = client_id, status } = entry;
  const meta = [
    timeHtml(Date.parse(entry.time)),
    client_name === undefined ? escapeHtml(words.unknownApp) : isolate(client_name),
    ...(status === undefined ? [] : [fillHtml(words.status, { status: String(status) })]),
  ];
  const parts = [
    `<p class="what" id="${id}">${nameHtml(entry, words)}${outcomeHtml(entry, words)}</p>`,
    reasonHtml(entry, words),
    `<p class="meta">${meta.join(" · ")}</p>`,
    isAuthorizationEvent(event) ? grantedHtml(event) : argumentsHtml(event, words, id),
  ];
  return `<li class="event">${parts.join("")}</li>`;
}

function nameHtml({ event, operation }: AuditLogEntry, { types }: PageWords): string {
  return isAuthorizationEvent(event)
    ? `<strong>${escapeHtml(textFor(types, event.type))}</strong>`
    : `<code>${isolate(operation)}</code>`;
}

/** Returns the text for a code, or the code if it has none: a newer version of the library can have written the log. */
function textFor(texts: Readonly<Record<string, string>>, code: string): string {
  return Object.hasOwn(texts, code) ? (texts[code] as string) : code;
}

type Outcome = "allowed" | "done" | "refused" | "reported";

const ICONS = {
  allowed: "allowed",
  done: "allowed",
  refused: "refused",
  reported: "refused",
} as const satisfies Record<Outcome, "allowed" | "refused">;

function outcomeHtml(entry: AuditLogEntry, words: PageWords): string {
  const outcome = outcomeOf(entry);
  const name = ICONS[outcome];
  return `<span class="outcome ${name}">${icon(name)}${escapeHtml(words[outcome])}</span>`;
}

function outcomeOf({ event, allowed }: AuditLogEntry): Outcome {
  if (isAuthorizationEvent(event)) return allowed ? "done" : "refused";
  if (isObserved(event)) return "reported";
  return allowed ? "allowed" : "refused";
}

/** Returns why a request was refused, with the scopes that it lacked. */
function reasonHtml({ event, allowed, code }: AuditLogEntry, { codes }: PageWords): string {
  if (allowed) return "";
  const missing = isAuthorizationEvent(event) ? [] : (event.decision.missing ?? []);
  const text = escapeHtml(textFor(codes, code));
  return `<p class="reason">${[text, ...codesHtml(missing)].join(" ")}</p>`;
}

/** Returns the scopes that an authorization server granted or took away. */
function grantedHtml({ scopes }: AuthorizationEvent): string {
  const { granted = [], removed = [] } = scopes;
  const items = [
    ...codesHtml(granted),
    ...codesHtml(removed).map((scope) => `<del>${scope}</del>`),
  ];
  return items.length === 0 ? "" : `<p class="meta">${items.join(" ")}</p>`;
}

function codesHtml(names: readonly string[]): readonly string[] {
  return names.map((name) => `<code>${isolate(name)}</code>`);
}

/** Returns the arguments of a call, collapsed. */
function argumentsHtml(event: AuditEvent, words: PageWords, id: string): string {
  const { argumentsLeftOut = 0 } = event;
  const count = event.arguments.length + argumentsLeftOut;
  if (count === 0) return "";
  const items = event.arguments.map(
    (argument) =>
      `<dt><code>${isolate(argument.name)}</code></dt><dd>${valueHtml(argument, words)}</dd>`,
  );
  const more =
    argumentsLeftOut === 0
      ? ""
      : `<p>${fillHtml(words.moreArguments, { count: String(argumentsLeftOut) })}</p>`;
  // each event has such a summary, so the name of the operation is added for those who do not see where it is
  const summary = `<summary id="${id}-arguments" aria-labelledby="${id}-arguments ${id}">${fillHtml(words.arguments, { count: String(count) })}</summary>`;
  return `<details class="arguments">${summary}<dl>${items.join("")}</dl>${more}</details>`;
}

function valueHtml({ value, withheld }: AuditArgument, words: PageWords): string {
  if (withheld === "secret") return `<em>${escapeHtml(words.sensitive)}</em>`;
  if (value === undefined) return `<em>${escapeHtml(words.notKept)}</em>`;
  return isolate(typeof value === "string" ? value : JSON.stringify(value));
}
