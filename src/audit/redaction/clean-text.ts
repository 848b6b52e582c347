import { INVISIBLE, joinLines, replaceInvisible } from "../../grammar/shown-text.js";
import { redactCards } from "./card-numbers.js";
import {
  CREDENTIALS,
  type CredentialPattern,
  REDACTED,
  secretPairs,
} from "./credential-patterns.js";
import { characterClass, looksRandom } from "./random-text.js";

/** Invisible characters and the variation selectors of emoji, which are not drawn within a credential or a name. */
const NOT_DRAWN = new RegExp(`${INVISIBLE.source}|[\\ufe0e\\ufe0f]`, "gu");
const TOKEN_CHARACTER = /[\w.~+/=%-]/;
const CUT = "…";

/**
 * Returns a text on one line, of bounded length. An unsafe character is replaced by a mark that shows where it was. If such
 * characters break up a credential, they are removed instead, so that the credential is recognized.
 */
export function cleanText(text: string, most: number): string {
  const line = joinLines(cutText(text, most));
  const bare = line.replaceAll(NOT_DRAWN, "");
  return redactText(bare) === bare ? replaceInvisible(line, "\ufffd") : bare;
}

/** Returns a name on one line, without invisible characters, so that the name of a secret is recognized despite them. */
export function cleanName(text: string, most: number): string {
  return joinLines(cutText(text, most)).replaceAll(NOT_DRAWN, "").normalize("NFKC").slice(0, most);
}

/** Cuts a text at the end of a word, never inside one: half a credential does not look like one. */
function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = most;
  while (end > 0 && TOKEN_CHARACTER.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end) + CUT;
}

/** Long runs of letters, digits and separators. Base64 may contain slashes but not begin with one, as a path does. */
const LONG_RUNS = /[\w+-]{40,}={0,2}/g;
const BASE64_RUNS = /(?<![\w+/=.-])[A-Za-z0-9+][A-Za-z0-9+/]{39,}={0,2}(?![\w+/=.-])/g;
/** A segment of a path that is a commit or a digest. */
const HEX_PART = /(?:^|\/)[0-9a-f]{7,}(?=\/|$)/g;

/** Returns a text in which credentials are redacted that are recognized by shape alone: for texts with names of the policy. */
export function redactCredentials(text: string): string {
  return replaceAll(text, CREDENTIALS);
}

/** Returns a text in which credentials, secrets next to their name and card numbers are redacted: for any other text. */
export function redactText(text: string): string {
  return redactCards(replaceAll(replaceAll(text, CREDENTIALS), secretPairs()));
}

/** Redacts as {@link redactText} does, and long runs that look random: for values that clients send. */
export function redactClientText(text: string): string {
  return redactText(text)
    .replaceAll(BASE64_RUNS, (run) => (isBase64Secret(run) ? REDACTED : run))
    .replaceAll(LONG_RUNS, (run) => (isLongSecret(run) ? REDACTED : run));
}

function replaceAll(text: string, shapes: readonly CredentialPattern[]): string {
  let clean = text;
  for (const [pattern, replacement] of shapes) clean = clean.replaceAll(pattern, replacement);
  return clean;
}

/** Returns whether a run is 256 bits in hexadecimal, or uppercase and lowercase letters and digits that do not form words. */
function isLongSecret(run: string): boolean {
  const kinds = kindsOf(run);
  if (/^[0-9a-f]{64,}$/i.test(run)) return kinds.size > 1;
  return kinds.size === 3 && looksRandom(run);
}

function isBase64Secret(run: string): boolean {
  const words = run.replaceAll(HEX_PART, "");
  return kindsOf(words).size === 3 && looksRandom(words);
}

function kindsOf(run: string): ReadonlySet<string> {
  return new Set([...run].map(characterClass).filter((kind) => kind !== "-"));
}

const MAX_IDENTIFIER = 256;

/**
 * Returns the clean identifier of a user, a client, a token or a request. Long random runs stay, since identifiers can be random. A
 * line break leaves a mark, so that `user\n1` does not become the identifier of another user.
 */
export function cleanIdentifier(text: string): string {
  return redactText(cleanText(joinLines(text, "\ufffd"), MAX_IDENTIFIER));
}

const NAME_RUNS = /[\w+=~-]{20,}/g;
const UUIDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** Words in one letter case with separators between them: words of some languages look random to {@link looksRandom}. */
const WORDS = /^(?:[a-z]{1,19}|[A-Z]{1,19})(?:[_-]+(?:[a-z]{1,19}|[A-Z]{1,19}))+$/;

/**
 * Redacts as {@link redactClientText} does, and runs of 20 characters or more that do not form words: for names that clients choose,
 * which should be names of tools, methods, arguments and paths. UUIDs stay, since they are identifiers.
 */
export function redactName(name: string): string {
  return redactClientText(name).replaceAll(NAME_RUNS, (run) => {
    const rest = run.replaceAll(UUIDS, "");
    const isRandom = /\d{20}/.test(rest) || (!WORDS.test(rest) && looksRandom(rest));
    return rest.length >= 20 && isRandom ? REDACTED : run;
  });
}
