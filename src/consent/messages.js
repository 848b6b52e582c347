import { ar } from "./messages/ar.js";
import { de } from "./messages/de.js";
import { en } from "./messages/en.js";
import { es } from "./messages/es.js";
import { fr } from "./messages/fr.js";
/** Texts of the consent page by language. English, the first, is used if no requested language is available. */
export const MESSAGES = new Map(Object.entries({ en, de, fr, es, ar }));
/** Replaces each `{name}` of a text with its value. Values are inserted unchanged, and placeholders in them are not replaced. */
export function fillPlaceholders(text, values) {
    return text.replaceAll(/\{(\w+)\}/g, (whole, name) => Object.hasOwn(values, name) ? values[name] : whole);
}
