import { urlParts } from "../grammar/url.js";

/** Digest of the stylesheet that `scope-policy/html` writes into its page. A test compares the two. */
export const STYLE_DIGEST = "sha256-NFcU59t0AyLyteFOrW932KPXqnUmm7Do1J9A+lp3za4=";

/** Origin or scheme without a character that has another meaning in the header: the host of a URL may contain `;` and `,`. */
const SOURCE = /^[a-z][a-z0-9+.-]*:(\/\/[a-z0-9.:[\]_-]+)?$/;
/**
 * `form-action` has no syntax for an IPv6 address (CSP Level 3, section 2.3.1), and browsers ignore a source with one. It is replaced
 * with any host on the same port.
 */
const IPV6 = /\[.*\]/;
/** Schemes that `form-action` leaves out, because the browser would run or show content in the name of the page. */
const UNSAFE_SCHEMES: ReadonlySet<string> = new Set([
  "about:",
  "blob:",
  "data:",
  "file:",
  "filesystem:",
  "javascript:",
  "vbscript:",
]);

/**
 * Returns the headers of a consent page. They forbid framing, caching and scripts. `form-action` names the destination of the
 * response, because browsers apply it to the redirect that follows a form.
 */
export function consentHeaders(redirectUri: unknown): Readonly<Record<string, string>> {
  const url = urlParts(redirectUri);
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  const source = isWeb ? url.origin : (url?.protocol ?? "");
  const target =
    SOURCE.test(source) && !UNSAFE_SCHEMES.has(source) ? [source.replace(IPV6, "*")] : [];
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
