import { urlParts } from "../grammar/url.js";
import { checkOptions, type OptionCheck, optional } from "../policy/option-checks.js";
import { ownMembers } from "../policy/own-members.js";
import type { ConsentScreen } from "./model.js";

/** Digest of the stylesheet that `scope-policy/html` writes into its page. A test compares the two. */
export const STYLE_DIGEST = "sha256-DbpSAILc3/Qm0XwyCXsTaet6srsHUFjJeZ4/z6bMnp4=";

const CSP = "Content-Security-Policy";

/** Origin or scheme without a character that has another meaning in the header: the host of a URL may contain `;` and `,`. */
const SOURCE = /^[a-z][a-z0-9+.-]*:(\/\/[a-z0-9.:[\]_-]+)?$/;
/**
 * `form-action` has no syntax for an IPv6 address (CSP Level 3, section 2.3.1), and browsers ignore a source with one. It is replaced
 * with any host on the same port.
 */
const IPV6 = /\[[^[\]]*\]/;
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
export function pageHeaders(redirectUri: unknown): Readonly<Record<string, string>> {
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
    [CSP]: policy.join("; "),
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  };
}

/** Sources of the scripts and styles of a consent page of your own. */
export interface ConsentSources {
  /**
   * Sources of the scripts that the page may run: a nonce (`"nonce-…"`) that is new in each response, a digest (`"sha256-…"`), or
   * `"self"` for files of the same origin; or a list of these. Default: no script runs.
   */
  readonly script?: string | readonly string[];
  /** Sources of the styles of the page, in the same form, in addition to those of `screen.headers`. Default: none. */
  readonly style?: string | readonly string[];
}

const NONCE = /^nonce-[A-Za-z0-9+/_-]{22,256}={0,2}$/;
const DIGEST =
  /^sha(256-[A-Za-z0-9+/_-]{43}=?|384-[A-Za-z0-9+/_-]{64}|512-[A-Za-z0-9+/_-]{86}={0,2})$/;

const isSource: OptionCheck = (value) =>
  typeof value === "string" && (value === "self" || NONCE.test(value) || DIGEST.test(value))
    ? undefined
    : "expected `self`, a nonce of at least 22 characters such as `nonce-…`, or a digest such as `sha256-…`";

const isSourceOrList: OptionCheck = (value) =>
  Array.isArray(value) ? value.map(isSource).find((fault) => fault !== undefined) : isSource(value);

const CHECKS = {
  script: optional(isSourceOrList),
  style: optional(isSourceOrList),
} satisfies Record<keyof ConsentSources, OptionCheck>;

/**
 * Returns the headers of a consent page of your own: those of `screen.headers`, whose content security policy also allows the page's
 * scripts and styles. Everything else stays forbidden: frames, copies, requests of scripts, and forms to other sites than yours and
 * the client's. A digest of a style does not allow `style` attributes.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for a source of another form, such as `'unsafe-inline'` or a URL
 * @throws {TypeError} for a value that is not a screen
 *
 * {@link https://www.w3.org/TR/CSP3/#framework-directive-source-list CSP Level 3, section 2.3.1}
 *
 * @example
 * ```ts
 * import { consentHeaders, consentScreen, loadPolicy } from "scope-policy";
 *
 * const policy = loadPolicy({ name: "Shop", version: "1", scopes: { "orders:read": "See your orders" } });
 * const screen = consentScreen(policy, { client: { client_id: "app-1" }, requested: "orders:read" });
 * const nonce = `nonce-${crypto.randomUUID()}`;
 * const headers = consentHeaders(screen, { script: nonce, style: "self" });
 * ```
 */
export function consentHeaders(
  screen: ConsentScreen,
  sources: ConsentSources = {},
): Readonly<Record<string, string>> {
  const { script, style } = checkOptions("the headers of a consent page", sources, CHECKS);
  const headers = ownMembers(ownMembers(screen)?.headers);
  const policy = headers?.[CSP];
  if (typeof policy !== "string") {
    throw new TypeError("`screen`: expected what `consentScreen` returns");
  }
  const styled = policy.replace(/style-src [^;]*/, (styles) =>
    [styles, ...quoted(style)].join(" "),
  );
  const scripts = quoted(script);
  const full = scripts.length === 0 ? styled : `${styled}; script-src ${scripts.join(" ")}`;
  return { ...headers, [CSP]: full };
}

function quoted(sources: string | readonly string[] | undefined): readonly string[] {
  const list = typeof sources === "string" ? [sources] : (sources ?? []);
  return list.map((source) => `'${source}'`);
}
