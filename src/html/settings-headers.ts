import { STYLE_DIGEST } from "../consent/headers.js";

/** Digest of the stylesheet of these pages. A test compares the two. */
export const SETTINGS_STYLE_DIGEST = "sha256-EKWKdj4B95n8OCpWFdoJ+R10yaurImRM4zclRoTydgk=";

/**
 * Headers of the page of connected apps and of the audit log. They forbid scripts, frames, copies and forms to other sites. Set them
 * on each response with such a page, with `Content-Type: text/html; charset=utf-8`.
 *
 * @example
 * ```ts
 * import { SETTINGS_PAGE_HEADERS } from "scope-policy/html";
 *
 * SETTINGS_PAGE_HEADERS["X-Frame-Options"]; // "DENY"
 * ```
 */
export const SETTINGS_PAGE_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  "Content-Security-Policy": `default-src 'none'; style-src 'self' '${STYLE_DIGEST}' '${SETTINGS_STYLE_DIGEST}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  "X-Frame-Options": "DENY",
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
});
