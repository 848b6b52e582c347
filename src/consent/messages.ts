import { ar } from "./messages/ar.js";
import type { ConsentWords } from "./messages/consent-words.js";
import { de } from "./messages/de.js";
import { en } from "./messages/en.js";
import { es } from "./messages/es.js";
import { fr } from "./messages/fr.js";

/** Texts of the consent page by language. English, the first, is used if no requested language is available. */
export const MESSAGES: ReadonlyMap<string, ConsentWords> = new Map(
  Object.entries({ en, de, fr, es, ar }),
);

/** Replaces each `{name}` of a text with its value. Values are inserted unchanged, and placeholders in them are not replaced. */
export function fillPlaceholders(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] as string) : whole,
  );
}
