import { firstItems } from "../grammar/any-value.js";
import { MESSAGES } from "./messages.js";
/** Languages written from right to left. */
const RTL = new Set([
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
/** Picks the first requested language in which the page has texts, or English. Ignores anything that is not a language tag. */
export function pickLocale(requested) {
    const list = typeof requested === "string" ? requested.split(" ") : requested;
    const tags = (firstItems(list, MAX_TAGS) ?? []).filter((tag) => typeof tag === "string" && TAG.test(tag));
    const lookupTags = [...new Set(tags.flatMap((tag) => [tag.toLowerCase(), languageOf(tag)]))];
    const language = tags.map(languageOf).find((tag) => MESSAGES.has(tag)) ?? "en";
    return {
        tag: language,
        dir: RTL.has(language) ? "rtl" : "ltr",
        words: MESSAGES.get(language),
        wanted: lookupTags,
    };
}
function languageOf(tag) {
    return tag.split("-")[0].toLowerCase();
}
/** Returns a text of a scope in the first requested language that has it, else the policy's default text. */
export function localizedText({ options }, name, { wanted: lookupTags }) {
    const texts = Object.entries(options.locales ?? {});
    for (const tag of lookupTags) {
        const own = texts.find(([locale]) => locale.toLowerCase() === tag)?.[1][name];
        if (own !== undefined)
            return own;
    }
    return options[name];
}
