import { urlParts } from "../grammar/url.js";

/** The digest of the stylesheet that `scope-policy/html` writes into its page; a test compares the two. */
export const STYLE_DIGEST = "sha256-E6XGQec92aTudYlI42kler54H5vpT/4slFUKimYhX6A=";

/** An origin or a scheme that says nothing else in a header field: a URL's host may hold `;` and `,`. */
const SOURCE = /^[a-z][a-z0-9+.-]*:(\/\/[a-z0-9.:[\]_-]+)?$/;
/** `form-action` has no word for an IPv6 address (CSP Level 3, section 2.3.1), and browsers pass over one: it becomes any host on its port. */
const IPV6 = /\[.*\]/;
/** Schemes that no answer goes to: they would run or show something on the page's behalf. */
const INERT: ReadonlySet<string> = new Set([
  "about:",
  "blob:",
  "data:",
  "file:",
  "filesystem:",
  "javascript:",
  "vbscript:",
]);

/**
 * The header fields of a consent page: nobody may frame it, keep it, or run a script in it. `form-action` names where the answer
 * goes, since browsers hold the redirect that follows a form to it.
 */
export function consentHeaders(redirectUri: unknown): Readonly<Record<string, string>> {
  const url = urlParts(redirectUri);
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  const source = isWeb ? url.origin : (url?.protocol ?? "");
  const target = SOURCE.test(source) && !INERT.has(source) ? [source.replace(IPV6, "*")] : [];
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
