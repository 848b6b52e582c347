import { base64url } from "jose";
import { MAX_TOKEN_LENGTH } from "../resource-server/credentials.js";
import { type JsonObject, readJsonObject } from "./json-object.js";

/** Header and claims of a signed token that is not verified. */
export interface UnverifiedJws {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Last characters that set no unused bit, by the length of the segment modulo 4. A remainder of 1 is not base64url. */
const CANONICAL_ENDINGS: readonly (string | undefined)[] = [
  undefined,
  "",
  "AQgw",
  "AEIMQUYcgkosw048",
];

/**
 * Returns whether the unused bits of a base64url segment are zero (RFC 4648, section 3.5). Decoders accept other spellings,
 * so that one token could be written in many ways.
 */
function isCanonical(segment: string): boolean {
  return CANONICAL_ENDINGS[segment.length % 4]?.includes(segment.slice(-1)) ?? true;
}

/** Parses a compact JWS (RFC 7515, section 7.1). Returns `undefined` for every other value, and never throws. */
export function readCompactJws(text: unknown): UnverifiedJws | undefined {
  if (typeof text !== "string" || text.length > MAX_TOKEN_LENGTH) return undefined;
  if (!COMPACT_JWS.test(text)) return undefined;
  const segments = text.split(".");
  if (!segments.every(isCanonical)) return undefined;
  const [header, claims] = segments
    .slice(0, 2)
    .map((segment) => readJsonObject(base64url.decode(segment)));
  return header === undefined || claims === undefined ? undefined : { header, claims };
}

/** Returns why {@link readCompactJws} does not parse a value, in words, with the verifier that accepts it if there is one. */
export function describeMalformed(text: unknown): string {
  if (typeof text !== "string") return "the token is not a string";
  if (text.length > MAX_TOKEN_LENGTH) {
    return `the token has ${text.length} characters, expected at most ${MAX_TOKEN_LENGTH}`;
  }
  const segments = text.split(".");
  const parts = segments.length === 1 ? "1 part" : `${segments.length} parts`;
  const advice = segments.length === 5 ? ENCRYPTED : OPAQUE;
  if (segments.length !== 3) {
    return `the token has ${parts}, expected the 3 of a signed token (JWT); ${advice}`;
  }
  if (segments.includes("")) return "a part of the token is empty: it is not signed";
  if (!COMPACT_JWS.test(text) || !segments.every(isCanonical)) {
    return "a part of the token is not base64url without padding, white space and unused bits; no option accepts it";
  }
  return "the header or the claims of the token are not one JSON object, or repeat a name; no option accepts it";
}

const ENCRYPTED = "it may be encrypted (JWE), which no option accepts";
const OPAQUE = "use `introspectionVerifier` for opaque tokens";
