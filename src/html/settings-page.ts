import { escapeHtml } from "../consent/escape-html.js";
import { type ConsentLocale, pickLocale } from "../consent/locale.js";
import { isString, type OptionCheck, optional } from "../policy/option-checks.js";
import { withoutPrototype } from "../policy/own-members.js";
import { checkAddress } from "./address.js";
import { documentHtml } from "./document.js";
import type { PageWords } from "./messages/page-words.js";
import { PAGE_MESSAGES } from "./messages.js";
import { anchor } from "./parts.js";
import { SETTINGS_STYLE } from "./settings-style.js";

/** Options that the page of connected apps and the audit log share. */
export interface SettingsOptions {
  /**
   * Requested languages, most preferred first, as a list or separated by spaces. The page has English, German, French, Spanish and
   * Arabic texts. Default: English.
   */
  readonly locale?: string | readonly string[];
  /** IANA name of the time zone in which times are shown, such as `"Europe/Berlin"`. Default: `"UTC"`. */
  readonly timeZone?: string;
  /** URL of your own stylesheet, loaded after the built-in one, to set custom properties such as `--consent-accent`. Default: none. */
  readonly stylesheet?: string;
}

const isLocale: OptionCheck = (value) =>
  typeof value === "string" || Array.isArray(value)
    ? undefined
    : "expected a language tag, or a list of them";

/** Creates a format of dates. The language reads options that are not given from the prototype too. */
function dateFormat(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(tag, withoutPrototype(options));
}

const isTimeZone: OptionCheck = (value) => {
  try {
    if (typeof value === "string") return void dateFormat("en", { timeZone: value });
  } catch {
    // the name of no time zone
  }
  return "expected the name of a time zone, such as `Europe/Berlin`";
};

/** Checks of the options that both pages share. */
export const SETTINGS_CHECKS = {
  locale: optional(isLocale),
  timeZone: optional(isTimeZone),
  stylesheet: optional(isString),
} satisfies Record<keyof SettingsOptions, OptionCheck>;

/** What the parts of a page need: its texts, and how it writes a time. */
export interface SettingsPage {
  /** The language. Its `words` are those of the consent page. */
  readonly locale: ConsentLocale;
  readonly words: PageWords;
  /** Returns the HTML of a time, in milliseconds since 1970. */
  readonly timeHtml: (time: number) => string;
}

/** Creates what the parts of a page need from its options. */
export function settingsPage({
  locale: requested,
  timeZone = "UTC",
}: SettingsOptions): SettingsPage {
  const locale = pickLocale(requested, undefined);
  // the other numbers of the pages have these digits too
  const format = dateFormat(`${locale.tag}-u-nu-latn`, {
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
    timeZone,
  });
  return {
    locale,
    words: PAGE_MESSAGES.get(locale.tag) as PageWords,
    timeHtml: (time) => {
      const date = new Date(time);
      return `<time datetime="${date.toISOString()}">${escapeHtml(format.format(date))}</time>`;
    },
  };
}

/** Returns a list of links to other pages; nothing for addresses that are `undefined`. */
export function pageLinks(
  links: readonly (readonly [name: string, address: string | undefined, text: string])[],
): string {
  const anchors = links.flatMap(([name, address, text]) => {
    if (address === undefined) return [];
    checkAddress(name, address);
    return [anchor(address, text)];
  });
  return anchors.length === 0 ? "" : `<p class="links">${anchors.join(" ")}</p>`;
}

/** Returns the whole page around its content. */
export function settingsDocument(
  { locale }: SettingsPage,
  heading: string,
  { stylesheet }: SettingsOptions,
  body: readonly string[],
): string {
  const content = body.filter((part) => part !== "").join("\n");
  return documentHtml({
    lang: locale.tag,
    dir: locale.dir,
    title: heading,
    styles: [SETTINGS_STYLE],
    stylesheet,
    main: `<main><h1>${escapeHtml(heading)}</h1>\n${content}\n</main>`,
  });
}
