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
