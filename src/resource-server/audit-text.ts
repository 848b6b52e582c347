/** What stands for a secret. */
export const REDACTED = "[redacted]";

/** Line ends and tabs: they would be a second line of a log. */
const LINE_ENDS = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;
/** Controls, format characters (bidirectional ones among them), halves of surrogate pairs, noncharacters. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}]/gu;
/** These, and whatever else leaves no mark on the screen. */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/gu;
const TOKEN_CHARACTER = /[\w.~+/=%-]/;
const CUT = "…";

/**
 * A text on one line, of bounded length. What is unsafe leaves a mark, so that it can be seen that there was something; but
 * where it breaks up a credential it is taken out, so that the credential can be seen.
 */
export function cleanText(text: string, most: number): string {
  const line = cutText(text, most).replaceAll(LINE_ENDS, " ");
  const bare = line.replaceAll(INVISIBLE, "");
  return redactText(bare) === bare ? line.replaceAll(UNSAFE, "\ufffd") : bare;
}

/** A name on one line: a sensitive one must be known in spite of what cannot be seen of it. */
export function cleanName(text: string, most: number): string {
  return cutText(text, most)
    .replaceAll(LINE_ENDS, " ")
    .replaceAll(INVISIBLE, "")
    .normalize("NFKC")
    .slice(0, most);
}

/** The beginning of a text, never the beginning of a word: half a credential does not look like one. */
function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = most;
  while (end > 0 && TOKEN_CHARACTER.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end) + CUT;
}

type Shape = readonly [pattern: RegExp, replacement: string];

