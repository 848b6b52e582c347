import { ar } from "./messages/ar.js";
import { de } from "./messages/de.js";
import { en } from "./messages/en.js";
import { es } from "./messages/es.js";
import { fr } from "./messages/fr.js";
import type { PageWords } from "./messages/page-words.js";

/** Texts of the page of connected apps and of the audit log, in the languages of the consent page. */
export const PAGE_MESSAGES: ReadonlyMap<string, PageWords> = new Map(
  Object.entries({ en, de, fr, es, ar }),
);
