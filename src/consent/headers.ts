import { urlParts } from "../grammar/url.js";

/** The digest of the stylesheet that `scope-policy/html` writes into its page; a test compares the two. */
export const STYLE_DIGEST = "sha256-fTGyVFBBKD2b77WRIUnEWMzulJFHv9PdIyWn+Lbgl3c=";

/**
 * The header fields of a consent page: nobody may frame it, keep it, or run a script in it. `form-action` names where the answer
 * goes, since browsers hold the redirect that follows a form to it.
 */
export function consentHeaders(redirectUri: unknown): Readonly<Record<string, string>> {
  const url = urlParts(redirectUri);
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  const target = url === undefined ? [] : [isWeb ? url.origin : url.protocol];
  const policy = [
    "default-src 'none'",
    "img-src 'self' https:",
    `style-src 'self' '${STYLE_DIGEST}'`,
    `form-action ${["'self'", ...target].join(" ")}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    "Content-Security-Policy": policy.join("; "),
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  };
}