/** What is a credential wherever it stands. */
const CREDENTIALS: readonly Shape[] = [
  [/-----BEGIN.*?(?:-----END[^-]*-----|$)/gs, REDACTED],
  // `{"` in base64 begins every header of a JWT
  [/eyJ[\w-]{5,}(?:\.[\w-]*)*/g, REDACTED],
  [
    /\b(bearer|basic|dpop|digest|negotiate|ntlm|apikey)(?:\s|%20|\+)+["']?[\w.~+/=:-]+/gi,
    `$1 ${REDACTED}`,
  ],
  [
    // keys of well-known services, by their prefixes
    /(?<![A-Za-z0-9])(?:sk-|[sr]k_(?:live|test)_|whsec_|gh[opusr]_|github_pat_|glpat-|xox[a-z]-|xapp-|shp(?:at|ss|ca|pa)_|dop_v1_|hf_|npm_|figd_|lin_api_|pypi-|SG\.|ya29\.|ATATT|AIza|AKIA|ASIA)[\w.~+/=-]{8,}/g,
    REDACTED,
  ],
];

/** Parts of names that a value belongs to which nobody may see; between the parts of one may stand anything but letters. */
const SECRET_WORDS =
  `pass word|pass wd|pass phrase|pass code|secret(?!ar)|token|jwt|api key|access key|private key
signing key|encryption key|master key|authorization|bearer|cookie|credential|session id|client assertion|code verifier
card number|credit card|social security|security code|recovery code|verification code|one time code|connection string
seed phrase|mnemonic`.replaceAll("\n", "|");
/** Names of this kind that are parts of harmless words (shipping, footprint), so only whole words count. */
const SHORT_WORDS = "pin|otp|totp|cvv|cvc|csc|ssn|pwd|pw|pass|pat|sid|auth";

const SEAM = "[^\\p{L}\\p{N}]*";
const secretWord = SECRET_WORDS.replaceAll(" ", SEAM);
const capitalised = SHORT_WORDS.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
const capitals = SHORT_WORDS.toUpperCase();

/** Whether a name is that of a secret: any of these, in any case and spelling (snake, camel, kebab). */
const SECRET_NAMES: readonly RegExp[] = [
  new RegExp(secretWord, "iu"),
  new RegExp(`(?<!\\p{L})(?:${SHORT_WORDS})s?(?!\\p{L})`, "iu"),
  new RegExp(`(?<!\\p{L})(?:${SHORT_WORDS})(?=\\p{Lu})`, "u"),
  new RegExp(`(?<!\\p{Lu})(?:${capitalised})s?(?!\\p{Ll})`, "u"),
  new RegExp(`(?:(?<!\\p{L})|(?<=\\p{Ll}))(?:${capitals})s?(?!\\p{Ll}|\\p{Lu}(?!\\p{Ll}))`, "u"),
];

/** A secret beside its name, in text: `password=…`, `"token": "…"`, a header, the user of a URL. */
const PAIRS: readonly Shape[] = [
  [/(cookie\d?["']?\s{0,8}[:=]).*/gi, `$1 ${REDACTED}`],
  [
    /(authorization["']?\s{0,8}[:=]\s{0,8}["']?)(?!\[redacted\](?:\s|$))[^\s"',;]+(?:\s+[^\s"',;]+)?/gi,
    `$1${REDACTED}`,
  ],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@:]*:[^\s/?#@]*@/gi, `$1${REDACTED}@`],
  [
    new RegExp(
      `((?:${secretWord.replaceAll("*", "{0,3}")}|(?<!\\p{L})(?:${SHORT_WORDS}))[\\w-]{0,32}\\\\?["']?\\s{0,8}(?:=>|[:=](?!>)|%3D)\\s{0,8})` +
        `(?!\\[redacted\\](?:[\\s"',;&}\\]]|$))(?:\\\\?"[^"]*"?|'[^']*'?|[^\\s"',;&]+)`,
      "giu",
    ),
    `$1${REDACTED}`,
  ],
];

const OPAQUE = /[\w+-]{40,}={0,2}/g;

/** Takes credentials out that are known by their shape alone: for text that holds names of the policy. */
export function redactCredentials(text: string): string {
  return replaceAll(text, CREDENTIALS);
}

/** Takes credentials out, and what stands beside the name of a secret: for text of others. */
export function redactText(text: string): string {
  return replaceAll(replaceAll(text, CREDENTIALS), PAIRS);
}

/** These, and long runs that look random: for what clients send. */
export function redactAnything(text: string): string {
  return redactText(text).replaceAll(OPAQUE, (run) => (looksRandom(run) ? REDACTED : run));
}

function replaceAll(text: string, shapes: readonly Shape[]): string {
  let clean = text;
  for (const [pattern, replacement] of shapes) clean = clean.replaceAll(pattern, replacement);
  return clean;
}

/** 256 bits in hexadecimal, or capitals, small letters and digits in turn: as in base64, but not in the words of a slug. */
function looksRandom(run: string): boolean {
  const words = run.split(/[^A-Za-z0-9]+/).map((word) => [...word].map(kindOf));
  const kinds = new Set(words.flat());
  if (/^[0-9a-f]{64,}$/i.test(run)) return kinds.size > 1;
  const turns = words.flatMap((word) => word.filter((kind, at) => at > 0 && kind !== word[at - 1]));
  return kinds.size === 3 && turns.length > 0.45 * run.length;
}

function kindOf(character: string): "A" | "a" | "0" {
  if (character <= "9") return "0";
  return character <= "Z" ? "A" : "a";
}

/** The patterns that the names of secrets fit; those given fit whole names, letter case and separators counting for nothing. */
export function secretNames(sensitive: readonly string[]): readonly RegExp[] {
  const given = sensitive.map((name) => {
    const letters = [...name.normalize("NFKC").replaceAll(/[^\p{L}\p{N}]/gu, "")];
    return letters.length === 0
      ? new RegExp(`^${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`, "u")
      : new RegExp(`^${SEAM}${letters.join(SEAM)}${SEAM}$`, "iu");
  });
  return [...SECRET_NAMES, ...given];
}

/** Whether a name fits one of the patterns of {@link secretNames}. */
export function isSecretName(name: string, patterns: readonly RegExp[]): boolean {
  return patterns.some((pattern) => pattern.test(name));
}
