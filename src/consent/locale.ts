import { firstItems } from "../grammar/any-value.js";
import type { CompiledScope } from "../policy/compiled-policy.js";
import type { PolicyDefinition, PolicyTexts } from "../policy/definition.js";
import { isLanguageTag, languageOf } from "../policy/language-tag.js";
import type { ConsentWords } from "./messages/consent-words.js";
import { MESSAGES } from "./messages.js";
import type { ConsentText } from "./model.js";

/** Languages of the page's own texts that are written from right to left. */
const RTL: ReadonlySet<string> = new Set(["ar"]);

const MAX_TAGS = 16;

/** Language of a page, and the languages in which the texts of the policy are looked up. */
export interface ConsentLocale {
  /** Language of the page's own texts. */
  readonly tag: string;
  /** Direction of writing. */
  readonly dir: "ltr" | "rtl";
  /** The page's own texts. */
  readonly words: ConsentWords;
  /** Requested tags in lower case, each followed by its language without a region. A scope's texts are looked up in this order. */
  readonly wanted: readonly string[];
  /** Language of the policy's own texts, as {@link ConsentText.lang}. */
  readonly ownLang: string | null;
}

/**
 * Picks the first requested language in which the page has texts, or English. Ignores anything that is not a language tag.
 *
 * @param own - language of the policy's own texts. If it is unknown, they count as English on a page in English.
 */
export function pickLocale(requested: unknown, own: string | undefined): ConsentLocale {
  const list = typeof requested === "string" ? requested.split(" ") : requested;
  const tags = (firstItems(list, MAX_TAGS) ?? []).filter(isLanguageTag);
  const lookupTags = [...new Set(tags.flatMap((tag) => [tag.toLowerCase(), languageOf(tag)]))];
  const language = tags.map(languageOf).find((tag) => MESSAGES.has(tag)) ?? "en";
  return {
    tag: language,
    dir: RTL.has(language) ? "rtl" : "ltr",
    words: MESSAGES.get(language) as ConsentWords,
    wanted: lookupTags,
    ownLang: own === undefined && language !== "en" ? "" : langOf(own ?? language, language),
  };
}

/** Returns the tag of a text in one language on a page in another; `null` if the languages are the same. */
function langOf(tag: string, page: string): string | null {
  return languageOf(tag) === page ? null : tag;
}

/** Returns a text of a scope in the first requested language that has it, else the policy's default text. */
export function localizedText(
  { options }: CompiledScope,
  name: "title" | "description" | "warning",
  locale: ConsentLocale,
): ConsentText | undefined {
  return (
    firstText(options.locales, ({ [name]: text }) => text, locale) ?? ownText(options[name], locale)
  );
}

/** Returns the text for a name of a policy in the first requested language that has it, else the given text in the policy's language. */
export function localizedName(
  { locales }: PolicyDefinition,
  {
    kind,
    name,
    text,
  }: { readonly kind: keyof PolicyTexts; readonly name: string; readonly text: string },
  locale: ConsentLocale,
): ConsentText {
  const textIn = ({ [kind]: texts = {} }: PolicyTexts) =>
    Object.hasOwn(texts, name) ? texts[name] : undefined;
  return firstText(locales, textIn, locale) ?? { text, lang: locale.ownLang };
}

function ownText(text: string | undefined, { ownLang }: ConsentLocale): ConsentText | undefined {
  return text === undefined ? undefined : { text, lang: ownLang };
}

/** Returns the text in the first requested language of which the texts have one. */
function firstText<Texts>(
  locales: Readonly<Record<string, Texts>> | undefined,
  textIn: (texts: Texts) => string | undefined,
  { wanted: lookupTags, tag: page }: ConsentLocale,
): ConsentText | undefined {
  const entries = Object.entries(locales ?? {});
  for (const wanted of lookupTags) {
    const found = entries.find(([tag]) => tag.toLowerCase() === wanted);
    const text = found && textIn(found[1]);
    if (found && text !== undefined) return { text, lang: langOf(found[0], page) };
  }
  return undefined;
}
