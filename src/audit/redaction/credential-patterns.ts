import { once } from "../../grammar/once.js";
import { SECRET_NAME_IN_TEXT as NAME } from "./secret-names.js";

/** The text that replaces a secret. */
export const REDACTED = "[redacted]";

/** A pattern of a secret, and its replacement. */
export type CredentialPattern = readonly [pattern: RegExp, replacement: string];

/** Credentials that are recognized anywhere in a text, by their shape. */
export const CREDENTIALS: readonly CredentialPattern[] = [
  [/-----BEGIN.*?(?:-----END[^-]*-----|$)/gs, REDACTED],
  // every JWT header begins with `{"` in base64
  [/eyJ[\w-]{5,}(?:\.[\w-]*)*/g, REDACTED],
  [
    /(?<![A-Za-z0-9])(bearer|basic|dpop|digest|negotiate|ntlm|apikey)(?:\s|%20|\+)+(?:["'][\w.~+/=:-]|[\w.~/=:-])[\w.~+/=:-]*/gi,
    `$1 ${REDACTED}`,
  ],
  [
    // keys of well-known services, by their prefixes
    /(?<![A-Za-z0-9])(?:sk-|[sr]k_(?:live|test)_|whsec_|gh[opusr]_|github_pat_|glpat-|xox[a-z]-|xapp-|shp(?:at|ss|ca|pa)_|dop_v1_|hf_|npm_|figd_|lin_api_|pypi-|SG\.|ya29\.|ATATT|AIza|AKIA|ASIA)[\w.~+/=-]{8,}/g,
    REDACTED,
  ],
  // the address of a webhook is its credential
  [
    /(\bhooks\.slack\.com\/[a-z]{1,16}|\bdiscord(?:app)?\.com\/api\/webhooks)\/[\w/-]+/gi,
    `$1/${REDACTED}`,
  ],
];

/** A value in quotes, which may be escaped, or a word. */
const VALUE = `(?:\\\\{0,3}"[^"]*"?|'[^']*'?|[^\\s"',;&]+)`;
const NOT_REDACTED = `(?!\\[redacted\\](?:[\\s"',;&}\\]<>]|/>|$))`;
const QUOTE = `\\\\{0,3}["']`;
const NAMING = "name|key|type|field|header|label|id|param|parameter|property|variable";

/** Returns the patterns of secrets next to their name, in text. Created at the first call: reading their sources takes 30 ms. */
export const secretPairs = once((): readonly CredentialPattern[] => [
  [/(cookie\d?["']?\s{0,8}[:=]).*/gi, `$1 ${REDACTED}`],
  [
    /(authorization["']?\s{0,8}[:=]\s{0,8}["']?)(?!\[redacted\](?:\s|$))[^\s"',;]+(?:\s+[^\s"',;]+)?/gi,
    `$1${REDACTED}`,
  ],
  // the user of a URL: the name can be a token; `git@` is not a secret
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)(?!git@)[^\s/?#"'<>\\]+@/gi, `$1${REDACTED}@`],
  // `password=…`, `"token": "…"`, and `password: |` of YAML, whose value begins on the next line
  [
    new RegExp(
      `(${NAME}\\\\?["']?\\s{0,8}(?:=>|[:=](?!>)|%3D)\\s{0,8})${NOT_REDACTED}(?:[|>][+-]?\\s{1,64})?${VALUE}`,
      "giu",
    ),
    `$1${REDACTED}`,
  ],
  // `--password …`; a word of a sentence about the option is not its value
  [
    new RegExp(
      `((?<![\\w-])--?[\\w-]{0,32}?${NAME}\\s{1,8})(?!-|(?:to|or|and|is|for|in|on|with|as|option|flag)\\s)${NOT_REDACTED}${VALUE}`,
      "giu",
    ),
    `$1${REDACTED}`,
  ],
  // `curl -u user:password`; two numbers are a user and a group
  [
    /((?<![\w-])(?:-u|--user|--proxy-user)(?:\s{1,8}|=)["']?)(?!\d{1,8}:\d{1,8}(?!\w))[^\s:"']{1,128}:[^\s"']+/gi,
    `$1${REDACTED}`,
  ],
  // commands whose `-p` or `-a` is a password
  [
    /(\b(?:(?:docker|podman|nerdctl|helm|oc)\s(?:[\w-]{1,16}\s){0,2}?login\b[^|;&\n]{0,160}?|(?:sshpass|mongo[a-z]{0,8})\b[^|;&\n]{0,160}?)\s-p\s{0,4}|\bredis-cli\b[^|;&\n]{0,160}?\s-a\s{1,4}|\b(?:mysql|mariadb)[a-z]{0,8}\b[^|;&\n]{0,160}?\s-p|\blogin\s{1,4}\S{1,64}\s{1,4}password\s{1,4})(?!\[redacted\])["']?[^\s"']+/gi,
    `$1${REDACTED}`,
  ],
  // `<password>…</password>`
  [
    new RegExp(
      `(<[\\w:.-]{0,32}?${NAME}(?:\\s[^<>]{0,200})?>)\\s{0,64}(?!\\[redacted\\])(?:<!\\[CDATA\\[.*?(?:\\]\\]>|$)|[^<\\s][^<]*)`,
      "gisu",
    ),
    `$1${REDACTED}`,
  ],
  // `"name": "password", "value": "…"`, and the same as attributes
  [
    new RegExp(
      `((?<!\\p{L})(?:${NAMING})(?:${QUOTE})?\\s{0,8}[:=]\\s{0,8}${QUOTE}[\\w .-]{0,32}?${NAME}${QUOTE}[\\s,;]{1,8}(?:${QUOTE})?(?:value|val|content|data)(?:${QUOTE})?\\s{0,8}[:=]\\s{0,8})${NOT_REDACTED}${VALUE}`,
      "giu",
    ),
    `$1${REDACTED}`,
  ],
  // `["Authorization", "…"]`
  [
    /(["'](?:(?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,24}(?:token|key|secret|auth)[\w-]{0,16})["']\s{0,8},\s{0,8})(?:"[^"]*"?|'[^']*'?)/gi,
    `$1${REDACTED}`,
  ],
  // signed URLs, authorization codes, storage accounts
  [
    /((?<!\w)(?:x-(?:amz|goog)-signature=|(?:signature|accountkey)=(?=["']?[\w%+/=.~-]{16})|(?<=[?&])code=(?=[\w%+/=.~-]{16}))["']?)[\w%+/=.~-]+/gi,
    `$1${REDACTED}`,
  ],
]);
