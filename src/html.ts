import { escapeHtml } from "./consent/escape-html.js";
import { fillPlaceholders } from "./consent/messages.js";
import type { ConsentBoundary, ConsentRow, ConsentScreen } from "./consent/model.js";
import { PAGE_STYLE } from "./consent/page-style.js";
import {
  checkOptions,
  isFunction,
  isString,
  type OptionCheck,
  optional,
  required,
} from "./policy/option-checks.js";

/** Options of the page in addition to the screen. */
export interface RenderOptions {
  /** Target of the form: a path on your server, or an `https` URL. */
  readonly action: string;
  /** Token against cross-site request forgery, which the form posts as `csrf`. */
  readonly csrf: string;
  /** Identifier of the preset that the user chose: its rows are checked, and no others except locked ones. Default: none. */
  readonly preset?: string;
  /** Message above the form, for example that the page was stale or that a box has to be checked. Default: none. */
  readonly notice?: string;
  /** URL of your own stylesheet, loaded after the built-in one, to set custom properties such as `--consent-accent`. Default: none. */
  readonly stylesheet?: string;
  /** Function that returns the link of a preset. Default: the page shows no presets. */
  readonly presetUrl?: (id: string) => string;
}

const CHECKS = {
  action: required(isString),
  csrf: required(isString),
  preset: optional(isString),
  notice: optional(isString),
  stylesheet: optional(isString),
  presetUrl: optional(isFunction),
} satisfies Record<keyof RenderOptions, OptionCheck>;

/**
 * Renders a consent screen as one accessible page that works without JavaScript. Its form posts `decision` (`approve` or `deny`),
 * `scopes` (each checked box), `boundaries` (each checked value as `name=value`), `id`, `policyVersion` and `csrf`. Send the page with the headers in `screen.headers`. Every value is
 * escaped. The page contains no script, and loads only the client's logo and your stylesheet.
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
  checkAction(own.action);
  if (screen.error !== null)
    throw new TypeError(`\`screen.error\`: \`${screen.error}\` has no page`);
  const { words, client } = screen;
  const title = fillPlaceholders(words.heading, { client: client.name, policy: screen.policyName });
  const preset = screen.presets.find(({ id }) => id === own.preset);
  const isChecked = (row: ConsentRow) =>
    preset === undefined || row.locked ? row.checked : preset.scopes.includes(row.scope);
  const group = (legend: string, rows: readonly ConsentRow[]) =>
    rows.length === 0
      ? ""
      : `<fieldset><legend>${isolate(legend)}</legend>${rows.map((row) => rowHtml(row, screen, isChecked(row))).join("")}</fieldset>`;
  const body = [
    `<header>${logoHtml(screen)}<h1>${headingHtml(screen)}</h1>${accountHtml(screen)}${clientHtml(screen)}</header>`,
    own.notice === undefined ? "" : `<p class="notice" role="alert">${escapeHtml(own.notice)}</p>`,
    presetsHtml(screen, own, preset?.id),
    `<form method="post" action="${escapeHtml(own.action)}" autocomplete="off">`,
    hidden("csrf", own.csrf),
    screen.id === null ? "" : hidden("id", screen.id),
    hidden("policyVersion", screen.policyVersion),
    group(words.identity, screen.identity),
    ...screen.groups.map(({ legend, rows }) => group(legend, rows)),
    group(words.offline, screen.offline === null ? [] : [screen.offline]),
    ...screen.boundaries.map((boundary) => boundaryHtml(boundary, words)),
    notCoveredHtml(screen),
    redirectHtml(screen),
    // both buttons have equal weight and no button is preselected; Deny is first, so that Enter in a box denies
    `<div class="buttons"><button name="decision" value="deny">${escapeHtml(words.deny)}</button><button name="decision" value="approve">${escapeHtml(words.allow)}</button></div>`,
    "</form>",
    footerHtml(screen),
  ];
  const link =
    own.stylesheet === undefined
      ? ""
      : `<link rel="stylesheet" href="${escapeHtml(own.stylesheet)}">`;
  return `<!doctype html>
<html lang="${escapeHtml(screen.locale)}" dir="${escapeHtml(screen.dir)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="robots" content="noindex"><title>${escapeHtml(title)}</title><style>${PAGE_STYLE}</style>${link}</head>
<body><main>${body.join("\n")}</main></body>
</html>
`;
}

/** Isolates and escapes a value, so that its writing direction does not change the direction of the text around it. */
function isolate(text: string): string {
  return `<bdi>${escapeHtml(text)}</bdi>`;
}

