import { escapeHtml } from "./consent/escape-html.js";
import { fillPlaceholders } from "./consent/messages.js";
import { PAGE_STYLE } from "./consent/page-style.js";
import { checkOptions, isFunction, isString, optional, required, } from "./policy/option-checks.js";
const CHECKS = {
    action: required(isString),
    csrf: required(isString),
    preset: optional(isString),
    notice: optional(isString),
    stylesheet: optional(isString),
    presetUrl: optional(isFunction),
};
/**
 * Renders a consent screen as one accessible page that works without JavaScript. Its form posts `decision` (`approve` or `deny`),
 * `scopes` (each checked box), `id`, `policyVersion` and `csrf`. Send the page with the headers in `screen.headers`. Every value is
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
export function renderConsent(screen, options) {
    const own = checkOptions("the page", options, CHECKS);
    checkAction(own.action);
    if (screen.error !== null)
        throw new TypeError(`\`screen.error\`: \`${screen.error}\` has no page`);
    const { words, client } = screen;
    const title = fillPlaceholders(words.heading, { client: client.name, policy: screen.policyName });
    const preset = screen.presets.find(({ id }) => id === own.preset);
    const isChecked = (row) => preset === undefined || row.locked ? row.checked : preset.scopes.includes(row.scope);
    const group = (legend, rows) => rows.length === 0
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
        notCoveredHtml(screen),
        redirectHtml(screen),
        // both buttons have equal weight and no button is preselected; Deny is first, so that Enter in a box denies
        `<div class="buttons"><button name="decision" value="deny">${escapeHtml(words.deny)}</button><button name="decision" value="approve">${escapeHtml(words.allow)}</button></div>`,
        "</form>",
        footerHtml(screen),
    ];
    const link = own.stylesheet === undefined
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
function isolate(text) {
    return `<bdi>${escapeHtml(text)}</bdi>`;
}
/** Returns a text of the page, escaped, with its values inserted, each isolated and escaped. */
function fillHtml(text, values) {
    const safe = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isolate(value)]));
    return fillPlaceholders(escapeHtml(text), safe);
}
function checkAction(action) {
    const isPath = /^\/(?![/\\])[\x21-\x7e]*$/.test(action); // a browser drops tabs and line ends
    const isUrl = /^https:\/\/|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\//.test(action);
    if (!isPath && !isUrl)
        throw new TypeError("`action`: expected a path or an `https` URL");
}
function hidden(name, value) {
    return `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
}
function headingHtml({ words, client, policyName }) {
    return fillHtml(words.heading, { client: client.name, policy: policyName });
}
function logoHtml({ client }) {
    if (client.logoUri === null) {
        const [initial = "?"] = client.name;
        return `<span class="logo" aria-hidden="true">${escapeHtml(initial.toUpperCase())}</span>`;
    }
    return `<img class="logo" src="${escapeHtml(client.logoUri)}" alt="" width="56" height="56" referrerpolicy="no-referrer">`;
}
function accountHtml({ user, words }) {
    if (user === null)
        return "";
    const other = user.switchAccountUrl === null ? "" : ` ${anchor(user.switchAccountUrl, words.switchAccount)}`;
    return `<p>${fillHtml(words.signedInAs, { user: user.label })}${other}</p>`;
}
function clientHtml({ client, words }) {
    const proof = client.domain === null
        ? `<p class="proof">${icon("unverified")}${escapeHtml(words.unverified)}</p>`
        : `<p class="proof">${icon("verified")}${fillHtml(words.verified, { domain: client.domain })}</p>`;
    const links = [
        client.uri === null ? "" : anchor(client.uri, words.website),
        client.policyUri === null ? "" : anchor(client.policyUri, words.privacy),
        client.tosUri === null ? "" : anchor(client.tosUri, words.terms),
    ].filter((link) => link !== "");
    return proof + (links.length === 0 ? "" : `<p class="links">${links.join(" ")}</p>`);
}
function anchor(href, text) {
    return `<a href="${escapeHtml(href)}" rel="noopener noreferrer">${escapeHtml(text)}</a>`;
}
const ICONS = {
    caution: '<path d="M12 3 1.8 20.5h20.4zM12 10v5m0 2.2v.3"/>',
    verified: '<path d="M12 2.5 4 6v6c0 5 3.4 8.4 8 9.5 4.6-1.100 8-4.500 8-9.500V6zM8.500 12l2.500 2.500 4.500-5"/>',
    unverified: '<circle cx="12" cy="12" r="9.500"/><path d="M9.500 9.500a2.500 2.500 0 1 1 3.600 2.300c-.8.400-1.100.900-1.100 1.700m0 3v.2"/>',
    locked: '<path d="M7 11V8a5 5 0 0 1 10 0v3M5 11h14v10H5z"/>',
};
function icon(name) {
    return `<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">${ICONS[name]}</svg>`;
}
function presetsHtml({ presets, words }, { presetUrl }, chosen) {
    if (presets.length === 0 || presetUrl === undefined)
        return "";
    const items = presets.map(({ id, title }) => {
        const current = id === chosen ? ' aria-current="true"' : "";
        return `<li><a href="${escapeHtml(presetUrl(id))}"${current}>${escapeHtml(title)}</a></li>`;
    });
    return `<nav class="presets" aria-label="${escapeHtml(words.presets)}"><p>${escapeHtml(words.presets)}</p><ul>${items.join("")}</ul></nav>`;
}
function rowHtml(row, { words }, checked) {
    const id = escapeHtml(row.domId);
    const details = [];
    const ids = [];
    const describe = (name, html) => {
        ids.push(`${id}-${name}`);
        details.push(`<p class="${name}" id="${id}-${name}">${html}</p>`);
    };
    if (row.description !== row.title)
        describe("description", isolate(row.description));
    if (row.resource.length > 0) {
        const label = row.resource.map((one) => one.label).join(", ");
        describe("about", fillHtml(words.about, { label }));
    }
    if (row.warning !== null) {
        describe("warning", `${icon("caution")}<strong>${escapeHtml(row.warning.label)}:</strong> ${isolate(row.warning.text)}`);
    }
    if (row.includes.length > 0) {
        describe("includes", fillHtml(words.includes, { scopes: row.includes.join(", ") }));
    }
    if (row.tier !== null)
        describe("tier", escapeHtml(row.tier.note));
    if (row.why !== null)
        describe("why", (row.locked ? icon("locked") : "") + escapeHtml(row.why));
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
    const unlocks = opens.length === 0
        ? ""
        : `<details><summary>${fillHtml(words.unlocks, { tools: String(opens.length) })}</summary><p><code>${opens.map(isolate).join("</code> <code>")}</code></p></details>`;
    return `<div class="row"><input ${attributes.join(" ")}><div><label for="${id}">${isolate(row.title)}${badge}</label>${details.join("")}<div class="fine"><code>${isolate(row.scope)}</code>${unlocks}</div></div></div>`;
}
function badgeOf(row, words) {
    const text = row.state === "required"
        ? words.required
        : row.state === "already_granted"
            ? words.granted
            : row.isNew
                ? words.isNew
                : "";
    return text === "" ? "" : ` <span class="badge">${escapeHtml(text)}</span>`;
}
function notCoveredHtml({ notCovered, words }) {
    if (notCovered.length === 0)
        return "";
    const items = notCovered.map((text) => `<li>${isolate(text)}</li>`).join("");
    return `<section class="not-covered"><h2>${escapeHtml(words.notCovered)}</h2><ul>${items}</ul></section>`;
}
function redirectHtml({ client, words }) {
    if (client.redirectHost === null)
        return "";
    const text = client.redirectIsLocal ? words.redirectLocal : words.redirect;
    const mark = client.redirectIsLocal ? icon("caution") : "";
    return `<p class="redirect">${mark}${fillHtml(text, { host: client.redirectHost })}</p>`;
}
function footerHtml({ links, words, policyVersion }) {
    const anchors = [
        links.manage === null ? "" : anchor(links.manage, words.manage),
        links.report === null ? "" : anchor(links.report, words.report),
        links.help === null ? "" : anchor(links.help, words.help),
    ].filter((link) => link !== "");
    const version = fillHtml(words.policyVersion, { version: policyVersion });
    return `<footer>${anchors.length === 0 ? "" : `<p class="links">${anchors.join(" ")}</p>`}<p>${version}</p></footer>`;
}
