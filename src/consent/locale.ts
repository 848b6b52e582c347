import { firstItems } from "../grammar/any-value.js";
import type { CompiledScope } from "../policy/compiled.js";
import { type ConsentWords, WORDS } from "./words.js";

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
const MOST_TAGS = 16;

/** The language of a page, and where its texts are looked for. */
export interface ConsentLocale {
  /** The language of the page's own words. */
  readonly tag: string;
  readonly dir: "ltr" | "rtl";
  readonly words: ConsentWords;
  /** What was asked for, each followed by its language alone: where a scope's texts are looked for. */
  readonly wanted: readonly string[];
}

/** Picks the first language asked for that there are words in; else English. Anything that is no tag is passed over. */
export function pickLocale(asked: unknown): ConsentLocale {
  const list = typeof asked === "string" ? asked.split(" ") : asked;
  const tags = (firstItems(list, MOST_TAGS) ?? []).filter(
    (tag): tag is string => typeof tag === "string" && TAG.test(tag),
  );
  const wanted = [...new Set(tags.flatMap((tag) => [tag.toLowerCase(), languageOf(tag)]))];
  const language = tags.map(languageOf).find((tag) => WORDS.has(tag)) ?? "en";
  return {
    tag: language,
    dir: RTL.has(language) ? "rtl" : "ltr",
    words: WORDS.get(language) as ConsentWords,
    wanted,
  };
}

function languageOf(tag: string): string {
  return (tag.split("-")[0] as string).toLowerCase();
}

/** One text of a scope: in the first language that has it, else the policy's own. */
export function textOf(
  { options }: CompiledScope,
  name: "title" | "description" | "warning",
  { wanted }: ConsentLocale,
): string | undefined {
  const texts = Object.entries(options.locales ?? {});
  for (const tag of wanted) {
    const own = texts.find(([locale]) => locale.toLowerCase() === tag)?.[1][name];
    if (own !== undefined) return own;
  }
  return options[name];
}