/** Returns a text of the page, escaped, with its values inserted, each isolated and escaped. */
function fillHtml(text: string, values: Readonly<Record<string, string>>): string {
  const safe = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isolate(value)]),
  );
  return fillPlaceholders(escapeHtml(text), safe);
}

function checkAction(action: string): void {
  const isPath = /^\/(?![/\\])[\x21-\x7e]*$/.test(action); // a browser drops tabs and line ends
  const isUrl = /^https:\/\/|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\//.test(action);
  if (!isPath && !isUrl) throw new TypeError("`action`: expected a path or an `https` URL");
}

function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
}

function headingHtml({ words, client, policyName }: ConsentScreen): string {
  return fillHtml(words.heading, { client: client.name, policy: policyName });
}

function logoHtml({ client }: ConsentScreen): string {
  if (client.logoUri === null) {
    const [initial = "?"] = client.name;
    return `<span class="logo" aria-hidden="true">${escapeHtml(initial.toUpperCase())}</span>`;
  }
  return `<img class="logo" src="${escapeHtml(client.logoUri)}" alt="" width="56" height="56" referrerpolicy="no-referrer">`;
}

function accountHtml({ user, words }: ConsentScreen): string {
  if (user === null) return "";
  const other =
    user.switchAccountUrl === null ? "" : ` ${anchor(user.switchAccountUrl, words.switchAccount)}`;
  return `<p>${fillHtml(words.signedInAs, { user: user.label })}${other}</p>`;
}

function clientHtml({ client, words }: ConsentScreen): string {
  const proof =
    client.domain === null
      ? `<p class="proof">${icon("unverified")}${escapeHtml(words.unverified)}</p>`
      : `<p class="proof">${icon("verified")}${fillHtml(words.verified, { domain: client.domain })}</p>`;
  const links = [
    client.uri === null ? "" : anchor(client.uri, words.website),
    client.policyUri === null ? "" : anchor(client.policyUri, words.privacy),
    client.tosUri === null ? "" : anchor(client.tosUri, words.terms),
  ].filter((link) => link !== "");
  return proof + (links.length === 0 ? "" : `<p class="links">${links.join(" ")}</p>`);
}

function anchor(href: string, text: string): string {
  return `<a href="${escapeHtml(href)}" rel="noopener noreferrer">${escapeHtml(text)}</a>`;
}

const ICONS = {
  caution: '<path d="M12 3 1.8 20.5h20.4zM12 10v5m0 2.2v.3"/>',
  verified:
    '<path d="M12 2.5 4 6v6c0 5 3.4 8.4 8 9.5 4.6-1.100 8-4.500 8-9.500V6zM8.500 12l2.500 2.500 4.500-5"/>',
  unverified:
    '<circle cx="12" cy="12" r="9.500"/><path d="M9.500 9.500a2.500 2.500 0 1 1 3.600 2.300c-.8.400-1.100.900-1.100 1.700m0 3v.2"/>',
  locked: '<path d="M7 11V8a5 5 0 0 1 10 0v3M5 11h14v10H5z"/>',
} as const;

function icon(name: keyof typeof ICONS): string {
  return `<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">${ICONS[name]}</svg>`;
}

function presetsHtml(
  { presets, words }: ConsentScreen,
  { presetUrl }: RenderOptions,
  chosen: string | undefined,
): string {
  if (presets.length === 0 || presetUrl === undefined) return "";
  const items = presets.map(({ id, title }) => {
    const current = id === chosen ? ' aria-current="true"' : "";
    return `<li><a href="${escapeHtml(presetUrl(id))}"${current}>${escapeHtml(title)}</a></li>`;
  });
  return `<nav class="presets" aria-label="${escapeHtml(words.presets)}"><p>${escapeHtml(words.presets)}</p><ul>${items.join("")}</ul></nav>`;
}

