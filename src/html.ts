import { checkedBoxes } from "./consent/choice.js";
import { escapeHtml } from "./consent/escape-html.js";
import { fillPlaceholders } from "./consent/messages.js";
import type { ConsentScreen } from "./consent/model.js";
import type { ConsentSelection } from "./consent/selection.js";
import { checkAddress } from "./html/address.js";
import { choicesHtml } from "./html/choices.js";
import { documentHtml } from "./html/document.js";
import { footerHtml, headerHtml, notCoveredHtml, redirectHtml } from "./html/frame.js";
import { hidden } from "./html/parts.js";
import { isLong, rowsOf, sectionsHtml } from "./html/sections.js";
import {
  checkOptions,
  isFunction,
  isString,
  type OptionCheck,
  optional,
  required,
} from "./policy/option-checks.js";
import { ownMembers } from "./policy/own-members.js";

export { type AuditLogOptions, renderAuditLog } from "./html/audit-log.js";
export type { AuditLogEntry, AuditLogPage } from "./html/audit-log-entry.js";
export { type AuditLogQuery, readAuditLogQuery } from "./html/audit-log-query.js";
export { type ConnectedAppsOptions, renderConnectedApps } from "./html/connected-apps.js";
export { SETTINGS_PAGE_HEADERS } from "./html/settings-headers.js";

/** Options of the page in addition to the screen. */
export interface RenderOptions {
  /** Target of the form: a path on your server, or an `https` URL. */
  readonly action: string;
  /** Token against cross-site request forgery, which the form posts as `csrf`. */
  readonly csrf: string;
  /** Identifier of the preset that the user chose: its rows are checked, and no others except locked ones. Default: none. */
  readonly preset?: string;
  /**
   * Posted selection after which the page is shown again, for example when `resolveConsent` returned `choose`: the boxes are checked as
   * it says. Posted values that are not offered have no effect. Default: the boxes are checked as the screen says.
   */
  readonly selection?: ConsentSelection;
  /** Message above the form, for example that the page was stale or that a box has to be checked. Default: none. */
  readonly notice?: string;
  /** URL of your own stylesheet, loaded after the built-in one, to set custom properties such as `--consent-accent`. Default: none. */
  readonly stylesheet?: string;
  /** Function that returns the link of a preset. Default: presets are buttons that post the form. */
  readonly presetUrl?: (id: string) => string;
}

const isSelection: OptionCheck = (value) =>
  ownMembers(value as object) === undefined ? "expected the posted selection" : undefined;

const CHECKS = {
  action: required(isString),
  csrf: required(isString),
  preset: optional(isString),
  selection: optional(isSelection),
  notice: optional(isString),
  stylesheet: optional(isString),
  presetUrl: optional(isFunction),
} satisfies Record<keyof RenderOptions, OptionCheck>;

/**
 * Renders a consent screen as one accessible page that works without JavaScript. Its form posts `decision`, `scopes` (each checked
 * box), `boundaries` (each checked value as `name=value`), `id`, `policyVersion` and `csrf`. Send the page with the headers in
 * `screen.headers`. Every value is escaped. The page contains no script, and loads only the client's logo and your stylesheet.
 *
 * `decision` is `approve` or `deny`, or comes from a button that only checks boxes: `all`, `none` or `preset:` with the name of a bundle.
 * `resolveConsent` then returns `choose`, and you render the page again with the posted `selection`.
 *
 * A group of more than six rows is collapsed, and every group of a page of more than 24. Rows that are new, required or have a
 * warning stay visible.
 *
 * The page decides nothing: pass what is posted to `resolveConsent`.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all findings about the options at once
 * @throws {TypeError} for an `action` that is neither a path nor an `https` or loopback URL, and for a screen with an `error`
 *
 * @example
 * ```ts
 * import { consentScreen, loadPolicy } from "scope-policy";
 * import { renderConsent } from "scope-policy/html";
 *
 * const policy = loadPolicy({ name: "Shop", version: "1", scopes: { "orders:read": "See your orders" } });
 * const screen = consentScreen(policy, {
 *   client: { client_id: "app-1", client_name: "Reports", redirect_uri: "https://app.example/cb" },
 *   requested: "orders:read",
 * });
 * const page = renderConsent(screen, { action: "/consent", csrf: "random" });
 * ```
 */
export function renderConsent(screen: ConsentScreen, options: RenderOptions): string {
  const own = checkOptions("the page", options, CHECKS);
  checkAddress("action", own.action);
  if (screen.error !== null)
    throw new TypeError(`\`screen.error\`: \`${screen.error}\` has no page`);
  const { words, client } = screen;
  const title = fillPlaceholders(words.heading, { client: client.name, policy: screen.policyName });
  return documentHtml({
    lang: screen.locale,
    dir: screen.dir,
    title,
    styles: [],
    stylesheet: own.stylesheet,
    main: `<main${isLong(screen) ? ' class="long"' : ""}>${bodyHtml(screen, own)}</main>`,
  });
}

function bodyHtml(screen: ConsentScreen, own: RenderOptions): string {
  const { words } = screen;
  const boxes = checkedBoxes(screen, own.selection, own.preset);
  const isStepUp = rowsOf(screen).some(({ isNew }) => isNew);
  const deny = escapeHtml(words.deny);
  const body = [
    headerHtml(screen, isStepUp),
    own.notice === undefined ? "" : `<p class="notice" role="alert">${escapeHtml(own.notice)}</p>`,
    `<form method="post" action="${escapeHtml(own.action)}" autocomplete="off">`,
    // Enter in a box presses the first button of a form, so the first one denies. It is not seen, and has no place in the tab order
    `<button class="first" name="decision" value="deny" tabindex="-1" aria-hidden="true">${deny}</button>`,
    hidden("csrf", own.csrf),
    screen.id === null ? "" : hidden("id", screen.id),
    hidden("policyVersion", screen.policyVersion),
    choicesHtml(screen, boxes.preset, own.presetUrl),
    sectionsHtml(screen, boxes),
    notCoveredHtml(screen),
    redirectHtml(screen),
    // both buttons have equal weight and no button is preselected
    `<div class="buttons"><button name="decision" value="deny">${deny}</button><button name="decision" value="approve">${escapeHtml(words.allow)}</button></div>`,
    "</form>",
    footerHtml(screen),
  ];
  return body.join("\n");
}
