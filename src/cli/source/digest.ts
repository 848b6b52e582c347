import { createHash } from "node:crypto";
import { isObject } from "../../grammar/is-object.js";

/** Maximum number of levels of lists and objects in a value with a fingerprint. */
export const MAX_DEPTH = 256;

/**
 * Returns the canonical JSON of a value (RFC 8785): members in the order of their names, lists in their own order, no white space.
 * Returns `undefined` for a value that is not JSON or is too deep.
 */
export function canonicalJson(value: unknown, depth = MAX_DEPTH): string | undefined {
  if (depth < 0) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => canonicalJson(item, depth - 1));
    return items.includes(undefined) ? undefined : `[${items.join(",")}]`;
  }
  if (isObject(value)) {
    // the default order is that of UTF-16 units, as section 3.2.3 asks for
    const names = Object.keys(value).sort();
    const members = names.map((name) => {
      const text = canonicalJson(value[name], depth - 1);
      return text && `${JSON.stringify(name)}:${text}`;
    });
    return members.includes(undefined) ? undefined : `{${members.join(",")}}`;
  }
  const isScalar = value === null || typeof value === "string" || typeof value === "boolean";
  return isScalar || Number.isFinite(value) ? JSON.stringify(value) : undefined;
}

/** Returns the digest of a text in its short form: `sha256:` and 43 characters of base64url. */
export function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("base64url")}`;
}

const DIGEST = /^sha256:[\w-]{43}$/;

/** Returns whether a value has the form of a digest. */
export function isDigest(value: unknown): value is string {
  return typeof value === "string" && DIGEST.test(value);
}