function rowHtml(row: ConsentRow, { words }: ConsentScreen, checked: boolean): string {
  const id = escapeHtml(row.domId);
  const details: string[] = [];
  const ids: string[] = [];
  const describe = (name: string, html: string) => {
    ids.push(`${id}-${name}`);
    details.push(`<p class="${name}" id="${id}-${name}">${html}</p>`);
  };
  if (row.description !== row.title) describe("description", isolate(row.description));
  if (row.resource.length > 0) {
    const label = row.resource.map((one) => one.label).join(", ");
    describe("about", fillHtml(words.about, { label }));
  }
  if (row.warning !== null) {
    describe(
      "warning",
      `${icon("caution")}<strong>${escapeHtml(row.warning.label)}:</strong> ${isolate(row.warning.text)}`,
    );
  }
  if (row.includes.length > 0) {
    describe("includes", fillHtml(words.includes, { scopes: row.includes.join(", ") }));
  }
  if (row.tier !== null) describe("tier", escapeHtml(row.tier.note));
  if (row.entitlement !== null) describe("entitlement", escapeHtml(row.entitlement.note));
  if (row.why !== null) describe("why", (row.locked ? icon("locked") : "") + escapeHtml(row.why));
  const badge = badgeOf(row, words);
  const attributes = [
    `type="checkbox"`,
    `id="${id}"`,
    `name="scopes"`,
    `value="${escapeHtml(row.scope)}"`,
    checked ? "checked" : "",
    row.locked ? "disabled" : "",
    ids.length === 0 ? "" : `aria-describedby="${ids.join(" ")}"`,
  ].filter((attribute) => attribute !== "");
  const opens = [...row.unlocks.tools, ...row.unlocks.endpoints];
  const unlocks =
    opens.length === 0
      ? ""
      : `<details><summary>${fillHtml(words.unlocks, { tools: String(opens.length) })}</summary><p><code>${opens.map(isolate).join("</code> <code>")}</code></p></details>`;
  return `<div class="row"><input ${attributes.join(" ")}><div><label for="${id}">${isolate(row.title)}${badge}</label>${details.join("")}<div class="fine"><code>${isolate(row.scope)}</code>${unlocks}</div></div></div>`;
}

/** Returns the checkboxes of a boundary. Each posts `name=value`, which `resolveConsent` reads. */
function boundaryHtml(
  { name, title, values }: ConsentBoundary,
  words: ConsentScreen["words"],
): string {
  const boxes = values.map(({ domId, value, label, checked, isNew }) => {
    const badge = isNew ? ` <span class="badge">${escapeHtml(words.isNew)}</span>` : "";
    return `<div class="row"><input type="checkbox" id="${domId}" name="boundaries" value="${escapeHtml(`${name}=${value}`)}"${checked ? " checked" : ""}><div><label for="${domId}">${isolate(label)}${badge}</label></div></div>`;
  });
  const hint = values.length === 0 ? words.noChoice : words.chooseOne;
  return `<fieldset><legend>${isolate(title)}</legend><p class="why">${escapeHtml(hint)}</p>${boxes.join("")}</fieldset>`;
}

function badgeOf(row: ConsentRow, words: ConsentScreen["words"]): string {
  const text =
    row.state === "required"
      ? words.required
      : row.state === "already_granted"
        ? words.granted
        : row.isNew
          ? words.isNew
          : "";
  return text === "" ? "" : ` <span class="badge">${escapeHtml(text)}</span>`;
}

function notCoveredHtml({ notCovered, words }: ConsentScreen): string {
  if (notCovered.length === 0) return "";
  const items = notCovered.map((text) => `<li>${isolate(text)}</li>`).join("");
  return `<section class="not-covered"><h2>${escapeHtml(words.notCovered)}</h2><ul>${items}</ul></section>`;
}

function redirectHtml({ client, words }: ConsentScreen): string {
  if (client.redirectHost === null) return "";
  const text = client.redirectIsLocal ? words.redirectLocal : words.redirect;
  const mark = client.redirectIsLocal ? icon("caution") : "";
  return `<p class="redirect">${mark}${fillHtml(text, { host: client.redirectHost })}</p>`;
}

function footerHtml({ links, words, policyVersion }: ConsentScreen): string {
  const anchors = [
    links.manage === null ? "" : anchor(links.manage, words.manage),
    links.report === null ? "" : anchor(links.report, words.report),
    links.help === null ? "" : anchor(links.help, words.help),
  ].filter((link) => link !== "");
  const version = fillHtml(words.policyVersion, { version: policyVersion });
  return `<footer>${anchors.length === 0 ? "" : `<p class="links">${anchors.join(" ")}</p>`}<p>${version}</p></footer>`;
}
