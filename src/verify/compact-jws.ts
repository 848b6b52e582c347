import { base64url } from "jose";
import { MAX_TOKEN_LENGTH } from "../resource-server/credentials.js";
import { type JsonObject, readJsonObject } from "./json-object.js";

/** A signed token taken apart; nothing of it is verified. */
export interface UnverifiedJws {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** The last characters that leave no unused bit set, by how many characters stand over the fours. */
const LAST: readonly (string | undefined)[] = [undefined, "", "AQgw", "AEIMQUYcgkosw048"];

/**
 * Whether a segment is base64url as it is written, and in no other spelling: unused bits nought (RFC 4648, section 3.5).
 * Decoders take other spellings too, and so would make many texts of one token.
 */
function isCanonical(segment: string): boolean {
  return LAST[segment.length % 4]?.includes(segment.slice(-1)) ?? true;
}

/** Takes a compact JWS apart (RFC 7515, section 7.1); `undefined` for all other text. Never throws. */
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
