import { escapeHtml } from "../consent/escape-html.js";
import type { ConsentWords } from "../consent/messages/consent-words.js";
import type { ConsentClientView, ConsentScreen } from "../consent/model.js";
import { anchor, fillHtml, icon, isolate } from "./parts.js";

/** Returns the top of the page: who asks, for whom, and what is known about the client. */
export function headerHtml(screen: ConsentScreen, isStepUp: boolean): string {
  const { words, client, policyName } = screen;
  const heading = fillHtml(words.heading, { client: client.name, policy: policyName });
  const more = isStepUp
    ? `<p class="step-up">${fillHtml(words.moreAsked, { client: client.name })}</p>`
    : "";
  return `<header>${logoHtml(screen)}<h1>${heading}</h1>${more}${accountHtml(screen)}${clientHtml(screen)}</header>`;
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
  return proofHtml(client, words) + clientLinksHtml(client, words);
}

/** Returns whether a domain of a client is verified. */
export function proofHtml({ domain }: ConsentClientView, words: ConsentWords): string {
  return domain === null
    ? `<p class="proof">${icon("unverified")}${escapeHtml(words.unverified)}</p>`
    : `<p class="proof">${icon("verified")}${fillHtml(words.verified, { domain })}</p>`;
}

/** Returns the links to what a client says about itself. */
export function clientLinksHtml(
  { uri, policyUri, tosUri }: ConsentClientView,
  words: ConsentWords,
): string {
  return linksHtml([
    [uri, words.website],
    [policyUri, words.privacy],
    [tosUri, words.terms],
  ]);
}

/** Returns what no scope covers. */
export function notCoveredHtml({ notCovered, words }: ConsentScreen): string {
  if (notCovered.length === 0) return "";
  const items = notCovered.map(({ text, lang }) => `<li>${isolate(text, lang)}</li>`).join("");
  return `<section class="not-covered"><h2>${escapeHtml(words.notCovered)}</h2><ul>${items}</ul></section>`;
}

/** Returns where the response goes. */
export function redirectHtml({ client, words }: ConsentScreen): string {
  if (client.redirectHost === null) return "";
  const text = client.redirectIsLocal ? words.redirectLocal : words.redirect;
  const mark = client.redirectIsLocal ? icon("caution") : "";
  return `<p class="redirect">${mark}${fillHtml(text, { host: client.redirectHost })}</p>`;
}

/** Returns the bottom of the page: links, and the version of the policy. */
export function footerHtml({ links, words, policyVersion }: ConsentScreen): string {
  const anchors = linksHtml([
    [links.manage, words.manage],
    [links.report, words.report],
    [links.help, words.help],
  ]);
  const version = fillHtml(words.policyVersion, { version: policyVersion });
  return `<footer>${anchors}<p>${version}</p></footer>`;
}

function linksHtml(links: readonly (readonly [href: string | null, text: string])[]): string {
  const anchors = links.flatMap(([href, text]) => (href === null ? [] : [anchor(href, text)]));
  return anchors.length === 0 ? "" : `<p class="links">${anchors.join(" ")}</p>`;
}
