import { firstItems } from "../grammar/any-value.js";

/** What a request presented: no bearer credentials, exactly one bearer token, or something that is neither. */
export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "malformed" }
  | { readonly kind: "bearer"; readonly token: string };

const NONE: Credentials = Object.freeze({ kind: "none" });
const MALFORMED: Credentials = Object.freeze({ kind: "malformed" });

/** Longer tokens are refused unread: headers of 16 KiB are what servers take, and a token is text of a client. */
export const MAX_TOKEN_LENGTH = 16_384;

const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
/** The one good form, looked for first: it is what most requests have. */
const BEARER = /^[Bb][Ee][Aa][Rr][Ee][Rr] +[A-Za-z0-9\-._~+/]+=*$/;
const SCHEME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?= |$)/;

/** Two fields that a host has joined into one, a bearer token among them (RFC 9110, section 5.3). */
const JOINED = /,[ \t]*bearer(?: |$)/i;

/** Whether a text is a `b64token` of RFC 6750, section 2.1, of a length that is read. */
export function isBearerToken(text: unknown): text is string {
  return typeof text === "string" && text.length <= MAX_TOKEN_LENGTH && B64TOKEN.test(text);
}

/**
 * Reads the `Authorization` field as the framework has it: every field of that name, untouched. Never throws.
 *
 * The scheme is case-insensitive (RFC 9110, section 11.1); one or more spaces, then one `b64token` (RFC 6750,
 * section 2.1). Another scheme is no bearer credential (section 3.1); two fields, two words, an empty field and a value
 * that is no text are malformed. A token in a query or a form is not looked for.
 */
export function readCredentials(fields: unknown): Credentials {
  if (fields === undefined || fields === null) return NONE;
  const list = (typeof fields === "object" ? firstItems(fields, 2) : undefined) ?? [fields];
  if (list.length === 0) return NONE;
  const [field] = list;
  if (list.length > 1 || typeof field !== "string") return MALFORMED;
  if (BEARER.test(field)) {
    let start = "bearer ".length;
    while (field[start] === " ") start += 1;
    const token = field.slice(start);
    return token.length <= MAX_TOKEN_LENGTH ? { kind: "bearer", token } : MALFORMED;
  }
  const scheme = SCHEME.exec(field)?.[0];
  if (scheme === undefined || scheme.toLowerCase() === "bearer") return MALFORMED;
  return JOINED.test(field) ? MALFORMED : NONE;
}
