import { once } from "../../grammar/once.js";

/** Parts of the names of secrets. Any characters except letters and digits may separate the words of a part. */
const SECRET_WORDS =
  `pass word|pass wd|pass phrase|pass code|pass key|secret(?!ar)|token|jwt|api key|access key|private key
signing key|encryption key|decryption key|master key|ssh key|rsa key|pgp key|gpg key|hmac key|shared key|storage key|deploy key
consumer key|subscription key|authorization|bearer|cookie|credential|session id|client assertion|code verifier
card number|credit card|social security|security code|security answer|recovery code|verification code|one time code
connection string|connection ur[il]|conn str|(?:database|db|redis|mongo|postgres|postgresql|mysql|amqp|rabbitmq|broker|jdbc) ur[il]
seed phrase|mnemonic|kubeconfig|magic link|signed ur[il]`.replaceAll("\n", "|");

/** Parts that count only at the end of a name: the address of a webhook is secret, its id and its events are not. */
const LAST_WORDS = "web hook(?: ur[il]| endpoint| address| target)?|hook ur[il]";

/** Words that occur in harmless words (shipping, footprint, design), so only whole words count. */
const SHORT_WORDS = "pin|otp|totp|cvv|cvc|csc|ssn|pwd|pw|pass|pat|sid|auth|dsn|sig|psk|cred";

const SEAM = "[^\\p{L}\\p{N}]*";
const secretWord = SECRET_WORDS.replaceAll(" ", SEAM);
const lastWord = LAST_WORDS.replaceAll(" ", SEAM);
const capitalised = SHORT_WORDS.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
const capitals = SHORT_WORDS.toUpperCase();

/** Returns the patterns that the name of a secret matches, in any letter case and spelling (snake, camel, kebab). */
const patternsOfNames = once((): readonly RegExp[] => [
  new RegExp(secretWord, "iu"),
  new RegExp(`(?:${lastWord})s?[^\\p{L}]*$`, "iu"),
  new RegExp(`(?<!\\p{L})(?:${SHORT_WORDS})s?(?!\\p{L})`, "iu"),
  new RegExp(`(?<!\\p{L})(?:${SHORT_WORDS})(?=\\p{Lu})`, "u"),
  new RegExp(`(?<!\\p{Lu})(?:${capitalised})s?(?!\\p{Ll})`, "u"),
  new RegExp(`(?:(?<!\\p{L})|(?<=\\p{Ll}))(?:${capitals})s?(?!\\p{Ll}|\\p{Lu}(?!\\p{Ll}))`, "u"),
]);

/**
 * The source of a case-insensitive Unicode pattern that finds the name of a secret in a text. Every repetition is bounded, so
 * that a search takes time in proportion to the text.
 */
export const SECRET_NAME_IN_TEXT: string =
  `(?:(?:${secretWord}|(?<!\\p{L})(?:${SHORT_WORDS})(?:s|code|number)?(?!\\p{L}))[\\w-]{0,32}|(?:${lastWord})s?)`.replaceAll(
    "]*",
    "]{0,3}",
  );

/**
 * Returns the patterns that names of secrets match. The given names match whole names, in any letter case and with any
 * separators.
 */
export function secretNames(sensitive: readonly string[]): readonly RegExp[] {
  const given = sensitive.map((name) => {
    const letters = [...name.normalize("NFKC").replaceAll(/[^\p{L}\p{N}]/gu, "")];
    return letters.length === 0
      ? new RegExp(`^${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`, "u")
      : new RegExp(`^${SEAM}${letters.join(SEAM)}${SEAM}$`, "iu");
  });
  return [...patternsOfNames(), ...given];
}

/** Returns whether a name matches one of the patterns of {@link secretNames}. */
export function isSecretName(name: string, patterns: readonly RegExp[]): boolean {
  return patterns.some((pattern) => pattern.test(name));
}
