import { firstItems } from "../grammar/any-value.js";
import type { CompiledScope } from "../policy/compiled-policy.js";
import type { ConsentWords } from "./messages/consent-words.js";
import { MESSAGES } from "./messages.js";

/** Languages written from right to left. */
const RTL: ReadonlySet<string> = new Set([
  "ar",
  "dv",
  "fa",
  "he",
  "ku",
  "ps",
  "sd",
  "ug",
  "ur",
  "yi",
]);

const TAG = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/;
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
}

/** Picks the first requested language in which the page has texts, or English. Ignores anything that is not a language tag. */
export function pickLocale(requested: unknown): ConsentLocale {
  const list = typeof requested === "string" ? requested.split(" ") : requested;
  const tags = (firstItems(list, MAX_TAGS) ?? []).filter(
    (tag): tag is string => typeof tag === "string" && TAG.test(tag),
  );
  const lookupTags = [...new Set(tags.flatMap((tag) => [tag.toLowerCase(), languageOf(tag)]))];
  const language = tags.map(languageOf).find((tag) => MESSAGES.has(tag)) ?? "en";
  return {
    tag: language,
    dir: RTL.has(language) ? "rtl" : "ltr",
    words: MESSAGES.get(language) as ConsentWords,
    wanted: lookupTags,
  };
}

function languageOf(tag: string): string {
  return (tag.split("-")[0] as string).toLowerCase();
}

/** Returns a text of a scope in the first requested language that has it, else the policy's default text. */
export function localizedText(
  { options }: CompiledScope,
  name: "title" | "description" | "warning",
  { wanted: lookupTags }: ConsentLocale,
): string | undefined {
  const texts = Object.entries(options.locales ?? {});
  for (const tag of lookupTags) {
    const own = texts.find(([locale]) => locale.toLowerCase() === tag)?.[1][name];
    if (own !== undefined) return own;
  }
  return options[name];
}
